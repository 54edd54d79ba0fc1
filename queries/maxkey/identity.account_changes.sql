/*
window: changed_at
times:
  changed_at: naive
dialects: [sqlite, mysql]
translate:
  action: actions.csv
*/
-- What administrators did to users, units and permissions. An application (topic application) is no account, a person's
-- own new password (topic password) no administration, and what was only looked at (view) no change. A row without a topic,
-- and one with a result that is none of the product's, comes through, and is rejected and counted.
SELECT
    ID AS change_id,
    EXECUTETIME AS changed_at,
    CASE
        WHEN LOWER(TRIM(TOPIC)) IN ('role', 'resource', 'permission') AND LOWER(TRIM(MESSAGEACTION)) = 'create' THEN 'granted'
        ELSE MESSAGEACTION
    END AS action,
    CASE LOWER(TRIM(TOPIC))
        WHEN 'user' THEN 'account'
        WHEN 'account' THEN 'account'
        WHEN 'organization' THEN 'unit'
        WHEN 'role' THEN 'permission'
        WHEN 'resource' THEN 'permission'
        WHEN 'permission' THEN 'permission'
    END AS subject,
    CASE LOWER(TRIM(MESSAGERESULT))
        WHEN 'success' THEN 'success'
        WHEN 'error' THEN 'failure'
        WHEN 'fail' THEN 'failure'
        ELSE MESSAGERESULT
    END AS outcome
FROM mxk_history_system_logs
WHERE (EXECUTETIME IS NULL OR EXECUTETIME < '1971-01-01' OR (EXECUTETIME >= :since AND EXECUTETIME < :until))
    AND (TOPIC IS NULL OR LOWER(TRIM(TOPIC)) IN ('', 'user', 'account', 'organization', 'role', 'resource', 'permission'))
    AND LOWER(TRIM(COALESCE(MESSAGEACTION, ''))) <> 'view'
