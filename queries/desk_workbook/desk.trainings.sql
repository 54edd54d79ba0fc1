/*
window: held_on
times:
  held_on: date
*/
-- Numbers of people may carry thousands separators.
WITH trainings AS (
    SELECT
        CAST(TRY_CAST("日期" AS TIMESTAMP) AS DATE) AS held_on,
        NULLIF(TRIM("主题"), '') AS topic,
        NULLIF(TRIM("单位"), '') AS unit,
        NULLIF(REPLACE(TRIM("应到人数"), ',', ''), '') AS invited,
        NULLIF(REPLACE(TRIM("实到人数"), ',', ''), '') AS attended
    FROM "培训"
    WHERE COALESCE("日期", "主题", "单位", "应到人数", "实到人数") IS NOT NULL
)
SELECT
    held_on,
    topic,
    unit,
    TRY_CAST(invited AS BIGINT) AS invited,
    TRY_CAST(attended AS BIGINT) AS attended,
    CASE
        WHEN held_on IS NULL THEN '日期缺失或不是日期'
        WHEN invited IS NOT NULL AND COALESCE(TRY_CAST(invited AS DOUBLE) <> TRY_CAST(invited AS BIGINT), TRUE)
            THEN '应到人数不是整数'
        WHEN COALESCE(TRY_CAST(attended AS DOUBLE) <> TRY_CAST(attended AS BIGINT), TRUE)
            THEN '实到人数缺失或不是整数'
    END AS rejected_because
FROM trainings
WHERE held_on IS NULL OR (held_on >= :since AND held_on < :until)
