/*
window: checked_at
times:
  checked_at: aware
  expires_at: aware
dialects: [duckdb]
*/
-- The journal that the probe keeps: a line of JSON a check. A line that was cut off, as by a full disk, is rejected.
WITH told AS (
    SELECT
        file,
        line_no,
        CASE WHEN json_valid(line) THEN line END AS entry,
        try_cast(json_extract_string(CASE WHEN json_valid(line) THEN line END, '$.checked_at') AS TIMESTAMPTZ) AS checked_at
    FROM lines
    WHERE line <> ''
)
SELECT
    checked_at,
    json_extract_string(entry, '$.subsystem') AS subsystem,
    json_extract_string(entry, '$.target') AS target,
    json_extract_string(entry, '$.kind') AS kind,
    try_cast(json_extract_string(entry, '$.is_up') AS BOOLEAN) AS is_up,
    try_cast(json_extract_string(entry, '$.duration_ms') AS DOUBLE) AS duration_ms,
    json_extract_string(entry, '$.failure') AS failure,
    try_cast(json_extract_string(entry, '$.expires_at') AS TIMESTAMPTZ) AS expires_at,
    CASE WHEN checked_at IS NULL THEN '不是探测记录行' END AS rejected_because,
    CASE WHEN checked_at IS NULL THEN file || ':' || line_no END AS rejected_at
FROM told
WHERE checked_at IS NULL OR checked_at < '1971-01-01' OR (checked_at >= :since AND checked_at < :until)
