/*
window: hour_at
times:
  hour_at: aware
dialects: [duckdb]
*/
-- The values of each five minutes, by the hour; what is no number (a host without swap) is none.
SELECT
    date_trunc('hour', sampled_at) AS hour_at,
    regexp_replace(labels['instance'], ':\d+$', '') AS host,
    query AS metric,
    coalesce(labels['mountpoint'], '') AS part,
    greatest(avg(value), 0) AS mean,
    greatest(max(value), 0) AS peak,
    count(*) AS samples
FROM samples
WHERE isfinite(value) AND sampled_at >= :since AND sampled_at < :until
GROUP BY ALL
