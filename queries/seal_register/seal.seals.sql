/*
times:
  requested_at: naive
  made_at: naive
  tested_at: naive
  expires_at: naive
translate:
  state: states.csv
dialects: [postgres, mysql, sqlite]
*/
SELECT
    seal_id,
    unit,
    state,
    requested_at,
    made_at,
    tested_at,
    expires_at,
    CASE
        WHEN made_at < requested_at THEN '制作时间早于申请时间'
        WHEN tested_at < made_at THEN '测试时间早于制作时间'
    END AS rejected_because
FROM seal_register
