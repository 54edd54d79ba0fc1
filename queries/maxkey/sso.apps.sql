/*
times:
  opened_at: naive
dialects: [sqlite, mysql]
*/
-- CREATEDDATE is a TIMESTAMP: the server hands it out in its own zone, which must be the source's.
SELECT
    ID AS app_id,
    APPNAME AS app,
    NULLIF(PROTOCOL, '') AS protocol,
    CASE WHEN STATUS = 1 THEN 1 ELSE 0 END AS is_enabled,
    CREATEDDATE AS opened_at
FROM mxk_apps
WHERE COALESCE(STATUS, 1) <> 9
