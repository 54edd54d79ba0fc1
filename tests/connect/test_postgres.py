"""Comments, types and quoting of a real PostgreSQL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from ntanalytics.catalog import load_product
from ntanalytics.connect import ConnectionReport, ConnectionRequest, connect

pytestmark = pytest.mark.servers

TABLES = """
CREATE TABLE "Yonghu" (
    id bigint PRIMARY KEY, dept_id bigint, zhuangtai smallint, "createTime" bigint, mima text, xingming text
);
COMMENT ON TABLE "Yonghu" IS '用户表';
COMMENT ON COLUMN "Yonghu".dept_id IS '部门编号';
COMMENT ON COLUMN "Yonghu".zhuangtai IS '状态（0正常 1停用）';
INSERT INTO "Yonghu" VALUES
    (1, 7, 0, 1763600000000, 'CANARY', 'CANARY'), (2, NULL, 1, 1763600001000, 'CANARY', 'CANARY');
CREATE TABLE denglu_rizhi (xuhao bigint PRIMARY KEY, shijian timestamptz, zhanghao text, jieguo boolean, dizhi inet);
COMMENT ON TABLE denglu_rizhi IS '登录日志';
COMMENT ON COLUMN denglu_rizhi.shijian IS '登录时间';
INSERT INTO denglu_rizhi VALUES
    (1, '2026-11-20 01:00:00+00', 'a', true, '10.0.0.1'), (2, '2026-11-20 02:00:00+00', 'b', false, NULL);
"""


@pytest.fixture
def url(postgres_url: str) -> Iterator[str]:
    engine = sa.create_engine(postgres_url, poolclass=NullPool)
    with engine.begin() as connection:
        for statement in TABLES.split(";\n"):
            if statement.strip():
                connection.exec_driver_sql(statement)
    yield postgres_url
    with engine.begin() as connection:
        connection.exec_driver_sql('DROP TABLE "Yonghu", denglu_rizhi')
    engine.dispose()


def run(url: str, folder: Path, *datasets: str) -> ConnectionReport:
    request = ConnectionRequest(
        name="oa-x",
        targets=[url],
        folder=folder,
        datasets=datasets,
        zone=ZoneInfo("Asia/Shanghai"),
        today=dt.date(2026, 11, 24),
    )
    return connect(request, lambda what, rows: None)


def test_comments_and_pinyin_are_understood(url: str, tmp_path: Path):
    found = run(url, tmp_path)
    assert {(proposal.dataset.name, proposal.table.name) for proposal in found.proposals} >= {
        ("identity.accounts", "Yonghu"),
        ("identity.logins", "denglu_rizhi"),
    }
    product = load_product(found.folder)
    accounts = product.mapping("identity.accounts")
    assert "CASE zhuangtai WHEN 0 THEN 1 WHEN 1 THEN 0 END AS is_enabled" in accounts.sql
    assert accounts.times["opened_at"] == "epoch_ms"
    assert 'FROM "Yonghu"' in accounts.sql
    logins = product.mapping("identity.logins")
    assert logins.times["logged_in_at"] == "aware"
    assert dict(logins.translations["outcome"]) == {"true": "success", "false": "failure"}
    states = {each.dataset: each for each in found.datasets}
    assert (states["identity.accounts"].rows, states["identity.accounts"].fits) == (2, True)
    assert [each.name for each in states["identity.logins"].columns if each.state == "missing"] == ["method"]
    assert "CANARY" not in str(found.as_data())
    assert found.hidden["Yonghu"] == ["mima", "xingming"]


def test_an_account_that_may_not_read_is_told_so(url: str, tmp_path: Path):
    from ntanalytics.errors import SourceError

    engine = sa.create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE ROLE nobody_much LOGIN")
    try:
        with pytest.raises(SourceError, match="permission denied"):
            run(sa.make_url(url).set(username="nobody_much").render_as_string(), tmp_path, "identity.logins")
        assert not (tmp_path / "oa-x").exists()
    finally:
        with engine.connect() as connection:
            connection.exec_driver_sql("DROP ROLE nobody_much")
        engine.dispose()
