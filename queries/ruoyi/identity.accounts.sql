/*
times:
  opened_at: naive
  last_login_at: naive
dialects: [sqlite, mysql, postgres]
*/
-- status: 0 in use, 1 stopped. del_flag: 0 is there, 2 deleted (1 in RuoYi-Plus). The row of any other code is rejected and
-- counted.
SELECT
    user_id AS account_id,
    dept_id AS unit_id,
    CASE status WHEN '0' THEN 1 WHEN '1' THEN 0 END AS is_enabled,
    create_time AS opened_at,
    login_date AS last_login_at,
    CASE
        WHEN del_flag IS NULL OR del_flag <> '0' THEN CONCAT('未知的删除标志 ', COALESCE(del_flag, '空'))
        WHEN status IS NULL OR status NOT IN ('0', '1') THEN CONCAT('未知的账号状态代码 ', COALESCE(status, '空'))
    END AS rejected_because
FROM sys_user
WHERE COALESCE(del_flag, '') NOT IN ('1', '2')
