/*
window: submitted_at
times:
  submitted_at: naive
  reported_at: naive
dialects: [postgres]
translate: {carrier: channels.csv}
absent: [unit]
*/
-- The carrier is that of the channel, by a table of words: a number's first digits tell who issued it, not who carries
-- it. A channel of a cloud provider is no carrier's: its messages are another one's (other), and counted as an unknown value,
-- until the site says whose it is.
-- send_status: 0 to be sent, 10 taken, 20 refused, 30 left out (such a message never was). receive_status: 0 none yet,
-- 10 delivered, 20 failed; any other report is counted as an unknown value. A sent message without a time, and one of
-- which nobody knows whether it was sent, is counted as rejected. The text is measured
-- with its signature and two brackets, in UTF-16 units (an emoji is two), and never handed on.
SELECT
    m.id AS message_id,
    m.send_time AS submitted_at,
    m.channel_code AS carrier,
    m.template_code AS application,
    CASE WHEN m.characters <= 70 THEN 1 ELSE (m.characters + 66 - (m.characters + 66) % 67) / 67 END AS segments,
    CASE
        WHEN m.send_status = 20 OR m.receive_status = 20 THEN 'failed'
        WHEN m.receive_status = 10 THEN 'delivered'
        WHEN m.receive_status <> 0 THEN CAST(m.receive_status AS CHAR(9))
    END AS outcome,
    CASE
        WHEN m.send_status = 20 THEN COALESCE(NULLIF(m.api_send_code, ''), 'SUBMIT')
        WHEN m.receive_status = 20 THEN COALESCE(NULLIF(m.api_receive_code, ''), 'UNKNOWN')
    END AS failure_code,
    CASE WHEN m.receive_status IN (10, 20) THEN m.receive_time END AS reported_at,
    CASE WHEN m.send_status IS NULL OR m.send_status NOT IN (10, 20) THEN '未知的发送状态（send_status）' END AS rejected_because
FROM (
    SELECT
        l.id, l.send_time, l.channel_code, l.template_code, l.send_status, l.receive_status, l.receive_time,
        l.api_send_code, l.api_receive_code,
        CHAR_LENGTH(REGEXP_REPLACE(
            CONCAT(l.template_content, '【' || c.signature || '】'), '([\U00010000-\U0010FFFF])', '\1\1', 'g'
        )) AS characters
    FROM system_sms_log AS l
    LEFT JOIN system_sms_channel AS c ON c.id = l.channel_id
    WHERE (l.send_time IS NULL OR l.send_time < '1971-01-01' OR (l.send_time >= :since AND l.send_time < :until))
        AND (l.send_status IS NULL OR l.send_status NOT IN (0, 30)) AND l.deleted = 0
) AS m
