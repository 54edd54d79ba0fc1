/*
window: changed_at
times:
  sent_at: naive
  due_at: naive
  delivered_at: naive
  signed_at: naive
  registered_at: naive
  returned_at: naive
  changed_at: naive
translate:
  state: states.csv
  platform: platforms.csv
dialects: [postgres, mysql, sqlite]
*/
-- A state that states.csv does not know comes through as it is, so that the contract's check rejects its row and says so.
SELECT
    delivery_id,
    document_id,
    receiver_unit,
    sent_at,
    due_at,
    delivered_at,
    signed_at,
    registered_at,
    returned_at,
    state,
    platform,
    changed_at,
    CASE
        WHEN state IN ('signed', 'registered', '已签收', '已登记') AND signed_at IS NULL THEN '已签收而无签收时间'
    END AS rejected_because
FROM exchange_delivery
WHERE changed_at IS NULL OR changed_at < '1971-01-01' OR (changed_at >= :since AND changed_at < :until)
