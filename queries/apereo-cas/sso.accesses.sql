/*
window: accessed_at
times:
  accessed_at: naive
dialects: [sqlite]
absent: [duration_ms]
*/
-- A ticket for an application, granted or not, and an application that a person may not enter (which asks for no ticket).
-- That he may enter is checked before each ticket and is not counted. The application is the host of the address that
-- the resource names, in whichever form; the ticket and the rest of the address are not handed on.
WITH tickets AS (
    SELECT
        AUD_DATE,
        AUD_USER,
        AUD_ACTION,
        AUD_RESOURCE,
        AUD_CLIENT_IP,
        CASE WHEN INSTR(AUD_RESOURCE, '://') > 0 THEN
            REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(
                SUBSTR(AUD_RESOURCE, INSTR(AUD_RESOURCE, '://') + 3),
            '?', '/'), '#', '/'), ':', '/'), '"', '/'), ',', '/'), ' ', '/'), ']', '/'), '}', '/') || '/'
        END AS address
    FROM COM_AUDIT_TRAIL
    WHERE (AUD_DATE IS NULL OR AUD_DATE < '1971-01-01' OR (AUD_DATE >= :since AND AUD_DATE < :until))
        AND (
            AUD_ACTION IN ('SERVICE_TICKET_CREATED', 'SERVICE_TICKET_NOT_CREATED')
            OR (AUD_ACTION = 'SERVICE_ACCESS_ENFORCEMENT_TRIGGERED' AND AUD_RESOURCE LIKE '%Access Denied%')
        )
)
SELECT
    ROW_NUMBER() OVER (
        PARTITION BY DATE(AUD_DATE) ORDER BY AUD_DATE, AUD_USER, AUD_ACTION, AUD_RESOURCE, AUD_CLIENT_IP
    ) AS access_id,
    AUD_DATE AS accessed_at,
    LOWER(SUBSTR(address, 1, INSTR(address, '/') - 1)) AS app_id,
    CASE WHEN AUD_USER NOT IN ('', 'audit:unknown', 'unknown') THEN AUD_USER END AS account_id,
    CASE AUD_ACTION
        WHEN 'SERVICE_TICKET_CREATED' THEN 'success'
        WHEN 'SERVICE_TICKET_NOT_CREATED' THEN 'failure'
        WHEN 'SERVICE_ACCESS_ENFORCEMENT_TRIGGERED' THEN 'failure'
    END AS outcome
FROM tickets
