"""Two processes on one ledger, one stopped beyond its lease: nothing comes out twice, and nothing is lost."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from ntanalytics.ledger.schedule_tables import leases
from ntanalytics.scheduling.jobs import Job
from ntanalytics.scheduling.outcomes import RunOutcome
from ntanalytics.scheduling.run_due import run_due
from tests.desk import Desk
from tests.servers.process import PATIENCE_S, wait_until
from tests.warm import WarmProcess

NOW = dt.datetime(2026, 11, 23, 1, tzinfo=dt.UTC)
JOB = {"report": "probe", "period": "last-week", "when": "Monday 08:00"}

#: The kernel stops the process that runs the report, as a machine that swaps, or a hypervisor, does.
STOPS = "import os, signal\nos.kill(int(os.environ['JPY_PARENT_PID']), signal.SIGSTOP)"


@pytest.fixture
def shared(postgres_url: str) -> str:
    """The URL of an empty ledger on PostgreSQL."""
    url = sa.make_url(postgres_url)
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql("DROP DATABASE IF EXISTS shared")
        connection.exec_driver_sql("CREATE DATABASE shared")
    return url.set(database="shared").render_as_string()


def _host(desk: Desk, ledger: str, name: str, outputs: str) -> Path:
    """A host's settings: the ledger is shared, the outputs may be."""
    config = desk.home / f"{name}.yml"
    config.write_text(f"ledger: '{ledger}'\noutputs: {outputs}\n", encoding="utf-8")
    return config


@contextmanager
def _stopped(desk: Desk, config: Path, ledger: str) -> Iterator[WarmProcess]:
    """A process that has taken the turn, was stopped in the middle of its run, and whose lease has expired."""
    desk.write(STOPS)
    program = textwrap.dedent(f"""
        import datetime, pathlib
        from ntanalytics.runner import RunContext
        from ntanalytics.scheduling.jobs import Job
        from ntanalytics.scheduling.run_due import run_due
        from ntanalytics.settings import load
        now = datetime.datetime.fromisoformat({NOW.isoformat()!r})
        context = RunContext(settings=load(pathlib.Path({str(config)!r})), clock=lambda: now,
                             notebooks=pathlib.Path({str(desk.notebooks)!r}))
        done = run_due(context, {{"weekly": Job.model_validate({JOB!r})}})
        print([(each.status, each.exit_code) for each in done])
    """)
    process = WarmProcess("-c", program, stdout=subprocess.PIPE, text=True)
    try:
        wait_until(lambda: _state(process.pid) == "T", "the process to be stopped", lambda: process.poll() is None)
        with sa.create_engine(ledger, poolclass=sa.pool.NullPool).begin() as connection:
            connection.execute(leases.update().values(expires_at=dt.datetime(2026, 1, 1)))
        desk.write()
        yield process
    finally:
        process.kill()
        process.wait()


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]


def _resumed(process: WarmProcess) -> str:
    os.kill(process.pid, signal.SIGCONT)
    said, _ = process.communicate(timeout=PATIENCE_S)
    return said.strip()


def _run(desk: Desk, config: Path) -> list[RunOutcome]:
    (desk.home / "ntanalytics.yml").write_text(config.read_text(encoding="utf-8"), encoding="utf-8")
    desk.reload()
    return run_due(desk.context(NOW), {"weekly": Job.model_validate(JOB)})


@pytest.mark.servers
def test_a_host_that_lost_its_lease_does_not_publish_what_another_has_published(desk: Desk, shared: str):
    with _stopped(desk, _host(desk, shared, "one", "outputs-one"), shared) as process:
        [done] = _run(desk, _host(desk, shared, "two", "outputs-two"))
        assert (done.status, done.why) == ("issued", str(desk.home / "outputs-two" / "probe" / "2026-W47"))
        assert _resumed(process) == "[('retry', 6)]"
    assert not (desk.home / "outputs-one" / "probe" / "2026-W47").exists()
    [turn] = desk.ledger.scheduled_runs.for_job("weekly")
    assert (turn.status, turn.why) == ("issued", done.why)
    runs = desk.ledger.runs.history()
    assert [(run.status, run.version) for run in runs] == [("published", 1), ("failed", None)]
    assert "the lease on scheduled run weekly" in runs[1].error
    assert _run(desk, desk.home / "two.yml") == []


def test_of_two_on_one_host_the_second_waits_for_the_first_and_then_it_comes_out_once(desk: Desk):
    ledger = f"sqlite:///{desk.home}/shared.sqlite"
    config = _host(desk, ledger, "one", "outputs")
    with _stopped(desk, config, ledger) as process:
        [busy] = _run(desk, config)
        assert (busy.status, busy.exit_code) == ("retry", 8)
        assert "another run of this report and period is under way" in busy.why
        assert _resumed(process) == "[('retry', 6)]"
    [done] = _run(desk, config)
    assert done.status == "issued"
    assert [run.status for run in desk.ledger.runs.history()] == ["published", "failed"]
    assert _run(desk, config) == []
