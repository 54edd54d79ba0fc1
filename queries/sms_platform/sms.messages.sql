/*
window: submitted_at
times:
  submitted_at: naive
  reported_at: naive
dialects: [sqlite, mysql]
*/
-- The platform writes one row a SEGMENT; a message is a batch number and a recipient.
-- Each shard numbers its rows from 1, so that the batch belongs to a message's number.
-- A segment counts once, by its number, however often its row is there (a table that was imported twice).
-- A carrier may send a report twice, or correct it: the last one of a segment counts.
-- What a carrier reports counts whatever its case and the blanks around it. A report that says nothing tells no failure, nor does
-- an answer to the submission that the platform does not have: both are handed on, and counted as unknown values.
-- A first attempt that was sent again by another channel (Data_Status_Code 2) is not a second message.
-- The recipient's number is used to join and to group, and is never selected; the content is not read.
SELECT
    CONCAT(MIN(s.Msg_Batch_No), '-', MIN(s.Id)) AS message_id,
    MIN(s.Submit_Date) AS submitted_at,
    CASE LOWER(SUBSTR(TRIM(MIN(s.Operator)), 1, 3))
        WHEN 'cmp' THEN 'mobile'
        WHEN 'sgi' THEN 'unicom'
        WHEN 'smg' THEN 'telecom'
        ELSE MIN(s.Operator)
    END AS carrier,
    COALESCE(MIN(e.Name), MIN(s.Enterprise_No)) AS application,
    MIN(u.Real_Name) AS unit,
    COUNT(DISTINCT COALESCE(s.Sequence, -s.Id)) AS segments,
    CASE
        WHEN SUM(CASE WHEN LOWER(TRIM(s.Submit_Status_Code)) IN ('faild', 'sort_faild') THEN 1 ELSE 0 END) > 0 THEN 'failed'
        WHEN SUM(CASE WHEN r.Native_Status NOT IN ('DELIVRD', '空回执') THEN 1 ELSE 0 END) > 0 THEN 'failed'
        WHEN SUM(CASE WHEN r.Native_Status = 'DELIVRD' THEN 1 ELSE 0 END) = COUNT(*) THEN 'delivered'
        ELSE COALESCE(
            MAX(CASE WHEN r.Native_Status = '空回执' THEN r.Native_Status END),
            MAX(
                CASE
                    WHEN r.Native_Status IS NULL
                        AND LOWER(TRIM(s.Submit_Status_Code)) NOT IN ('', 'success', 'faild', 'unknow', 'sort_faild')
                        THEN s.Submit_Status_Code
                END
            )
        )
    END AS outcome,
    COALESCE(
        MAX(CASE WHEN r.Native_Status NOT IN ('DELIVRD', '空回执') THEN r.Native_Status END),
        MAX(CASE WHEN LOWER(TRIM(s.Submit_Status_Code)) IN ('faild', 'sort_faild') THEN 'SUBMIT' END)
    ) AS failure_code,
    CASE
        WHEN SUM(CASE WHEN r.Native_Status = 'DELIVRD' THEN 1 ELSE 0 END) = COUNT(*) THEN MAX(r.Status_Date)
        WHEN MAX(r.Native_Status NOT IN ('DELIVRD', '空回执')) = 1 THEN MAX(r.Status_Date)
    END AS reported_at,
    CASE
        WHEN MIN(s.Msg_Batch_No) IS NULL THEN '没有批次号'
        WHEN MIN(s.Phone_No) IS NULL THEN '没有接收号码'
    END AS rejected_because
FROM submit AS s
LEFT JOIN (
    SELECT
        p.Msg_Batch_No,
        p.Phone_No,
        p.Sequence,
        COALESCE(NULLIF(UPPER(TRIM(p.Native_Status)), ''), '空回执') AS Native_Status,
        p.Status_Date,
        ROW_NUMBER() OVER (
            PARTITION BY p.Msg_Batch_No, p.Phone_No, p.Sequence
            ORDER BY CASE WHEN TRIM(COALESCE(p.Native_Status, '')) = '' THEN 1 ELSE 0 END, p.Status_Date DESC, p.Id DESC
        ) AS nth
    FROM report AS p
    WHERE COALESCE(p.Data_Status_Code, '0') <> '2' AND UPPER(TRIM(COALESCE(p.Native_Status, ''))) <> 'ACCEPTD'
) AS r
    ON r.Msg_Batch_No = s.Msg_Batch_No AND r.Phone_No = s.Phone_No AND r.Sequence = s.Sequence AND r.nth = 1
LEFT JOIN (SELECT No, MIN(Name) AS Name FROM enterprise GROUP BY No) AS e ON e.No = s.Enterprise_No
LEFT JOIN enterprise_user AS u ON u.Id = s.Enterprise_User_Id
WHERE (s.Submit_Date IS NULL OR s.Submit_Date < '1971-01-01' OR (s.Submit_Date >= :since AND s.Submit_Date < :until))
    AND COALESCE(s.Data_Status_Code, '0') <> '2'
GROUP BY s.Msg_Batch_No, s.Phone_No, CASE WHEN s.Msg_Batch_No IS NULL OR s.Phone_No IS NULL THEN s.Id END
