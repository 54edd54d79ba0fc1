/*
window: signed_at
times:
  signed_at: naive
translate:
  operation: operations.csv
  outcome: outcomes.csv
  system: systems.csv
dialects: [postgres, mysql, sqlite]
*/
SELECT
    signing_id,
    signed_at,
    seal_id,
    operation,
    system_name AS system,
    is_success AS outcome
FROM seal_signing
WHERE signed_at IS NULL OR signed_at < '1971-01-01' OR (signed_at >= :since AND signed_at < :until)
