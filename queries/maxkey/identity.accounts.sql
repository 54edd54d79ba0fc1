/*
times:
  opened_at: naive
  last_login_at: naive
dialects: [sqlite, mysql]
*/
-- MaxKey lets in who is active (STATUS 1) and not locked (ISLOCKED 5, its default is 1); one that is inactive (2), disabled
-- (4), locked (5), invalid (7) or expired (8) is not let in, and a deleted one (9) stays in the table. What any other code
-- means for an account nobody knows: its row is rejected and counted.
-- LASTLOGINTIME is 2020-01-01 01:01:01 until somebody logs in.
SELECT
    ID AS account_id,
    NULLIF(DEPARTMENTID, '') AS unit_id,
    CASE
        WHEN STATUS IN (2, 4, 5, 7, 8) THEN 0
        WHEN STATUS = 1 AND ISLOCKED = 5 THEN 0
        WHEN STATUS = 1 AND COALESCE(ISLOCKED, 1) IN (1, 6) THEN 1
    END AS is_enabled,
    CREATEDDATE AS opened_at,
    CASE WHEN LASTLOGINTIME >= '2020-01-01 01:01:02' OR LASTLOGINTIME < '2020-01-01 01:01:01' THEN LASTLOGINTIME END
        AS last_login_at,
    CASE
        WHEN STATUS IS NULL THEN '没有账号状态'
        WHEN STATUS NOT IN (1, 2, 4, 5, 7, 8) THEN CONCAT('未知的账号状态代码 ', STATUS)
        WHEN STATUS = 1 AND COALESCE(ISLOCKED, 1) NOT IN (1, 5, 6) THEN CONCAT('未知的锁定代码 ', ISLOCKED)
    END AS rejected_because
FROM mxk_userinfo
WHERE COALESCE(STATUS, 1) <> 9
