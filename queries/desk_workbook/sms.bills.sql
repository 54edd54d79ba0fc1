/*
window: month_on
times:
  month_on: date
*/
-- Any day of the billed month may be written; numbers may carry thousands separators.
WITH bills AS (
    SELECT
        CAST(DATE_TRUNC('month', TRY_CAST("账期" AS TIMESTAMP)) AS DATE) AS month_on,
        TRIM("运营商") AS carrier,
        TRY_CAST(REPLACE("账单条数", ',', '') AS DOUBLE) AS billed_segments,
        TRY_CAST(REPLACE("账单金额", ',', '') AS DOUBLE) AS billed_yuan
    FROM "运营商账单"
    WHERE COALESCE("账期", "运营商", "账单条数", "账单金额") IS NOT NULL
)
SELECT
    month_on,
    CASE carrier
        WHEN '中国电信' THEN 'telecom'
        WHEN '中国移动' THEN 'mobile'
        WHEN '中国联通' THEN 'unicom'
        WHEN '中国广电' THEN 'broadnet'
        WHEN '其他' THEN 'other'
        ELSE carrier
    END AS carrier,
    CAST(ROUND(billed_segments) AS BIGINT) AS billed_segments,
    billed_yuan,
    CASE
        WHEN month_on IS NULL THEN '账期缺失或不是日期'
        WHEN billed_segments IS NULL THEN '账单条数缺失或不是数字'
        WHEN billed_segments <> ROUND(billed_segments) THEN '账单条数不是整数'
        WHEN billed_yuan IS NULL THEN '账单金额缺失或不是数字'
    END AS rejected_because
FROM bills
WHERE month_on IS NULL OR month_on < '1971-01-01' OR month_on >= CAST(:until AS TIMESTAMP) + INTERVAL 2 YEAR
    OR (month_on >= :since AND month_on < :until)
