/*
window: held_on
times:
  held_on: date
  confirmed_on: date
translate: {kind: drill_kinds.csv, subsystem: subsystems.csv, result: drill_results.csv}
*/
-- Numbers may carry thousands separators.
WITH drills AS (
    SELECT
        CAST(TRY_CAST("日期" AS TIMESTAMP) AS DATE) AS held_on,
        TRIM("类别") AS kind,
        NULLIF(TRIM("内容"), '') AS topic,
        TRIM("系统") AS subsystem,
        TRIM("结果") AS result,
        NULLIF(TRIM("计划编号"), '') AS plan_no,
        CAST(TRY_CAST("用户确认日期" AS TIMESTAMP) AS DATE) AS confirmed_on,
        NULLIF(TRIM("备注"), '') AS remark,
        NULLIF(REPLACE(TRIM("用时"), ',', ''), '') AS duration_min,
        NULLIF(REPLACE(TRIM("参加人数"), ',', ''), '') AS attended,
        NULLIF(TRIM("用户确认日期"), '') AS confirmed_text
    FROM "演练"
    WHERE COALESCE("日期", "类别", "内容", "系统", "结果", "用时", "参加人数", "计划编号", "用户确认日期", "备注") IS NOT NULL
)
SELECT
    held_on,
    kind,
    topic,
    subsystem,
    result,
    duration_min,
    attended,
    plan_no,
    confirmed_on,
    remark,
    CASE
        WHEN held_on IS NULL THEN '日期缺失或不是日期'
        WHEN confirmed_text IS NOT NULL AND confirmed_on IS NULL THEN '用户确认日期不是日期'
    END AS rejected_because
FROM drills
WHERE held_on IS NULL OR held_on < '1971-01-01' OR held_on >= CAST(:until AS TIMESTAMP) + INTERVAL 2 YEAR
    OR (held_on >= :since AND held_on < :until)
