/*
window: changed_at
times:
  noted_at: naive
  finished_at: naive
  changed_at: naive
*/
-- Numbers are compared as small letters without spaces. Excel makes a day of 2026-10-01 unless the cell is a text: its
-- midnight is left out again. The last change is the latest of the times that a row has.
WITH recommendations AS (
    SELECT
        NULLIF(LOWER(REPLACE(REPLACE("建议编号", ' ', ''), '00:00:00', '')), '') AS recommendation_no,
        TRY_CAST("登记时间" AS TIMESTAMP) AS noted_at,
        TRIM("处理结果") AS decision,
        NULLIF(TRIM("完成时间"), '') AS finished,
        TRY_CAST("完成时间" AS TIMESTAMP) AS finished_at,
        NULLIF(TRIM("备注"), '') AS remark
    FROM "优化建议"
    WHERE COALESCE("建议编号", "登记时间", "处理结果", "完成时间", "备注") IS NOT NULL
),
-- A row that cannot be read is met at each extraction, whatever its times: a former version of it does not hold.
checked AS (
    SELECT
        *,
        GREATEST(noted_at, finished_at) AS changed_at,
        CASE
            WHEN noted_at IS NULL THEN '登记时间缺失或不是时间'
            WHEN finished IS NOT NULL AND finished_at IS NULL THEN '完成时间不是时间'
        END AS rejected_because
    FROM recommendations
)
SELECT
    recommendation_no,
    noted_at,
    CASE decision
        WHEN '采纳' THEN 'adopted'
        WHEN '进行中' THEN 'in_progress'
        WHEN '未采纳' THEN 'declined'
        ELSE decision
    END AS decision,
    finished_at,
    remark,
    changed_at,
    rejected_because
FROM checked
WHERE rejected_because IS NOT NULL OR changed_at < '1971-01-01'
    OR (changed_at >= :since AND changed_at < :until)
