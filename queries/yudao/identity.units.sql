/*
dialects: [sqlite, mysql, postgres]
*/
-- status: 0 in use, 1 stopped. deleted is bit(1) in MySQL and int2 in PostgreSQL: both compare with 0. A top unit's
-- parent_id is 0.
SELECT
    d.id AS unit_id,
    d.name AS unit,
    p.id AS parent_id,
    CASE WHEN d.status = 0 THEN 1 ELSE 0 END AS is_enabled
FROM system_dept AS d
LEFT JOIN system_dept AS p ON p.id = d.parent_id AND p.deleted = 0
WHERE d.deleted = 0
