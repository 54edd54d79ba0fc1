/*
window: minute_at
times:
  minute_at: naive
translate:
  outcome: outcomes.csv
dialects: [postgres, mysql, sqlite]
*/
-- One row a call in the view; calls of one minute that share everything are one row here.
-- Bucket b holds the durations in (1.1^(b-1), 1.1^b] ms, as in infra.requests; beyond 1.1^200 ms (53 hours) all are in the last.
SELECT
    c.minute_at,
    c.caller,
    c.interface,
    c.outcome,
    c.duration_bucket,
    COUNT(*) AS calls,
    COUNT(*) AS source_rows
FROM (
    SELECT
        SUBSTR(CAST(ended_at AS CHAR(16)), 1, 16) AS minute_at,
        caller,
        interface,
        is_success AS outcome,
        CASE
            WHEN duration_ms >= 189905276 THEN 200
            WHEN duration_ms > 0 THEN CEIL(LN(duration_ms) / LN(1.1))
            WHEN duration_ms = 0 THEN -200
        END AS duration_bucket
    FROM exchange_call
    WHERE ended_at IS NULL OR ended_at < '1971-01-01' OR (ended_at >= :since AND ended_at < :until)
) AS c
GROUP BY c.minute_at, c.caller, c.interface, c.outcome, c.duration_bucket
