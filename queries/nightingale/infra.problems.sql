/*
window: changed_at
times:
  started_at: epoch_s
  ended_at: epoch_s
  changed_at: epoch_s
dialects: [mysql, postgres]
*/
-- Each notification of an alert is a row, and so is its recovery; all of one have the same hash and first time. severity is 1
-- to 3, the most severe first, and may change while it lasts. recover_time is 0 until then.
-- is_recovered is 0 or 1: an alert of any other is rejected and counted, as is one that is over and has no end.
SELECT
    CONCAT(e.hash, '-', COALESCE(e.first_trigger_time, e.trigger_time)) AS problem_id,
    COALESCE(e.first_trigger_time, e.trigger_time) AS started_at,
    MAX(CASE WHEN e.is_recovered = 1 THEN NULLIF(e.recover_time, 0) END) AS ended_at,
    MAX(NULLIF(e.target_ident, '')) AS host,
    MAX(e.rule_name) AS problem,
    CASE MIN(e.severity) WHEN 1 THEN 'disaster' WHEN 2 THEN 'warning' WHEN 3 THEN 'information' END AS severity,
    MAX(e.last_eval_time) AS changed_at,
    CASE
        WHEN MAX(CASE WHEN COALESCE(e.is_recovered, -1) NOT IN (0, 1) THEN 1 ELSE 0 END) = 1 THEN '未知的恢复标志（is_recovered）'
        WHEN MAX(e.is_recovered) = 1 AND MAX(CASE WHEN e.is_recovered = 1 THEN NULLIF(e.recover_time, 0) END) IS NULL
            THEN '已恢复而无恢复时间'
    END AS rejected_because,
    COUNT(*) AS source_rows
FROM alert_his_event AS e
WHERE e.last_eval_time IS NULL OR e.last_eval_time < 31536000 OR (e.last_eval_time >= :since AND e.last_eval_time < :until)
GROUP BY e.hash, COALESCE(e.first_trigger_time, e.trigger_time)
