/*
times:
  opened_at: naive
  last_login_at: naive
dialects: [sqlite, mysql, postgres]
*/
-- status: 0 in use, 1 stopped. deleted is bit(1) in MySQL and int2 in PostgreSQL: both compare with 0.
SELECT
    id AS account_id,
    NULLIF(dept_id, 0) AS unit_id,
    CASE WHEN status = 0 THEN 1 ELSE 0 END AS is_enabled,
    create_time AS opened_at,
    login_date AS last_login_at
FROM system_users
WHERE deleted = 0
