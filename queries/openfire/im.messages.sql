/*
window: hour_at
times:
  hour_at: epoch_ms
dialects: [sqlite, mysql, postgres]
*/
-- A message to a room is archived once, with the room as its recipient, whoever reads it; the room's own log
-- (ofMucConversationLog) holds it again and is not read. A row that is there twice is one message. A sender without @ is
-- the server, and a room is no sender; no sender at all is nobody's message: it is rejected and counted. A private message within a room goes to one person.
-- body and stanza are tested and never selected. The plugin can be told to forget texts: then it was still a text.
WITH sent AS (
    SELECT DISTINCT
        m.messageID,
        m.conversationID,
        m.sentDate,
        NULLIF(LOWER(TRIM(m.fromJID)), '') AS account_id,
        m.toJID,
        CASE
            WHEN m.stanza LIKE '%jabber:x:oob%' OR m.body LIKE 'http%/httpfileupload/%' THEN 'file'
            WHEN COALESCE(m.body, '') = '' AND m.stanza IS NOT NULL AND m.stanza NOT LIKE '%<body%' THEN 'other'
            ELSE 'text'
        END AS kind,
        CASE
            WHEN m.isPMforJID IS NULL AND (c.room IS NOT NULL OR m.toJID LIKE '%@conference.%') THEN 'group'
            ELSE 'single'
        END AS reach
    FROM ofMessageArchive AS m
    LEFT JOIN ofConversation AS c ON c.conversationID = m.conversationID
    WHERE (m.sentDate IS NULL OR m.sentDate < 31536000000 OR (m.sentDate >= :since AND m.sentDate < :until))
        AND (
            TRIM(COALESCE(m.fromJID, '')) = ''
            OR (m.fromJID LIKE '%@%' AND m.fromJID NOT LIKE '%@conference.%' AND m.fromJID <> COALESCE(c.room, ''))
        )
)
SELECT
    sentDate - sentDate % 3600000 AS hour_at,
    account_id,
    kind,
    reach,
    COUNT(*) AS messages,
    COUNT(*) AS source_rows
FROM sent
GROUP BY sentDate - sentDate % 3600000, account_id, kind, reach
