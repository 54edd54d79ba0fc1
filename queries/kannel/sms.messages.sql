/*
window: submitted_at
times:
  submitted_at: naive
  reported_at: naive
dialects: [duckdb]
*/
-- Messages handed to a carrier's channel, with what the carrier reported. A channel that names no carrier is another one's (other). Numbers are used to join and to group,
-- and never selected; of a text only the length is read. Within a text Kannel writes what is not printable as a dot,
-- so a line is an event; a text may hold brackets, so fields are looked for from the line's two ends.
WITH events AS (
    SELECT
        file,
        line_no,
        try_strptime(line[1:19], '%Y-%m-%d %H:%M:%S') AS logged_at,
        regexp_extract(line[21:], '^([A-Za-z ]*) \[SMSC:', 1) AS event,
        regexp_extract(line, '\[SMSC:([^\]]*)\]', 1) AS channel,
        regexp_extract(line, '\[SVC:([^\]]*)\]', 1) AS service,
        regexp_extract(line, '\[ACT:([^\]]*)\]', 1) AS account,
        regexp_extract(line, '\[FID:([^\]]*)\]', 1) AS foreign_id,
        regexp_extract(line, '\[from:([^\]]*)\]', 1) AS sender,
        regexp_extract(line, '\[to:([^\]]*)\]', 1) AS recipient,
        regexp_extract(line, '\[flags:-?\d+:(-?\d+):-?\d+:-?\d+:-?\d+\]', 1) AS coding,
        regexp_extract(line, '\[flags:-?\d+:-?\d+:-?\d+:-?\d+:(-?\d+)\]', 1) AS dlr_mask,
        try_cast(regexp_extract(line, '\[msg:(\d+):', 1) AS INTEGER) AS size,
        -- user data header of a long message that its sender cut: 05 00 03 reference parts part
        regexp_extract(line, '\[udh:\d+[:]050003([0-9A-F]{4})[0-9A-F]{2}\]$', 1) AS series,
        regexp_extract(line, '\[udh:\d+[:]050003[0-9A-F]{4}([0-9A-F]{2})\]$', 1) AS part,
        CASE WHEN contains(line, ' Receive DLR [') THEN coalesce(
            nullif(regexp_extract(line, '[ :]stat:([^ \]]+)', 1), ''),
            nullif(regexp_extract(line, '\[msg:\d+:(NACK/[^/\]]+)', 1), '')
        ) END AS code,
        -- a message without a length was cut off, and a report of a kind that Kannel does not have says nothing
        NOT regexp_matches(line, '^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (Log (begins|ends)|[A-Za-z -]+ \[SMSC:)')
            OR (size IS NULL AND event IN ('Sent SMS', 'FAILED Send SMS', 'REJECTED Send SMS', 'DISCARDED SMS', 'EXPIRED SMS'))
            OR (event = 'Receive DLR' AND dlr_mask NOT IN ('1', '2', '4', '8', '16', '32')) AS is_foreign
    FROM lines
    WHERE line <> ''
),
sent AS (
    SELECT
        *,
        -- one channel handed over several in a second; a long message cut by its sender has one line a part
        row_number() OVER (PARTITION BY channel, logged_at ORDER BY file, line_no) AS ordinal,
        row_number() OVER (PARTITION BY channel, sender, recipient, series, part ORDER BY logged_at, file, line_no) AS repeat
    FROM events
    WHERE event IN ('Sent SMS', 'FAILED Send SMS', 'REJECTED Send SMS', 'DISCARDED SMS', 'EXPIRED SMS')
        AND logged_at IS NOT NULL AND size IS NOT NULL
),
-- Final reports: 1 delivered, 2 failed, 16 refused by the carrier. (4 and 8: on its way; 32: intermediate.)
reports AS (
    SELECT
        channel, sender, recipient, foreign_id, max(logged_at) AS logged_at, arg_max(dlr_mask, (logged_at, line_no)) AS dlr_mask,
        arg_max(code, (logged_at, line_no)) AS code, min(line_no) AS line_no
    FROM events
    WHERE event = 'Receive DLR' AND dlr_mask IN ('1', '2', '16') AND logged_at IS NOT NULL
    GROUP BY channel, sender, recipient, foreign_id, CASE WHEN foreign_id = '' THEN line_no END
),
-- A report names its message by the carrier's number.
by_number AS (
    SELECT sent.*, reports.logged_at AS reported_at, reports.dlr_mask AS report, reports.code AS report_code
    FROM sent
    LEFT JOIN reports USING (channel, sender, recipient, foreign_id)
    WHERE sent.foreign_id <> ''
),
-- Where the line of the message has no number (a channel that answers late, a refusal), the n-th such message to a
-- recipient goes with the n-th report that names no message that is known.
unnumbered AS (
    SELECT
        *,
        event <> 'Sent SMS' AS is_refused,
        row_number() OVER (PARTITION BY channel, sender, recipient, event <> 'Sent SMS' ORDER BY logged_at, file, line_no) AS nth
    FROM sent
    WHERE foreign_id = ''
),
other_reports AS (
    SELECT
        reports.*,
        dlr_mask = '16' AS is_refused,
        row_number() OVER (PARTITION BY channel, sender, recipient, dlr_mask = '16' ORDER BY logged_at, line_no) AS nth
    FROM reports
    ANTI JOIN by_number USING (channel, sender, recipient, foreign_id)
),
by_order AS (
    SELECT unnumbered.* EXCLUDE (is_refused, nth), other.logged_at AS reported_at, other.dlr_mask AS report, other.code AS report_code
    FROM unnumbered
    LEFT JOIN other_reports AS other USING (channel, sender, recipient, is_refused, nth)
),
parts AS (
    SELECT
        *,
        CASE
            WHEN event <> 'Sent SMS' OR report IN ('2', '16') THEN 'failed'
            WHEN report = '1' THEN 'delivered'
        END AS outcome,
        -- where one sender wrote the whole text, Kannel cuts it: 67 characters a part when they are more than 70
        CASE
            WHEN series <> '' THEN 1
            WHEN coding = '1' THEN CASE WHEN size <= 140 THEN 1 ELSE ceil(size / 134) END
            WHEN size / CASE WHEN coding = '2' THEN 2 ELSE 1 END <= 70 THEN 1
            ELSE ceil(size / CASE WHEN coding = '2' THEN 2 ELSE 1 END / 67)
        END AS segments
    FROM (SELECT * FROM by_number UNION ALL BY NAME SELECT * FROM by_order)
),
messages AS (
    SELECT
        min(logged_at) AS submitted_at,
        channel,
        arg_min(ordinal, (logged_at, ordinal)) AS ordinal,
        any_value(service) AS service,
        any_value(account) AS account,
        sum(segments)::BIGINT AS segments,
        CASE
            WHEN bool_or(outcome = 'failed') THEN 'failed'
            WHEN count(outcome) = count(*) THEN 'delivered'
        END AS outcome,
        max(CASE WHEN outcome = 'failed' THEN coalesce(report_code, event) END) AS failure_code,
        max(CASE WHEN outcome = 'failed' THEN coalesce(reported_at, logged_at) ELSE reported_at END) AS reported_at,
        count(*) AS lines
    FROM parts
    GROUP BY channel, sender, recipient, series, repeat, CASE WHEN series = '' THEN (logged_at, ordinal) END
),
named AS (
    SELECT
        *,
        CASE
            WHEN regexp_matches(lower(channel), 'telecom|电信|(^|[^a-z])(ct|ctcc|dx)([^a-z]|$)') THEN 'telecom'
            WHEN regexp_matches(lower(channel), 'mobile|移动|(^|[^a-z])(cm|cmcc|yd)([^a-z]|$)') THEN 'mobile'
            WHEN regexp_matches(lower(channel), 'unicom|联通|(^|[^a-z])(cu|cucc|lt)([^a-z]|$)') THEN 'unicom'
            WHEN regexp_matches(lower(channel), 'broadnet|广电|(^|[^a-z])(cb|cbn|cbnet|gd)([^a-z]|$)') THEN 'broadnet'
            ELSE channel
        END AS carrier
    FROM messages
    WHERE submitted_at >= :since AND submitted_at < :until
)
SELECT
    strftime(submitted_at, '%Y%m%d%H%M%S') || '-' || channel || '-' || ordinal AS message_id,
    submitted_at,
    carrier,
    coalesce(nullif(service, ''), '-') AS application,
    nullif(account, '') AS unit,
    segments,
    outcome,
    failure_code,
    CASE WHEN outcome IS NOT NULL THEN reported_at END AS reported_at,
    NULL::VARCHAR AS rejected_because,
    lines AS source_rows
FROM named
UNION ALL BY NAME
-- A line that is none of Kannel's has no time: it counts on the day on which its file begins.
SELECT
    min(logged_at) AS submitted_at,
    '不是 Kannel 访问日志行' AS rejected_because,
    file || ':' || min(CASE WHEN is_foreign OR logged_at IS NULL THEN line_no END) AS rejected_at,
    sum(CASE WHEN is_foreign OR logged_at IS NULL THEN 1 ELSE 0 END)::BIGINT AS source_rows
FROM events
GROUP BY file
HAVING bool_or(is_foreign OR logged_at IS NULL)
