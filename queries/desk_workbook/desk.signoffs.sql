/*
window: signed_on
times:
  signed_on: date
*/
-- Excel turns a day that is typed as a period into a time; its midnight is cut off again.
WITH signoffs AS (
    SELECT
        CAST(TRY_CAST("确认日期" AS TIMESTAMP) AS DATE) AS signed_on,
        NULLIF(TRIM("报告"), '') AS report,
        NULLIF(REPLACE(TRIM("周期"), ' 00:00:00', ''), '') AS period
    FROM "用户确认"
    WHERE COALESCE("确认日期", "报告", "周期") IS NOT NULL
)
SELECT
    signed_on,
    report,
    period,
    CASE WHEN signed_on IS NULL THEN '确认日期缺失或不是日期' END AS rejected_because
FROM signoffs
WHERE signed_on IS NULL OR signed_on < '1971-01-01' OR signed_on >= CAST(:until AS TIMESTAMP) + INTERVAL 2 YEAR
    OR (signed_on >= :since AND signed_on < :until)
