"""Evaluation of a report in the assistant of its kernel: the same period, over the same state of the lake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from ntanalytics.checks.check import Span
from ntanalytics.checks.engine import Partner
from ntanalytics.checks.subsystem_evaluation import SubsystemEvaluation, evaluate_subsystem
from ntanalytics.report_content.report_state import ReportState, kept
from ntanalytics.subsystems import context_of, subsystem
from ntanalytics.workspace.report import Report


@dataclass(frozen=True)
class AssistedEvaluation:
    """Evaluation of which an assistant works out some subsystems.

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


def assisted_evaluation(
    report: Report, subsystems: Sequence[str], spans: Sequence[Span], reads: Mapping[str, int]
) -> Partner | None:
    """Return what makes the calls by which an assistant works out subsystems; None where there is no assistant."""
    state = ReportState.of(report)
    return (
        None
        if state is None
        else partial(partial, _evaluate_subsystem, AssistedEvaluation(state, subsystems, spans, reads))
    )


def _evaluate_subsystem(evaluation: AssistedEvaluation, name: str) -> SubsystemEvaluation:
    task = (evaluation.subsystems, evaluation.spans, evaluation.reads)
    context = kept(evaluation, lambda: context_of(evaluation.state.open(), *task))  # its datasets stay open
    return evaluate_subsystem(context, subsystem(name), evaluation.spans)
