/*
translate:
  edition: editions.csv
dialects: [mysql, sqlite]
*/
-- The product does not tell a desk's permission from a telephone's: an account that is in use may use both. status: 1 in use, 0 not;
-- the row of any other is rejected and counted.
SELECT
    a.id AS account_id,
    COALESCE(NULLIF(d.name, ''), NULLIF(a.deptname, '')) AS unit,
    COALESCE(c.name, '') AS edition,
    CASE a.status WHEN 1 THEN 1 WHEN 0 THEN 0 END AS is_pc_enabled,
    CASE a.status WHEN 1 THEN 1 WHEN 0 THEN 0 END AS is_mobile_enabled,
    CASE
        WHEN a.status IS NULL THEN '没有账号状态'
        WHEN a.status NOT IN (0, 1) THEN CONCAT('未知的账号状态代码 ', a.status)
    END AS rejected_because
FROM xinhu_admin AS a
LEFT JOIN xinhu_dept AS d ON d.id = a.deptid
LEFT JOIN xinhu_company AS c ON c.id = CASE WHEN a.companyid > 0 THEN a.companyid ELSE 1 END
