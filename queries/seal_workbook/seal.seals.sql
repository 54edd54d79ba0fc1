/*
times:
  requested_at: naive
  made_at: naive
  tested_at: naive
  expires_at: naive
translate:
  state: states.csv
*/
WITH seals AS (
    SELECT
        NULLIF(TRIM("印章编号"), '') AS seal_id,
        NULLIF(TRIM("单位"), '') AS unit,
        TRIM("状态") AS state,
        NULLIF(TRIM("申请时间"), '') AS requested,
        NULLIF(TRIM("制作时间"), '') AS made,
        NULLIF(TRIM("测试时间"), '') AS tested,
        NULLIF(TRIM("到期时间"), '') AS expires,
        TRY_CAST("申请时间" AS TIMESTAMP) AS requested_at,
        TRY_CAST("制作时间" AS TIMESTAMP) AS made_at,
        TRY_CAST("测试时间" AS TIMESTAMP) AS tested_at,
        TRY_CAST("到期时间" AS TIMESTAMP) AS expires_at
    FROM "印章"
    WHERE COALESCE("印章编号", "单位", "状态", "申请时间", "制作时间") IS NOT NULL
)
SELECT
    seal_id,
    unit,
    state,
    requested_at,
    made_at,
    tested_at,
    expires_at,
    CASE
        WHEN requested IS NOT NULL AND requested_at IS NULL THEN '申请时间不是时间'
        WHEN made IS NOT NULL AND made_at IS NULL THEN '制作时间不是时间'
        WHEN tested IS NOT NULL AND tested_at IS NULL THEN '测试时间不是时间'
        WHEN expires IS NOT NULL AND expires_at IS NULL THEN '到期时间不是时间'
        WHEN made_at < requested_at THEN '制作时间早于申请时间'
        WHEN tested_at < made_at THEN '测试时间早于制作时间'
    END AS rejected_because
FROM seals
