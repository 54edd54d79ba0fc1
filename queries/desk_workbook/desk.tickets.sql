/*
window: changed_at
times:
  opened_at: naive
  responded_at: naive
  due_at: naive
  closed_at: naive
  changed_at: naive
*/
-- The sheet has no column for the last change: it is the latest of the times that a row has.
-- An unknown word of a list comes through as it is, so that the contract's check finds it and says so.
WITH tickets AS (
    SELECT
        NULLIF(TRIM("工单号"), '') AS ticket_no,
        TRY_CAST("受理时间" AS TIMESTAMP) AS opened_at,
        TRIM("类别") AS category,
        TRIM("系统") AS subsystem,
        NULLIF(TRIM("单位"), '') AS unit,
        NULLIF(TRIM("首次响应"), '') AS responded,
        NULLIF(TRIM("应完成时间"), '') AS due,
        NULLIF(TRIM("关闭时间"), '') AS closed,
        TRY_CAST("首次响应" AS TIMESTAMP) AS responded_at,
        TRY_CAST("应完成时间" AS TIMESTAMP) AS due_at,
        TRY_CAST("关闭时间" AS TIMESTAMP) AS closed_at
    FROM "工单"
    WHERE COALESCE("工单号", "受理时间", "类别", "系统", "单位") IS NOT NULL
),
-- A row that cannot be read is met at each extraction, whatever its times: a former version of it does not hold.
checked AS (
    SELECT
        *,
        GREATEST(opened_at, responded_at, closed_at) AS changed_at,
        CASE
            WHEN opened_at IS NULL THEN '受理时间缺失或不是时间'
            WHEN responded IS NOT NULL AND responded_at IS NULL THEN '首次响应不是时间'
            WHEN due IS NOT NULL AND due_at IS NULL THEN '应完成时间不是时间'
            WHEN closed IS NOT NULL AND closed_at IS NULL THEN '关闭时间不是时间'
            WHEN closed_at < opened_at THEN '关闭时间早于受理时间'
        END AS rejected_because
    FROM tickets
)
SELECT
    ticket_no,
    opened_at,
    CASE category
        WHEN '账号权限' THEN 'account'
        WHEN '单位接入' THEN 'onboarding'
        WHEN '故障处理' THEN 'fault'
        WHEN '使用咨询' THEN 'consulting'
        WHEN '流程调整' THEN 'change'
        WHEN '培训' THEN 'training'
        WHEN '巡检' THEN 'inspection'
        WHEN '其他' THEN 'other'
        ELSE category
    END AS category,
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
    unit,
    responded_at,
    due_at,
    closed_at,
    changed_at,
    rejected_because
FROM checked
WHERE rejected_because IS NOT NULL OR (changed_at >= :since AND changed_at < :until)
