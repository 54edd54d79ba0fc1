/*
dialects: [duckdb]
*/
-- A host is what a job of node exporters scrapes, by its address without the port.
SELECT
    regexp_replace(labels['instance'], ':\d+$', '') AS host,
    true AS is_monitored,
    bool_and(value = 1) AS is_available
FROM samples
GROUP BY ALL
