/*
window: signed_at
times:
  signed_at: naive
translate:
  operation: operations.csv
  system: systems.csv
*/
WITH signings AS (
    SELECT
        NULLIF(TRIM("签章编号"), '') AS signing_id,
        TRY_CAST("签章时间" AS TIMESTAMP) AS signed_at,
        NULLIF(TRIM("印章编号"), '') AS seal_id,
        TRIM("操作") AS operation,
        COALESCE(NULLIF(TRIM("系统"), ''), '其他') AS system,
        TRIM("结果") AS result
    FROM "签章"
    WHERE COALESCE("签章编号", "签章时间", "印章编号", "操作") IS NOT NULL
)
SELECT
    signing_id,
    signed_at,
    seal_id,
    operation,
    system,
    CASE result WHEN '成功' THEN 'success' WHEN '失败' THEN 'failure' ELSE result END AS outcome,
    CASE WHEN signed_at IS NULL THEN '签章时间缺失或不是时间' END AS rejected_because
FROM signings
WHERE signed_at IS NULL OR signed_at < '1971-01-01' OR signed_at >= CAST(:until AS TIMESTAMP) + INTERVAL 2 YEAR
    OR (signed_at >= :since AND signed_at < :until)
