/*
window: logged_in_at
times:
  logged_in_at: aware
dialects: [duckdb]
translate:
  reason: reasons.csv
*/
-- One line is one attempt, in the format of README.md. The certificate is told by its fingerprint; of its owner nothing
-- is read. NONE is an attempt without a certificate; SUCCESS with a status of 400 or more one that the application refused.
WITH told AS (
    SELECT
        file,
        line_no,
        json_extract_string(
            CASE WHEN json_valid(line) THEN line END,
            ['time_iso8601', 'request_id', 'status', 'ssl_client_verify', 'ssl_client_fingerprint']
        ) AS field
    FROM lines
    WHERE line <> ''
),
read AS (
    SELECT
        file,
        line_no,
        -- only with an offset: a bare local time would be read as UTC
        CASE WHEN regexp_matches(field[1], '(Z|[+-]\d\d:?\d\d)$') THEN try_cast(field[1] AS TIMESTAMPTZ) END AS logged_in_at,
        nullif(field[2], '') AS login_id,
        try_cast(field[3] AS SMALLINT) AS status,
        CASE WHEN regexp_matches(field[4], '^(SUCCESS|NONE|FAILED(:.*)?)$') THEN field[4] END AS verified,
        nullif(lower(field[5]), '') AS fingerprint,
        logged_in_at IS NOT NULL AND login_id IS NOT NULL AND status IS NOT NULL AND verified IS NOT NULL AS is_recognised
    FROM told
)
SELECT
    login_id,
    logged_in_at,
    fingerprint AS certificate_id,
    CASE WHEN verified = 'SUCCESS' AND status < 400 THEN 'success' ELSE 'failure' END AS outcome,
    CASE WHEN verified <> 'SUCCESS' OR status >= 400 THEN regexp_replace(verified, '^FAILED:', '') END AS reason,
    NULL AS rejected_because,
    NULL AS rejected_at,
    1::BIGINT AS source_rows
FROM read
WHERE is_recognised AND logged_in_at >= :since AND logged_in_at < :until
UNION ALL BY NAME
-- A line that is none of these has no time: it counts on the day on which its file begins.
SELECT
    min(logged_in_at) AS logged_in_at,
    '不是证书登录日志行' AS rejected_because,
    file || ':' || min(CASE WHEN NOT is_recognised THEN line_no END) AS rejected_at,
    sum(CASE WHEN is_recognised THEN 0 ELSE 1 END)::BIGINT AS source_rows
FROM read
GROUP BY file
HAVING bool_or(NOT is_recognised)
