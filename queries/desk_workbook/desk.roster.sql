/*
window: month_on
times:
  month_on: date
*/
-- Any day of the month may be written.
WITH roster AS (
    SELECT
        CAST(DATE_TRUNC('month', TRY_CAST("月份" AS TIMESTAMP)) AS DATE) AS month_on,
        NULLIF(TRIM("人员"), '') AS person,
        TRIM("岗位") AS role
    FROM "团队名册"
    WHERE COALESCE("月份", "人员", "岗位") IS NOT NULL
)
SELECT
    month_on,
    person,
    CASE role
        WHEN '驻场' THEN 'engineer'
        WHEN '备选' THEN 'backup'
        WHEN '研发' THEN 'developer'
        WHEN '产品' THEN 'product'
        WHEN '设计' THEN 'design'
        WHEN '评估' THEN 'assessment'
        WHEN '商务' THEN 'business'
        WHEN '项目经理' THEN 'manager'
        ELSE role
    END AS role,
    CASE WHEN month_on IS NULL THEN '月份缺失或不是日期' END AS rejected_because
FROM roster
WHERE month_on IS NULL OR month_on < '1971-01-01' OR month_on >= CAST(:until AS TIMESTAMP) + INTERVAL 2 YEAR
    OR (month_on >= :since AND month_on < :until)
