/*
window: changed_at
times:                            # RT keeps every time in UTC
  noted_at: utc
  known_until_on: date
  withdrawn_at: utc
  changed_at: utc
dialects: [mysql, postgres]
absent: [remark]
*/
-- A decision is a ticket of the queue 巡检处置, with the object and the check of the inspection as its subject, parted by a
-- bar: db-1|磁盘使用率. New and open: the ticket of the finding. Stalled, with a due date: known up to that day (UTC+8).
-- Rejected: a false alarm. Resolved: the decision is over, and a finding that is still there is named again. RT has no
-- status for 已确认. Subjects of other queues are not read.
WITH subjects AS (
    SELECT
        t.id,
        t.EffectiveId,
        t.Status,
        t.Created,
        t.LastUpdated,
        REPLACE(t.Subject, '｜', '|') AS title,
        CASE WHEN t.Status = 'resolved' AND t.Resolved > '1970-01-02 00:00:00' THEN t.Resolved END AS resolved_at,
        CASE
            WHEN t.Status = 'stalled' AND t.Due > '1970-01-02 00:00:00' THEN CAST(t.Due + INTERVAL '8' HOUR AS DATE)
        END AS until_on
    FROM Tickets AS t
    JOIN Queues AS q ON q.id = t.Queue
    WHERE q.Name = '巡检处置' AND t.Type = 'ticket'
        AND (t.LastUpdated IS NULL OR t.LastUpdated < '1971-01-01' OR (t.LastUpdated >= :since AND t.LastUpdated < :until))
)
SELECT
    id AS disposition_no,
    Created AS noted_at,
    NULLIF(TRIM(SUBSTRING(title FROM 1 FOR GREATEST(POSITION('|' IN title) - 1, 0))), '') AS entity,
    NULLIF(TRIM(SUBSTRING(title FROM POSITION('|' IN title) + 1)), '') AS "check",
    CASE
        WHEN Status = 'rejected' THEN 'false_alarm'
        WHEN Status = 'stalled' AND until_on IS NOT NULL THEN 'known'
        ELSE 'ticketed'
    END AS disposition,
    id AS ticket_no,
    until_on AS known_until_on,
    resolved_at AS withdrawn_at,
    LastUpdated AS changed_at,
    CASE
        WHEN id <> EffectiveId THEN '已并入其他工单'
        WHEN Status = 'deleted' THEN '已删除'
    END AS withdrawn_because,
    CASE
        WHEN id <> EffectiveId OR Status = 'deleted' THEN NULL
        WHEN Status IS NULL OR Status NOT IN ('new', 'open', 'stalled', 'resolved', 'rejected')
            THEN CONCAT('未知的工单状态 ', COALESCE(Status, '空'))
        WHEN title IS NULL OR title NOT LIKE '%|%' THEN '主题没有写成“对象|检查项”'
    END AS rejected_because
FROM subjects
