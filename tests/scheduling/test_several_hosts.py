"""Three processes call run-due at once on one ledger of PostgreSQL and one lake, and one of them is killed."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import textwrap
from collections import Counter
from pathlib import Path

import nbformat
import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from ntanalytics.ledger import Ledger
from ntanalytics.ledger.schedule_tables import leases, scheduled_runs
from ntanalytics.ledger.tables import extractions
from ntanalytics.runner import RunContext
from ntanalytics.scheduling.jobs import Job
from ntanalytics.scheduling.run_due import run_due
from ntanalytics.settings import load
from tests.desk import Desk
from tests.extraction.small_site import SmallSite
from tests.servers.process import PATIENCE_S
from tests.warm import WarmProcess

#: A Monday's turns, called for on the Thursday, when the week's messages have settled.
NOW = dt.datetime(2026, 11, 26, 1, tzinfo=dt.UTC)
JOBS = {
    f"job-{top}": {"report": "probe", "period": "last-week", "when": "Monday 08:00", "parameters": {"top": str(top)}}
    for top in range(1, 6)
}

#: The first three reports wait until three processes are at one each; then the second's taker is killed, once.
MEETS = """
import os, pathlib, signal, threading
met = pathlib.Path(os.environ["MET"])
(met / os.environ["TAKER"]).touch()
for _ in range(3000):
    if top > 3 or len(list(met.iterdir())) >= 3:
        break
    threading.Event().wait(0.1)
if top == 2 and not (met / "killed").exists():
    (met / "killed").touch()
    os.kill(int(os.environ["TAKER"]), signal.SIGKILL)
"""


@pytest.fixture
def shared(postgres_url: str) -> sa.URL:
    """The URL of an empty ledger on PostgreSQL."""
    url = sa.make_url(postgres_url)
    with sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool).connect() as connection:
        connection.exec_driver_sql("DROP DATABASE IF EXISTS hosts WITH (FORCE)")
        connection.exec_driver_sql("CREATE DATABASE hosts")
    return url.set(database="hosts")


def _host(config: Path, desk: Desk, met: Path) -> WarmProcess:
    program = textwrap.dedent(f"""
        import datetime, json, os, pathlib
        os.environ["TAKER"], os.environ["MET"] = str(os.getpid()), {str(met)!r}
        from ntanalytics.runner import RunContext
        from ntanalytics.scheduling.jobs import Job
        from ntanalytics.scheduling.run_due import run_due
        from ntanalytics.settings import load
        now = datetime.datetime.fromisoformat({NOW.isoformat()!r})
        jobs = {{name: Job.model_validate(each) for name, each in {JOBS!r}.items()}}
        context = RunContext(settings=load(pathlib.Path({str(config)!r})), clock=lambda: now,
                             notebooks=pathlib.Path({str(desk.notebooks)!r}))
        done = run_due(context, jobs)
        print(json.dumps([(each.job, each.status, each.why) for each in done]))
    """)
    return WarmProcess("-c", program, stdout=subprocess.PIPE, text=True)


@pytest.mark.servers
def test_every_report_comes_out_once_several_hosts_make_them_and_a_killed_ones_is_taken_over(
    desk: Desk, shared: sa.URL, monkeypatch: pytest.MonkeyPatch
):
    desk.write(MEETS)
    probe = desk.notebooks / "probe.ipynb"
    notebook = nbformat.read(probe, as_version=4)
    notebook.metadata["ntanalytics"]["needs"] = {"sms.messages": 0}
    nbformat.write(notebook, probe)
    town = SmallSite(desk.home / "town")
    town.messages(
        "shop", *((number, f"2026-11-{number} 09:00:00", "mobile", 1, None, None) for number in range(16, 23))
    )
    with town.config.open("a", encoding="utf-8") as file:
        file.write(f"ledger: {shared.render_as_string()}\n")
    ledger, engine = Ledger(shared.render_as_string()), sa.create_engine(shared, poolclass=NullPool)
    met = desk.home / "met"
    met.mkdir()

    started = [_host(town.config, desk, met) for _ in range(3)]
    try:
        said = [process.communicate(timeout=PATIENCE_S)[0] for process in started]
    finally:
        for process in started:
            process.kill()
            process.communicate()
    assert sorted(process.returncode for process in started) == [-9, 0, 0]
    shares = [json.loads(text) for text in said if text]
    assert all(shares), "each of the two that lived made some"
    assert Counter(job for share in shares for job, *_ in share) == Counter(["job-1", "job-3", "job-4", "job-5"])
    assert {status for share in shares for _, status, _ in share} == {"issued"}, shares

    with engine.begin() as connection:  # as it is after 90 seconds
        connection.execute(leases.update().values(expires_at=dt.datetime(2026, 1, 1)))
    monkeypatch.setenv("MET", str(met))
    monkeypatch.setenv("TAKER", "0")
    jobs = {name: Job.model_validate(each) for name, each in JOBS.items()}
    [taken_over] = run_due(RunContext(settings=load(town.config), clock=lambda: NOW, notebooks=desk.notebooks), jobs)
    assert (taken_over.job, taken_over.status) == ("job-2", "issued")

    with engine.connect() as connection:
        stood = connection.execute(
            sa.select(scheduled_runs.c.job, scheduled_runs.c.status, scheduled_runs.c.attempts)
        ).all()
        taken = connection.execute(sa.select(extractions.c.source, extractions.c.first_on, extractions.c.last_on)).all()
    assert sorted(map(tuple, stood)) == [(name, "issued", 1 + (name == "job-2")) for name in JOBS]
    week = (dt.date(2026, 11, 16), dt.date(2026, 11, 22))
    assert sorted(map(tuple, taken)) == [("shop", *week), ("twin", *week)], "five reports needed it: it was taken once"
    published = [run for run in ledger.runs.history() if run.status == "published"]
    assert Counter(run.parameters["top"] for run in published) == Counter(range(1, 6))
