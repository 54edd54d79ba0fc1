/*
window: patched_on
times:
  patched_on: date
*/
WITH patches AS (
    SELECT
        CAST(TRY_CAST("日期" AS TIMESTAMP) AS DATE) AS patched_on,
        NULLIF(TRIM("主机"), '') AS host,
        NULLIF(TRIM("补丁"), '') AS patch,
        TRIM("结果") AS outcome
    FROM "安全补丁"
    WHERE COALESCE("日期", "主机", "补丁", "结果") IS NOT NULL
)
SELECT
    patched_on,
    host,
    patch,
    CASE outcome
        WHEN '成功' THEN 'success'
        WHEN '失败' THEN 'failure'
        ELSE outcome
    END AS outcome,
    CASE WHEN patched_on IS NULL THEN '日期缺失或不是日期' END AS rejected_because
FROM patches
WHERE patched_on IS NULL OR patched_on < '1971-01-01' OR patched_on >= CAST(:until AS TIMESTAMP) + INTERVAL 2 YEAR
    OR (patched_on >= :since AND patched_on < :until)
