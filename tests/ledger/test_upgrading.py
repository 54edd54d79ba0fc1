"""A ledger of 0.1.0, made by its own code, becomes one of today on each database; a newer one is left alone."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.pool import NullPool

import ntanalytics.ledger
from ntanalytics.errors import LakeError
from ntanalytics.ledger import Ledger, upgrading
from ntanalytics.ledger.schema_version import REVISIONS
from ntanalytics.operations.upgrade import upgrade
from tests import warm

FIXTURE = Path(__file__).with_name("fixtures") / "ledger-0.1.0.sql"
NOW = dt.datetime(2026, 11, 27, 8, tzinfo=dt.UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The ledger of 0.1.0 as a file."""
    path = tmp_path / "ledger.sqlite"
    connection = sa.create_engine(f"sqlite:///{path}", poolclass=NullPool).raw_connection()
    connection.executescript(FIXTURE.read_text(encoding="utf-8"))
    connection.close()
    return path


@pytest.fixture(params=["sqlite", *(pytest.param(name, marks=pytest.mark.servers) for name in ("postgres", "mariadb"))])
def former(request: pytest.FixtureRequest, file: Path) -> Iterator[str]:
    """The URL of the ledger of 0.1.0: the file, or its tables and rows copied to a server."""
    if request.param == "sqlite":
        yield f"sqlite:///{file}"
        return
    server = sa.make_url(request.getfixturevalue(f"{request.param}_url"))
    with sa.create_engine(server, poolclass=NullPool, isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql("DROP DATABASE IF EXISTS former")
        connection.exec_driver_sql("CREATE DATABASE former")
    url = server.set(database="former")
    metadata = sa.MetaData()
    sa.event.listen(metadata, "column_reflect", lambda _inspector, _table, info: info.update(_generic(info)))
    with sa.create_engine(f"sqlite:///{file}", poolclass=NullPool).connect() as source:
        metadata.reflect(source)
        with sa.create_engine(url, poolclass=NullPool).begin() as target:
            metadata.create_all(target)
            for table in metadata.sorted_tables:
                if rows := [dict(row) for row in source.execute(sa.select(table)).mappings()]:
                    target.execute(table.insert(), rows)
                    if request.param == "postgres" and isinstance(rows[0].get("id"), int):
                        sequence = f"setval(pg_get_serial_sequence('{table.name}', 'id'), {len(rows)})"
                        target.exec_driver_sql(f"SELECT {sequence}")
    yield url.render_as_string(hide_password=False)


def _generic(info: Mapping[str, Any]) -> dict[str, Any]:
    """Return the type of a column of SQLite as every database has it."""
    return {"type": info["type"].as_generic()}


def _is_whole(url: str) -> None:
    """Look for everything that the ledger of 0.1.0 held, by today's code."""
    ledger = Ledger(url)
    day = dt.date(2026, 11, 19)
    runs = {(run.report, run.status) for run in ledger.runs.history(9)}
    assert runs == {("sms_volume", "failed"), ("daily_inspection", "published")}
    assert {event.subject for event in ledger.audit.events()} == {"daily_inspection", "/etc/city/ntanalytics.yml"}
    [covered] = ledger.coverage.days("sms.messages", day, day)
    assert (covered.rows, covered.source_rows, covered.rejected) == (120, 121, 1)
    [inspection] = ledger.inspections.until("daily_inspection", day)
    assert [(finding.entity_label, finding.status, finding.since_on) for finding in inspection.findings] == [
        ("中国电信", "critical", dt.date(2026, 11, 18)),
        ("市审计局", "warning", None),
    ]
    assert [turn.status for turn in ledger.scheduled_runs.for_job("daily")] == ["issued"]
    assert [notice.key for notice in ledger.notices.list_open()] == ["source oa"]
    assert ledger.chain.verify() == (2, [])
    ledger.audit.record("maintain", "after")
    assert ledger.chain.verify() == (3, [])


def test_the_ledger_of_0_1_0_is_upgraded_with_every_row(former: str):
    with pytest.raises(LakeError, match=r"0\.1\.0, older") as refused:
        Ledger(former)
    assert "upgrade --write" in refused.value.todo
    plan = upgrading.plan_upgrade(former)
    assert (plan.before, plan.after, len(plan.steps)) == ("0.1.0", REVISIONS[-1], len(REVISIONS))
    done = upgrade(former, NOW)
    assert (plan.rows.items() <= done.rows.items(), done.entries) == (True, 2)
    _is_whole(former)
    assert upgrade(former, NOW).plan.steps == ()


@pytest.mark.parametrize(("revision", "later"), [("0001", ["is_over", "is_doubtful"]), ("0002", ["is_doubtful"])])
def test_what_later_revisions_note_of_findings_nobody_noted_before(former: str, revision: str, later: list[str]):
    upgrade(former, NOW)
    with sa.create_engine(former, poolclass=NullPool).begin() as connection:
        for column in later:
            connection.exec_driver_sql(f"ALTER TABLE inspection_findings DROP COLUMN {column}")
        connection.exec_driver_sql(f"UPDATE ledger_version SET version_num = '{revision}'")
    assert len(upgrading.plan_upgrade(former).steps) == len(later)
    upgrade(former, NOW)
    _is_whole(former)
    [inspection] = Ledger(former).inspections.until("daily_inspection", dt.date(2026, 11, 19))
    assert [getattr(finding, column) for finding in inspection.findings for column in later] == [None, None] * len(
        later
    )


def test_the_backup_is_the_ledger_from_before(file: Path):
    done = upgrade(f"sqlite:///{file}", NOW)
    assert done.backup == file.with_name("ledger.sqlite.0.1.0-20261127T080000.backup")
    again = f"sqlite:///{done.backup}"
    assert upgrading.plan_upgrade(again).before == "0.1.0"
    upgrade(again, NOW)
    _is_whole(again)


@pytest.mark.parametrize("step", ["adopt", "upgrade_findings"])
def test_an_upgrade_that_is_killed_is_typed_again(file: Path, step: str):
    """The process ends in the middle of the transaction, as by SIGKILL."""
    url = f"sqlite:///{file}"
    program = (
        "import os, sys; from ntanalytics.ledger import chain, findings_upgrade, upgrading\n"
        f"module = chain if {step!r} == 'adopt' else findings_upgrade\n"
        f"real = getattr(module, {step!r})\n"
        "def killed(connection):\n    real(connection)\n    os._exit(9)\n"
        f"setattr(module, {step!r}, killed)\n"
        "upgrading.upgrade_ledger(sys.argv[1])"
    )
    assert warm.run("-c", program, url).returncode == 9
    assert upgrading.plan_upgrade(url).before == "0.1.0"
    upgrade(url, NOW)
    _is_whole(url)


@pytest.mark.servers
@pytest.mark.parametrize("former", ["mariadb"], indirect=True)
def test_mariadb_which_commits_each_step_goes_on_where_it_was_broken_off(former: str, monkeypatch: pytest.MonkeyPatch):
    def broken(_connection: object) -> int:
        raise RuntimeError("broken off")

    with monkeypatch.context() as patch:
        patch.setattr("ntanalytics.ledger.chain.adopt", broken)
        with pytest.raises(RuntimeError):
            upgrading.upgrade_ledger(former)
    upgrade(former, NOW)
    _is_whole(former)


def test_a_lost_row_undoes_the_upgrade(file: Path, monkeypatch: pytest.MonkeyPatch):
    def losing(connection: sa.Connection) -> int:
        connection.exec_driver_sql("DELETE FROM runs WHERE status = 'failed'")
        return 0

    url, before = f"sqlite:///{file}", file.read_bytes()
    monkeypatch.setattr("ntanalytics.ledger.chain.adopt", losing)
    with pytest.raises(LakeError, match="runs had 2 and has 1"):
        upgrading.upgrade_ledger(url)
    assert file.read_bytes() == before


def test_a_newer_ledger_is_left_as_it_is(tmp_path: Path):
    path = tmp_path / "ledger.sqlite"
    url = f"sqlite:///{path}"
    Ledger(url)
    with sa.create_engine(url, poolclass=NullPool).begin() as connection:
        connection.exec_driver_sql("UPDATE ledger_version SET version_num = '9999'")
        connection.exec_driver_sql("DROP TRIGGER events_kept")  # opening would make it again
        connection.exec_driver_sql("DROP TABLE recounts")
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    for use in (Ledger, upgrading.plan_upgrade, upgrading.upgrade_ledger):
        with pytest.raises(LakeError, match="9999, newer") as refused:
            use(url)
        assert "newer one" in refused.value.todo
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["ledger.sqlite"]


def test_a_new_ledger_has_the_tables_of_an_upgraded_one(file: Path, tmp_path: Path):
    upgrade(f"sqlite:///{file}", NOW)
    Ledger(f"sqlite:///{tmp_path}/new.sqlite")
    columns = []
    for url in (f"sqlite:///{file}", f"sqlite:///{tmp_path}/new.sqlite"):
        inspector = sa.inspect(sa.create_engine(url, poolclass=NullPool))
        columns.append({name: {c["name"] for c in inspector.get_columns(name)} for name in inspector.get_table_names()})
    assert columns[0] == columns[1]


def test_the_revisions_of_the_program_are_those_of_alembic():
    config = Config()
    config.set_main_option("script_location", str(Path(ntanalytics.ledger.__file__).with_name("migrations")))
    config.set_main_option("path_separator", "os")
    steps = ScriptDirectory.from_config(config).walk_revisions()
    assert tuple(step.revision for step in steps)[::-1] == REVISIONS
