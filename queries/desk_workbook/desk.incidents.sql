/*
window: changed_at
times:
  began_at: naive
  responded_at: naive
  restored_at: naive
  changed_at: naive
*/
-- As in the sheet of tickets, the last change is the latest of the times that a row has.
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
        NULLIF(TRIM("响应时间"), '') AS responded,
        NULLIF(TRIM("恢复时间"), '') AS restored,
        TRY_CAST("响应时间" AS TIMESTAMP) AS responded_at,
        TRY_CAST("恢复时间" AS TIMESTAMP) AS restored_at
    FROM "事件"
    WHERE COALESCE("事件编号", "发生时间", "系统", "原因", "系统崩溃") IS NOT NULL
),
-- A row that cannot be read is met at each extraction, whatever its times: a former version of it does not hold.
checked AS (
    SELECT
        *,
        GREATEST(began_at, responded_at, restored_at) AS changed_at,
        CASE
            WHEN began_at IS NULL THEN '发生时间缺失或不是时间'
            WHEN is_crash IS NULL THEN '系统崩溃须填是或否'
            WHEN responded IS NOT NULL AND responded_at IS NULL THEN '响应时间不是时间'
            WHEN restored IS NOT NULL AND restored_at IS NULL THEN '恢复时间不是时间'
            WHEN restored_at < began_at THEN '恢复时间早于发生时间'
        END AS rejected_because
    FROM incidents
)
SELECT
    incident_no,
    began_at,
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
    CASE cause
        WHEN '供应商软件' THEN 'vendor_software'
        WHEN '硬件' THEN 'hardware'
        WHEN '网络' THEN 'network'
        WHEN '病毒或攻击' THEN 'attack'
        WHEN '运营商' THEN 'carrier'
        WHEN '其他' THEN 'other'
        ELSE cause
    END AS cause,
    is_crash,
    responded_at,
    restored_at,
    changed_at,
    rejected_because
FROM checked
WHERE rejected_because IS NOT NULL OR (changed_at >= :since AND changed_at < :until)
