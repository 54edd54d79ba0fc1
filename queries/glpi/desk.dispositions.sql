/*
window: changed_at
times:
  noted_at: epoch_s
  known_until_on: date
  withdrawn_at: epoch_s
  changed_at: epoch_s
dialects: [mysql]
absent: [remark]
*/
-- A decision is a ticket whose category ends in 巡检处置, with the object and the check of the inspection as its title,
-- parted by a bar: db-1|磁盘使用率. An open one is the ticket of the finding. The type of the last solution that was not
-- refused (误报, 已知, 已确认) is the decision; a finding that is known is so up to the ticket's time to resolve. Any other
-- solution ends the decision: a finding that is still there is named again. Titles of other tickets are not read.
-- TIMESTAMPs as in desk.tickets.sql; a day is that of UTC+8. A ticket that left the category is to be deleted.
WITH tickets AS (
    SELECT
        t.id,
        t.date,
        t.date_mod,
        t.is_deleted,
        t.status,
        REPLACE(t.name, '｜', '|') AS title,
        CASE WHEN t.status IN (5, 6) THEN COALESCE(t.solvedate, t.closedate) END AS solved_at,
        CAST('1970-01-01 08:00:00' + INTERVAL UNIX_TIMESTAMP(t.time_to_resolve) SECOND AS DATE) AS until_on,
        (
            SELECT st.name
            FROM glpi_itilsolutions AS s
            JOIN glpi_solutiontypes AS st ON st.id = s.solutiontypes_id
            WHERE s.itemtype = 'Ticket' AND s.items_id = t.id AND s.status <> 4
            ORDER BY s.id DESC
            LIMIT 1
        ) AS solution
    FROM glpi_tickets AS t
    JOIN glpi_itilcategories AS c ON c.id = t.itilcategories_id
    WHERE SUBSTRING_INDEX(c.completename, ' > ', -1) = '巡检处置'
        AND (t.date_mod IS NULL OR t.date_mod < '1971-01-01' OR (t.date_mod >= FROM_UNIXTIME(:since) AND t.date_mod < FROM_UNIXTIME(:until)))
)
SELECT
    id AS disposition_no,
    UNIX_TIMESTAMP(date) AS noted_at,
    NULLIF(TRIM(SUBSTRING_INDEX(title, '|', 1)), '') AS entity,
    CASE WHEN title LIKE '%|%' THEN NULLIF(TRIM(SUBSTRING_INDEX(title, '|', -1)), '') END AS `check`,
    CASE
        WHEN solved_at IS NULL THEN 'ticketed'
        WHEN solution = '误报' THEN 'false_alarm'
        WHEN solution = '已知' THEN 'known'
        WHEN solution = '已确认' THEN 'confirmed'
        ELSE 'ticketed'
    END AS disposition,
    id AS ticket_no,
    CASE WHEN solved_at IS NOT NULL AND solution = '已知' THEN until_on END AS known_until_on,
    CASE
        WHEN solution IS NULL OR solution NOT IN ('误报', '已知', '已确认') THEN UNIX_TIMESTAMP(solved_at)
    END AS withdrawn_at,
    UNIX_TIMESTAMP(date_mod) AS changed_at,
    CASE WHEN is_deleted = 1 THEN '已删除' END AS withdrawn_because,
    CASE
        WHEN is_deleted = 1 THEN NULL
        WHEN status IS NULL OR status NOT BETWEEN 1 AND 12 THEN CONCAT('未知的状态代码 ', COALESCE(status, '空'))
        WHEN title IS NULL OR title NOT LIKE '%|%' THEN '标题没有写成“对象|检查项”'
        WHEN solved_at IS NOT NULL AND solution = '已知' AND until_on IS NULL THEN '处置为已知，未写解决时限'
    END AS rejected_because
FROM tickets
