/*
window: hour_at
times:
  hour_at: naive
translate:
  module: modules.csv
  edition: editions.csv
  platform: platforms.csv
dialects: [mysql, sqlite]
*/
-- Logins that succeeded, steps of flows, and first views of documents. Several words of the product can be one module of ours;
-- the loader adds their rows up. What has no date, or a zero date, is counted as rejected,
-- as is what has no account, a login without a type, and one of a level or client that the product does not have. Number 0
-- is no account: the product writes it where nobody is meant. The platform is what a site makes of the browser's word: the product keeps nothing else of a terminal.
SELECT
    SUBSTR(a.done_at, 1, 13) AS hour_at,
    a.person AS account_id,
    MIN(COALESCE(NULLIF(d.name, ''), NULLIF(u.deptname, ''))) AS unit,
    MIN(COALESCE(c.name, '')) AS edition,
    a.word AS module,
    a.terminal AS terminal,
    NULLIF(a.web, '') AS platform,
    COUNT(*) AS actions,
    a.fault AS rejected_because,
    COUNT(*) AS source_rows
FROM (
    SELECT
        l.optdt AS done_at,
        l.optid AS person,
        'login' AS word,
        CASE
            WHEN l.type IN ('pc登录', 'reim登录') THEN 'pc'
            WHEN l.type IN (
                'weixin登录', 'mweb登录', 'webapp登录', 'appandroid登录', 'nppandroid登录', 'nppios登录', 'nppiosnew登录'
            ) THEN 'mobile'
            ELSE l.type
        END AS terminal,
        l.web AS web,
        CASE
            WHEN l.type IS NULL THEN '没有日志类型'
            WHEN l.level > 3 THEN CONCAT('未知的日志级别 ', l.level)
            WHEN l.optid IS NULL THEN '没有人员编号'
        END AS fault
    FROM xinhu_log AS l
    WHERE (l.optdt IS NULL OR l.optdt < '1971-01-01' OR (l.optdt >= :since AND l.optdt < :until))
        AND (l.type IS NULL OR l.type LIKE '%登录') AND COALESCE(l.level, 0) NOT IN (2, 3) AND COALESCE(l.optid, 1) > 0
    UNION ALL
    SELECT
        f.optdt AS done_at,
        f.checkid AS person,
        COALESCE(m.num, f.`table`, '') AS word,
        CASE
            WHEN f.web IN ('wxbro', 'ding', 'welink', 'xinhu', 'xiaomi', 'huawei', 'mqq', 'Android', 'iPhone') THEN 'mobile'
            ELSE 'pc'
        END AS terminal,
        f.web AS web,
        CASE WHEN f.checkid IS NULL THEN '没有人员编号' END AS fault
    FROM xinhu_flow_log AS f
    LEFT JOIN xinhu_flow_set AS m ON m.id = f.modeid
    WHERE (f.optdt IS NULL OR f.optdt < '1971-01-01' OR (f.optdt >= :since AND f.optdt < :until)) AND COALESCE(f.checkid, 1) > 0
    UNION ALL
    SELECT
        r.adddt AS done_at,
        r.optid AS person,
        COALESCE(r.`table`, '') AS word,
        CASE
            WHEN r.web IN ('wxbro', 'ding', 'welink', 'xinhu', 'xiaomi', 'huawei', 'mqq', 'Android', 'iPhone') THEN 'mobile'
            ELSE 'pc'
        END AS terminal,
        r.web AS web,
        CASE WHEN r.optid IS NULL THEN '没有人员编号' END AS fault
    FROM xinhu_reads AS r
    WHERE (r.adddt IS NULL OR r.adddt < '1971-01-01' OR (r.adddt >= :since AND r.adddt < :until)) AND COALESCE(r.optid, 1) > 0
) AS a
LEFT JOIN xinhu_admin AS u ON u.id = a.person
LEFT JOIN xinhu_dept AS d ON d.id = u.deptid
LEFT JOIN xinhu_company AS c ON c.id = CASE WHEN u.companyid > 0 THEN u.companyid ELSE 1 END
GROUP BY SUBSTR(a.done_at, 1, 13), a.person, a.word, a.terminal, NULLIF(a.web, ''), a.fault
