/*
window: started_at
times:
  started_at: naive
  ended_at: naive
dialects: [postgres, sqlite]
*/
-- Backups that have ended: T and W (with warnings) succeeded; E, e, f failed, A was cancelled, I is incomplete. The case counts:
-- F waits for the client, f is a failure. What runs or waits (the letters of the list below) is left out; it is taken again
-- when it has ended. A state that is none of these comes through, and its row is rejected and counted.
-- A job that was cancelled before it began has no start, but the time it was planned for.
-- A volume that is no file lies on tape or disc, apart. What a job was written on is forgotten when its records are pruned: then
-- the medium is that of the other jobs of its name, if they have one.
WITH volumes AS (
    SELECT DISTINCT o.jobid, o.name, CASE WHEN m.mediatype LIKE 'File%' THEN 'online' ELSE 'offline' END AS medium
    FROM job o
    JOIN jobmedia jm ON jm.jobid = o.jobid
    JOIN media m ON m.mediaid = jm.mediaid
    WHERE o.type = 'B'
),
of_jobs AS (SELECT jobid, MIN(medium) AS medium FROM volumes GROUP BY jobid),
of_names AS (SELECT name, MIN(medium) AS medium FROM volumes GROUP BY name HAVING COUNT(DISTINCT medium) = 1)
SELECT
    j.jobid AS backup_id,
    COALESCE(j.starttime, j.schedtime) AS started_at,
    j.endtime AS ended_at,
    j.name AS plan,
    CASE j.level
        WHEN 'F' THEN 'full'
        WHEN 'f' THEN 'full'  -- made of earlier ones
        WHEN 'B' THEN 'full'  -- the base of others
        WHEN 'D' THEN 'differential'
        WHEN 'I' THEN 'incremental'
        ELSE j.level
    END AS level,
    COALESCE(own.medium, named.medium, 'online') AS medium,
    CASE
        WHEN j.jobstatus IN ('T', 'W') THEN 'success'
        WHEN j.jobstatus IN ('E', 'e', 'f', 'A', 'I') THEN 'failure'
        ELSE j.jobstatus
    END AS outcome,
    j.jobbytes AS size_bytes
FROM job j
LEFT JOIN of_jobs own ON own.jobid = j.jobid
LEFT JOIN of_names named ON named.name = j.name
WHERE j.type = 'B'
    AND (
        j.jobstatus IS NULL
        OR j.jobstatus NOT IN (
            'C', 'R', 'B', 'F', 'S', 'm', 'M', 's', 'j', 'c', 'd', 't', 'p', 'q', 'i', 'L', 'l', 'a', 'u', 'w'
        )
    )
    AND (
        COALESCE(j.starttime, j.schedtime) IS NULL
        OR (COALESCE(j.starttime, j.schedtime) >= :since AND COALESCE(j.starttime, j.schedtime) < :until)
    )
