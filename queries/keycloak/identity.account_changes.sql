/*
window: changed_at
times:
  changed_at: epoch_ms
dialects: [sqlite, postgres, mysql]
*/
-- What administrators did to users, and to the roles and groups of users. An error is there only where it failed.
SELECT
    id AS change_id,
    admin_event_time AS changed_at,
    CASE
        WHEN resource_type <> 'USER' AND operation_type = 'CREATE' THEN 'granted'
        WHEN resource_type <> 'USER' THEN 'changed'
        WHEN operation_type = 'CREATE' THEN 'opened'
        WHEN operation_type = 'DELETE' THEN 'deleted'
        ELSE 'changed'
    END AS action,
    CASE WHEN resource_type = 'USER' THEN 'account' ELSE 'permission' END AS subject,
    CASE WHEN error IS NULL THEN 'success' ELSE 'failure' END AS outcome
FROM admin_event_entity
WHERE (admin_event_time IS NULL OR (admin_event_time >= :since AND admin_event_time < :until))
    AND resource_type IN ('USER', 'REALM_ROLE_MAPPING', 'CLIENT_ROLE_MAPPING', 'GROUP_MEMBERSHIP')
    AND operation_type IN ('CREATE', 'UPDATE', 'DELETE', 'ACTION')
