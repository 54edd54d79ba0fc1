/*
window: checked_on
times:
  checked_on: date
*/
WITH checks AS (
    SELECT
        CAST(TRY_CAST("日期" AS TIMESTAMP) AS DATE) AS checked_on,
        TRIM("系统") AS subsystem,
        NULLIF(TRIM("检查项"), '') AS item,
        TRIM("结果") AS result,
        NULLIF(TRIM("说明"), '') AS remark
    FROM "人工检查"
    WHERE COALESCE("日期", "系统", "检查项", "结果") IS NOT NULL
)
SELECT
    checked_on,
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
    item,
    CASE result
        WHEN '正常' THEN 'ok'
        WHEN '关注' THEN 'watch'
        WHEN '异常' THEN 'bad'
        ELSE result
    END AS result,
    remark,
    CASE WHEN checked_on IS NULL THEN '日期缺失或不是日期' END AS rejected_because
FROM checks
WHERE checked_on IS NULL OR checked_on < '1971-01-01' OR checked_on >= CAST(:until AS TIMESTAMP) + INTERVAL 2 YEAR
    OR (checked_on >= :since AND checked_on < :until)
