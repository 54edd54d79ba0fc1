"""A tiny town: one shop that sends messages, a small report of them, a job; cheap to run and to break."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat
import sqlalchemy as sa
from nbformat.v4 import new_code_cell, new_notebook
from sqlalchemy.pool import NullPool

from ntanalytics.ledger import Ledger
from ntanalytics.scheduling.jobs import Job
from ntanalytics.scheduling.running import Done, run_due
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


class Town:
    """The site in a folder.

    Args:
        folder: where.
        url: the shop's database; an SQLite file of its own by default.
    """

    def __init__(self, folder: Path, url: str = "sqlite:///shop.sqlite") -> None:
        self.home = folder
        home = folder / "queries" / "shop"
        home.mkdir(parents=True)
        (home / "source.yml").write_text(SOURCE, encoding="utf-8")
        (home / "sms.messages.sql").write_text(MESSAGES, encoding="utf-8")
        self.notebooks = folder / "notebooks"
        self.notebooks.mkdir()
        self.write(*CELLS)
        self.config = folder / "ntanalytics.yml"
        self.config.write_text(
            f'queries: queries\nsources:\n  shop: {{product: shop, url: "{url}", timeout_s: 5}}\n', encoding="utf-8"
        )

    def write(self, *cells: str) -> None:
        """The report's notebook."""
        made = [new_code_cell(cells[0], metadata={"tags": ["parameters"]}), *map(new_code_cell, cells[1:])]
        about = {"title": "短信小报", "periods": ["day", "week"], "needs": {"sms.messages": 0}}
        notebook = new_notebook(cells=made, metadata={"ntanalytics": about})
        nbformat.write(notebook, self.notebooks / "probe.ipynb")

    @property
    def settings(self) -> Settings:
        """As they are now."""
        return load(self.config)

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.settings.ledger)

    def fill(self, days: Sequence[dt.date], a_day: int = 3, url: str = "") -> None:
        """Have the shop send messages on some days."""
        engine = sa.create_engine(url or self.settings.sources["shop"].url, poolclass=NullPool)
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS message (id INTEGER, at TIMESTAMP)")
            rows = [{"id": number, "at": f"{day} 10:00:{number:02d}"} for day in days for number in range(a_day)]
            connection.execute(sa.text("INSERT INTO message VALUES (:id, :at)"), rows)
        engine.dispose()

    def due(self, now: dt.datetime, **job: object) -> list[Done]:
        """Do what is due at a moment: yesterday's report, at eight."""
        said = {"report": "probe", "period": "yesterday", "when": "day 08:00", **job}
        jobs = {"daily": Job.model_validate(said)}
        return run_due(self.settings, jobs, now=now, clock=lambda: now, notebooks=self.notebooks, patience=impatient)

    def folder(self, period: str) -> Path:
        """Where a day's report is published."""
        return self.settings.outputs / "probe" / period

    def counted(self, period: str) -> int | None:
        """The messages that a day's report counts; None where there is none."""
        return counted(self.folder(period))

    def manifest(self, period: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder(period) / "manifest.json").read_text(encoding="utf-8"))
        return found


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
