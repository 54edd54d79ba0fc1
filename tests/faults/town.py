"""A tiny town: one shop that sends messages, a small report of them, a job; cheap to run and to break."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import deltalake
import nbformat
import sqlalchemy as sa
from nbformat.v4 import new_code_cell, new_notebook
from sqlalchemy.pool import NullPool

from ntanalytics.ledger import Ledger
from ntanalytics.reports.verification import verify
from ntanalytics.runner import RunContext, RunResult, run_report
from ntanalytics.runner.run_context import Progress, discard_progress
from ntanalytics.scheduling.jobs import Job
from ntanalytics.scheduling.outcomes import RunOutcome
from ntanalytics.scheduling.run_due import run_due
from ntanalytics.settings import Settings, load

SOURCE = "title: A shop\nkind: database\nneeds: SELECT on message\n"
MESSAGES = """\
/*
window: submitted_at
times: {submitted_at: naive, reported_at: naive}
dialects: [sqlite, postgres, mysql]
*/
SELECT id AS message_id, at AS submitted_at, 'mobile' AS carrier, 'OA' AS application, NULL AS unit,
    1 AS segments, 'delivered' AS outcome, NULL AS failure_code, at AS reported_at
FROM message WHERE at >= :since AND at < :until
"""
CELLS = (
    'period: str = "yesterday"  # 周期',
    """
from ntanalytics.workspace import open_report
report = open_report("probe", period)
messages = report.dataset("sms.messages")
""",
    """
from ntanalytics.reports import table
count = messages.table.count().as_table().to_pandas()
""",
    'table(count.set_axis(["messages"], axis=1), "短信", id="counted")',
    "report.head()",
)
#: Yesterday's report, at eight, for those who look into a share.
JOB = {"report": "probe", "period": "yesterday", "when": "day 08:00", "recipients": [{"channel": "share"}]}
#: The same shop as it writes a log, a line a message: number, comma, time.
LOG_SOURCE = "title: A shop's log\nkind: logs\nneeds: to read the log\n"
LOG_MESSAGES = """\
/*
window: submitted_at
times: {submitted_at: "text:%Y-%m-%d %H:%M:%S", reported_at: "text:%Y-%m-%d %H:%M:%S"}
*/
SELECT split_part(line, ',', 1) AS message_id, split_part(line, ',', 2) AS submitted_at, 'mobile' AS carrier,
    'OA' AS application, NULL AS unit, 1 AS segments, 'delivered' AS outcome, NULL AS failure_code,
    split_part(line, ',', 2) AS reported_at
FROM lines WHERE split_part(line, ',', 2) >= :since AND split_part(line, ',', 2) < :until
"""
_SETTINGS = """\
queries: queries
sources:
  shop: {{product: shop, {place}}}
channels:
  share: {{kind: folder, path: share}}
  duty: {{kind: folder, path: duty}}
