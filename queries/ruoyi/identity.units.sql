/*
dialects: [sqlite, mysql, postgres]
*/
-- status: 0 in use, 1 stopped. del_flag: 0 is there, 2 deleted. A top unit's parent_id is 0.
SELECT
    d.dept_id AS unit_id,
    d.dept_name AS unit,
    p.dept_id AS parent_id,
    CASE WHEN d.status = '0' THEN 1 ELSE 0 END AS is_enabled
FROM sys_dept AS d
LEFT JOIN sys_dept AS p ON p.dept_id = d.parent_id AND p.del_flag = '0'
WHERE d.del_flag = '0'
