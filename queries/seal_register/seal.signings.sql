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
    CASE WHEN is_success THEN 'success' WHEN NOT is_success THEN 'failure' END AS outcome
FROM seal_signing
WHERE signed_at IS NULL OR (signed_at >= :since AND signed_at < :until)
