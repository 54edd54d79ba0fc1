/*
window: changed_at
times:
  noted_at: naive
  known_until_on: date
  withdrawn_at: naive
  changed_at: naive
*/
-- Object and check are copied from the inspection; spaces at their ends do not matter. The last change is the latest of
-- the times that a row has.
WITH dispositions AS (
    SELECT
        NULLIF(TRIM("处置编号"), '') AS disposition_no,
        TRY_CAST("登记时间" AS TIMESTAMP) AS noted_at,
        NULLIF(TRIM("对象"), '') AS entity,
        NULLIF(TRIM("检查项"), '') AS "check",
        TRIM("处置") AS disposition,
        NULLIF(TRIM("工单号"), '') AS ticket_no,
        NULLIF(TRIM("已知至"), '') AS known_until,
        TRY_CAST(TRY_CAST("已知至" AS TIMESTAMP) AS DATE) AS known_until_on,
        NULLIF(TRIM("撤销时间"), '') AS withdrawn,
        TRY_CAST("撤销时间" AS TIMESTAMP) AS withdrawn_at,
        NULLIF(TRIM("说明"), '') AS remark
    FROM "检查处置"
    WHERE COALESCE("处置编号", "登记时间", "对象", "检查项", "处置", "工单号", "已知至", "撤销时间", "说明") IS NOT NULL
),
-- A row that cannot be read is met at each extraction, whatever its times: a former version of it does not hold.
-- A number that was used again belongs to the row that has it first, which is then read at each extraction, too.
checked AS (
    SELECT
        *,
        GREATEST(noted_at, withdrawn_at) AS changed_at,
        CASE
            WHEN noted_at IS NULL THEN '登记时间缺失或不是时间'
            WHEN withdrawn IS NOT NULL AND withdrawn_at IS NULL THEN '撤销时间不是时间'
            WHEN known_until IS NOT NULL AND known_until_on IS NULL THEN '已知至不是日期'
            WHEN disposition IN ('已知', 'known') AND known_until IS NULL THEN '处置为已知，未写已知至'
            WHEN disposition IN ('转工单', 'ticketed') AND ticket_no IS NULL THEN '处置为转工单，未写工单号'
            WHEN disposition_no IS NOT NULL AND noted_at > MIN(noted_at) OVER same_key THEN '处置编号已用于登记时间更早的一行'
        END AS rejected_because,
        disposition_no IS NOT NULL AND noted_at < MAX(noted_at) OVER same_key AS is_used_again
    FROM dispositions
    WINDOW same_key AS (PARTITION BY disposition_no)
)
SELECT
    disposition_no,
    noted_at,
    entity,
    "check",
    CASE disposition
        WHEN '已确认' THEN 'confirmed'
        WHEN '转工单' THEN 'ticketed'
        WHEN '误报' THEN 'false_alarm'
        WHEN '已知' THEN 'known'
        ELSE disposition
    END AS disposition,
    ticket_no,
    known_until_on,
    withdrawn_at,
    remark,
    changed_at,
    rejected_because
FROM checked
WHERE
    rejected_because IS NOT NULL OR is_used_again
    OR changed_at < '1971-01-01'
    OR (changed_at >= :since AND changed_at < :until)
