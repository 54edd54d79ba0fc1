/*
window: changed_at
times:
  changed_at: naive
dialects: [sqlite, mysql, postgres]
*/
-- The operations of three pages of the administration. business_type: 1 add, 2 change, 3 delete, 4 grant; 0 other, 5 export,
-- 6 import, 7 forced exit, 8 code made, 9 cleaning change no single account. status: 0 done, 1 failed. The row of any other
-- code, or of no page, is rejected and counted.
SELECT
    oper_id AS change_id,
    oper_time AS changed_at,
    CASE
        WHEN business_type = 4 THEN 'granted'
        WHEN business_type = 1 THEN 'opened'
        WHEN business_type = 3 THEN 'deleted'
        WHEN business_type = 2 THEN 'changed'
    END AS action,
    CASE
        WHEN business_type = 4 OR title = '角色管理' THEN 'permission'
        WHEN title = '部门管理' THEN 'unit'
        WHEN title = '用户管理' THEN 'account'
    END AS subject,
    CASE status WHEN 0 THEN 'success' WHEN 1 THEN 'failure' END AS outcome,
    CASE
        WHEN business_type IS NULL OR business_type NOT IN (1, 2, 3, 4) THEN '未知的业务类型（business_type）'
        WHEN status IS NULL OR status NOT IN (0, 1) THEN '未知的操作状态（status）'
    END AS rejected_because
FROM sys_oper_log
WHERE (oper_time IS NULL OR oper_time < '1971-01-01' OR (oper_time >= :since AND oper_time < :until))
    AND COALESCE(title, '') IN ('用户管理', '部门管理', '角色管理', '')
    AND (business_type IS NULL OR business_type NOT IN (0, 5, 6, 7, 8, 9))
