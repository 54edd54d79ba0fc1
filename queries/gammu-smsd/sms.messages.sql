/*
window: submitted_at
times:
  submitted_at: naive
  reported_at: naive
dialects: [postgres, sqlite]
translate: {carrier: carriers.csv}
absent: [unit]
*/
-- One row a PART: a message is an ID, and its parts are numbered by SequencePosition; it was sent when its first part was.
-- The carrier is that of the modem's card, by its PhoneID and a table of words. SendingOKNoReport asked for no report.
SELECT
    MIN(f."ID") AS message_id,
    MIN(f."SendingDateTime") AS submitted_at,
    MIN(f."SenderID") AS carrier,
    COALESCE(NULLIF(MIN(f."CreatorID"), ''), 'Gammu') AS application,
    COUNT(*) AS segments,
    CASE
        WHEN SUM(CASE WHEN s."Status" IN ('DeliveryFailed', 'SendingError', 'Error') THEN 1 ELSE 0 END) > 0 THEN 'failed'
        WHEN SUM(CASE WHEN s."Status" = 'DeliveryOK' THEN 1 ELSE 0 END) = COUNT(*) THEN 'delivered'
    END AS outcome,
    MAX(
        CASE
            WHEN s."Status" NOT IN ('DeliveryFailed', 'SendingError', 'Error') THEN NULL
            WHEN s."StatusError" = -1 THEN s."Status"
            ELSE CAST(s."StatusError" AS VARCHAR(9))
        END
    ) AS failure_code,
    CASE
        WHEN SUM(CASE WHEN s."Status" IN ('DeliveryOK', 'DeliveryFailed', 'SendingError', 'Error') THEN 1 ELSE 0 END) = COUNT(*)
            THEN MAX(s."DeliveryDateTime")
    END AS reported_at
FROM sentitems AS f
JOIN sentitems AS s ON s."ID" = f."ID"
WHERE f."SequencePosition" = 1
    AND f."SendingDateTime" >= :since AND f."SendingDateTime" < :until
GROUP BY f."ID"
