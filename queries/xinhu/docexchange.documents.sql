/*
window: sent_at
times:
  sent_at: naive
dialects: [mysql, sqlite]
absent: [is_ofd, platform]
*/
-- Outgoing documents (type 0; 1 is incoming) that were submitted and approved
-- (status 1; 0 waiting, 2 sent back and 5 void are not sent). A row without a type, or of another status, is rejected and counted. The day is all that is kept: optdt is overwritten by each edit.
SELECT
    o.document_id AS document_id,
    o.sent_at AS sent_at,
    o.sender_unit AS sender_unit,
    o.is_sealed AS is_sealed,
    CASE
        WHEN o.type IS NULL THEN '没有收发类型'
        WHEN o.status IS NULL THEN '没有公文状态'
        WHEN o.status <> 1 THEN CONCAT('未知的公文状态代码 ', o.status)
        WHEN o.sent_at IS NULL THEN '分发日期与公文日期均缺失或为零'
    END AS rejected_because
FROM (
    SELECT
        x.id AS document_id,
        x.type,
        x.status,
        CASE
            WHEN x.ffdt > '1971-01-01' THEN CONCAT(SUBSTR(x.ffdt, 1, 10), ' 00:00:00')
            WHEN x.applydt > '1971-01-01' THEN CONCAT(SUBSTR(x.applydt, 1, 10), ' 00:00:00')
        END AS sent_at,
        NULLIF(x.unitsame, '') AS sender_unit,
        CASE WHEN x.yzid > 0 THEN 1 WHEN x.yzid <= 0 THEN 0 END AS is_sealed
    FROM xinhu_official AS x
    WHERE COALESCE(x.type, 0) = 0 AND COALESCE(x.status, 1) NOT IN (0, 2, 5) AND x.isturn = 1
) AS o
WHERE o.sent_at IS NULL OR o.sent_at < '1971-01-01' OR (o.sent_at >= :since AND o.sent_at < :until)
