/*
window: logged_in_at
times:
  logged_in_at: naive
dialects: [sqlite, mysql, postgres]
*/
-- The log has the login's name only: it is joined to the account, and never handed on. Its message tells what a row is:
-- leaving and registering are no attempts, though their status is a success. status: 0 done, 1 failed; the row of any other
-- is rejected and counted. "No such user or wrong password" is one message
-- for both, so that the account decides. The product logs in by password alone.
SELECT
    l.info_id AS login_id,
    l.login_time AS logged_in_at,
    u.user_id AS account_id,
    'password' AS method,
    CASE l.status WHEN '0' THEN 'success' WHEN '1' THEN 'failure' ELSE l.status END AS outcome,
    CASE
        WHEN l.status = '0' THEN NULL
        WHEN l.msg LIKE '%锁定%' THEN 'locked'
        WHEN l.msg LIKE '验证码%' THEN 'wrong_code'
        WHEN l.msg LIKE '%封禁%' OR l.msg LIKE '%停用%' OR l.msg LIKE '%删除%' THEN 'disabled'
        WHEN l.msg LIKE '%黑名单%' THEN 'refused'
        WHEN l.msg LIKE '%密码%' AND u.user_id IS NULL THEN 'unknown_account'
        WHEN l.msg LIKE '%密码%' THEN 'wrong_password'
        ELSE 'other'
    END AS reason,
    CASE
        WHEN LOWER(l.os) LIKE '%android%' OR LOWER(l.os) LIKE '%iphone%' OR LOWER(l.os) LIKE '%ipad%'
            OR LOWER(l.os) LIKE '%ios%' OR LOWER(l.os) LIKE '%harmony%' THEN 'mobile'
        WHEN LOWER(l.os) LIKE '%windows%' OR LOWER(l.os) LIKE '%mac%' OR LOWER(l.os) LIKE '%linux%'
            OR LOWER(l.os) LIKE '%kylin%' OR LOWER(l.os) LIKE '%uos%' THEN 'pc'
    END AS terminal,
    NULLIF(l.ipaddr, '') AS address_hash
FROM sys_logininfor AS l
LEFT JOIN sys_user AS u ON u.user_name = l.user_name AND COALESCE(u.del_flag, '0') NOT IN ('1', '2')
WHERE (l.login_time IS NULL OR l.login_time < '1971-01-01' OR (l.login_time >= :since AND l.login_time < :until))
    AND COALESCE(l.msg, '') NOT LIKE '退出%' AND COALESCE(l.msg, '') NOT LIKE '注册%'
