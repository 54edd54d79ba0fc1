"""End of a run that fails: its entry in the ledger, its evidence, and the index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ntanalytics import event_log
from ntanalytics.errors import LakeError
from ntanalytics.runner import evidence, indexing
from ntanalytics.runner.run_context import RunContext

if TYPE_CHECKING:
    from ntanalytics.ledger import Ledger

_EVIDENCE = "evidence: "


@contextmanager
def failure_recorded(ledger: Ledger, run_id: str) -> Iterator[None]:
    """Record in the ledger that a run failed, and the place of its evidence; the error passes."""
    try:
        yield
    except BaseException as error:
        reason = str(error) or type(error).__name__
        place = next((note for note in getattr(error, "__notes__", []) if note.startswith(_EVIDENCE)), "")
        try:
            ledger.runs.finish(run_id, "failed", error=reason, path=place.removeprefix(_EVIDENCE))
        except LakeError as unrecorded:  # the ledger is on the full disk, too
            error.add_note(f"the ledger could not be told: {unrecorded}")
        raise


@contextmanager
def logged(run: evidence.RunIdentity) -> Iterator[None]:
    """Log the begin and the end of a run; every event between them has its id."""
    with event_log.bound(run_id=run.run_id):
        event_log.record("run begins", report=run.report, period=run.period, parameters=run.parameters)
        try:
            yield
        except BaseException as error:
            event_log.record("run failed", "error", report=run.report, error=str(error) or type(error).__name__)
            raise
        event_log.record("report published", report=run.report, period=run.period)


@contextmanager
def index_written(context: RunContext, *, is_wanted: bool) -> Iterator[dict[str, str]]:
    """Write the index at the end, whether the report was published or not.

    Yields:
        Warnings: filled at the end if the index could not be written, which fails no run.
    """
    warnings: dict[str, str] = {}
    if not is_wanted:  # it is written at the end of the batch
        yield warnings
        return
    try:
        yield warnings
    except BaseException as error:
        if reason := indexing.index_or_warn(context):
            error.add_note(f"the index is not up to date: {reason}")
        raise
    if reason := indexing.index_or_warn(context):
        warnings["index.html"] = reason


@contextmanager
def evidence_kept(staged: Path, outputs: Path, run: evidence.RunIdentity, secrets: Iterable[str]) -> Iterator[None]:
    """Keep the evidence of a failing run, and note its place on the error; the error passes."""
    try:
        yield
    except BaseException as error:
        place = evidence.keep_evidence(staged, outputs, run, error, secrets=secrets)
        if place:
            error.add_note(f"{_EVIDENCE}{place}")
        raise
