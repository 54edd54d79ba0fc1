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
-- A volume that is no file lies on tape or disc, apart.
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
    CASE
        WHEN EXISTS (
            SELECT 1
            FROM jobmedia jm
            JOIN media m ON m.mediaid = jm.mediaid
            WHERE jm.jobid = j.jobid AND m.mediatype NOT LIKE 'File%'
        ) THEN 'offline'
        ELSE 'online'
    END AS medium,
    CASE
        WHEN j.jobstatus IN ('T', 'W') THEN 'success'
        WHEN j.jobstatus IN ('E', 'e', 'f', 'A', 'I') THEN 'failure'
        ELSE j.jobstatus
    END AS outcome,
    j.jobbytes AS size_bytes
FROM job j
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
