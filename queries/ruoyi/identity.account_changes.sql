/*
window: changed_at
times:
  changed_at: naive
dialects: [sqlite, mysql, postgres]
*/
-- The operations of three pages of the administration. business_type: 1 add, 2 change, 3 delete, 4 grant; the others (export,
-- import, forced exit, cleaning) change no single account. status: 0 done, 1 failed.
SELECT
    oper_id AS change_id,
    oper_time AS changed_at,
    CASE
        WHEN business_type = 4 THEN 'granted'
        WHEN business_type = 1 THEN 'opened'
        WHEN business_type = 3 THEN 'deleted'
        ELSE 'changed'
    END AS action,
    CASE
        WHEN business_type = 4 OR title = '角色管理' THEN 'permission'
        WHEN title = '部门管理' THEN 'unit'
        ELSE 'account'
    END AS subject,
    CASE WHEN status = 0 THEN 'success' ELSE 'failure' END AS outcome
FROM sys_oper_log
WHERE (oper_time IS NULL OR (oper_time >= :since AND oper_time < :until))
    AND title IN ('用户管理', '部门管理', '角色管理') AND business_type IN (1, 2, 3, 4)
