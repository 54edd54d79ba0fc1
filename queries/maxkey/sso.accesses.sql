/*
window: accessed_at
times:
  accessed_at: naive
dialects: [sqlite, mysql]
absent: [duration_ms]
*/
-- MaxKey writes a row when it has let a person through, and none when it has not: there are no failures here.
SELECT
    ID AS access_id,
    LOGINTIME AS accessed_at,
    APPID AS app_id,
    NULLIF(USERID, '') AS account_id,
    'success' AS outcome
FROM mxk_history_login_apps
WHERE LOGINTIME IS NULL OR (LOGINTIME >= :since AND LOGINTIME < :until)
