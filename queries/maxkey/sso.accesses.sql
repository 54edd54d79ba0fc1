/*
window: accessed_at
times:
  accessed_at: naive
dialects: [sqlite, mysql]
absent: [duration_ms, outcome]
*/
-- MaxKey writes a row when it has let a person through, and none when it has not: how many were refused is unknown.
SELECT
    ID AS access_id,
    LOGINTIME AS accessed_at,
    APPID AS app_id,
    NULLIF(USERID, '') AS account_id
FROM mxk_history_login_apps
WHERE LOGINTIME IS NULL OR LOGINTIME < '1971-01-01' OR (LOGINTIME >= :since AND LOGINTIME < :until)
