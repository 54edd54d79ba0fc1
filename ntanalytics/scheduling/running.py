"""Doing what is due, once, whoever else is at it: turns under leases, each recorded with how it ended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ntanalytics.errors import NtaError
from ntanalytics.ledger import Ledger, Run, Turned
from ntanalytics.ledger.settings_noted import note_settings
from ntanalytics.ledger.turns import Status
from ntanalytics.runner.each_unit import run_each_unit
from ntanalytics.runner.engine import silently
from ntanalytics.runner.run import Progress, run_report, settle_stale_runs
from ntanalytics.scheduling.due import Turn, due
from ntanalytics.scheduling.jobs import Job
from ntanalytics.settings import Settings

#: What a run may end in: an error of ours, the disk's, or a defect in what makes the report.
_OF_ONE = (NtaError, OSError, ValueError, TypeError, LookupError, RuntimeError)


@dataclass(frozen=True)
class Done:
    """What became of one turn.

    Attributes:
        job: the job's name.
        period: what the report is of; empty where that cannot be told.
        status: ``issued``, ``skipped``, ``failed`` or ``retry`` (it failed by a cause that passes by itself).
        why: where the report is, or why there is none.
        exit_code: of the error; 0 without one.
    """

    job: str
    period: str
    status: Status
    why: str
    exit_code: int = 0


def run_due(
    settings: Settings,
    jobs: Mapping[str, Job],
    *,
    now: dt.datetime | None = None,
    clock: Callable[[], dt.datetime] | None = None,
    progress: Progress = silently,
    notebooks: Path | None = None,
) -> list[Done]:
    """Take every turn that is due and not taken.

    Each turn is taken under a lease, by one process at a time, here or on another host with the same ledger. A turn
    whose taker was killed is looked into: if its report was published, it is issued; else it is taken again. A job
    that cannot be judged (no calendar of a year) or that fails does not stop the others.

    Args:
        settings: the site.
        jobs: its jobs by name.
        now: the moment (aware); the machine's by default.
        clock: tells the moment at which data are taken, where it is not the machine's.
        progress: told what is being done.
        notebooks: the folder of the reports.

    Returns:
        What became of each turn that this call took or skipped, in their order.

    Raises:
        LakeError: the ledger cannot be used; nothing can be promised without it.
    """
    moment = now or dt.datetime.now(dt.UTC)
    ledger = Ledger(settings.ledger)
    calendar, done = settings.calendar(), []
    note_settings(ledger.audit, settings.jobs, {name: job.model_dump(mode="json") for name, job in jobs.items()})
    for name, job in jobs.items():
        known = {each.turn_at.astimezone(settings.zone): each.status for each in ledger.turns.of(name)}
        try:
            found = due(name, job, known, moment, calendar, settings.zone)
        except NtaError as error:
            done.append(Done(name, "", "failed", str(error), error.exit_code))
            continue
        for turn, why in found.skipped:
            ledger.turns.skip(name, turn.at, turn.period.text, why)
            done.append(Done(name, turn.period.text, "skipped", why))
        for turn in found.turns:
            progress(f"{name} {turn.period.text}", 0)
            taken = _take(settings, ledger, job, turn, clock=clock, progress=progress, notebooks=notebooks)
            done += [taken] if taken else []
    return done


def _take(
    settings: Settings, ledger: Ledger, job: Job, turn: Turn, *, clock: Callable[[], dt.datetime] | None,
    progress: Progress, notebooks: Path | None,
) -> Done | None:  # fmt: skip
    """Take a turn; None when another process is at it, or has done it meanwhile."""
    with ledger.lease(f"turn {turn.job} {turn.at.astimezone(dt.UTC):%Y-%m-%dT%H:%M}") as held:
        if held is None:
            return None
        stood = next((each for each in ledger.turns.of(turn.job) if each.turn_at == turn.at), None)
        if stood is not None and stood.status in ("issued", "failed", "skipped"):
            return None
        if stood is not None and stood.status == "running":
            settle_stale_runs(settings.outputs.resolve(), ledger)
            if published := _published(ledger, job, stood):
                ledger.turns.end(turn.job, turn.at, "issued", published.path)
                return Done(turn.job, turn.period.text, "issued", published.path)
        ledger.turns.begin(turn.job, turn.at, turn.period.text, held.holder)
        status: Status = "issued"
        code = 0
        try:
            where = _run(settings, job, turn, clock=clock, progress=progress, notebooks=notebooks)
        except _OF_ONE as error:
            code = error.exit_code if isinstance(error, NtaError) else NtaError.exit_code
            status = "retry" if getattr(error, "retryable", False) else "failed"
            where = str(error) or type(error).__name__
        held.check()
        ledger.turns.end(turn.job, turn.at, status, where)
        return Done(turn.job, turn.period.text, status, where, code)


def _run(
    settings: Settings, job: Job, turn: Turn, *, clock: Callable[[], dt.datetime] | None, progress: Progress,
    notebooks: Path | None,
) -> str:  # fmt: skip
    """Issue the report of a turn, or its page for each unit; where it is."""
    today = turn.at.date()
    if job.each is None:
        result = run_report(
            settings, job.report, turn.period.text, job.parameters, today=today, clock=clock, progress=progress,
            notebooks=notebooks, by="job",
        )  # fmt: skip
        return str(result.directory)
    ended = run_each_unit(
        settings, job.report, turn.period.text, job.parameters, today=today, clock=clock, progress=progress,
        notebooks=notebooks, by="job",
    )  # fmt: skip
    if ended.failed:
        raise NtaError(
            f"{len(ended.failed)} of {len(ended.failed) + len(ended.published)} units have no page: "
            + ", ".join(each.unit for each in ended.failed[:10]),
            where=job.report,
        )
    return str(settings.outputs / job.report)


def _published(ledger: Ledger, job: Job, stood: Turned) -> Run | None:
    """The run that a killed taker had published, if it had; pages of units are each published by themselves."""
    if job.each is not None or stood.begun_at is None:
        return None
    return next(
        (
            run
            for run in ledger.runs.history(1000)
            if run.report == job.report
            and run.period == stood.period
            and run.status == "published"
            and run.started_at >= stood.begun_at
            and {name: str(value) for name, value in run.parameters.items()}.items() <= job.parameters.items()
        ),
        None,
    )
