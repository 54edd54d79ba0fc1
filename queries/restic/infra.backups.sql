/*
window: started_at
times:
  started_at: aware
  ended_at: aware
dialects: [duckdb]
*/
-- A run that failed leaves no snapshot: its absence is the failure. Each snapshot is whole to who restores it; one with
-- a parent was saved as the difference to it. Who made it is not selected.
WITH parsed AS (
    SELECT file, CASE WHEN json_valid(document) THEN document END AS listing FROM documents
),
listed AS (
    SELECT file, listing, coalesce(json_type(listing) IN ('ARRAY', 'NULL'), false) AS is_list FROM parsed
),
snapshots AS (
    SELECT file, unnest(json_extract(listing, '$[*]')) AS snapshot FROM listed WHERE is_list
),
told AS (
    SELECT
        file,
        json_extract_string(snapshot, '$.id') AS backup_id,
        try_cast(
            coalesce(
                json_extract_string(snapshot, '$.summary.backup_start'), json_extract_string(snapshot, '$.time')
            ) AS TIMESTAMPTZ
        ) AS started_at,
        try_cast(json_extract_string(snapshot, '$.summary.backup_end') AS TIMESTAMPTZ) AS ended_at,
        concat_ws(
            ' ',
            json_extract_string(snapshot, '$.hostname'),
            array_to_string(json_extract_string(snapshot, '$.paths[*]'), ' ')
        ) AS plan,
        json_extract_string(snapshot, '$.parent') AS parent,
        try_cast(json_extract_string(snapshot, '$.summary.total_bytes_processed') AS BIGINT) AS size_bytes
    FROM snapshots
)
SELECT
    backup_id,
    started_at,
    ended_at,
    plan,
    CASE WHEN parent IS NULL THEN 'full' ELSE 'incremental' END AS level,
    CASE WHEN contains(file, 'offline') THEN 'offline' ELSE 'online' END AS medium,
    'success' AS outcome,
    size_bytes,
    CASE WHEN started_at IS NULL THEN '快照没有时间' END AS rejected_because,
    file AS rejected_at
FROM told
WHERE started_at IS NULL OR started_at < '1971-01-01' OR (started_at >= :since AND started_at < :until)
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '快照清单不是完整的 JSON', file
FROM listed
WHERE NOT is_list
