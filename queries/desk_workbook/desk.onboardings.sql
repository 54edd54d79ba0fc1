/*
window: changed_at
times:
  noted_at: naive
  account_on: date
  permission_on: date
  seal_on: date
  training_on: date
  finished_on: date
  changed_at: naive
translate: {subsystem: subsystems.csv}
*/
-- A unit that is not connected yet is read at each extraction.
WITH onboardings AS (
    SELECT
        NULLIF(TRIM("单位"), '') AS unit,
        TRIM("系统") AS subsystem,
        TRY_CAST("登记时间" AS TIMESTAMP) AS noted_at,
        NULLIF(TRIM("工单号"), '') AS ticket_no,
        CAST(TRY_CAST("账号添加日期" AS TIMESTAMP) AS DATE) AS account_on,
        CAST(TRY_CAST("权限配置日期" AS TIMESTAMP) AS DATE) AS permission_on,
        CAST(TRY_CAST("制作公章日期" AS TIMESTAMP) AS DATE) AS seal_on,
        CAST(TRY_CAST("使用培训日期" AS TIMESTAMP) AS DATE) AS training_on,
        CAST(TRY_CAST("接入完成日期" AS TIMESTAMP) AS DATE) AS finished_on,
        NULLIF(TRIM("账号添加日期"), '') AS account_text,
        NULLIF(TRIM("权限配置日期"), '') AS permission_text,
        NULLIF(TRIM("制作公章日期"), '') AS seal_text,
        NULLIF(TRIM("使用培训日期"), '') AS training_text,
        NULLIF(TRIM("接入完成日期"), '') AS finished_text
    FROM "单位接入"
    WHERE COALESCE(
        "单位", "系统", "登记时间", "工单号", "账号添加日期", "权限配置日期", "制作公章日期", "使用培训日期",
        "接入完成日期"
    ) IS NOT NULL
),
-- A row that cannot be read is met at each extraction, whatever its times: a former version of it does not hold.
-- A key that was used again belongs to the row that has it first, which is then read at each extraction, too.
checked AS (
    SELECT
        *,
        GREATEST(noted_at, account_on, permission_on, seal_on, training_on, finished_on) AS changed_at,
        CASE
            WHEN noted_at IS NULL THEN '登记时间缺失或不是时间'
            WHEN account_text IS NOT NULL AND account_on IS NULL THEN '账号添加日期不是日期'
            WHEN permission_text IS NOT NULL AND permission_on IS NULL THEN '权限配置日期不是日期'
            WHEN seal_text IS NOT NULL AND seal_on IS NULL THEN '制作公章日期不是日期'
            WHEN training_text IS NOT NULL AND training_on IS NULL THEN '使用培训日期不是日期'
            WHEN finished_text IS NOT NULL AND finished_on IS NULL THEN '接入完成日期不是日期'
            WHEN unit IS NOT NULL AND subsystem IS NOT NULL AND noted_at > MIN(noted_at) OVER same_key
                THEN '该单位该系统已有登记时间更早的一行'
        END AS rejected_because,
        unit IS NOT NULL AND subsystem IS NOT NULL AND noted_at < MAX(noted_at) OVER same_key AS is_used_again
    FROM onboardings
    WINDOW same_key AS (PARTITION BY unit, subsystem)
)
SELECT
    unit,
    subsystem,
    noted_at,
    ticket_no,
    account_on,
    permission_on,
    seal_on,
    training_on,
    finished_on,
    changed_at,
    rejected_because
FROM checked
WHERE
    rejected_because IS NOT NULL OR is_used_again
    OR finished_on IS NULL OR changed_at < '1971-01-01'
    OR (changed_at >= :since AND changed_at < :until)
