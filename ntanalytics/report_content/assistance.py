"""Evaluation of a report in the assistant of its kernel: the same period, over the same state of the lake."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from ntanalytics.checks.check import Span
from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.division import Part, part
from ntanalytics.checks.engine import check_subsystem, summarize_subsystem
from ntanalytics.findings.finding import Finding
from ntanalytics.report_content.report_state import ReportState, kept
from ntanalytics.subsystems import context_of, subsystem
from ntanalytics.workspace.report import Report


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


def _context(evaluation: AssistedEvaluation) -> CheckContext:
    """Return the context of the evaluation, whose datasets stay open from part to part."""
    task = (evaluation.subsystems, evaluation.spans, evaluation.reads)
    return kept(evaluation, lambda: context_of(evaluation.state.open(), *task))


def _checks(evaluation: AssistedEvaluation, name: str) -> Part[Any]:
    context = _context(evaluation)
    return part(context, lambda: check_subsystem(context, subsystem(name), evaluation.spans))


def _summary(evaluation: AssistedEvaluation, name: str, findings: tuple[Finding, ...]) -> Part[Any]:
    context = _context(evaluation)
    return part(context, lambda: summarize_subsystem(context, subsystem(name), findings))
