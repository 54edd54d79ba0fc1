/*
window: sent_at
times:
  sent_at: naive
translate:
  platform: platforms.csv
dialects: [postgres, mysql, sqlite]
*/
SELECT
    document_id,
    sent_at,
    sender_unit,
    is_ofd,
    is_sealed,
    platform
FROM exchange_document
WHERE sent_at IS NULL OR sent_at < '1971-01-01' OR (sent_at >= :since AND sent_at < :until)
