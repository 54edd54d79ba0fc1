/*
dialects: [mysql, postgres, sqlite]
absent: [is_available]
*/
-- Every target is one that sends. Whether it still does, the product keeps in Redis.
SELECT
    ident AS host,
    1 AS is_monitored
FROM target
