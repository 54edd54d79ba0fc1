/*
times:
  opened_at: naive
dialects: [sqlite, mysql]
*/
-- STATUS as in identity.units. CREATEDDATE is a TIMESTAMP: the server hands it out in its own zone, which must be the source's.
SELECT
    ID AS app_id,
    APPNAME AS app,
    NULLIF(PROTOCOL, '') AS protocol,
    CASE WHEN STATUS = 1 THEN 1 WHEN STATUS IN (2, 4, 5, 7, 8) THEN 0 END AS is_enabled,
    CREATEDDATE AS opened_at,
    CASE
        WHEN STATUS IS NULL THEN '没有应用状态'
        WHEN STATUS NOT IN (1, 2, 4, 5, 7, 8) THEN CONCAT('未知的应用状态代码 ', STATUS)
    END AS rejected_because
FROM mxk_apps
WHERE COALESCE(STATUS, 1) <> 9
