/*
window: accessed_at
times:
  accessed_at: epoch_ms
dialects: [sqlite, postgres, mysql]
absent: [duration_ms]
*/
-- An application exchanges the code of a person for a token: that is the access.
SELECT
    id AS access_id,
    event_time AS accessed_at,
    client_id AS app_id,
    user_id AS account_id,
    CASE type WHEN 'CODE_TO_TOKEN' THEN 'success' WHEN 'CODE_TO_TOKEN_ERROR' THEN 'failure' END AS outcome
FROM event_entity
WHERE (event_time IS NULL OR event_time < 31536000000 OR (event_time >= :since AND event_time < :until))
    AND type IN ('CODE_TO_TOKEN', 'CODE_TO_TOKEN_ERROR')
