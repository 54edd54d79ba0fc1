/*
times:
  opened_at: naive
  last_login_at: naive
dialects: [sqlite, mysql, postgres]
*/
-- status: 0 in use, 1 stopped. deleted is bit(1) in MySQL and int2 in PostgreSQL: both compare with 0. The row of
-- any other status is rejected and counted.
SELECT
    id AS account_id,
    NULLIF(dept_id, 0) AS unit_id,
    CASE status WHEN 0 THEN 1 WHEN 1 THEN 0 END AS is_enabled,
    create_time AS opened_at,
    login_date AS last_login_at,
    CASE WHEN status IS NULL OR status NOT IN (0, 1) THEN '未知的账号状态（status）' END AS rejected_because
FROM system_users
WHERE deleted = 0
