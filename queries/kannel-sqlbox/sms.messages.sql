/*
window: submitted_at
times:
  submitted_at: epoch_s
  reported_at: epoch_s
translate:
  carrier: carriers.csv
dialects: [postgres, mysql]
*/
-- What each part says, and how reports find their messages: README.md. Which of the two ends of a report is the sender
-- does not matter: the lesser one is the first end of both. 259200 is three days.
WITH held AS (
    SELECT
        sql_id,
        momt,
        time AS said_at,
        LOWER(NULLIF(smsc_id, '')) AS channel,
        service,
        account,
        CASE WHEN COALESCE(sender, '') < COALESCE(receiver, '') THEN COALESCE(sender, '') ELSE COALESCE(receiver, '') END AS one_end,
        CASE WHEN COALESCE(sender, '') < COALESCE(receiver, '') THEN COALESCE(receiver, '') ELSE COALESCE(sender, '') END AS other_end,
        COALESCE(dlr_url, '') AS mark,
        COALESCE(dlr_mask, 0) AS mask,
        COALESCE(coding, 0) AS coding,
        -- user data header of a part of a long message: 05 00 03 reference parts part, URL-encoded
        CASE WHEN SUBSTR(udhdata, 1, 9) = '%05%00%03' THEN udhdata END AS header,
        CASE WHEN SUBSTR(udhdata, 1, 9) = '%05%00%03' THEN SUBSTR(udhdata, 1, CHAR_LENGTH(udhdata) - 3) END AS series,
        -- of an escape (%E4) three characters are one byte
        COALESCE(2 * CHAR_LENGTH(REPLACE(msgdata, '%', '')) - CHAR_LENGTH(msgdata), 0) AS size_bytes,
        CASE WHEN momt = 'DLR' THEN REPLACE(REPLACE(REPLACE(REPLACE(msgdata, '%3A', ':'), '%3a', ':'), '%2F', '/'), '+', ' ') END AS told
    FROM sent_sms
    WHERE momt IN ('MT', 'DLR') AND time >= :since - 259200 AND time < :until + 259200
),
sent AS (
    SELECT
        sql_id, said_at, channel, service, account, one_end, other_end, mark, mask, series,
        CASE
            WHEN series IS NOT NULL THEN 1
            WHEN coding = 1 THEN CASE WHEN size_bytes <= 140 THEN 1 ELSE CEIL(size_bytes / 134.0) END
            WHEN size_bytes / CASE WHEN coding = 2 THEN 2.0 ELSE 1.0 END <= 70 THEN 1
            ELSE CEIL(size_bytes / CASE WHEN coding = 2 THEN 134.0 ELSE 67.0 END)
        END AS segments,
        ROW_NUMBER() OVER (PARTITION BY one_end, other_end, mark, CASE WHEN mask > 0 THEN 1 ELSE 0 END ORDER BY said_at, sql_id) AS nth,
        COUNT(*) OVER (PARTITION BY one_end, other_end, mark, CASE WHEN mask > 0 THEN 1 ELSE 0 END) AS alike,
        -- the same reference comes back after 256 long messages
        ROW_NUMBER() OVER (PARTITION BY one_end, other_end, header ORDER BY said_at, sql_id) AS again
    FROM held
    WHERE momt = 'MT'
),
reports AS (
    SELECT
        said_at, channel, one_end, other_end, mark, mask,
        CASE
            WHEN mask NOT IN (2, 16) THEN NULL
            WHEN POSITION('stat:' IN told) > 0
                THEN SUBSTR(
                    told,
                    POSITION('stat:' IN told) + 5,
                    POSITION(' ' IN CONCAT(SUBSTR(told, POSITION('stat:' IN told) + 5), ' ')) - 1
                )
            WHEN SUBSTR(told, 1, 5) = 'NACK/' THEN SUBSTR(told, 1, 15)
            ELSE CONCAT('DLR-', mask)
        END AS code,
        ROW_NUMBER() OVER (
            PARTITION BY one_end, other_end, mark, CASE WHEN mask IN (1, 2, 16) THEN 0 ELSE mask END ORDER BY said_at, sql_id
        ) AS nth
    FROM held
    WHERE momt = 'DLR'
),
parts AS (
    SELECT
        s.sql_id AS sql_id,
        MIN(s.said_at) AS said_at,
        COALESCE(MIN(r.channel), MIN(s.channel)) AS channel,
        MIN(s.service) AS service,
        MIN(s.account) AS account,
        MIN(s.one_end) AS one_end,
        MIN(s.other_end) AS other_end,
        MIN(s.series) AS series,
        MIN(s.again) AS again,
        MIN(s.segments) AS segments,
        MIN(CASE WHEN s.mask > 0 THEN 1 ELSE 0 END) AS has_asked,
        MAX(CASE WHEN r.mask IN (2, 16) THEN 1 ELSE 0 END) AS is_failed,
        MAX(CASE WHEN r.mask = 1 THEN 1 ELSE 0 END) AS is_delivered,
        MAX(r.code) AS code,
        MAX(CASE WHEN r.mask NOT IN (1, 2, 4, 8, 16, 32) THEN CONCAT('DLR-', r.mask) END) AS unread,
        MAX(CASE WHEN r.mask IN (1, 2, 16) THEN r.said_at END) AS reported_at
    FROM sent AS s
    LEFT JOIN reports AS r
        ON r.one_end = s.one_end AND r.other_end = s.other_end AND r.mark = s.mark AND s.mask > 0
        AND (s.alike = 1 OR r.nth = s.nth)
    GROUP BY s.sql_id
),
messages AS (
    SELECT
        MIN(sql_id) AS message_id,
        MIN(said_at) AS submitted_at,
        MIN(channel) AS channel,
        MIN(service) AS service,
        MIN(account) AS account,
        SUM(segments) AS segments,
        CASE
            WHEN MAX(is_failed) = 1 THEN 'failed'
            WHEN SUM(has_asked) > 0 AND SUM(is_delivered) = SUM(has_asked) THEN 'delivered'
            ELSE MAX(unread)
        END AS outcome,
        MAX(code) AS failure_code,
        MAX(reported_at) AS reported_at,
        COUNT(*) AS source_rows
    FROM parts
    GROUP BY one_end, other_end, series, again, CASE WHEN series IS NULL THEN sql_id END
)
SELECT
    message_id AS message_id,
    submitted_at AS submitted_at,
    channel AS carrier,
    COALESCE(NULLIF(service, ''), '-') AS application,
    NULLIF(account, '') AS unit,
    segments AS segments,
    outcome AS outcome,
    failure_code AS failure_code,
    CASE WHEN outcome IS NOT NULL THEN reported_at END AS reported_at,
    CASE WHEN channel IS NULL THEN '未指定通道（smsc_id），也尚无回执说明' END AS rejected_because,
    source_rows AS source_rows
FROM messages
WHERE submitted_at >= :since AND submitted_at < :until
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '没有时间（time 为空）', COUNT(*)
FROM sent_sms
WHERE momt = 'MT' AND time IS NULL
HAVING COUNT(*) > 0
UNION ALL
SELECT NULL, MIN(time), NULL, NULL, NULL, NULL, NULL, NULL, NULL, '未知的消息类型（momt）', COUNT(*)
FROM sent_sms
WHERE COALESCE(momt, '') NOT IN ('MT', 'DLR', 'MO') AND time >= :since AND time < :until
HAVING COUNT(*) > 0
