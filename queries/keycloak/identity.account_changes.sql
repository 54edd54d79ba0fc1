/*
window: changed_at
times:
  changed_at: epoch_ms
dialects: [sqlite, postgres, mysql]
*/
-- What administrators did to users, and to the roles and groups of users. An event without a kind of resource, and one of an
-- operation that Keycloak does not have, comes through, and is rejected and counted. An error is there only where it failed.
SELECT
    id AS change_id,
    admin_event_time AS changed_at,
    CASE
        WHEN resource_type <> 'USER' AND operation_type = 'CREATE' THEN 'granted'
        WHEN resource_type <> 'USER' AND operation_type IN ('UPDATE', 'DELETE', 'ACTION') THEN 'changed'
        WHEN operation_type = 'CREATE' THEN 'opened'
        WHEN operation_type = 'DELETE' THEN 'deleted'
        WHEN operation_type IN ('UPDATE', 'ACTION') THEN 'changed'
        ELSE operation_type
    END AS action,
    CASE WHEN resource_type = 'USER' THEN 'account' WHEN resource_type <> 'USER' THEN 'permission' END AS subject,
    CASE WHEN error IS NULL THEN 'success' ELSE 'failure' END AS outcome
FROM admin_event_entity
WHERE (admin_event_time IS NULL OR admin_event_time < 31536000000 OR (admin_event_time >= :since AND admin_event_time < :until))
    AND (resource_type IS NULL OR resource_type IN ('USER', 'REALM_ROLE_MAPPING', 'CLIENT_ROLE_MAPPING', 'GROUP_MEMBERSHIP'))
