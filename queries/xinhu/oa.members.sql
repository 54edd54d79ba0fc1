/*
translate:
  edition: editions.csv
dialects: [mysql, sqlite]
*/
-- The product does not tell a desk's permission from a telephone's: an account that is in use may use both.
SELECT
    a.id AS account_id,
    COALESCE(NULLIF(d.name, ''), NULLIF(a.deptname, '')) AS unit,
    COALESCE(c.name, '') AS edition,
    CASE WHEN a.status = 1 THEN 1 ELSE 0 END AS is_pc_enabled,
    CASE WHEN a.status = 1 THEN 1 ELSE 0 END AS is_mobile_enabled
FROM xinhu_admin AS a
LEFT JOIN xinhu_dept AS d ON d.id = a.deptid
LEFT JOIN xinhu_company AS c ON c.id = CASE WHEN a.companyid > 0 THEN a.companyid ELSE 1 END
