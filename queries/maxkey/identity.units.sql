/*
dialects: [sqlite, mysql]
*/
-- STATUS: 1 active, 2 inactive, 4 disabled, 9 deleted; a deleted unit stays in the table. The row of any other code is
-- rejected and counted.
-- A top unit's PARENTID names no unit.
SELECT
    o.ID AS unit_id,
    o.ORGNAME AS unit,
    p.ID AS parent_id,
    CASE WHEN o.STATUS = 1 THEN 1 WHEN o.STATUS IN (2, 4, 5, 7, 8) THEN 0 END AS is_enabled,
    CASE
        WHEN o.STATUS IS NULL THEN '没有单位状态'
        WHEN o.STATUS NOT IN (1, 2, 4, 5, 7, 8) THEN CONCAT('未知的单位状态代码 ', o.STATUS)
    END AS rejected_because
FROM mxk_organizations AS o
LEFT JOIN mxk_organizations AS p ON p.ID = o.PARENTID AND p.ID <> o.ID AND COALESCE(p.STATUS, 1) <> 9
WHERE COALESCE(o.STATUS, 1) <> 9
