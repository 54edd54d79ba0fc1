/*
window: changed_at
times:
  started_at: epoch_s
  ended_at: epoch_s
  changed_at: epoch_s
dialects: [mysql, postgres, sqlite]
*/
-- The table problem forgets what is resolved: problems are the events of triggers, ended by the event that recovers them.
WITH changed AS (
    SELECT e.eventid, e.objectid, e.clock AS started_at, r.clock AS ended_at, e.name, e.severity
    FROM events r
    JOIN event_recovery er ON er.r_eventid = r.eventid
    JOIN events e ON e.eventid = er.eventid
    WHERE r.clock >= :since AND r.clock < :until AND e.source = 0 AND e.object = 0 AND e.value = 1
    UNION ALL
    SELECT e.eventid, e.objectid, e.clock AS started_at, NULL AS ended_at, e.name, e.severity
    FROM events e
    WHERE e.clock >= :since AND e.clock < :until AND e.source = 0 AND e.object = 0 AND e.value = 1
        AND NOT EXISTS (SELECT 1 FROM event_recovery er WHERE er.eventid = e.eventid)
),
-- A trigger may look at several items, of several hosts.
watched AS (
    SELECT f.triggerid, MIN(h.host) AS host
    FROM functions f
    JOIN items i ON i.itemid = f.itemid
    JOIN hosts h ON h.hostid = i.hostid
    WHERE f.triggerid IN (SELECT objectid FROM changed)
    GROUP BY f.triggerid
)
SELECT
    c.eventid AS problem_id,
    c.started_at AS started_at,
    c.ended_at AS ended_at,
    w.host AS host,
    c.name AS problem,
    CASE c.severity
        WHEN 0 THEN 'information'  -- not classified
        WHEN 1 THEN 'information'
        WHEN 2 THEN 'warning'
        WHEN 3 THEN 'average'
        WHEN 4 THEN 'high'
        WHEN 5 THEN 'disaster'
    END AS severity,
    COALESCE(c.ended_at, c.started_at) AS changed_at
FROM changed c
LEFT JOIN watched w ON w.triggerid = c.objectid
