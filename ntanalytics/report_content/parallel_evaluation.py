"""Evaluation of a report in the worker of its kernel: the same period, over the same state of the lake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from ntanalytics.checks.check import Span
from ntanalytics.checks.context import CheckContext, SharedCall
from ntanalytics.checks.engine import EvaluationWorker, Piece, evaluate_piece
from ntanalytics.kernels.worker import ask
from ntanalytics.report_content.report_state import ReportState, kept
from ntanalytics.subsystems import BY_ID, context_of
from ntanalytics.workspace.report import Report
from ntanalytics.workspace.shared_coverage import SharedCoverage, known_coverage, take_coverage


@dataclass(frozen=True)
class ParallelEvaluation:
    """Evaluation of which a worker works out some pieces.

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


def parallel_evaluation(
    report: Report,
    subsystems: Sequence[str],
    spans: Sequence[Span],
    reads: Mapping[str, int],
    ahead: Mapping[str, SharedCall],
) -> EvaluationWorker | None:
    """Return the worker of an evaluation; None where there is none."""
    state = ReportState.of(report)
    if state is None:
        return None
    evaluation = ParallelEvaluation(state, subsystems, spans, reads, ahead)
    return EvaluationWorker(partial(partial, _evaluate_piece, evaluation), partial(_take_over, report, evaluation))


def _evaluate_piece(evaluation: ParallelEvaluation, name: str) -> Piece:
    return evaluate_piece(_context(evaluation), name, BY_ID, evaluation.spans, evaluation.ahead)


def _context(evaluation: ParallelEvaluation) -> CheckContext:
    """Return the context of the worker, whose datasets stay open."""
    task = (evaluation.subsystems, evaluation.spans, evaluation.reads)
    return kept(evaluation, lambda: context_of(evaluation.state.open(), *task))


def _take_over(report: Report, evaluation: ParallelEvaluation) -> None:
    known = ask(partial(_coverage, evaluation))
    if known is not None:
        take_coverage(report, known)


def _coverage(evaluation: ParallelEvaluation) -> SharedCoverage:
    return known_coverage(_context(evaluation).report)
