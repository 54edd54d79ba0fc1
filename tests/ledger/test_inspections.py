"""What inspections found, in real ledgers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from ntanalytics.errors import LakeError
from ntanalytics.ledger import InspectedFinding, Ledger, PastInspection
from ntanalytics.ledger.findings_upgrade import LABEL_KIND, upgrade_findings
from ntanalytics.ledger.upgrading import upgrade_ledger

MONDAY, TUESDAY = dt.date(2026, 11, 16), dt.date(2026, 11, 17)
AT = dt.datetime(2026, 11, 17, 7, 30, tzinfo=dt.timezone(dt.timedelta(hours=8)))
UNICOM = InspectedFinding(
    code="sms.rate",
    entity_kind="carrier",
    entity_key="unicom",
    entity_label="中国联通",
    check="送达率",
    status="critical",
    value=0.71,
    format="rate:1",
    since_on=MONDAY,
    since_is_bound=True,
)
PORTAL = InspectedFinding(
    code="infra.errors",
    entity_kind="service",
    entity_key="portal",
    entity_label="portal",
    check="错误率",
    status="unknown",
    value=None,
    format="rate:2",
    since_on=None,
    since_is_bound=False,
)


def _of(day: dt.date, *found: InspectedFinding, run: str = "r1", **more) -> PastInspection:
    values = {"run_id": run, "report": "daily_inspection", "day": day, "published_at": AT, "findings": found}
    return PastInspection(**{**values, "codes": {"sms.rate": True, "infra.errors": False}, **more})


@pytest.fixture
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty ledger; on a server it is emptied afterwards."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/ledger.sqlite"
        return
    server = str(request.getfixturevalue(request.param))
    yield server
    engine = sa.create_engine(server, poolclass=NullPool)
    Ledger(server)
    metadata = sa.MetaData()
    metadata.reflect(engine)
    metadata.drop_all(engine)


EVERYWHERE = pytest.mark.parametrize(
    "url",
    [
        "sqlite",
        pytest.param("postgres_url", marks=pytest.mark.servers),
        pytest.param("mariadb_url", marks=pytest.mark.servers),
    ],
    indirect=True,
)


@EVERYWHERE
def test_what_is_noted_is_read_as_it_was(url: str):
    ledger = Ledger(url)
    ledger.inspections.record(_of(TUESDAY, UNICOM, PORTAL, run="r2"))
    ledger.inspections.record(_of(MONDAY))
    found = Ledger(url).inspections.until("daily_inspection", TUESDAY)
    assert found == [_of(MONDAY), _of(TUESDAY, UNICOM, PORTAL, run="r2")]
    assert found[1].published_at == dt.datetime(2026, 11, 16, 23, 30, tzinfo=dt.UTC)
    assert ledger.inspections.until("daily_inspection", MONDAY) == [_of(MONDAY)]
    assert ledger.inspections.until("another_inspection", TUESDAY) == []
    assert ledger.inspections.unrecorded(["r1", "r2", "r3"]) == {"r3"}


@EVERYWHERE
def test_of_several_inspections_of_a_day_the_last_published_holds_whenever_it_is_noted(url: str):
    ledger = Ledger(url)
    later = replace(_of(MONDAY, PORTAL, run="r2"), published_at=AT + dt.timedelta(hours=1))
    ledger.inspections.record(later)
    ledger.inspections.record(_of(MONDAY, UNICOM))
    assert ledger.inspections.until("daily_inspection", MONDAY) == [later]


@EVERYWHERE
def test_an_inspection_is_noted_once(url: str):
    ledger = Ledger(url)
    ledger.inspections.record(_of(MONDAY, UNICOM))
    ledger.inspections.record(_of(MONDAY, UNICOM, PORTAL))
    assert ledger.inspections.until("daily_inspection", MONDAY) == [_of(MONDAY, UNICOM)]


def test_a_ledger_from_before_there_were_inspections_gets_their_tables(tmp_path: Path):
    url = f"sqlite:///{tmp_path}/ledger.sqlite"
    run = Ledger(url).runs.start("daily_inspection", "2026-11-16", {})
    engine = sa.create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        for table in ("inspection_findings", "inspections"):
            connection.execute(sa.text(f"DROP TABLE {table}"))
        connection.execute(sa.text("DROP TABLE ledger_version"))
    upgrade_ledger(url)
    ledger = Ledger(url)
    ledger.inspections.record(_of(MONDAY, UNICOM))
    assert [each.id for each in ledger.runs.history()] == [run]
    assert ledger.inspections.until("daily_inspection", MONDAY) == [_of(MONDAY, UNICOM)]


def test_a_note_is_whole_or_not_there(tmp_path: Path):
    url = f"sqlite:///{tmp_path}/ledger.sqlite"
    ledger = Ledger(url)
    engine = sa.create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        trigger = "CREATE TRIGGER full BEFORE INSERT ON inspection_findings"
        connection.execute(sa.text(f"{trigger} BEGIN SELECT RAISE(ABORT, 'disk is full'); END"))
    with pytest.raises(LakeError, match="disk is full"):
        ledger.inspections.record(_of(MONDAY, UNICOM))
    assert ledger.inspections.unrecorded(["r1"]) == {"r1"}
    with engine.begin() as connection:
        connection.execute(sa.text("DROP TRIGGER full"))
    ledger.inspections.record(_of(MONDAY, UNICOM))
    assert ledger.inspections.until("daily_inspection", MONDAY) == [_of(MONDAY, UNICOM)]


#: Findings of an inspection in version 0.1.0: code, subject, state, since; and what becomes of each.
FORMER = [
    (("sms.rate", "中国联通", "bad", "11月16日"), ("critical", MONDAY, False)),
    (("sms.rate", "中国电信", "watch", "10月30日或更早"), ("warning", dt.date(2026, 10, 30), True)),
    (("infra.errors", "portal", "unknown", None), ("unknown", None, False)),
    (("ca.expired", "甲", "watch", "12月30日"), ("warning", dt.date(2025, 12, 30), False)),  # of the year before
]


def test_what_version_0_1_0_noted_is_carried_over_once(tmp_path: Path):
    url = f"sqlite:///{tmp_path}/ledger.sqlite"
    Ledger(url).inspections.record(_of(TUESDAY))
    engine = sa.create_engine(url, poolclass=NullPool)
    metadata = sa.MetaData()
    texts = [sa.Column(name, sa.Text) for name in ("code", "subsystem", "subject", "check", "state", "format", "since")]
    number = sa.Column("id", sa.Integer, primary_key=True)
    former = sa.Table(
        "findings", metadata, number, sa.Column("inspection_id", sa.Integer), *texts, sa.Column("value", sa.Float)
    )
    with engine.begin() as connection:
        metadata.create_all(connection)
        for (code, subject, state, since), _ in FORMER:
            row = {"code": code, "subject": subject, "state": state, "since": since, "check": "检查", "value": 1.0}
            connection.execute(former.insert().values(inspection_id=1, subsystem="", format="integer", **row))
    for _ in range(2):
        with engine.begin() as connection:
            upgrade_findings(connection)
        [inspection] = Ledger(url).inspections.until("daily_inspection", TUESDAY)
        assert [
            (finding.code, finding.entity_label, finding.status, finding.since_on, finding.since_is_bound)
            for finding in inspection.findings
        ] == [(code, subject, *carried) for (code, subject, _, _), carried in FORMER]
        assert {finding.entity_kind for finding in inspection.findings} == {LABEL_KIND}
    assert "findings" not in sa.inspect(engine).get_table_names()
