/*
window: changed_at
times:
  planned_at: naive
  confirmed_at: naive
  finished_at: naive
  changed_at: naive
*/
-- As in the sheet of tickets, the last change is the latest of the times that a row has: a change that is planned for
-- a day to come is taken on that day.
WITH changes AS (
    SELECT
        NULLIF(TRIM("变更编号"), '') AS change_no,
        TRY_CAST("计划时间" AS TIMESTAMP) AS planned_at,
        TRIM("系统") AS subsystem,
        TRIM("类型") AS kind,
        NULLIF(TRIM("单位"), '') AS unit,
        NULLIF(TRIM("书面确认时间"), '') AS confirmed,
        NULLIF(TRIM("完成时间"), '') AS finished,
        TRY_CAST("书面确认时间" AS TIMESTAMP) AS confirmed_at,
        TRY_CAST("完成时间" AS TIMESTAMP) AS finished_at
    FROM "变更"
    WHERE COALESCE("变更编号", "计划时间", "系统", "类型", "单位") IS NOT NULL
),
-- A row that cannot be read is met at each extraction, whatever its times: a former version of it does not hold.
checked AS (
    SELECT
        *,
        GREATEST(planned_at, confirmed_at, finished_at) AS changed_at,
        CASE
            WHEN planned_at IS NULL THEN '计划时间缺失或不是时间'
            WHEN confirmed IS NOT NULL AND confirmed_at IS NULL THEN '书面确认时间不是时间'
            WHEN finished IS NOT NULL AND finished_at IS NULL THEN '完成时间不是时间'
        END AS rejected_because
    FROM changes
)
SELECT
    change_no,
    planned_at,
    CASE subsystem
        WHEN '统一身份认证' THEN 'identity'
        WHEN '单点登录' THEN 'sso'
        WHEN '公文交换' THEN 'docexchange'
        WHEN '协同办公' THEN 'oa'
        WHEN '即时通讯' THEN 'im'
        WHEN '短信平台' THEN 'sms'
        WHEN 'CA证书' THEN 'ca'
        WHEN '电子印章' THEN 'seal'
        WHEN '软硬件环境' THEN 'infra'
        WHEN '运维服务' THEN 'desk'
        ELSE subsystem
    END AS subsystem,
    CASE kind
        WHEN '工作流程' THEN 'workflow'
        WHEN '计划维护' THEN 'maintenance'
        WHEN '缺陷修复' THEN 'fix'
        WHEN '功能微调' THEN 'feature'
        ELSE kind
    END AS kind,
    unit,
    confirmed_at,
    finished_at,
    changed_at,
    rejected_because
FROM checked
WHERE rejected_because IS NOT NULL OR (changed_at >= :since AND changed_at < :until)
