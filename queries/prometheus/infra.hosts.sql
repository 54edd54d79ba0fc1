/*
dialects: [duckdb]
*/
-- A host is what a job of node exporters scrapes, by its address without the port.
SELECT
    regexp_replace(labels['instance'], ':\d+$', '') AS host,
    true AS is_monitored,
    bool_and(CASE WHEN value = 1 THEN true WHEN value = 0 THEN false END) AS is_available
FROM samples
GROUP BY ALL
