/*
times:
  opened_at: naive
  last_login_at: naive
dialects: [sqlite, mysql]
*/
-- MaxKey lets in who is active (STATUS 1) and not locked (ISLOCKED 5); a deleted account (STATUS 9) stays in the table.
-- LASTLOGINTIME is 2020-01-01 01:01:01 until somebody logs in.
SELECT
    ID AS account_id,
    NULLIF(DEPARTMENTID, '') AS unit_id,
    CASE WHEN STATUS = 1 AND COALESCE(ISLOCKED, 1) <> 5 THEN 1 ELSE 0 END AS is_enabled,
    CREATEDDATE AS opened_at,
    CASE WHEN LASTLOGINTIME >= '2020-01-01 01:01:02' OR LASTLOGINTIME < '2020-01-01 01:01:01' THEN LASTLOGINTIME END
        AS last_login_at
FROM mxk_userinfo
WHERE COALESCE(STATUS, 1) <> 9
