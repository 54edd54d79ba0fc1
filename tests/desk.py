"""A site without sources, and small notebooks that real kernels run."""

from __future__ import annotations

import datetime as dt
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from ntanalytics.ledger import Ledger
from ntanalytics.runner import RunContext, RunResult, run_report
from ntanalytics.runner.engine import Limits
from ntanalytics.settings import Settings, load

TODAY = dt.date(2026, 11, 23)
#: Nine o'clock in Shanghai.
NOW = dt.datetime(2026, 11, 23, 1, tzinfo=dt.UTC)
PARAMETERS = 'period: str = "last-week"  # 统计周期\ntop: int = 10  # 列出前几名\ncode: str = ""  # 代码'
HEAD = """
from datetime import UTC, date, datetime
from ntanalytics.periods import parse_period
from ntanalytics.reports import Head
Head(title="试报表", period=parse_period(period, date(2026, 11, 23)), generated_at=datetime(2026, 11, 23, tzinfo=UTC),
     versions={"sms.messages": 7}, gaps=("短信平台缺 11月18日。",))
"""


class Desk:
    """One site in a folder: writes notebooks, runs them, looks at what came of it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.notebooks = home / "notebooks"
        self.notebooks.mkdir()
        (home / "ntanalytics.yml").write_text("site: {name: 试点城市}\n", encoding="utf-8")
        self.reload()

    def reload(self) -> None:
        """Read the settings again."""
        self.settings: Settings = load(self.home / "ntanalytics.yml")

    @property
    def outputs(self) -> Path:
        return self.settings.outputs

    @property
    def published(self) -> Path:
        return self.outputs / "probe" / "2026-W47"

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.settings.ledger)

    def write(self, *cells: str) -> None:
        """A report whose cells are the parameters, the head, and those given."""
        self.write_bare(HEAD, *cells)

    def write_bare(self, *cells: str, tags: tuple[str, ...] = ()) -> None:
        """The same without the head, whose imports take a second."""
        notebook = new_notebook(
            cells=[
                new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}),
                *(new_code_cell(textwrap.dedent(cell), metadata={"tags": list(tags)}) for cell in cells),
            ],
            metadata={"ntanalytics": {"title": "试报表", "periods": ["day", "week"], "needs": {}}},
        )
        nbformat.write(notebook, self.notebooks / "probe.ipynb")

    def run(
        self, period: str = "2026-W47", parameters: Mapping[str, str] | None = None, limits: Limits | None = None
    ) -> RunResult:
        return run_report(self.context(limits=limits), "probe", period, parameters or {})

    def context(self, now: dt.datetime = NOW, **conditions: Any) -> RunContext:
        """The context of a run at a moment."""
        return RunContext(settings=self.settings, clock=lambda: now, notebooks=self.notebooks, **conditions)

    def publish_by_hand(self) -> None:
        """A last good report, as some earlier run left it."""
        self.published.mkdir(parents=True)
        for name in ("manifest.json", "report.html", "report.ipynb", "report.xlsx"):
            (self.published / name).write_text(f'{{"last good": "{name}"}}', encoding="utf-8")

    def evidence(self) -> Path:
        """The one folder of evidence."""
        (folder,) = (self.outputs / ".failed").iterdir()
        return folder

    def staged(self) -> list[Path]:
        return list((self.outputs / ".staging").iterdir())


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("NTANALYTICS_CHROMIUM", "")  # a print takes seconds: only the tests of it make one
    return Desk(tmp_path)
