/*
window: changed_at
times:
  noted_at: naive
  due_on: date
  delivered_on: date
  changed_at: naive
*/
-- A report that is not delivered yet is read at each extraction. Excel turns a day that is typed as a period into a
-- time; its midnight is cut off again.
WITH report_plan AS (
    SELECT
        NULLIF(TRIM("报告"), '') AS report,
        NULLIF(REPLACE(TRIM("周期"), ' 00:00:00', ''), '') AS period,
        TRY_CAST("登记时间" AS TIMESTAMP) AS noted_at,
        CAST(TRY_CAST("应交日期" AS TIMESTAMP) AS DATE) AS due_on,
        NULLIF(TRIM("报送对象"), '') AS recipient,
        CAST(TRY_CAST("送达日期" AS TIMESTAMP) AS DATE) AS delivered_on,
        NULLIF(TRIM("送达日期"), '') AS delivered_text
    FROM "报告计划"
    WHERE COALESCE("报告", "周期", "登记时间", "应交日期", "报送对象", "送达日期") IS NOT NULL
),
-- A row that cannot be read is met at each extraction, whatever its times: a former version of it does not hold.
-- A key that was used again belongs to the row that has it first, which is then read at each extraction, too.
checked AS (
    SELECT
        *,
        GREATEST(noted_at, delivered_on) AS changed_at,
        CASE
            WHEN noted_at IS NULL THEN '登记时间缺失或不是时间'
            WHEN due_on IS NULL THEN '应交日期缺失或不是日期'
            WHEN delivered_text IS NOT NULL AND delivered_on IS NULL THEN '送达日期不是日期'
            WHEN report IS NOT NULL AND period IS NOT NULL AND noted_at > MIN(noted_at) OVER same_key
                THEN '该报告该周期已有登记时间更早的一行'
        END AS rejected_because,
        report IS NOT NULL AND period IS NOT NULL AND noted_at < MAX(noted_at) OVER same_key AS is_used_again
    FROM report_plan
    WINDOW same_key AS (PARTITION BY report, period)
)
SELECT
    report,
    period,
    noted_at,
    due_on,
    recipient,
    delivered_on,
    changed_at,
    rejected_because
FROM checked
WHERE
    rejected_because IS NOT NULL OR is_used_again
    OR delivered_on IS NULL OR changed_at < '1971-01-01'
    OR (changed_at >= :since AND changed_at < :until)
