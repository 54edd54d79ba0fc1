/*
window: changed_at
times:
  opened_at: epoch_s
  responded_at: epoch_s
  due_at: epoch_s
  closed_at: epoch_s
  changed_at: epoch_s
dialects: [mysql]
translate:
  category: categories.csv
  subsystem: subsystems.csv
  deadline_class: deadline_classes.csv
  close_code: close_codes.csv
absent: [cause, incident_no]
*/
-- GLPI keeps TIMESTAMPs, which the server shows in the session's zone. They are asked for as seconds, and the window is
-- turned into the session's zone by the server itself: whatever zone that is, it cancels out, and the index is used.
-- The first level of a category is taken as the subsystem, the last as what is asked for; the name of the SLA as the class
-- of the deadline, and the type of the last solution as the result; all by tables of words.
-- GLPI moves time_to_resolve on by what a ticket waited for its requester, so that the due time has the waiting in it. A ticket in the bin is withdrawn.
-- status: 1 to 4 and 7 to 12 are open, 5 is solved and 6 closed; the row of any other is rejected and counted.
-- Surveys have five stars; a mark of a longer scale is none.
-- A solution that the requester refused (status 4) opened the ticket again. The answer to a survey does not change the ticket's own time.
SELECT
    t.id AS ticket_no,
    UNIX_TIMESTAMP(t.date) AS opened_at,
    COALESCE(SUBSTRING_INDEX(c.completename, ' > ', -1), CASE t.type WHEN 1 THEN 'incident' ELSE 'request' END) AS category,
    COALESCE(SUBSTRING_INDEX(c.completename, ' > ', 1), 'uncategorised') AS subsystem,
    e.name AS unit,
    UNIX_TIMESTAMP(t.date) + NULLIF(t.takeintoaccount_delay_stat, 0) AS responded_at,
    UNIX_TIMESTAMP(t.time_to_resolve) AS due_at,
    CASE WHEN t.status IN (5, 6) THEN UNIX_TIMESTAMP(COALESCE(t.solvedate, t.closedate)) END AS closed_at,
    l.name AS deadline_class,
    CASE
        WHEN t.status IN (5, 6) THEN (
            SELECT st.name
            FROM glpi_itilsolutions AS s
            JOIN glpi_solutiontypes AS st ON st.id = s.solutiontypes_id
            WHERE s.itemtype = 'Ticket' AND s.items_id = t.id AND s.status <> 4
            ORDER BY s.id DESC
            LIMIT 1
        )
    END AS close_code,
    (
        SELECT COUNT(*)
        FROM glpi_itilsolutions AS s
        WHERE s.itemtype = 'Ticket' AND s.items_id = t.id AND s.status = 4
    ) AS reopenings,
    CASE WHEN f.satisfaction BETWEEN 1 AND 5 THEN f.satisfaction END AS satisfaction,
    UNIX_TIMESTAMP(GREATEST(t.date_mod, COALESCE(f.date_answered, t.date_mod))) AS changed_at,
    CASE WHEN t.is_deleted = 1 THEN '已删除' END AS withdrawn_because,
    CASE
        WHEN t.status IS NULL OR t.status NOT BETWEEN 1 AND 12 THEN CONCAT('未知的状态代码 ', COALESCE(t.status, '空'))
    END AS rejected_because
FROM glpi_tickets AS t
LEFT JOIN glpi_itilcategories AS c ON c.id = t.itilcategories_id
LEFT JOIN glpi_entities AS e ON e.id = t.entities_id AND e.id <> 0
LEFT JOIN glpi_slas AS l ON l.id = t.slas_id_ttr
LEFT JOIN glpi_ticketsatisfactions AS f ON f.tickets_id = t.id
WHERE t.date_mod IS NULL
    OR (t.date_mod >= FROM_UNIXTIME(:since) AND t.date_mod < FROM_UNIXTIME(:until))
    OR (f.date_answered >= FROM_UNIXTIME(:since) AND f.date_answered < FROM_UNIXTIME(:until))
