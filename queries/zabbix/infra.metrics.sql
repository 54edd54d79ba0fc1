/*
window: hour_at
times:
  hour_at: epoch_s
dialects: [mysql, postgres, sqlite]
*/
-- Hourly trends of the items of "Linux by Zabbix agent" and "Windows by Zabbix agent": percentages, here shares of 1.
-- Free swap is turned over, so that its smallest value is the peak. A host without swap reports 0 % free: it is left out.
WITH wanted AS (
    SELECT
        i.itemid,
        i.hostid,
        h.host,
        i.key_,
        CASE
            WHEN i.key_ = 'system.cpu.util' THEN 'cpu_rate'
            WHEN i.key_ IN ('vm.memory.utilization', 'vm.memory.util') THEN 'memory_rate'
            WHEN i.key_ = 'system.swap.size[,pfree]' THEN 'swap_rate'
            WHEN i.key_ IN ('system.cpu.load[all,avg1]', 'system.cpu.load[percpu,avg1]') THEN 'load'
            ELSE 'disk_rate'
        END AS metric,
        CASE
            WHEN i.key_ LIKE 'vfs.fs.%'
                THEN REPLACE(REPLACE(REPLACE(REPLACE(
                    i.key_, 'vfs.fs.dependent.size[', ''), 'vfs.fs.size[', ''), ',pused]', ''), '"', '')
            ELSE ''
        END AS part
    FROM items i
    JOIN hosts h ON h.hostid = i.hostid
    WHERE h.status IN (0, 1) AND h.flags <> 2 AND i.flags <> 2
        AND (
            i.key_ IN (
                'system.cpu.util', 'vm.memory.utilization', 'vm.memory.util', 'system.swap.size[,pfree]',
                'system.cpu.load[all,avg1]', 'system.cpu.load[percpu,avg1]'
            )
            OR i.key_ LIKE 'vfs.fs.dependent.size[%,pused]'
            OR i.key_ LIKE 'vfs.fs.size[%,pused]'
        )
),
-- Cores and the size of the swap are stored when they change, and once a day.
sizes AS (
    SELECT
        i.hostid,
        MAX(CASE WHEN i.key_ = 'system.cpu.num' THEN t.value_max END) AS cores,
        MAX(CASE WHEN i.key_ = 'system.swap.size[,total]' THEN t.value_max END) AS swap_bytes
    FROM items i
    JOIN trends_uint t ON t.itemid = i.itemid
    WHERE i.key_ IN ('system.cpu.num', 'system.swap.size[,total]')
        AND t.clock >= :since - 172800 AND t.clock < :until
    GROUP BY i.hostid
),
hours AS (
    SELECT w.hostid, w.host, w.key_, w.metric, w.part, t.clock, t.num, t.value_min, t.value_avg, t.value_max
    FROM wanted w
    JOIN trends t ON t.itemid = w.itemid
    WHERE t.clock >= :since AND t.clock < :until
    UNION ALL
    SELECT w.hostid, w.host, w.key_, w.metric, w.part, t.clock, t.num, t.value_min, t.value_avg, t.value_max
    FROM wanted w
    JOIN trends_uint t ON t.itemid = w.itemid
    WHERE t.clock >= :since AND t.clock < :until
),
shares AS (
    SELECT
        x.clock,
        x.host,
        x.metric,
        x.part,
        x.num,
        CASE
            WHEN x.metric = 'swap_rate' THEN 1 - x.value_avg / 100.0
            WHEN x.key_ = 'system.cpu.load[percpu,avg1]' THEN x.value_avg
            WHEN x.metric = 'load' THEN x.value_avg / s.cores
            ELSE x.value_avg / 100.0
        END AS mean,
        CASE
            WHEN x.metric = 'swap_rate' THEN 1 - x.value_min / 100.0
            WHEN x.key_ = 'system.cpu.load[percpu,avg1]' THEN x.value_max
            WHEN x.metric = 'load' THEN x.value_max / s.cores
            ELSE x.value_max / 100.0
        END AS peak,
        CASE WHEN x.key_ = 'system.cpu.load[all,avg1]' AND s.cores IS NULL THEN 1 ELSE 0 END AS is_without_cores
    FROM hours x
    LEFT JOIN sizes s ON s.hostid = x.hostid
    WHERE NOT (x.metric = 'swap_rate' AND COALESCE(s.swap_bytes, 1) = 0)
)
SELECT
    clock AS hour_at,
    host,
    metric,
    part,
    SUM(mean * num) / SUM(num) AS mean,
    MAX(peak) AS peak,
    SUM(num) AS samples,
    CASE WHEN MAX(is_without_cores) = 1 THEN '未采集处理器核数（system.cpu.num）' END AS rejected_because
FROM shares
GROUP BY clock, host, metric, part
