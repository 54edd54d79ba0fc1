/*
times:
  opened_at: naive
  last_login_at: naive
dialects: [sqlite, mysql, postgres]
*/
-- status: 0 in use, 1 stopped. del_flag: 0 is there, 2 deleted.
SELECT
    user_id AS account_id,
    dept_id AS unit_id,
    CASE WHEN status = '0' THEN 1 ELSE 0 END AS is_enabled,
    create_time AS opened_at,
    login_date AS last_login_at
FROM sys_user
WHERE del_flag = '0'
