/*
window: logged_in_at
times:
  logged_in_at: epoch_ms
dialects: [sqlite, postgres, mysql]
translate:
  reason: errors.csv
absent: [terminal]
*/
-- An event without a type or a time may be a login: it comes through, and is rejected and counted. Each application that a person opens writes a LOGIN, also while the session lasts: only the first of a session is a login. A
-- session lasts ten hours at most, unless the realm says otherwise. Who came from another identity provider has it in the
-- details, which are tested and never handed on.
SELECT
    e.id AS login_id,
    e.event_time AS logged_in_at,
    e.user_id AS account_id,
    CASE WHEN e.details LIKE '%"identity_provider"%' THEN 'federated' ELSE 'password' END AS method,
    CASE e.type WHEN 'LOGIN' THEN 'success' WHEN 'LOGIN_ERROR' THEN 'failure' END AS outcome,
    CASE e.type WHEN 'LOGIN' THEN NULL ELSE COALESCE(e.error, 'other') END AS reason,
    NULLIF(e.ip_address, '') AS address_hash
FROM (
    SELECT
        id, event_time, user_id, type, error, ip_address,
        COALESCE(details_json_long_value, details_json, '') AS details,
        ROW_NUMBER() OVER (
            PARTITION BY CASE
                WHEN type = 'LOGIN' AND session_id IS NOT NULL AND event_time IS NOT NULL THEN session_id
                ELSE id
            END
            ORDER BY event_time, id
        ) AS turn
    FROM event_entity
    WHERE (event_time IS NULL OR event_time < 31536000000 OR (event_time >= :since - 36000000 AND event_time < :until))
        AND (type IS NULL OR type IN ('LOGIN', 'LOGIN_ERROR'))
) AS e
WHERE e.turn = 1 AND (e.event_time IS NULL OR e.event_time < 31536000000 OR (e.event_time >= :since AND e.event_time < :until))
