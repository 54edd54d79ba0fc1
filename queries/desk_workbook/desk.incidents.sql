/*
window: changed_at
times:
  began_at: naive
  responded_at: naive
  restored_at: naive
  discovered_at: naive
  reported_at: naive
  changed_at: naive
translate:
  subsystem: subsystems.csv
  cause: incident_causes.csv
  level: levels.csv
  discovered_by: discoveries.csv
*/
-- As in the sheet of tickets, the last change is the latest of the times that a row has, and an open incident is read at
-- each extraction.
WITH incidents AS (
    SELECT
        NULLIF(TRIM("事件编号"), '') AS incident_no,
        TRY_CAST("发生时间" AS TIMESTAMP) AS began_at,
        TRIM("系统") AS subsystem,
        TRIM("原因") AS cause,
        CASE
            WHEN UPPER(TRIM("系统崩溃")) IN ('是', 'TRUE', '1') THEN TRUE
            WHEN UPPER(TRIM("系统崩溃")) IN ('否', 'FALSE', '0') THEN FALSE
        END AS is_crash,
        TRY_CAST("响应时间" AS TIMESTAMP) AS responded_at,
        TRY_CAST("恢复时间" AS TIMESTAMP) AS restored_at,
        TRIM("级别") AS level,
        TRY_CAST("发现时间" AS TIMESTAMP) AS discovered_at,
        TRIM("发现方式") AS discovered_by,
        TRY_CAST("报告时间" AS TIMESTAMP) AS reported_at,
        NULLIF(TRIM("报告对象"), '') AS reported_to,
        CASE
            WHEN UPPER(TRIM("造成不良影响")) IN ('是', 'TRUE', '1') THEN TRUE
            WHEN UPPER(TRIM("造成不良影响")) IN ('否', 'FALSE', '0') THEN FALSE
        END AS has_bad_effect,
        NULLIF(TRIM("响应时间"), '') AS responded_text,
        NULLIF(TRIM("恢复时间"), '') AS restored_text,
        NULLIF(TRIM("发现时间"), '') AS discovered_text,
        NULLIF(TRIM("报告时间"), '') AS reported_text,
        NULLIF(TRIM("造成不良影响"), '') AS bad_effect_text
    FROM "事件"
    WHERE COALESCE("事件编号", "发生时间", "系统", "原因", "系统崩溃") IS NOT NULL
),
-- A row that cannot be read is met at each extraction, whatever its times: a former version of it does not hold.
-- A number that was used again belongs to the row that has it first, which is then read at each extraction, too.
checked AS (
    SELECT
        *,
        GREATEST(began_at, responded_at, restored_at, discovered_at, reported_at) AS changed_at,
        CASE
            WHEN began_at IS NULL THEN '发生时间缺失或不是时间'
            WHEN is_crash IS NULL THEN '系统崩溃须填是或否'
            WHEN responded_text IS NOT NULL AND responded_at IS NULL THEN '响应时间不是时间'
            WHEN restored_text IS NOT NULL AND restored_at IS NULL THEN '恢复时间不是时间'
            WHEN discovered_text IS NOT NULL AND discovered_at IS NULL THEN '发现时间不是时间'
            WHEN reported_text IS NOT NULL AND reported_at IS NULL THEN '报告时间不是时间'
            WHEN bad_effect_text IS NOT NULL AND has_bad_effect IS NULL THEN '造成不良影响须填是或否'
            WHEN restored_at < began_at THEN '恢复时间早于发生时间'
            WHEN incident_no IS NOT NULL AND began_at > MIN(began_at) OVER same_key THEN '事件编号已用于发生时间更早的一行'
        END AS rejected_because,
        incident_no IS NOT NULL AND began_at < MAX(began_at) OVER same_key AS is_used_again
    FROM incidents
    WINDOW same_key AS (PARTITION BY incident_no)
)
SELECT
    incident_no,
    began_at,
    subsystem,
    cause,
    is_crash,
    responded_at,
    restored_at,
    level,
    discovered_at,
    discovered_by,
    reported_at,
    reported_to,
    has_bad_effect,
    changed_at,
    rejected_because
FROM checked
WHERE
    rejected_because IS NOT NULL OR is_used_again
    OR restored_at IS NULL OR changed_at < '1971-01-01'
    OR (changed_at >= :since AND changed_at < :until)
