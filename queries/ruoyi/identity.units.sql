/*
dialects: [sqlite, mysql, postgres]
*/
-- status: 0 in use, 1 stopped. del_flag: 0 is there, 2 deleted (1 in RuoYi-Plus). The row of any other code is rejected and
-- counted. A top unit's parent_id is 0.
SELECT
    d.dept_id AS unit_id,
    d.dept_name AS unit,
    p.dept_id AS parent_id,
    CASE d.status WHEN '0' THEN 1 WHEN '1' THEN 0 END AS is_enabled,
    CASE
        WHEN d.del_flag IS NULL OR d.del_flag <> '0' THEN CONCAT('未知的删除标志 ', COALESCE(d.del_flag, '空'))
        WHEN d.status IS NULL OR d.status NOT IN ('0', '1') THEN CONCAT('未知的单位状态代码 ', COALESCE(d.status, '空'))
    END AS rejected_because
FROM sys_dept AS d
LEFT JOIN sys_dept AS p ON p.dept_id = d.parent_id AND COALESCE(p.del_flag, '0') NOT IN ('1', '2')
WHERE COALESCE(d.del_flag, '') NOT IN ('1', '2')
