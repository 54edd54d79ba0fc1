/*
dialects: [sqlite, postgres, mysql]
absent: [opened_at]
*/
-- A realm has six clients of its own, which are no applications. The name may be empty.
SELECT
    client_id AS app_id,
    COALESCE(NULLIF(name, ''), client_id) AS app,
    NULLIF(protocol, '') AS protocol,
    CASE WHEN enabled THEN 1 WHEN NOT enabled THEN 0 END AS is_enabled
FROM client
WHERE client_id IS NULL
    OR (
        client_id NOT IN ('account', 'account-console', 'admin-cli', 'broker', 'realm-management', 'security-admin-console')
        AND client_id NOT LIKE '%-realm'
    )
