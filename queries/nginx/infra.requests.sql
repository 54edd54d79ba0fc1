/*
window: minute_at
times:
  minute_at: aware
dialects: [duckdb]
*/
-- Lines of access logs, counted by minute, service, method, route, status and duration. No client address,
-- user, query, referrer or browser is selected; a line that is rejected is named by its file and number only.
WITH parted AS (
    SELECT file, line_no, line, string_split(line, '"') AS part, string_split(part[3], ' ') AS answer
    FROM lines
    WHERE line <> ''
),
-- Three shapes. Where nothing is escaped, the quotes of a line are its structure, and splitting at them is twice
-- as fast as a regular expression. Apache writes a quote within a field as \", and then it takes the expression
-- (which also forgives a last field that was cut off: what is counted stands before it). JSON as nginx writes it.
shaped AS (
    SELECT
        file,
        line_no,
        CASE
            WHEN line[1] = '{' THEN {
                'kind': 'json', 'at': '', 'request': '', 'status': '', 'size': '', 'tail': '',
                'json': json_extract_string(
                    -- nginx without escape=json writes \x22 where JSON wants \u0022
                    CASE WHEN json_valid(replace(line, '\x', '\u00')) THEN replace(line, '\x', '\u00') END,
                    [
                        'time_iso8601', 'time_local', 'request', 'request_method', 'uri', 'request_uri',
                        'status', 'body_bytes_sent', 'request_time', 'host'
                    ]
                )
            }
            WHEN len(part) >= 3 AND len(part) % 2 = 1 AND NOT contains(line, '\"') THEN {
                'kind': 'text',
                'at': substr(part[1], length(part[1]) - 27, 26),
                'request': part[2],
                'status': answer[2],
                'size': answer[3],
                'tail': concat_ws(' ', answer[4], part[7], part[9]),
                'json': NULL
            }
            ELSE {
                'kind': 'text',
                'at': regexp_extract(line, '\[([^\]]{26})\] "', 1),
                'request': regexp_extract(line, '\] "(([^"\\]|\\.)*)" \d{3} ', 1),
                'status': regexp_extract(line, '\] "([^"\\]|\\.)*" (\d{3}) (\d+|-)( |$)', 2),
                'size': regexp_extract(line, '\] "([^"\\]|\\.)*" (\d{3}) (\d+|-)( |$)', 3),
                'tail': regexp_extract(line, '"([^"]*)$', 1),
                'json': NULL
            }
        END AS field
    FROM parted
),
read AS (
    SELECT
        file,
        line_no,
        coalesce(
            try_strptime(coalesce(field.json[2], field.at), '%d/%b/%Y:%H:%M:%S %z'),
            -- only with an offset: a bare local time would be read as UTC
            CASE WHEN regexp_matches(field.json[1], '(Z|[+-]\d\d:?\d\d)$') THEN try_cast(field.json[1] AS TIMESTAMPTZ) END
        ) AS ended_at,
        CASE
            WHEN field.kind = 'text' THEN field.request
            ELSE coalesce(field.json[3], concat_ws(' ', field.json[4], coalesce(field.json[6], field.json[5])))
        END AS request,
        try_cast(CASE WHEN field.kind = 'text' THEN field.status ELSE field.json[7] END AS SMALLINT) AS status,
        try_cast(
            replace(CASE WHEN field.kind = 'text' THEN field.size ELSE coalesce(field.json[8], '0') END, '-', '0') AS BIGINT
        ) AS size_bytes,
        1000 * try_cast(
            CASE
                WHEN field.kind = 'json' THEN field.json[9]
                -- mostly it stands alone, and is known without taking the text apart
                WHEN regexp_full_match(field.tail, ' *\d+\.\d+') THEN trim(field.tail)
                WHEN trim(field.tail) <> '' THEN regexp_extract(field.tail, '(^| )(rt=)?(\d+\.\d+)( |$)', 3)
            END AS DOUBLE
        ) AS duration_ms,
        lower(regexp_replace(field.json[10], ':\d+$', '')) AS host
    FROM shaped
),
told AS (
    SELECT
        file,
        line_no,
        date_trunc('minute', ended_at) AS minute_at,
        host,
        split_part(request, ' ', 1) AS method,
        -- an absolute URL is one to a proxy; what follows ? # ; says who and not what; three parts are kept at most
        regexp_extract(split_part(request, ' ', 2), '^(https?://[^/?#;]*)?((/[^/?#;]*){1,3})', 2) AS path,
        status,
        CASE
            WHEN duration_ms = 0 THEN -200
            WHEN duration_ms > 0 THEN greatest(-200, least(200, ceil(ln(duration_ms) / ln(1.1))))
        END::BIGINT AS duration_bucket,
        size_bytes,
        ended_at,
        ended_at IS NOT NULL AND status IS NOT NULL AND size_bytes IS NOT NULL AS is_recognised,
        is_recognised AND ended_at >= :since AND ended_at < :until AS is_wanted
    FROM read
),
-- What lies outside the window is one group a file: it tells when the file begins, and is dropped below.
counted AS (
    SELECT
        file,
        is_recognised,
        is_wanted,
        CASE WHEN is_wanted THEN minute_at END AS minute_at,
        CASE WHEN is_wanted THEN host END AS host,
        CASE
            WHEN NOT is_wanted THEN NULL
            WHEN method IN ('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS') THEN method
            ELSE 'OTHER'
        END AS method,
        -- a part that can identify something (digits, an address, anything long) is {id}
        CASE
            WHEN NOT is_wanted THEN NULL
            WHEN path = '' THEN '-'
            ELSE regexp_replace(path, '[^/]*[0-9%@\\][^/]*|[^/]{25,}', '{id}', 'g')
        END AS route,
        CASE WHEN is_wanted THEN status END AS status,
        CASE WHEN is_wanted THEN duration_bucket END AS duration_bucket,
        count(*) AS requests,
        sum(size_bytes) AS size_bytes,
        min(line_no) AS line_no,
        min(CASE WHEN is_recognised THEN ended_at END) AS begins_at
    FROM told
    GROUP BY ALL
),
-- A line that is no access-log line has no time: it counts on the day on which its file begins.
dated AS (
    SELECT *, date_trunc('minute', min(begins_at) OVER (PARTITION BY file)) AS file_begins_at FROM counted
),
named AS (
    SELECT
        CASE WHEN is_wanted THEN minute_at ELSE file_begins_at END AS minute_at,
        coalesce(
            nullif(host, ''),
            CASE
                WHEN regexp_matches(file, '^access([._-]|$)') THEN 'web'
                ELSE regexp_extract(file, '^(.*?)([_-]access|\.|$)', 1)
            END
        ) AS service,
        method,
        route,
        status,
        duration_bucket,
        requests,
        size_bytes,
        is_recognised,
        CASE WHEN NOT is_recognised THEN file END AS rejected_file,
        line_no
    FROM dated
    WHERE is_wanted OR NOT is_recognised
)
SELECT
    minute_at,
    CASE WHEN is_recognised THEN service END AS service,
    method,
    CASE WHEN is_recognised THEN route END AS route,
    status,
    duration_bucket,
    sum(requests)::BIGINT AS requests,
    CASE WHEN is_recognised THEN sum(size_bytes) END::BIGINT AS size_bytes,
    CASE WHEN NOT is_recognised THEN '不是访问日志行' END AS rejected_because,
    rejected_file || ':' || min(line_no) AS rejected_at,
    sum(requests)::BIGINT AS source_rows
FROM named
GROUP BY is_recognised, rejected_file, minute_at, service, method, route, status, duration_bucket
