"""A week of rows in the schemas of three products, made by the servers, for the benchmark of extraction."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

#: The first day of the week of the rows.
MONDAY = dt.date(2026, 11, 16)

#: People of a city, each with an address of their own.
PEOPLE = 36_000

#: MaxKey's table (4.1), with the one index that a window uses.
_MAXKEY = """
CREATE TABLE mxk_history_login (
    ID varchar(45) PRIMARY KEY, category int, SESSIONID varchar(45), USERID varchar(45), USERNAME varchar(200),
    DISPLAYNAME varchar(45), MESSAGE varchar(200), SOURCEIP varchar(45), LOGINTYPE varchar(45), CODE varchar(45),
    PROVIDER varchar(45), BROWSER varchar(45), PLATFORM varchar(45), APPLICATION varchar(45), LOGINURL varchar(450),
    LOGINTIME datetime, LOGOUTTIME datetime, SESSIONSTATUS int, KEY login_time (LOGINTIME)
);
INSERT INTO mxk_history_login
SELECT
    LPAD(seq * 7919 % 1000000007, 18, '0'), 1, UUID(), CONCAT('u', seq * 31 % {people}),
    CONCAT('user', seq * 31 % {people}), '张三', IF(seq % 20, 'success', 'password error'),
    CONCAT_WS('.', '10', seq * 31 % {people} DIV 6000, seq * 31 % {people} DIV 24 % 250, seq * 31 % {people} % 240),
    ELT(1 + seq % 3, 'Local Login', 'Jwt', 'TwoFactorMobile'), 'xe00000004', NULL, 'Chrome/120',
    ELT(1 + seq % 4, 'Windows 10', 'Android', 'Kylin', 'iPhone'), 'Browser', NULL,
    '{monday}' + INTERVAL FLOOR(seq * 604800.0 / ({rows} + 1)) SECOND, '1970-01-01', 1
FROM seq_1_to_{rows}
"""

#: yudao's table, likewise.
_YUDAO = """
CREATE TABLE system_login_log (
    id bigint PRIMARY KEY, log_type bigint, trace_id varchar(64), user_id bigint, user_type smallint,
    username varchar(50), result smallint, user_ip varchar(50), user_agent varchar(512), creator varchar(64),
    create_time timestamp, updater varchar(64), update_time timestamp, deleted smallint
);
INSERT INTO system_login_log
SELECT
    s, (ARRAY[100, 101, 103])[1 + s % 3], '', s * 31 % {people}, 2, 'user', CASE WHEN s % 20 = 0 THEN 10 ELSE 0 END,
    concat_ws('.', '10', s * 31 % {people} / 6000, s * 31 % {people} / 24 % 250, s * 31 % {people} % 240),
    'Mozilla/5.0 (' || (ARRAY['Windows NT 10.0; Win64; x64', 'Linux; Android 14'])[1 + s % 2]
        || ') AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36',
    NULL, timestamp '{monday}' + floor(s * 604800.0 / ({rows} + 1)) * interval '1 second', NULL, NULL, 0
FROM generate_series(1, {rows}) AS s;
CREATE INDEX login_time ON system_login_log (create_time);
ANALYZE system_login_log
"""

#: The deliveries of queries/exchange/README.md: plain columns, of which seven are times.
_EXCHANGE = """
CREATE TABLE exchange_delivery (
    delivery_id varchar(64) PRIMARY KEY, document_id varchar(64) NOT NULL, receiver_unit varchar(200) NOT NULL,
    sent_at datetime NOT NULL, due_at datetime, delivered_at datetime, signed_at datetime, registered_at datetime,
    returned_at datetime, state varchar(20) NOT NULL, platform varchar(20), changed_at datetime NOT NULL,
    KEY changed_at (changed_at)
);
INSERT INTO exchange_delivery
SELECT
    CONCAT('L', seq), CONCAT('D', seq DIV 300), CONCAT('单位', seq % 330), sent, sent + INTERVAL 2 DAY,
    sent + INTERVAL 1 MINUTE, sent + INTERVAL 1 HOUR, sent + INTERVAL 2 HOUR, NULL, 'registered', 'xinchuang',
    sent + INTERVAL 2 HOUR
FROM (
    SELECT seq, '{monday}' - INTERVAL 2 HOUR + INTERVAL FLOOR(seq * 604800.0 / ({rows} + 1)) SECOND AS sent
    FROM seq_1_to_{rows}
) AS numbered
"""


class Case(NamedTuple):
    """A product's mapping of a dataset, and the statements that make its rows on the server."""

    product: str
    dataset: str
    statements: str


CASES = {
    "maxkey": Case("maxkey", "identity.logins", _MAXKEY),
    "exchange": Case("exchange", "docexchange.deliveries", _EXCHANGE),
    "yudao": Case("yudao", "identity.logins", _YUDAO),
}


def fill(url: str, case: Case, rows: int) -> None:
    """Write the week into a database of a server."""
    engine = sa.create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in case.statements.format(rows=rows, people=PEOPLE, monday=MONDAY).split(";\n"):
            connection.execute(sa.text(statement))
    engine.dispose()
