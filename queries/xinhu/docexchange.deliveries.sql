/*
window: changed_at
times:
  sent_at: naive
  due_at: naive
  delivered_at: naive
  signed_at: naive
  changed_at: naive
dialects: [mysql, sqlite]
absent: [registered_at, returned_at, platform]
*/
-- A receipt lists its receivers (5, u5: a person; d2: a department; g3: a group) and those who confirmed, as texts with commas.
-- A department is the receiving unit: it has signed when one of its people has. The times of persons are in xinhu_reads alone.
SELECT
    CONCAT(v.receipt, '-', v.deptid) AS delivery_id,
    v.document_id AS document_id,
    v.receiver_unit AS receiver_unit,
    v.sent_at AS sent_at,
    v.due_at AS due_at,
    v.delivered_at AS delivered_at,
    v.signed_at AS signed_at,
    CASE
        WHEN v.in_use = 0 THEN 'recalled'
        WHEN v.confirmed > 0 THEN 'signed'
        WHEN v.delivered_at IS NOT NULL THEN 'delivered'
        ELSE 'sent'
    END AS state,
    CASE WHEN v.seen_at > v.sent_at THEN v.seen_at ELSE v.sent_at END AS changed_at,
    CASE
        WHEN v.deptid IS NULL THEN '接收人无法展开为单位'
        WHEN v.sent_at IS NULL THEN '发送时间缺失或为零'
    END AS rejected_because
FROM (
    SELECT
        r.id AS receipt,
        u.deptid AS deptid,
        MIN(r.mid) AS document_id,
        MIN(COALESCE(NULLIF(d.name, ''), NULLIF(u.deptname, ''))) AS receiver_unit,
        MIN(CASE WHEN r.optdt > '1971-01-01' THEN SUBSTR(r.optdt, 1, 19) END) AS sent_at,
        MIN(CASE WHEN o.enddt > '1971-01-01' THEN CONCAT(SUBSTR(o.enddt, 1, 10), ' 23:59:59') END) AS due_at,
        MIN(CASE WHEN s.adddt > '1971-01-01' THEN SUBSTR(s.adddt, 1, 19) END) AS delivered_at,
        MIN(
            CASE
                WHEN s.adddt > '1971-01-01' AND CONCAT(',', r.receids, ',') LIKE CONCAT('%,', u.id, ',%')
                    THEN SUBSTR(s.adddt, 1, 19)
            END
        ) AS signed_at,
        MAX(CASE WHEN s.optdt > '1971-01-01' THEN SUBSTR(s.optdt, 1, 19) END) AS seen_at,
        MAX(CASE WHEN CONCAT(',', r.receids, ',') LIKE CONCAT('%,', u.id, ',%') THEN 1 ELSE 0 END) AS confirmed,
        MIN(COALESCE(r.status, 1)) AS in_use
    FROM xinhu_receipt AS r
    INNER JOIN xinhu_official AS o ON o.id = r.mid
    LEFT JOIN xinhu_admin AS u
        ON CONCAT(',', r.receid, ',') NOT LIKE '%,g%'
        AND (
            CONCAT(',', r.receid, ',') LIKE CONCAT('%,', u.id, ',%')
            OR CONCAT(',', r.receid, ',') LIKE CONCAT('%,u', u.id, ',%')
            OR CONCAT(',', r.receid, ',') LIKE CONCAT('%,d', u.deptid, ',%')
        )
    LEFT JOIN xinhu_dept AS d ON d.id = u.deptid
    LEFT JOIN xinhu_reads AS s ON s.`table` = 'official' AND s.mid = r.mid AND s.optid = u.id
    WHERE r.`table` = 'official'
    GROUP BY r.id, u.deptid
) AS v
WHERE v.sent_at IS NULL
    OR (
        CASE WHEN v.seen_at > v.sent_at THEN v.seen_at ELSE v.sent_at END >= :since
        AND CASE WHEN v.seen_at > v.sent_at THEN v.seen_at ELSE v.sent_at END < :until
    )
