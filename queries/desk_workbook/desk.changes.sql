/*
window: changed_at
times:
  noted_at: naive
  planned_at: naive
  planned_until_at: naive
  confirmed_at: naive
  started_at: naive
  finished_at: naive
  changed_at: naive
translate: {subsystem: subsystems.csv, kind: change_kinds.csv, result: change_results.csv}
*/
-- A change belongs to the time of its registration, and is read at each extraction until it is finished: one that is
-- planned for a day to come is known before that day. The planned times are no times of a change of the row.
WITH changes AS (
    SELECT
        NULLIF(TRIM("变更编号"), '') AS change_no,
        TRY_CAST("登记时间" AS TIMESTAMP) AS registered_at,
        TRY_CAST("计划时间" AS TIMESTAMP) AS planned_at,
        TRY_CAST("计划结束时间" AS TIMESTAMP) AS planned_until_at,
        TRIM("系统") AS subsystem,
        NULLIF(TRIM("应用"), '') AS application,
        NULLIF(TRIM("主机"), '') AS host,
        TRIM("类型") AS kind,
        NULLIF(TRIM("单位"), '') AS unit,
        TRY_CAST("书面确认时间" AS TIMESTAMP) AS confirmed_at,
        NULLIF(TRIM("确认部门"), '') AS confirmed_by,
        TRY_CAST("开始时间" AS TIMESTAMP) AS started_at,
        TRY_CAST("完成时间" AS TIMESTAMP) AS finished_at,
        TRIM("结果") AS result,
        NULLIF(TRIM("登记时间"), '') AS noted_text,
        NULLIF(TRIM("计划时间"), '') AS planned_text,
        NULLIF(TRIM("计划结束时间"), '') AS planned_until_text,
        NULLIF(TRIM("书面确认时间"), '') AS confirmed_text,
        NULLIF(TRIM("开始时间"), '') AS started_text,
        NULLIF(TRIM("完成时间"), '') AS finished_text
    FROM "变更"
    WHERE COALESCE("变更编号", "登记时间", "计划时间", "系统", "类型", "单位") IS NOT NULL
),
-- A row without the time of its registration is taken at the earliest of its other times.
noted AS (
    SELECT
        *,
        COALESCE(registered_at, LEAST(planned_at, confirmed_at, started_at, finished_at)) AS noted_at
    FROM changes
),
-- A row that cannot be read is met at each extraction, whatever its times: a former version of it does not hold.
-- A number that was used again belongs to the row that has it first, which is then read at each extraction, too.
checked AS (
    SELECT
        *,
        GREATEST(noted_at, confirmed_at, started_at, finished_at) AS changed_at,
        CASE
            WHEN noted_text IS NOT NULL AND registered_at IS NULL THEN '登记时间不是时间'
            WHEN planned_text IS NOT NULL AND planned_at IS NULL THEN '计划时间不是时间'
            WHEN planned_until_text IS NOT NULL AND planned_until_at IS NULL THEN '计划结束时间不是时间'
            WHEN confirmed_text IS NOT NULL AND confirmed_at IS NULL THEN '书面确认时间不是时间'
            WHEN started_text IS NOT NULL AND started_at IS NULL THEN '开始时间不是时间'
            WHEN finished_text IS NOT NULL AND finished_at IS NULL THEN '完成时间不是时间'
            WHEN noted_at IS NULL THEN '登记时间和计划时间缺失'
            WHEN planned_until_at < planned_at THEN '计划结束时间早于计划时间'
            WHEN change_no IS NOT NULL AND noted_at > MIN(noted_at) OVER same_key THEN '变更编号已用于登记时间更早的一行'
        END AS rejected_because,
        change_no IS NOT NULL AND noted_at < MAX(noted_at) OVER same_key AS is_used_again
    FROM noted
    WINDOW same_key AS (PARTITION BY change_no)
)
SELECT
    change_no,
    noted_at,
    planned_at,
    planned_until_at,
    subsystem,
    application,
    host,
    kind,
    unit,
    confirmed_at,
    confirmed_by,
    started_at,
    finished_at,
    result,
    changed_at,
    rejected_because
FROM checked
WHERE
    rejected_because IS NOT NULL OR is_used_again
    OR finished_at IS NULL OR changed_at < '1971-01-01'
    OR (changed_at >= :since AND changed_at < :until)
