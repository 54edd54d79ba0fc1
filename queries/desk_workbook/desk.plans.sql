/*
window: changed_at
times:
  noted_at: naive
  planned_on: date
  confirmed_on: date
  cancelled_on: date
  changed_at: naive
translate: {kind: plan_kinds.csv}
*/
-- A plan that stands is read at each extraction.
WITH plans AS (
    SELECT
        NULLIF(TRIM("计划编号"), '') AS plan_no,
        TRY_CAST("登记时间" AS TIMESTAMP) AS noted_at,
        TRIM("类别") AS kind,
        NULLIF(TRIM("内容"), '') AS topic,
        CAST(TRY_CAST("计划日期" AS TIMESTAMP) AS DATE) AS planned_on,
        CAST(TRY_CAST("用户确认日期" AS TIMESTAMP) AS DATE) AS confirmed_on,
        NULLIF(TRIM("确认部门"), '') AS confirmed_by,
        CAST(TRY_CAST("取消日期" AS TIMESTAMP) AS DATE) AS cancelled_on,
        NULLIF(TRIM("用户确认日期"), '') AS confirmed_text,
        NULLIF(TRIM("取消日期"), '') AS cancelled_text
    FROM "年度计划"
    WHERE COALESCE("计划编号", "登记时间", "类别", "内容", "计划日期", "用户确认日期", "确认部门", "取消日期") IS NOT NULL
),
-- A row that cannot be read is met at each extraction, whatever its times: a former version of it does not hold.
-- A number that was used again belongs to the row that has it first, which is then read at each extraction, too.
checked AS (
    SELECT
        *,
        GREATEST(noted_at, confirmed_on, cancelled_on) AS changed_at,
        CASE
            WHEN noted_at IS NULL THEN '登记时间缺失或不是时间'
            WHEN planned_on IS NULL THEN '计划日期缺失或不是日期'
            WHEN confirmed_text IS NOT NULL AND confirmed_on IS NULL THEN '用户确认日期不是日期'
            WHEN cancelled_text IS NOT NULL AND cancelled_on IS NULL THEN '取消日期不是日期'
            WHEN plan_no IS NOT NULL AND noted_at > MIN(noted_at) OVER same_key THEN '计划编号已用于登记时间更早的一行'
        END AS rejected_because,
        plan_no IS NOT NULL AND noted_at < MAX(noted_at) OVER same_key AS is_used_again
    FROM plans
    WINDOW same_key AS (PARTITION BY plan_no)
)
SELECT
    plan_no,
    noted_at,
    kind,
    topic,
    planned_on,
    confirmed_on,
    confirmed_by,
    cancelled_on,
    changed_at,
    rejected_because
FROM checked
WHERE
    rejected_because IS NOT NULL OR is_used_again
    OR cancelled_on IS NULL OR changed_at < '1971-01-01'
    OR (changed_at >= :since AND changed_at < :until)
