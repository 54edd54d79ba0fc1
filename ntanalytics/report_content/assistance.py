"""Evaluation of a report in the assistant of its kernel: the same period, over the same state of the lake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from ntanalytics.checks.check import Span
from ntanalytics.checks.context import SharedCall
from ntanalytics.checks.engine import Partner, Piece, evaluate_piece
from ntanalytics.report_content.report_state import ReportState, kept
from ntanalytics.subsystems import BY_ID, context_of
from ntanalytics.workspace.report import Report


@dataclass(frozen=True)
class AssistedEvaluation:
    """Evaluation of which an assistant works out some pieces.

    Attributes:
        state: the report.
        subsystems: ids of its subsystems; all when there is none.
        spans: spans of its checks.
        reads: dataset → days of history that it reads beside its checks and sections.
        ahead: what blocks of the report share later.
    """

    state: ReportState
    subsystems: Sequence[str]
    spans: Sequence[Span]
    reads: Mapping[str, int]
    ahead: Mapping[str, SharedCall]


def assisted_evaluation(
    report: Report,
    subsystems: Sequence[str],
    spans: Sequence[Span],
    reads: Mapping[str, int],
    ahead: Mapping[str, SharedCall],
) -> Partner | None:
    """Return what makes the calls by which an assistant works out pieces; None where there is no assistant."""
    state = ReportState.of(report)
    return (
        None
        if state is None
        else partial(partial, _evaluate_piece, AssistedEvaluation(state, subsystems, spans, reads, ahead))
    )


def _evaluate_piece(evaluation: AssistedEvaluation, name: str) -> Piece:
    task = (evaluation.subsystems, evaluation.spans, evaluation.reads)
    context = kept(evaluation, lambda: context_of(evaluation.state.open(), *task))  # its datasets stay open
    return evaluate_piece(context, name, BY_ID, evaluation.spans, evaluation.ahead)
