/*
window: changed_at
times:
  opened_at: epoch_s
  responded_at: epoch_s
  due_at: epoch_s
  closed_at: epoch_s
  changed_at: epoch_s
dialects: [mysql]
translate: {category: categories.csv, subsystem: subsystems.csv}
absent: [deadline_class, cause, close_code, reopenings, satisfaction, incident_no]
*/
-- GLPI keeps TIMESTAMPs, which the server shows in the session's zone. They are asked for as seconds, and the window is
-- turned into the session's zone by the server itself: whatever zone that is, it cancels out, and the index is used.
-- The first level of a category is taken as the subsystem, the last as what is asked for; both by tables of words.
-- GLPI moves time_to_resolve on by what a ticket waited for its requester, so that the due time has the waiting in it. A ticket in the bin is withdrawn.
SELECT
    t.id AS ticket_no,
    UNIX_TIMESTAMP(t.date) AS opened_at,
    COALESCE(SUBSTRING_INDEX(c.completename, ' > ', -1), CASE t.type WHEN 1 THEN 'incident' ELSE 'request' END) AS category,
    COALESCE(SUBSTRING_INDEX(c.completename, ' > ', 1), 'uncategorised') AS subsystem,
    e.name AS unit,
    UNIX_TIMESTAMP(t.date) + NULLIF(t.takeintoaccount_delay_stat, 0) AS responded_at,
    UNIX_TIMESTAMP(t.time_to_resolve) AS due_at,
    CASE WHEN t.status IN (5, 6) THEN UNIX_TIMESTAMP(COALESCE(t.solvedate, t.closedate)) END AS closed_at,
    UNIX_TIMESTAMP(t.date_mod) AS changed_at,
    CASE WHEN t.is_deleted = 1 THEN '已删除' END AS withdrawn_because
FROM glpi_tickets AS t
LEFT JOIN glpi_itilcategories AS c ON c.id = t.itilcategories_id
LEFT JOIN glpi_entities AS e ON e.id = t.entities_id AND e.id <> 0
WHERE t.date_mod IS NULL OR (t.date_mod >= FROM_UNIXTIME(:since) AND t.date_mod < FROM_UNIXTIME(:until))
