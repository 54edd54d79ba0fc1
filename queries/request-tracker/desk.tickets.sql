/*
window: changed_at
times:                            # RT keeps every time in UTC
  opened_at: utc
  responded_at: utc
  due_at: utc
  closed_at: utc
  changed_at: utc
dialects: [mysql, postgres, sqlite]
translate: {category: categories.csv, subsystem: subsystems.csv, deadline_class: deadline_classes.csv}
absent: [unit, cause, close_code, satisfaction, incident_no]
*/
-- What a ticket asks for and what it concerns is told by its queue, through two tables of words that a site edits; the class of
-- its deadline is its SLA, by a third one. Each step back from resolved to an open status is a transaction.
-- A ticket that was merged into another lives on with that one's number as EffectiveId, and is withdrawn itself, as are
-- deleted and rejected ones; reminders and approvals are rows of other types. RT writes 1970-01-01 for a time that is not set.
-- A status of a site's own is open where RT has noted no end: with one it is over, or opened again, and nobody knows which.
-- Such a row, and one without a status or a type, is rejected and counted.
SELECT
    t.id AS ticket_no,
    t.Created AS opened_at,
    q.Name AS category,
    q.Name AS subsystem,
    CASE WHEN t.Started > '1970-01-02 00:00:00' THEN t.Started END AS responded_at,
    CASE WHEN t.Due > '1970-01-02 00:00:00' THEN t.Due END AS due_at,
    CASE
        WHEN t.Status IN ('new', 'open', 'stalled') THEN NULL
        WHEN t.Resolved > '1970-01-02 00:00:00' THEN t.Resolved
    END AS closed_at,
    NULLIF(t.SLA, '') AS deadline_class,
    (
        SELECT COUNT(*)
        FROM Transactions AS r
        WHERE r.ObjectType = 'RT::Ticket' AND r.ObjectId = t.id AND r.Type = 'Status'
            AND r.OldValue = 'resolved' AND r.NewValue IN ('new', 'open', 'stalled')
    ) AS reopenings,
    t.LastUpdated AS changed_at,
    CASE
        WHEN t.id <> t.EffectiveId THEN '已并入其他工单'
        WHEN t.Status = 'deleted' THEN '已删除'
        WHEN t.Status = 'rejected' THEN '已拒绝'
    END AS withdrawn_because,
    CASE
        WHEN t.Type IS NULL THEN '没有工单类型'
        WHEN t.Status IS NULL THEN '没有工单状态'
        WHEN t.Status NOT IN ('new', 'open', 'stalled', 'resolved') AND t.Resolved > '1970-01-02 00:00:00'
            THEN CONCAT('未知的工单状态 ', t.Status)
    END AS rejected_because
FROM Tickets AS t
LEFT JOIN Queues AS q ON q.id = t.Queue
WHERE (t.LastUpdated IS NULL OR t.LastUpdated < '1971-01-01' OR (t.LastUpdated >= :since AND t.LastUpdated < :until))
    AND COALESCE(t.Type, 'ticket') = 'ticket'
