/*
dialects: [mysql, postgres, sqlite]
*/
-- status: 0 monitored, 1 not; the row of a status that Zabbix does not have is rejected and counted.
-- Templates (3), proxies of older versions (5, 6) and prototypes of discovered hosts (flag 2) are no hosts. An agent is asked over an interface, or it
-- reports by itself and then host_rtdata tells; 0 is not known, 1 answers, 2 does not. One that is silent makes the host so.
SELECT
    h.host AS host,
    CASE h.status WHEN 0 THEN 1 WHEN 1 THEN 0 END AS is_monitored,
    CASE
        WHEN MAX(i.available) = 2 OR MAX(r.active_available) = 2 THEN 0
        WHEN MAX(i.available) = 1 OR MAX(r.active_available) = 1 THEN 1
    END AS is_available,
    CASE WHEN h.status NOT IN (0, 1) THEN CONCAT('未知的主机状态代码 ', h.status) END AS rejected_because
FROM hosts h
LEFT JOIN interface i ON i.hostid = h.hostid
LEFT JOIN host_rtdata r ON r.hostid = h.hostid
WHERE h.status NOT IN (3, 5, 6) AND h.flags <> 2
GROUP BY h.hostid, h.host, h.status
