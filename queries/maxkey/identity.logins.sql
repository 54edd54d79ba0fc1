/*
window: logged_in_at
times:
  logged_in_at: naive
dialects: [sqlite, mysql]
translate:
  method: methods.csv
*/
-- MESSAGE alone tells the outcome: CODE is xe00000004 for a success as well as for a wrong password. Case and blanks are no part of it.
-- Who logs in with a name that nobody has is given a fresh USERID each time: it is no account.
-- A message that is none of the product's is no failure: it comes through, and its row is rejected and counted.
-- Logins to the portal (category 1) and to the administration (5).
SELECT
    ID AS login_id,
    LOGINTIME AS logged_in_at,
    CASE WHEN LOWER(TRIM(MESSAGE)) = 'user not exist' OR LOWER(TRIM(DISPLAYNAME)) = 'not exist' THEN NULL ELSE USERID END AS account_id,
    COALESCE(NULLIF(TRIM(LOGINTYPE), ''), 'other') AS method,
    CASE
        WHEN LOWER(TRIM(MESSAGE)) = 'success' THEN 'success'
        WHEN LOWER(TRIM(MESSAGE)) IN ('fail', 'password error', 'user not exist', 'locked', 'inactive') THEN 'failure'
        ELSE MESSAGE
    END AS outcome,
    CASE LOWER(TRIM(MESSAGE))
        WHEN 'success' THEN NULL
        WHEN 'password error' THEN 'wrong_password'
        WHEN 'user not exist' THEN 'unknown_account'
        WHEN 'locked' THEN 'locked'
        WHEN 'inactive' THEN 'disabled'
        ELSE 'other'
    END AS reason,
    CASE
        WHEN LOWER(PLATFORM) LIKE '%android%' OR LOWER(PLATFORM) LIKE '%iphone%' OR LOWER(PLATFORM) LIKE '%ipad%'
            OR LOWER(PLATFORM) LIKE '%ios%' OR LOWER(PLATFORM) LIKE '%harmony%' THEN 'mobile'
        WHEN LOWER(PLATFORM) LIKE '%windows%' OR LOWER(PLATFORM) LIKE '%mac%' OR LOWER(PLATFORM) LIKE '%linux%'
            OR LOWER(PLATFORM) LIKE '%kylin%' OR LOWER(PLATFORM) LIKE '%uos%' THEN 'pc'
    END AS terminal,
    NULLIF(SOURCEIP, '') AS address_hash
FROM mxk_history_login
WHERE LOGINTIME IS NULL OR LOGINTIME < '1971-01-01' OR (LOGINTIME >= :since AND LOGINTIME < :until)