operators: [{{channel: duty}}]
"""


def write_probe(folder: Path, *cells: str) -> None:
    """Write the notebook of a small report of messages, ``probe``: its parameters, and its other cells."""
    made = [new_code_cell(cells[0], metadata={"tags": ["parameters"]}), *map(new_code_cell, cells[1:])]
    about = {"title": "短信小报", "periods": ["day", "week"], "needs": {"sms.messages": 0}}
    nbformat.write(new_notebook(cells=made, metadata={"ntanalytics": about}), folder / "probe.ipynb")


class Town:
    """The site in a folder.

    Args:
        folder: where.
        url: the shop's database; an SQLite file of its own by default.
        is_logged: whether it writes logs, ``logs/shop.log*``, instead.
    """

    def __init__(self, folder: Path, url: str = "sqlite:///shop.sqlite", *, is_logged: bool = False) -> None:
        self.home = folder
        self.notebooks = folder / "notebooks"
        self.config = folder / "ntanalytics.yml"
        self.logs = folder / "logs"
        if self.config.exists():  # a copy of one that stands elsewhere
            return
        home = folder / "queries" / "shop"
        home.mkdir(parents=True)
        source, messages = (LOG_SOURCE, LOG_MESSAGES) if is_logged else (SOURCE, MESSAGES)
        (home / "source.yml").write_text(source, encoding="utf-8")
        (home / "sms.messages.sql").write_text(messages, encoding="utf-8")
        self.notebooks.mkdir()
        self.write(*CELLS)
        place = 'paths: ["logs/shop.log*"]' if is_logged else f'url: "{url}", timeout_s: 5'
        self.config.write_text(_SETTINGS.format(place=place), encoding="utf-8")
        self.logs.mkdir()
        (folder / "scheduled").mkdir()
        (folder / "scheduled" / "jobs.yml").write_text(json.dumps({"jobs": {"daily": JOB}}), encoding="utf-8")
        for channel in ("share", "duty"):
            (folder / channel).mkdir()

    def write(self, *cells: str) -> None:
        """The report's notebook."""
        write_probe(self.notebooks, *cells)

    @property
    def settings(self) -> Settings:
        """As they are now."""
        return load(self.config)

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.settings.ledger)

    def fill(self, days: Sequence[dt.date], a_day: int = 3, url: str = "", *, since: int = 0) -> None:
        """Have the shop send messages on some days, numbered from ``since`` on."""
        engine = sa.create_engine(url or self.settings.sources["shop"].url, poolclass=NullPool)
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS message (id INTEGER, at TIMESTAMP)")
            rows = [
                {"id": number, "at": f"{day} 10:00:{number:02d}"}
                for day in days
                for number in range(since, since + a_day)
            ]
            connection.execute(sa.text("INSERT INTO message VALUES (:id, :at)"), rows)
        engine.dispose()

    def due(self, now: dt.datetime, progress: Progress = discard_progress, **job: object) -> list[RunOutcome]:
        """Do what is due at a moment: yesterday's report, at eight, but for what is said otherwise of the job."""
        jobs = {"daily": Job.model_validate({**JOB, **job})}
        return run_due(self.context(now, progress), jobs, retry_budget=impatient)

    def by_hand(self, period: str, now: dt.datetime) -> RunResult:
        """A person runs the report."""
        return run_report(self.context(now), "probe", period, {})

    def context(self, now: dt.datetime, progress: Progress = discard_progress) -> RunContext:
        """The context of runs at a moment."""
        return RunContext(settings=self.settings, clock=lambda: now, progress=progress, notebooks=self.notebooks)

    def folder(self, period: str) -> Path:
        """Where a day's report is published."""
        return self.settings.outputs / "probe" / period

    def counted(self, period: str) -> int | None:
        """The messages that a day's report counts; None where there is none."""
        return counted(self.folder(period))

    def manifest(self, period: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder(period) / "manifest.json").read_text(encoding="utf-8"))
        return found

    def bytes_of(self, period: str) -> dict[str, bytes]:
        """The published files of a day's report."""
        return {path.name: path.read_bytes() for path in sorted(self.folder(period).iterdir())}

    def told(self) -> list[str]:
        """What the operators were told: a title each."""
        notices = (self.home / "duty" / "notices").glob("*.txt")
        return sorted(path.read_text(encoding="utf-8").partition("\n")[0] for path in notices)

    def delivered(self, period: str) -> bytes | None:
        """The workbook that lies in the share."""
        workbook = self.home / "share" / "probe" / period / "report.xlsx"
        return workbook.read_bytes() if workbook.is_file() else None

    def failed_to_take(self) -> list[str]:
        """Why extractions failed, the latest first."""
        failed = "SELECT error FROM extractions WHERE status = 'failed' ORDER BY id DESC"
        with sa.create_engine(self.settings.ledger, poolclass=NullPool).connect() as connection:
            return list(connection.exec_driver_sql(failed).scalars())

    def let_leases_expire(self) -> None:
        """As 90 seconds do."""
        with sa.create_engine(self.settings.ledger, poolclass=NullPool).begin() as connection:
            connection.execute(sa.text("UPDATE leases SET expires_at = '2020-01-01 00:00:00.000000'"))

    def is_whole(self) -> None:
        """Fail unless the ledger is sound, every file of the lake can be read, and every report is what was published.

        Whatever was just killed or has failed: nothing half done may be where anybody looks.
        """
        with sa.create_engine(self.settings.ledger, poolclass=NullPool).connect() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
        for log in self.settings.lake.glob("*/_delta_log"):
            deltalake.DeltaTable(str(log.parent)).to_pyarrow_table()
        for folder in (self.settings.outputs / "probe").glob("[!.]*"):
            verify(folder)
            for name, artefact in self.manifest(folder.name)["artefacts"].items():
                assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == artefact["sha256"]
            assert {path.name for path in folder.iterdir()} == {
                *self.manifest(folder.name)["artefacts"],
                "manifest.json",
            }


def counted(folder: Path) -> int | None:
    """What a published report counts."""
    if not (folder / "report.ipynb").is_file():
        return None
    for cell in json.loads((folder / "report.ipynb").read_text(encoding="utf-8"))["cells"]:
        for output in cell.get("outputs", []):
            rows = output.get("data", {}).get("application/vnd.dataresource+json", {}).get("data", [])
            if rows:
                return int(rows[0]["messages"])
    return None


class impatient:  # noqa: N801 - stands for the class of patience
    """A patience that waits for nothing."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def waits(self, rounds: int) -> bool:
        return False
