/*
dialects: [sqlite, mysql, postgres]
*/
-- status: 0 in use, 1 stopped. deleted is bit(1) in MySQL and int2 in PostgreSQL: both compare with 0. The row of
-- any other status is rejected and counted. A top unit's parent_id is 0.
SELECT
    d.id AS unit_id,
    d.name AS unit,
    p.id AS parent_id,
    CASE d.status WHEN 0 THEN 1 WHEN 1 THEN 0 END AS is_enabled,
    CASE WHEN d.status IS NULL OR d.status NOT IN (0, 1) THEN '未知的单位状态（status）' END AS rejected_because
FROM system_dept AS d
LEFT JOIN system_dept AS p ON p.id = d.parent_id AND p.deleted = 0
WHERE d.deleted = 0
