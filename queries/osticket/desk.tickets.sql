/*
window: changed_at
times:
  opened_at: naive
  responded_at: naive
  due_at: naive
  closed_at: naive
  changed_at: naive
dialects: [mysql]
translate:
  category: categories.csv
  subsystem: subsystems.csv
  deadline_class: deadline_classes.csv
  close_code: close_codes.csv
absent: [cause, reopenings, satisfaction, incident_no]
*/
-- The help topic is what is asked for, the topic above it the subsystem; the name of the SLA is the class of the deadline, that
-- of the last status the result; all by tables of words. The first answer of the staff (an entry R of the thread) is the
-- response. lastupdate has the thread, updated the record: the later one is the change. A ticket in the bin is withdrawn, and the
-- row of a state that is none of open, closed, archived and deleted is rejected and counted.
SELECT
    t.number AS ticket_no,
    t.created AS opened_at,
    COALESCE(h.topic, 'uncategorised') AS category,
    COALESCE(p.topic, 'uncategorised') AS subsystem,
    o.name AS unit,
    (
        SELECT MIN(e.created)
        FROM ost_thread AS r
        JOIN ost_thread_entry AS e ON e.thread_id = r.id
        WHERE r.object_type = 'T' AND r.object_id = t.ticket_id AND e.type = 'R' AND e.staff_id > 0
    ) AS responded_at,
    COALESCE(t.duedate, t.est_duedate) AS due_at,
    CASE WHEN s.state IN ('closed', 'archived') THEN t.closed END AS closed_at,
    l.name AS deadline_class,
    CASE WHEN s.state IN ('closed', 'archived') THEN s.name END AS close_code,
    GREATEST(COALESCE(t.lastupdate, t.updated), t.updated) AS changed_at,
    CASE WHEN s.state = 'deleted' THEN '已删除' END AS withdrawn_because,
    CASE
        WHEN s.state IS NULL THEN '没有工单状态'
        WHEN s.state NOT IN ('open', 'closed', 'archived', 'deleted') THEN CONCAT('未知的工单状态 ', s.state)
    END AS rejected_because
FROM ost_ticket AS t
LEFT JOIN ost_ticket_status AS s ON s.id = t.status_id
LEFT JOIN ost_help_topic AS h ON h.topic_id = t.topic_id
LEFT JOIN ost_help_topic AS p ON p.topic_id = h.topic_pid
LEFT JOIN ost_sla AS l ON l.id = t.sla_id
LEFT JOIN ost_user AS u ON u.id = t.user_id
LEFT JOIN ost_organization AS o ON o.id = u.org_id
WHERE t.updated IS NULL
    OR (
        GREATEST(COALESCE(t.lastupdate, t.updated), t.updated) >= :since
        AND GREATEST(COALESCE(t.lastupdate, t.updated), t.updated) < :until
    )
