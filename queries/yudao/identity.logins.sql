/*
window: logged_in_at
times:
  logged_in_at: naive
dialects: [sqlite, mysql, postgres]
translate:
  method: methods.csv
*/
-- Members (user_type 1) are numbered apart from the staff (2), so that one number is two people: the staff only.
-- A row whose type of user, type or result is none of the product's comes through, and is rejected and counted.
-- Leaving (log_type 200, 202) is no attempt. A wrong password (result 10) of no account is a name that nobody has.
SELECT
    id AS login_id,
    create_time AS logged_in_at,
    NULLIF(user_id, 0) AS account_id,
    log_type AS method,
    CASE
        WHEN result = 0 THEN 'success'
        WHEN result IN (10, 20, 30, 31) THEN 'failure'
        ELSE CAST(result AS CHAR(9))
    END AS outcome,
    CASE
        WHEN result = 0 THEN NULL
        WHEN result = 10 AND COALESCE(user_id, 0) = 0 THEN 'unknown_account'
        WHEN result = 10 THEN 'wrong_password'
        WHEN result = 20 THEN 'disabled'
        WHEN result IN (30, 31) THEN 'wrong_code'
        ELSE 'other'
    END AS reason,
    CASE
        WHEN COALESCE(user_agent, '') = '' THEN NULL
        WHEN LOWER(user_agent) LIKE '%mobile%' OR LOWER(user_agent) LIKE '%android%' OR LOWER(user_agent) LIKE '%iphone%'
            OR LOWER(user_agent) LIKE '%ipad%' THEN 'mobile'
        WHEN LOWER(user_agent) LIKE '%windows%' OR LOWER(user_agent) LIKE '%macintosh%'
            OR LOWER(user_agent) LIKE '%linux%' THEN 'pc'
    END AS terminal,
    NULLIF(user_ip, '') AS address_hash,
    CASE WHEN user_type IS NULL OR user_type <> 2 THEN '未知的用户类型（user_type）' END AS rejected_because
FROM system_login_log
WHERE (create_time IS NULL OR create_time < '1971-01-01' OR (create_time >= :since AND create_time < :until))
    AND COALESCE(user_type, 0) <> 1 AND COALESCE(log_type, 0) NOT IN (200, 202)
