/*
window: hour_at
times:
  hour_at: epoch_ms
dialects: [sqlite, mysql, postgres]
*/
-- A client is seen when it joins a conversation and when it sends; it names itself in the resource of its address, in
-- free text, and many end it with a number of their own. An address without a resource tells no client; a
-- client without an address is rejected and counted.
WITH seen AS (
    SELECT joinedDate AS seen_at, bareJID AS jid, jidResource AS client
    FROM ofConParticipant
    WHERE joinedDate IS NULL OR joinedDate < 31536000000 OR (joinedDate >= :since AND joinedDate < :until)
    UNION ALL
    SELECT sentDate AS seen_at, fromJID AS jid, fromJIDResource AS client
    FROM ofMessageArchive
    WHERE sentDate IS NULL OR sentDate < 31536000000 OR (sentDate >= :since AND sentDate < :until)
),
clients AS (
    SELECT DISTINCT seen_at - seen_at % 3600000 AS hour_at, NULLIF(LOWER(TRIM(jid)), '') AS account_id, TRIM(client) AS client
    FROM seen
    WHERE TRIM(COALESCE(client, '')) <> ''
        AND (TRIM(COALESCE(jid, '')) = '' OR (jid LIKE '%@%' AND jid NOT LIKE '%@conference.%'))
)
SELECT
    hour_at,
    account_id,
    client,
    CASE
        WHEN LOWER(client) LIKE '%android%' OR LOWER(client) LIKE '%iphone%' OR LOWER(client) LIKE '%ipad%'
            OR LOWER(client) LIKE '%mobile%' OR LOWER(client) LIKE '%harmony%' OR LOWER(client) LIKE 'ios%'
            OR LOWER(client) LIKE 'conversations%' OR LOWER(client) LIKE 'monal%' THEN 'mobile'
        WHEN LOWER(client) LIKE 'spark%' OR LOWER(client) LIKE 'pidgin%' OR LOWER(client) LIKE 'gajim%'
            OR LOWER(client) LIKE 'pade%' OR LOWER(client) LIKE 'converse.js%' OR LOWER(client) LIKE '%windows%'
            OR LOWER(client) LIKE '%kylin%' OR LOWER(client) LIKE '%uos%' OR LOWER(client) LIKE '%desktop%' THEN 'pc'
    END AS terminal,
    CASE
        WHEN LOWER(client) LIKE '%kylin%' OR LOWER(client) LIKE '%uos%' OR LOWER(client) LIKE '%deepin%' THEN 'xinchuang'
        WHEN LOWER(client) LIKE '%windows%' OR LOWER(client) LIKE '%android%' OR LOWER(client) LIKE '%iphone%'
            OR LOWER(client) LIKE '%ipad%' OR LOWER(client) LIKE 'ios%' THEN 'traditional'
    END AS platform
FROM clients
