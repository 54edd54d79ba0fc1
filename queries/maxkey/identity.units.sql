/*
dialects: [sqlite, mysql]
*/
-- STATUS: 1 active, 2 inactive, 4 disabled, 9 deleted; a deleted unit stays in the table.
-- A top unit's PARENTID names no unit.
SELECT
    o.ID AS unit_id,
    o.ORGNAME AS unit,
    p.ID AS parent_id,
    CASE WHEN o.STATUS = 1 THEN 1 ELSE 0 END AS is_enabled
FROM mxk_organizations AS o
LEFT JOIN mxk_organizations AS p ON p.ID = o.PARENTID AND p.ID <> o.ID AND COALESCE(p.STATUS, 1) <> 9
WHERE COALESCE(o.STATUS, 1) <> 9
