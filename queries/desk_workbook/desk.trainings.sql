/*
window: held_on
times:
  held_on: date
  confirmed_on: date
translate: {kind: training_kinds.csv}
*/
-- Numbers of people may carry thousands separators.
WITH trainings AS (
    SELECT
        CAST(TRY_CAST("日期" AS TIMESTAMP) AS DATE) AS held_on,
        NULLIF(TRIM("主题"), '') AS topic,
        NULLIF(TRIM("单位"), '') AS unit,
        TRIM("类型") AS kind,
        NULLIF(TRIM("计划编号"), '') AS plan_no,
        CAST(TRY_CAST("用户确认日期" AS TIMESTAMP) AS DATE) AS confirmed_on,
        NULLIF(REPLACE(TRIM("应到人数"), ',', ''), '') AS invited,
        NULLIF(REPLACE(TRIM("实到人数"), ',', ''), '') AS attended_text,
        NULLIF(TRIM("用户确认日期"), '') AS confirmed_text
    FROM "培训"
    WHERE COALESCE("日期", "主题", "单位", "应到人数", "实到人数", "类型", "计划编号", "用户确认日期") IS NOT NULL
)
SELECT
    held_on,
    topic,
    unit,
    invited,
    TRY_CAST(attended_text AS BIGINT) AS attended,
    kind,
    plan_no,
    confirmed_on,
    CASE
        WHEN held_on IS NULL THEN '日期缺失或不是日期'
        WHEN COALESCE(NOT REGEXP_FULL_MATCH(attended_text, '[0-9]+'), TRUE) THEN '实到人数缺失或不是整数'
        WHEN confirmed_text IS NOT NULL AND confirmed_on IS NULL THEN '用户确认日期不是日期'
    END AS rejected_because
FROM trainings
WHERE held_on IS NULL OR held_on < '1971-01-01' OR held_on >= CAST(:until AS TIMESTAMP) + INTERVAL 2 YEAR
    OR (held_on >= :since AND held_on < :until)
