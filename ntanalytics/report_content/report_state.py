"""State of a report, with which the worker of its kernel opens the same one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar, cast

from ntanalytics.kernels.worker import has_worker
from ntanalytics.periods import Period
from ntanalytics.settings import find_config, load
from ntanalytics.workspace.past_state import PastState, past_state
from ntanalytics.workspace.report import Report
from ntanalytics.workspace.site import Workspace

T = TypeVar("T")

#: What this process, as a worker, has opened last, with what it was opened by.
_opened: list[tuple[object, object]] = []


@dataclass(frozen=True, kw_only=True)
class ReportState:
    """Report that a worker opens: its period, and the state of the lake and the ledger that it reads.

    Attributes:
        settings_file: the site's settings.
        name: the report's name.
        title: its title.
        period: its period.
        past: the state.
    """

    settings_file: Path
    name: str
    title: str
    period: Period
    past: PastState

    @classmethod
    def of(cls, report: Report) -> ReportState | None:
        """Return the state of a report; None where no worker can read the same."""
        workspace = report.workspace
        # a session of Spark belongs to one process; a day that is known last is not told by the state
        if not has_worker() or type(workspace) is not Workspace or workspace.settings.engine != "duckdb":
            return None
        return cls(
            settings_file=workspace.settings.file,
            name=report.name,
            title=report.title,
            period=report.period,
            past=workspace.past or _present(report),
        )

    def open(self) -> Report:
        """Return the report, opened in this process."""
        return Report(Workspace(load(self.settings_file), self.past), self.name, self.title, self.period)


def _present(report: Report) -> PastState:
    """Return the state that a report reads now: each table in the version of its first access."""
    workspace = report.workspace
    versions = {name: workspace.version(name) for name in workspace.sources_by_dataset}
    tables = {name: version for name, version in versions.items() if version is not None}
    return PastState(tables, workspace.ledger.coverage.last_extraction_id(), report.generated_at)


def get_ready() -> None:
    """Read a little of the site's lake and ledger, as a worker does before its first work: what it loads stays."""
    settings = load(find_config())
    if settings.engine == "duckdb":
        workspace, today = Workspace(settings, past_state()), datetime.now(settings.zone).date()
        workspace.covered_days("desk.tickets", today, today)
        workspace.rows_by_source("desk.tickets", today, today)


def kept(key: object, make: Callable[[], T]) -> T:
    """Return what was made for a key, which stays open until another key is asked for."""
    if not _opened or _opened[0][0] != key:
        _opened[:] = [(key, make())]
    return cast("T", _opened[0][1])
