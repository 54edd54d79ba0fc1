/*
window: attended_on
times:
  attended_on: date
*/
WITH attendance AS (
    SELECT
        CAST(TRY_CAST("日期" AS TIMESTAMP) AS DATE) AS attended_on,
        NULLIF(TRIM("人员"), '') AS person,
        TRIM("岗位") AS role,
        CASE
            WHEN UPPER(TRIM("在岗")) IN ('是', 'TRUE', '1') THEN TRUE
            WHEN UPPER(TRIM("在岗")) IN ('否', 'FALSE', '0') THEN FALSE
        END AS is_present
    FROM "驻场考勤"
    WHERE COALESCE("日期", "人员", "岗位", "在岗") IS NOT NULL
)
SELECT
    attended_on,
    person,
    CASE role
        WHEN '驻场' THEN 'engineer'
        WHEN '备选' THEN 'backup'
        ELSE role
    END AS role,
    is_present,
    CASE
        WHEN attended_on IS NULL THEN '日期缺失或不是日期'
        WHEN is_present IS NULL THEN '在岗须填是或否'
    END AS rejected_because
FROM attendance
WHERE attended_on IS NULL OR attended_on < '1971-01-01' OR attended_on >= CAST(:until AS TIMESTAMP) + INTERVAL 2 YEAR
    OR (attended_on >= :since AND attended_on < :until)
