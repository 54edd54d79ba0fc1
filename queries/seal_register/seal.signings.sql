/*
window: signed_at
times:
  signed_at: naive
translate:
  operation: operations.csv
  system: systems.csv
dialects: [postgres, mysql, sqlite]
*/
SELECT
    signing_id,
    signed_at,
    seal_id,
    operation,
    system_name AS system,
    CASE LOWER(TRIM(CAST(is_success AS CHAR(9))))
        WHEN '1' THEN 'success'
        WHEN 'true' THEN 'success'
        WHEN '0' THEN 'failure'
        WHEN 'false' THEN 'failure'
        ELSE TRIM(CAST(is_success AS CHAR(9)))
    END AS outcome
FROM seal_signing
WHERE signed_at IS NULL OR signed_at < '1971-01-01' OR (signed_at >= :since AND signed_at < :until)
