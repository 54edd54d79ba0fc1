/*
window: logged_in_at
times:
  logged_in_at: naive
dialects: [duckdb]
absent: [terminal]
*/
-- Three formats, with or without what a log pattern puts before them. What was done (WHAT) may hold commas, braces and
-- line ends, and who does it decides what is in it: a record is read from its two ends, its first WHO and its last rest.
-- Nothing of WHAT is handed on. The zone's abbreviation is cut out of the time: the source's zone counts.
-- A line that belongs to no record counts on the day on which its file begins.
WITH marked AS (
    SELECT
        file,
        line_no,
        line,
        regexp_extract(line, '(\{.*\})>?\s*$', 1) AS object,
        regexp_extract(
            line,
            '(\w{3} \w{3} \d\d \d\d:\d\d:\d\d \S+ \d{4}),[^,]*,(.*),([A-Z0-9]+_[A-Z0-9_]+),(.*),([^,]*),[^,]*$',
            ['moment', 'what', 'action', 'who', 'address']
        ) AS single,
        contains(line, 'Audit trail record BEGIN') AS begins,
        regexp_matches(line, '^[=> ]+$') AS is_rule
    FROM lines
    WHERE trim(line) <> ''
),
numbered AS (
    SELECT *, count_if(begins) OVER (PARTITION BY file ORDER BY line_no) AS record FROM marked
),
ruled AS (
    SELECT
        *,
        count_if(is_rule AND starts_with(line, '=')) OVER (PARTITION BY file, record ORDER BY line_no) AS rules
    FROM numbered
),
-- Between the two rules of a record stands nothing but that record, whatever it looks like.
formed AS (
    SELECT
        *,
        CASE
            WHEN record > 0 AND rules = 1 THEN 'multi'
            WHEN json_valid(object) AND json_extract_string(object, '$.action') IS NOT NULL THEN 'json'
            WHEN single.action <> '' THEN 'single'
            ELSE 'multi'
        END AS form
    FROM ruled
),
records AS (
    SELECT
        file,
        line_no,
        json_extract_string(object, '$.when') AS moment,
        json_extract_string(object, '$.what') AS what,
        json_extract_string(object, '$.action') AS action,
        json_extract_string(object, '$.who') AS who,
        json_extract_string(object, '$.clientIpAddress') AS address,
        1 AS line_count
    FROM formed
    WHERE form = 'json'
    UNION ALL
    SELECT file, line_no, single.moment, single.what, single.action, single.who, single.address, 1
    FROM formed
    WHERE form = 'single'
    UNION ALL
    SELECT
        file,
        min(line_no),
        arg_max(line[7:], line_no) FILTER (starts_with(line, 'WHEN: ')),
        arg_min(line[7:], line_no) FILTER (starts_with(line, 'WHAT: ')),
        arg_max(line[9:], line_no) FILTER (starts_with(line, 'ACTION: ')),
        arg_min(line[6:], line_no) FILTER (starts_with(line, 'WHO: ')),
        arg_max(line[20:], line_no) FILTER (starts_with(line, 'CLIENT IP ADDRESS: ')),
        count(*)
    FROM formed
    WHERE form = 'multi' AND record > 0 AND (rules < 2 OR is_rule)
    GROUP BY file, record
    UNION ALL
    SELECT file, line_no, NULL, NULL, NULL, NULL, NULL, 1
    FROM formed
    WHERE form = 'multi' AND NOT is_rule AND (record = 0 OR rules >= 2)
),
read AS (
    SELECT
        file,
        line_no,
        try_strptime(regexp_replace(trim(moment), ' \S+ (\d{4})$', ' \1'), '%a %b %d %H:%M:%S %Y') AS happened_at,
        coalesce(what, '') AS what,
        trim(action) AS action,
        CASE WHEN trim(who) NOT IN ('', 'audit:unknown', 'unknown') THEN trim(who) END AS who,
        nullif(trim(address), '') AS address,
        line_count
    FROM records
),
told AS (
    SELECT
        *,
        happened_at IS NOT NULL AND coalesce(action, '') <> '' AS is_record,
        min(happened_at) OVER (PARTITION BY file) AS file_begins_at
    FROM read
),
wanted AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY is_record, happened_at::DATE ORDER BY happened_at, who, action, what, file, line_no) AS nth
    FROM told
    WHERE NOT is_record OR (
        action IN ('AUTHENTICATION_SUCCESS', 'AUTHENTICATION_FAILED') AND happened_at >= :since AND happened_at < :until
    )
)
SELECT
    nth::VARCHAR AS login_id,
    CASE WHEN is_record THEN happened_at ELSE file_begins_at END AS logged_in_at,
    CASE WHEN is_record AND NOT contains(what, 'AccountNotFound') THEN who END AS account_id,
    CASE
        WHEN contains(what, 'X509') THEN 'ca'
        WHEN contains(what, 'UsernamePassword') THEN 'password'
        WHEN contains(what, 'OneTimeToken') OR contains(what, 'OneTimePassword') THEN 'second_factor'
        WHEN contains(what, 'ClientCredential') THEN 'federated'
        ELSE 'other'
    END AS method,
    CASE action WHEN 'AUTHENTICATION_SUCCESS' THEN 'success' WHEN 'AUTHENTICATION_FAILED' THEN 'failure' END AS outcome,
    CASE
        WHEN action = 'AUTHENTICATION_SUCCESS' THEN NULL
        WHEN contains(what, 'AccountNotFound') THEN 'unknown_account'
        WHEN contains(what, 'FailedLogin') THEN 'wrong_password'
        WHEN contains(what, 'AccountLocked') THEN 'locked'
        WHEN contains(what, 'AccountDisabled') OR contains(what, 'AccountExpired') THEN 'disabled'
        ELSE 'other'
    END AS reason,
    CASE WHEN is_record THEN address END AS address_hash,
    CASE WHEN NOT is_record THEN '不是审计记录' END AS rejected_because,
    CASE WHEN NOT is_record THEN file || ':' || line_no END AS rejected_at,
    line_count AS source_rows
FROM wanted
