"""Evaluation of a report in the assistant of its kernel: the same period, over the same state of the lake."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from ntanalytics.checks.check import Span
from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.division import Part, part
from ntanalytics.checks.engine import check_subsystem, summarize_subsystem
from ntanalytics.findings.finding import Finding
from ntanalytics.kernels.assistant import has_assistant
from ntanalytics.periods import Period
from ntanalytics.settings import load
from ntanalytics.subsystems import context_of, subsystem
from ntanalytics.workspace.past_state import PastState
from ntanalytics.workspace.report import Report
from ntanalytics.workspace.site import Workspace


@dataclass(frozen=True, kw_only=True)
class ReportState:
    """Report that an assistant opens: its period, and the state of the lake and the ledger that it reads.

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
        """Return the state of a report; None where no assistant can read the same."""
        workspace = report.workspace
        # a session of Spark belongs to one process; a day that is known last is not told by the state
        if not has_assistant() or type(workspace) is not Workspace or workspace.settings.engine != "duckdb":
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


@dataclass(frozen=True)
class AssistedEvaluation:
    """The calls by which an assistant evaluates parts of a report.

    Attributes:
        state: the report.
        subsystems: ids of its subsystems; all when there is none.
        spans: spans of its checks.
        reads: dataset → days of history that it reads beside its checks and sections.
    """

    state: ReportState
    subsystems: Sequence[str]
    spans: Sequence[Span]
    reads: Mapping[str, int]

    def checks(self, subsystem: str) -> Callable[[], Part[Any]]:
        """Return the call for the results of the checks of a subsystem."""
        return partial(_checks, self, subsystem)

    def summary(self, subsystem: str, findings: tuple[Finding, ...]) -> Callable[[], Part[Any]]:
        """Return the call for the summary of a subsystem."""
        return partial(_summary, self, subsystem, findings)


def assisted_evaluation(
    report: Report, subsystems: Sequence[str], spans: Sequence[Span], reads: Mapping[str, int]
) -> AssistedEvaluation | None:
    """Return the calls by which an assistant evaluates parts of a report; None where there is no assistant."""
    state = ReportState.of(report)
    return None if state is None else AssistedEvaluation(state, subsystems, spans, reads)


#: Evaluation of this process as an assistant, whose datasets stay open from part to part.
_opened: list[tuple[AssistedEvaluation, CheckContext]] = []


def _context(evaluation: AssistedEvaluation) -> CheckContext:
    if not _opened or _opened[0][0] != evaluation:
        report = evaluation.state.open()
        _opened[:] = [(evaluation, context_of(report, evaluation.subsystems, evaluation.spans, evaluation.reads))]
    return _opened[0][1]


def _checks(evaluation: AssistedEvaluation, name: str) -> Part[Any]:
    context = _context(evaluation)
    return part(context, lambda: check_subsystem(context, subsystem(name), evaluation.spans))


def _summary(evaluation: AssistedEvaluation, name: str, findings: tuple[Finding, ...]) -> Part[Any]:
    context = _context(evaluation)
    return part(context, lambda: summarize_subsystem(context, subsystem(name), findings))
