/*
window: accessed_at
times:
  accessed_at: naive
dialects: [sqlite, mysql]
*/
-- MaxKey writes a row when it has let a person through, and none when it has not: there are no failures here.
SELECT
    ID AS access_id,
    LOGINTIME AS accessed_at,
    APPID AS app_id,
    NULLIF(USERID, '') AS account_id,
    'success' AS outcome,
    CAST(NULL AS DECIMAL(12, 3)) AS duration_ms
FROM mxk_history_login_apps
WHERE LOGINTIME IS NULL OR (LOGINTIME >= :since AND LOGINTIME < :until)
