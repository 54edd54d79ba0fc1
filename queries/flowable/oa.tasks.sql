/*
window: changed_at
times:
  started_at: naive
  due_at: naive
  finished_at: naive
  changed_at: naive
translate:
  module: modules.csv
  edition: editions.csv
dialects: [postgres, mysql, sqlite]
absent: [unit]
*/
-- Only columns that Flowable 6 and 7 and Activiti have alike: LAST_UPDATED_TIME_, STATE_ and COMPLETED_BY_ came later. A task
-- changes when it is created, claimed and ended; a date or an assignee that changes in between is seen with the next of these.
-- A reason of deletion is a task that ended undone, but for "completed", which Activiti writes of one that was done.
-- A task that nobody has claimed (no ASSIGNEE_) is open as any other: it waits for its group since it was created.
-- The step is the key of the task in the model: its name may be made of a document's title. The matter is the business key.
-- The engine knows no units: a site joins ASSIGNEE_ to its own directory (README.md).
SELECT
    h.task_id AS task_id,
    h.started_at AS started_at,
    h.edition AS edition,
    h.module AS module,
    h.due_at AS due_at,
    CASE WHEN h.is_cancelled = 0 THEN h.ended_at END AS finished_at,
    h.is_cancelled AS is_cancelled,
    h.changed_at AS changed_at,
    CASE WHEN h.ended_at IS NULL THEN h.step END AS step,
    h.matter_id AS matter_id
FROM (
    SELECT
        t.ID_ AS task_id,
        t.START_TIME_ AS started_at,
        t.END_TIME_ AS ended_at,
        t.DUE_DATE_ AS due_at,
        COALESCE(t.TENANT_ID_, '') AS edition,
        COALESCE(d.KEY_, '') AS module,
        CASE WHEN t.END_TIME_ IS NOT NULL AND COALESCE(t.DELETE_REASON_, 'completed') <> 'completed' THEN 1 ELSE 0 END
            AS is_cancelled,
        t.TASK_DEF_KEY_ AS step,
        NULLIF(i.BUSINESS_KEY_, '') AS matter_id,
        COALESCE(t.END_TIME_, t.CLAIM_TIME_, t.START_TIME_) AS changed_at
    FROM ACT_HI_TASKINST AS t
    LEFT JOIN ACT_RE_PROCDEF AS d ON d.ID_ = t.PROC_DEF_ID_
    LEFT JOIN ACT_HI_PROCINST AS i ON i.ID_ = t.PROC_INST_ID_
) AS h
WHERE h.changed_at IS NULL OR h.changed_at < '1971-01-01' OR (h.changed_at >= :since AND h.changed_at < :until)
