/*
times:
  opened_at: epoch_ms
dialects: [sqlite, postgres, mysql]
absent: [unit_id, last_login_at]
*/
-- An account of a service belongs to a client and to no person.
SELECT
    id AS account_id,
    CASE WHEN enabled THEN 1 WHEN NOT enabled THEN 0 END AS is_enabled,
    created_timestamp AS opened_at
FROM user_entity
WHERE service_account_client_link IS NULL
