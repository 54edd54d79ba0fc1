/*
window: changed_at
times:
  opened_at: naive
  responded_at: naive
  due_at: naive
  closed_at: naive
  changed_at: naive
translate:
  category: ticket_categories.csv
  subsystem: subsystems.csv
  deadline_class: deadline_classes.csv
  cause: ticket_causes.csv
  close_code: close_codes.csv
*/
-- The sheet has no column for the last change: it is the latest of the times that a row has. An open ticket is read at
-- each extraction, for a cause or a deadline that is written later has no time of its own.
WITH tickets AS (
    SELECT
        NULLIF(TRIM("工单号"), '') AS ticket_no,
        TRY_CAST("受理时间" AS TIMESTAMP) AS opened_at,
        TRIM("类别") AS category,
        TRIM("系统") AS subsystem,
        NULLIF(TRIM("单位"), '') AS unit,
        TRY_CAST("首次响应" AS TIMESTAMP) AS responded_at,
        TRY_CAST("应完成时间" AS TIMESTAMP) AS due_at,
        TRY_CAST("关闭时间" AS TIMESTAMP) AS closed_at,
        TRIM("时限类别") AS deadline_class,
        TRIM("原因") AS cause,
        TRIM("关闭结果") AS close_code,
        NULLIF(TRIM("事件编号"), '') AS incident_no,
        NULLIF(TRIM("首次响应"), '') AS responded_text,
        NULLIF(TRIM("应完成时间"), '') AS due_text,
        NULLIF(TRIM("关闭时间"), '') AS closed_text,
        NULLIF(REPLACE(TRIM("重开次数"), ',', ''), '') AS reopenings,
        NULLIF(REPLACE(TRIM("满意度"), ',', ''), '') AS satisfaction
    FROM "工单"
    WHERE COALESCE("工单号", "受理时间", "类别", "系统", "单位") IS NOT NULL
),
-- A row that cannot be read is met at each extraction, whatever its times: a former version of it does not hold.
-- A number that was used again belongs to the row that has it first, which is then read at each extraction, too.
checked AS (
    SELECT
        *,
        GREATEST(opened_at, responded_at, closed_at) AS changed_at,
        CASE
            WHEN opened_at IS NULL THEN '受理时间缺失或不是时间'
            WHEN responded_text IS NOT NULL AND responded_at IS NULL THEN '首次响应不是时间'
            WHEN due_text IS NOT NULL AND due_at IS NULL THEN '应完成时间不是时间'
            WHEN closed_text IS NOT NULL AND closed_at IS NULL THEN '关闭时间不是时间'
            WHEN closed_at < opened_at THEN '关闭时间早于受理时间'
            WHEN ticket_no IS NOT NULL AND opened_at > MIN(opened_at) OVER same_key THEN '工单号已用于受理时间更早的一行'
        END AS rejected_because,
        ticket_no IS NOT NULL AND opened_at < MAX(opened_at) OVER same_key AS is_used_again
    FROM tickets
    WINDOW same_key AS (PARTITION BY ticket_no)
)
SELECT
    ticket_no,
    opened_at,
    category,
    subsystem,
    unit,
    responded_at,
    due_at,
    closed_at,
    deadline_class,
    cause,
    close_code,
    reopenings,
    satisfaction,
    incident_no,
    changed_at,
    rejected_because
FROM checked
WHERE
    rejected_because IS NOT NULL OR is_used_again
    OR closed_at IS NULL OR changed_at < '1971-01-01'
    OR (changed_at >= :since AND changed_at < :until)
