/*
window: started_at
times:
  started_at: epoch_s
  ended_at: epoch_s
dialects: [duckdb]
*/
-- A backup in which pages with a wrong checksum were found (error: true) exists and is no good. One that was broken off is not
-- listed, nor has a stanza without backups any: their absence is the failure.
WITH parsed AS (
    SELECT file, CASE WHEN json_valid(document) THEN document END AS listing FROM documents
),
listed AS (
    SELECT file, listing, coalesce(json_type(listing) = 'ARRAY', false) AS is_list FROM parsed
),
stanzas AS (
    SELECT file, unnest(json_extract(listing, '$[*]')) AS stanza FROM listed WHERE is_list
),
backups AS (
    SELECT
        file,
        json_extract_string(stanza, '$.name') AS plan,
        unnest(json_extract(stanza, '$.backup[*]')) AS backup
    FROM stanzas
),
told AS (
    SELECT
        file,
        plan,
        json_extract_string(backup, '$.label') AS label,
        coalesce(json_extract_string(backup, '$.database."repo-key"'), '1') AS repository,
        try_cast(json_extract_string(backup, '$.timestamp.start') AS BIGINT) AS started_at,
        try_cast(json_extract_string(backup, '$.timestamp.stop') AS BIGINT) AS ended_at,
        json_extract_string(backup, '$.type') AS type,
        coalesce(json_extract_string(backup, '$.error'), 'false') AS error,
        try_cast(json_extract_string(backup, '$.info.size') AS BIGINT) AS size_bytes
    FROM backups
)
SELECT
    concat_ws('/', plan, repository, label) AS backup_id,
    started_at,
    ended_at,
    plan,
    CASE type WHEN 'diff' THEN 'differential' WHEN 'incr' THEN 'incremental' ELSE type END AS level,
    CASE WHEN contains(file, 'offline') THEN 'offline' ELSE 'online' END AS medium,
    CASE error WHEN 'true' THEN 'failure' WHEN 'false' THEN 'success' ELSE error END AS outcome,
    size_bytes,
    CASE WHEN started_at IS NULL THEN '备份没有时间' END AS rejected_because,
    file AS rejected_at
FROM told
WHERE started_at IS NULL OR started_at NOT BETWEEN 31536000 AND 4102444800 OR (started_at >= :since AND started_at < :until)
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '备份清单不是完整的 JSON', file
FROM listed
WHERE NOT is_list
