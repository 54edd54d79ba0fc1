/*
window: changed_at
times:
  changed_at: naive
dialects: [sqlite, mysql]
translate:
  action: actions.csv
*/
-- What administrators did to users, units and permissions. An application (topic application) is no account, a person's
-- own new password (topic password) no administration, and what was only looked at (view) no change.
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
        ELSE 'permission'
    END AS subject,
    CASE LOWER(TRIM(MESSAGERESULT)) WHEN 'success' THEN 'success' ELSE 'failure' END AS outcome
FROM mxk_history_system_logs
WHERE (EXECUTETIME IS NULL OR (EXECUTETIME >= :since AND EXECUTETIME < :until))
    AND LOWER(TRIM(TOPIC)) IN ('user', 'account', 'organization', 'role', 'resource', 'permission')
    AND LOWER(TRIM(COALESCE(MESSAGEACTION, ''))) <> 'view'
