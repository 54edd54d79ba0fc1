/*
window: changed_at
times:
  granted_at: naive
  approved_at: naive
  modified_at: naive
  last_used_on: date
  reviewed_on: date
  removed_at: naive
  changed_at: naive
translate: {subsystem: subsystems.csv, holder: holders.csv}
*/
-- A right that holds is read at each extraction: its last use and review are written without a time.
WITH access_grants AS (
    SELECT
        NULLIF(TRIM("权限编号"), '') AS grant_no,
        TRY_CAST("授予时间" AS TIMESTAMP) AS granted_at,
        TRIM("系统") AS subsystem,
        NULLIF(TRIM("账号"), '') AS account,
        TRIM("持有方") AS holder,
        NULLIF(TRIM("权限"), '') AS permission,
        NULLIF(TRIM("单位"), '') AS unit,
        TRY_CAST("批准时间" AS TIMESTAMP) AS approved_at,
        NULLIF(TRIM("批准部门"), '') AS approved_by,
        NULLIF(TRIM("工单号"), '') AS ticket_no,
        TRY_CAST("变更时间" AS TIMESTAMP) AS modified_at,
        CAST(TRY_CAST("最近使用日期" AS TIMESTAMP) AS DATE) AS last_used_on,
        CAST(TRY_CAST("最近复核日期" AS TIMESTAMP) AS DATE) AS reviewed_on,
        TRY_CAST("撤销时间" AS TIMESTAMP) AS removed_at,
        NULLIF(TRIM("批准时间"), '') AS approved_text,
        NULLIF(TRIM("变更时间"), '') AS modified_text,
        NULLIF(TRIM("最近使用日期"), '') AS last_used_text,
        NULLIF(TRIM("最近复核日期"), '') AS reviewed_text,
        NULLIF(TRIM("撤销时间"), '') AS removed_text
    FROM "权限台账"
    WHERE COALESCE(
        "权限编号", "授予时间", "系统", "账号", "持有方", "权限", "单位", "批准时间", "批准部门", "工单号",
        "变更时间", "最近使用日期", "最近复核日期", "撤销时间"
    ) IS NOT NULL
),
-- A row that cannot be read is met at each extraction, whatever its times: a former version of it does not hold.
-- A number that was used again belongs to the row that has it first, which is then read at each extraction, too.
checked AS (
    SELECT
        *,
        GREATEST(granted_at, approved_at, modified_at, removed_at) AS changed_at,
        CASE
            WHEN granted_at IS NULL THEN '授予时间缺失或不是时间'
            WHEN approved_text IS NOT NULL AND approved_at IS NULL THEN '批准时间不是时间'
            WHEN modified_text IS NOT NULL AND modified_at IS NULL THEN '变更时间不是时间'
            WHEN last_used_text IS NOT NULL AND last_used_on IS NULL THEN '最近使用日期不是日期'
            WHEN reviewed_text IS NOT NULL AND reviewed_on IS NULL THEN '最近复核日期不是日期'
            WHEN removed_text IS NOT NULL AND removed_at IS NULL THEN '撤销时间不是时间'
            WHEN removed_at < granted_at THEN '撤销时间早于授予时间'
            WHEN grant_no IS NOT NULL AND granted_at > MIN(granted_at) OVER same_key THEN '权限编号已用于授予时间更早的一行'
        END AS rejected_because,
        grant_no IS NOT NULL AND granted_at < MAX(granted_at) OVER same_key AS is_used_again
    FROM access_grants
    WINDOW same_key AS (PARTITION BY grant_no)
)
SELECT
    grant_no,
    granted_at,
    subsystem,
    account,
    holder,
    permission,
    unit,
    approved_at,
    approved_by,
    ticket_no,
    modified_at,
    last_used_on,
    reviewed_on,
    removed_at,
    changed_at,
    rejected_because
FROM checked
WHERE
    rejected_because IS NOT NULL OR is_used_again
    OR removed_at IS NULL OR changed_at < '1971-01-01'
    OR (changed_at >= :since AND changed_at < :until)
