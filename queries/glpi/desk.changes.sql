/*
window: changed_at
times:
  noted_at: epoch_s
  planned_at: epoch_s
  planned_until_at: epoch_s
  confirmed_at: epoch_s
  finished_at: epoch_s
  changed_at: epoch_s
dialects: [mysql]
translate: {subsystem: subsystems.csv, kind: change_kinds.csv, result: change_results.csv}
absent: [application, host, confirmed_by, started_at]
*/
-- TIMESTAMPs and categories as in desk.tickets.sql. A change is planned from the begin of its first task to the end of its
-- last one. It is confirmed when everybody who was asked has agreed (status 3), and by the last of them. A refused (13) or
-- cancelled (14) change ended with its last modification where no other end is known. The type of the last solution is the result.
-- The row of a status that the product does not have (beyond 1 to 14) is rejected and counted.
SELECT
    t.id AS change_no,
    UNIX_TIMESTAMP(t.date) AS noted_at,
    (SELECT UNIX_TIMESTAMP(MIN(k.begin)) FROM glpi_changetasks AS k WHERE k.changes_id = t.id) AS planned_at,
    (SELECT UNIX_TIMESTAMP(MAX(k.end)) FROM glpi_changetasks AS k WHERE k.changes_id = t.id) AS planned_until_at,
    COALESCE(SUBSTRING_INDEX(c.completename, ' > ', 1), 'uncategorised') AS subsystem,
    SUBSTRING_INDEX(c.completename, ' > ', -1) AS kind,
    e.name AS unit,
    (
        SELECT CASE WHEN MIN(COALESCE(v.status, 0) = 3) = 1 THEN UNIX_TIMESTAMP(MAX(v.validation_date)) END
        FROM glpi_changevalidations AS v
        WHERE v.changes_id = t.id
    ) AS confirmed_at,
    CASE
        WHEN t.status IN (5, 6) THEN UNIX_TIMESTAMP(COALESCE(t.solvedate, t.closedate))
        WHEN t.status IN (13, 14) THEN UNIX_TIMESTAMP(COALESCE(t.solvedate, t.closedate, t.date_mod))
    END AS finished_at,
    CASE
        WHEN t.status IN (13, 14) THEN 'cancelled'
        WHEN t.status IN (5, 6) THEN (
            SELECT st.name
            FROM glpi_itilsolutions AS s
            JOIN glpi_solutiontypes AS st ON st.id = s.solutiontypes_id
            WHERE s.itemtype = 'Change' AND s.items_id = t.id AND s.status <> 4
            ORDER BY s.id DESC
            LIMIT 1
        )
    END AS result,
    UNIX_TIMESTAMP(t.date_mod) AS changed_at,
    CASE WHEN t.is_deleted = 1 THEN '已删除' END AS withdrawn_because,
    CASE
        WHEN t.status IS NULL OR t.status NOT BETWEEN 1 AND 14 THEN CONCAT('未知的状态代码 ', COALESCE(t.status, '空'))
    END AS rejected_because
FROM glpi_changes AS t
LEFT JOIN glpi_itilcategories AS c ON c.id = t.itilcategories_id
LEFT JOIN glpi_entities AS e ON e.id = t.entities_id AND e.id <> 0
WHERE t.date_mod IS NULL OR t.date_mod < '1971-01-01' OR (t.date_mod >= FROM_UNIXTIME(:since) AND t.date_mod < FROM_UNIXTIME(:until))
