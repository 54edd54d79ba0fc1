/*
window: checked_at
times:
  checked_at: epoch_s
dialects: [mysql, postgres, sqlite]
absent: [duration_ms, expires_at]
*/
-- agent.ping is 1 or nothing at all, icmpping 1 or 0. What Zabbix itself knows of an agent that is asked is 0 does not answer,
-- 1 answers, 2 not known (as in the trigger of its templates: =0); of one that reports by itself 0 not known, 1 reports, 2 does
-- not (=2). What is not known is left out; a value that none of them has is rejected and counted. Of two items that say the same of a host in the same second, the worse holds.
SELECT
    c.clock AS checked_at,
    'infra' AS subsystem,
    c.host AS target,
    c.kind AS kind,
    MIN(c.is_up) AS is_up,
    CASE WHEN MIN(c.is_up) = 0 THEN 'no_answer' END AS failure,
    CASE WHEN MIN(c.is_up) IS NULL THEN '未知的检查结果' END AS rejected_because
FROM (
    SELECT
        t.clock,
        h.host,
        CASE WHEN i.key_ LIKE 'icmpping%' THEN 'ping' ELSE 'agent' END AS kind,
        CASE
            WHEN t.value = 1 THEN 1
            WHEN t.value = CASE WHEN i.key_ = 'zabbix[host,active_agent,available]' THEN 2 ELSE 0 END THEN 0
        END AS is_up
    FROM items i
    JOIN hosts h ON h.hostid = i.hostid
    JOIN history_uint t ON t.itemid = i.itemid
    WHERE h.status IN (0, 1) AND h.flags <> 2 AND i.flags <> 2
        AND (
            i.key_ IN ('agent.ping', 'zabbix[host,agent,available]', 'zabbix[host,active_agent,available]')
            OR i.key_ = 'icmpping' OR i.key_ LIKE 'icmpping[%'
        )
        AND NOT (i.key_ = 'zabbix[host,agent,available]' AND t.value = 2)
        AND NOT (i.key_ = 'zabbix[host,active_agent,available]' AND t.value = 0)
        AND t.clock >= :since AND t.clock < :until
) c
GROUP BY c.clock, c.host, c.kind
