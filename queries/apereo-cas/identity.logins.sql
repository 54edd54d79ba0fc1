/*
window: logged_in_at
times:
  logged_in_at: naive
dialects: [sqlite, postgres]
absent: [terminal]
*/
-- An entry without an action or a time comes through, and is rejected and counted. The table has no key: an attempt is numbered within its day. Who is not known is written audit:unknown.
-- What was authenticated is told by the class of its credential, why it failed by the class of the exception, where the
-- resource names them; neither is handed on.
SELECT
    ROW_NUMBER() OVER (
        PARTITION BY DATE(AUD_DATE) ORDER BY AUD_DATE, AUD_USER, AUD_ACTION, AUD_RESOURCE, AUD_CLIENT_IP
    ) AS login_id,
    AUD_DATE AS logged_in_at,
    CASE WHEN AUD_USER NOT IN ('', 'audit:unknown', 'unknown') AND COALESCE(AUD_RESOURCE, '') NOT LIKE '%AccountNotFound%' THEN AUD_USER
    END
        AS account_id,
    CASE
        WHEN AUD_RESOURCE LIKE '%X509%' THEN 'ca'
        WHEN AUD_RESOURCE LIKE '%UsernamePassword%' THEN 'password'
        WHEN AUD_RESOURCE LIKE '%OneTimeToken%' OR AUD_RESOURCE LIKE '%OneTimePassword%' THEN 'second_factor'
        WHEN AUD_RESOURCE LIKE '%ClientCredential%' THEN 'federated'
        ELSE 'other'
    END AS method,
    CASE AUD_ACTION WHEN 'AUTHENTICATION_SUCCESS' THEN 'success' WHEN 'AUTHENTICATION_FAILED' THEN 'failure' END AS outcome,
    CASE
        WHEN AUD_ACTION = 'AUTHENTICATION_SUCCESS' THEN NULL
        WHEN AUD_RESOURCE LIKE '%AccountNotFound%' THEN 'unknown_account'
        WHEN AUD_RESOURCE LIKE '%FailedLogin%' THEN 'wrong_password'
        WHEN AUD_RESOURCE LIKE '%AccountLocked%' THEN 'locked'
        WHEN AUD_RESOURCE LIKE '%AccountDisabled%' OR AUD_RESOURCE LIKE '%AccountExpired%' THEN 'disabled'
        ELSE 'other'
    END AS reason,
    NULLIF(AUD_CLIENT_IP, '') AS address_hash
FROM COM_AUDIT_TRAIL
WHERE (AUD_DATE IS NULL OR AUD_DATE < '1971-01-01' OR (AUD_DATE >= :since AND AUD_DATE < :until))
    AND (AUD_ACTION IS NULL OR AUD_ACTION IN ('AUTHENTICATION_SUCCESS', 'AUTHENTICATION_FAILED'))
