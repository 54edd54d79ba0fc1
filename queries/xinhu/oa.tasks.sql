/*
window: changed_at
times:
  started_at: naive
  finished_at: naive
  changed_at: naive
translate:
  module: modules.csv
  edition: editions.csv
dialects: [mysql, sqlite]
absent: [due_at]
*/
-- A bill is one row however many steps it took. Status 1 is approved, 5 void; 0 is waiting and 2 sent back: both are open.
-- Whether a bill of any other status is open or done nobody knows: its row is rejected and counted.
-- The step is that at which an open bill waits; the matter is the number of the official document (发文字号), which two flows may share.
-- A draft (isturn 0) has come to nobody: a bill that was taken back into one is withdrawn.
SELECT
    b.id AS task_id,
    b.started_at AS started_at,
    b.unit AS unit,
    b.edition AS edition,
    b.word AS module,
    CASE WHEN b.status = 1 AND b.isdel = 0 THEN b.changed_at END AS finished_at,
    CASE WHEN b.status = 5 OR b.isdel = 1 THEN 1 ELSE 0 END AS is_cancelled,
    b.changed_at AS changed_at,
    CASE WHEN b.status IN (0, 2) AND b.isdel = 0 THEN b.step END AS step,
    b.matter_id AS matter_id,
    CASE
        WHEN b.started_at IS NULL THEN '创建时间与申请日期均缺失或为零'
        WHEN b.changed_at < b.started_at THEN '更新时间早于创建时间'
        WHEN b.isturn <> 1 THEN CONCAT('未知的提交标志 ', b.isturn)
        WHEN b.isdel = 1 THEN NULL
        WHEN b.isdel <> 0 THEN CONCAT('未知的删除标志 ', b.isdel)
        WHEN b.status IS NULL THEN '没有单据状态'
        WHEN b.status NOT IN (0, 1, 2, 5) THEN CONCAT('未知的单据状态代码 ', b.status)
    END AS rejected_because,
    CASE WHEN b.isturn = 0 THEN '草稿或已撤回' END AS withdrawn_because
FROM (
    SELECT
        t.id,
        t.status,
        COALESCE(t.isdel, 0) AS isdel,
        COALESCE(t.isturn, 0) AS isturn,
        CASE
            WHEN t.createdt > '1971-01-01' THEN SUBSTR(t.createdt, 1, 19)
            WHEN t.applydt > '1971-01-01' THEN CONCAT(SUBSTR(t.applydt, 1, 10), ' 00:00:00')
        END AS started_at,
        CASE
            WHEN t.updt > '1971-01-01' THEN SUBSTR(t.updt, 1, 19)
            WHEN t.optdt > '1971-01-01' THEN SUBSTR(t.optdt, 1, 19)
            WHEN t.createdt > '1971-01-01' THEN SUBSTR(t.createdt, 1, 19)
            WHEN t.applydt > '1971-01-01' THEN CONCAT(SUBSTR(t.applydt, 1, 10), ' 00:00:00')
        END AS changed_at,
        COALESCE(NULLIF(d.name, ''), NULLIF(t.udeptname, '')) AS unit,
        COALESCE(c.name, '') AS edition,
        COALESCE(m.num, t.`table`, '') AS word,
        NULLIF(s.name, '') AS step,
        NULLIF(o.zinum, '') AS matter_id
    FROM xinhu_flow_bill AS t
    LEFT JOIN xinhu_admin AS u ON u.id = t.uid
    LEFT JOIN xinhu_dept AS d ON d.id = CASE WHEN t.udeptid > 0 THEN t.udeptid ELSE u.deptid END
    LEFT JOIN xinhu_company AS c ON c.id = CASE WHEN u.companyid > 0 THEN u.companyid ELSE 1 END
    LEFT JOIN xinhu_flow_set AS m ON m.id = t.modeid
    LEFT JOIN xinhu_flow_course AS s ON s.id = t.nowcourseid
    LEFT JOIN xinhu_official AS o ON o.id = t.mid AND t.`table` = 'official'
) AS b
WHERE b.changed_at IS NULL OR b.changed_at < '1971-01-01' OR (b.changed_at >= :since AND b.changed_at < :until)
