/*
times:
  opened_at: naive
dialects: [sqlite, mysql, postgres]
*/
-- What sends in yudao is a template, by its code, as sms.messages names it. It may send while both it and its channel are
-- in use (status 0; 1 is stopped): else yudao writes the message down and sends none. A template whose channel is gone
-- may not. deleted is bit(1) in MySQL and int2 in PostgreSQL: both compare with 0.
SELECT
    t.code AS application,
    CASE WHEN t.status = 0 AND c.status = 0 THEN 1 ELSE 0 END AS is_enabled,
    t.create_time AS opened_at
FROM system_sms_template AS t
LEFT JOIN system_sms_channel AS c ON c.id = t.channel_id AND c.deleted = 0
WHERE t.deleted = 0
