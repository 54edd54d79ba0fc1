"""Taking one turn, under its lease: what was begun is looked into, what is made is published by its holder alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ntanalytics.errors import Busy, LeaseLost, NtaError
from ntanalytics.extraction.retry_budget import RetryBudget
from ntanalytics.ledger import Lease, Ledger, Run
from ntanalytics.ledger.corrections import Gaps
from ntanalytics.ledger.scheduled_runs import ScheduledRunStatus
from ntanalytics.runner.each_unit import UNIT, run_each_unit
from ntanalytics.runner.publishing import read_manifest
from ntanalytics.runner.run import Progress, reap_abandoned_runs, run_report
from ntanalytics.scheduling.due import ScheduledRun
from ntanalytics.scheduling.jobs import Job
from ntanalytics.settings import Settings

#: What a run may end in: an error of ours, the disk's, or a defect in what makes the report.
OF_ONE = (NtaError, OSError, ValueError, TypeError, LookupError, RuntimeError)


class UnitsMissing(NtaError):
    """Some units have no page; it passes by itself where the cause of each does."""


@dataclass(frozen=True)
class RunOutcome:
    """What became of one turn.

    Attributes:
        job: the job's name.
        period: what the report is of; empty where that cannot be told.
        status: ``issued``, ``skipped``, ``failed``, ``retry`` (it failed by a cause that passes by itself) or
            ``corrected`` (it had been issued with a hole, and what was lacking came).
        why: where the report is, or why there is none.
        exit_code: of the error; 0 without one.
        was_cut: whether an earlier taker was killed, or could not say how it ended.
        is_elsewhere: whether it failed only because another process is at work on the same thing.
    """

    job: str
    period: str
    status: ScheduledRunStatus | Literal["corrected"]
    why: str
    exit_code: int = 0
    was_cut: bool = False
    is_elsewhere: bool = False


@dataclass(frozen=True)
class ExecutionContext:
    """What turns are taken with.

    Attributes:
        settings: the site.
        ledger: its ledger.
        now: the moment (aware) that stands for now; None for the machine's clock.
        clock: tells the moment at which data are taken; None for the machine's.
        progress: told what is being done.
        notebooks: the folder of the reports; None for the project's.
        patience: makes a patience of some seconds.
    """

    settings: Settings
    ledger: Ledger
    now: dt.datetime | None
    clock: Callable[[], dt.datetime] | None
    progress: Progress
    notebooks: Path | None
    patience: Callable[[float], RetryBudget] = RetryBudget

    def moment(self) -> dt.datetime:
        """The present moment (aware)."""
        return self.clock() if self.clock else self.now or dt.datetime.now(dt.UTC)


def execute_scheduled_run(
    means: ExecutionContext, job: Job, turn: ScheduledRun, patience_s: float = 0.0
) -> RunOutcome | None:
    """Take a turn; None when another process is at it, or has done it meanwhile.

    Args:
        means: what it is made with.
        job: the job.
        turn: its turn.
        patience_s: seconds for which sources that are down may be waited for.

    Raises:
        LakeError: the ledger cannot be used.
    """
    turns = means.ledger.scheduled_runs
    means.progress(f"{turn.job} {turn.period.text}", 0)
    with means.ledger.lease(lease_of(turn)) as held:
        if held is None:
            return None
        stood = next((each for each in turns.for_job(turn.job) if each.scheduled_at == turn.at), None)
        if stood is not None and stood.status in ("issued", "failed", "skipped"):
            return None
        was_cut = stood is not None and stood.status == "running"
        turns.begin(turn.job, turn.at, turn.period.text, held.holder, now=means.moment())
        status: ScheduledRunStatus = "issued"
        code, is_elsewhere = 0, False
        try:
            reap_abandoned_runs(means.settings.outputs.resolve(), means.ledger)
            there = turns.published_runs(turn.job, turn.at)
            is_there = bool(there) and job.each is None
            where = there[0].path if is_there else issue(means, job, turn, held, there, patience_s)
            note_lacking(means, turn)
        except LeaseLost as lost:  # whoever has it says how the turn ends
            return RunOutcome(turn.job, turn.period.text, "retry", str(lost), lost.exit_code, is_elsewhere=True)
        except OF_ONE as error:
            code = error.exit_code if isinstance(error, NtaError) else NtaError.exit_code
            status = "retry" if passes(error) else "failed"
            where, is_elsewhere = str(error) or type(error).__name__, isinstance(error, Busy)
        turns.end(turn.job, turn.at, status, where, holder=held.holder, now=means.moment())
        return RunOutcome(turn.job, turn.period.text, status, where, code, was_cut, is_elsewhere)


def lacking_of(means: ExecutionContext, turn: ScheduledRun) -> Gaps:
    """What the published report of a turn lacks for want of a source that failed: it may still come."""
    lacking: dict[tuple[str, str], set[dt.date]] = {}
    for folder in {run.path for run in means.ledger.scheduled_runs.published_runs(turn.job, turn.at)}:
        for line in (read_manifest(Path(folder)) or {}).get("as_of", ()):
            if line["error"] and line["missing_days"]:
                days = lacking.setdefault((line["dataset"], line["source"]), set())
                days.update(map(dt.date.fromisoformat, line["missing_days"]))
    return {pair: sorted(days) for pair, days in sorted(lacking.items())}


def note_lacking(means: ExecutionContext, turn: ScheduledRun) -> None:
    """Note what the report of a turn lacks that was published just now, or that it lacks nothing any more."""
    if found := lacking_of(means, turn):
        means.ledger.corrections.open(turn.job, turn.at, found, means.moment())
    else:
        means.ledger.corrections.close(turn.job, turn.at, "corrected")


def lease_of(turn: ScheduledRun) -> str:
    """The name of the lease on a turn."""
    return f"turn {turn.job} {turn.at.astimezone(dt.UTC):%Y-%m-%dT%H:%M}"


def issue(
    means: ExecutionContext,
    job: Job,
    turn: ScheduledRun,
    held: Lease,
    there: Sequence[Run] = (),
    patience_s: float = 0.0,
) -> str:
    """Issue the report of a turn, or its page for each unit.

    Args:
        means: what it is made with.
        job: the job.
        turn: its turn.
        held: the lease on it: asked right before anything is published.
        there: what an earlier taker published of it; pages that are there are not made again.
        patience_s: seconds for which sources that are down may be waited for.

    Returns:
        Where it is.

    Raises:
        LeaseLost: another process may be at it; nothing more was published.
        UnitsMissing: some units have no page.
        NtaError: as :func:`ntanalytics.runner.run.run_report`.
    """

    def is_ours(run_id: str) -> None:
        held.check()
        means.ledger.scheduled_runs.record_publication(turn.job, turn.at, run_id)

    settings, today, patience = means.settings, turn.at.date(), means.patience(patience_s)
    if job.each is None:
        result = run_report(
            settings,
            job.report,
            turn.period.text,
            job.parameters,
            today=today,
            clock=means.clock,
            progress=means.progress,
            notebooks=means.notebooks,
            by="job",
            before_publishing=is_ours,
            patience=patience,
        )
        return str(result.directory)
    ended = run_each_unit(
        settings,
        job.report,
        turn.period.text,
        job.parameters,
        today=today,
        clock=means.clock,
        progress=means.progress,
        notebooks=means.notebooks,
        by="job",
        before_publishing=is_ours,
        patience=patience,
        but={str(run.parameters.get(UNIT, "")) for run in there},
    )
    if ended.failed:
        missing = UnitsMissing(
            f"{len(ended.failed)} of {len(ended.failed) + len(ended.published)} units have no page: "
            + ", ".join(each.unit for each in ended.failed[:10]),
            where=job.report,
            todo=str(ended.failed[0].error),
        )
        missing.retryable = all(passes(each.error) for each in ended.failed)  # type: ignore[misc]
        raise missing
    return str(settings.outputs / job.report)


def passes(error: Exception) -> bool:
    """Whether what failed passes by itself, or when the machine is seen to: a full disk, a killed kernel."""
    return error.retryable if isinstance(error, NtaError) else isinstance(error, OSError)
