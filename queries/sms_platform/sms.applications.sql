/*
times:
  opened_at: naive
dialects: [sqlite, mysql]
*/
-- An application is an enterprise, by the name that sms.messages gives it. Status is Normal, Locked or Delete, of the
-- enterprise and of each of its accounts; it may send while it and one of its accounts are Normal. A deleted one is no
-- application any more, and its name may be taken by another. A status of other words is not guessed: the row is set aside.
SELECT
    COALESCE(e.Name, e.No) AS application,
    CASE
        WHEN MIN(CASE WHEN LOWER(e.Status) IN ('normal', 'locked') THEN 1 ELSE 0 END) = 1
            THEN MAX(CASE WHEN LOWER(e.Status) = 'normal' AND LOWER(u.Status) = 'normal' THEN 1 ELSE 0 END)
    END AS is_enabled,
    MIN(e.Create_Date) AS opened_at
FROM enterprise AS e
LEFT JOIN enterprise_user AS u ON u.Enterprise_No = e.No
WHERE LOWER(COALESCE(e.Status, '')) <> 'delete'
GROUP BY COALESCE(e.Name, e.No)
