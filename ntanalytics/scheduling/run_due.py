"""Doing what is due, once, whoever else is at it: turns under leases, each recorded with how it ended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path

from ntanalytics.errors import CalendarMissing, NtaError
from ntanalytics.extraction.retry_budget import RetryBudget
from ntanalytics.ledger import Ledger
from ntanalytics.ledger.settings_changes import record_settings_changes
from ntanalytics.runner.engine import discard_progress
from ntanalytics.runner.run import Progress
from ntanalytics.scheduling.delivery_after_run import alert_or_log, deliver_or_log
from ntanalytics.scheduling.due import ScheduledRun, due
from ntanalytics.scheduling.execution import ExecutionContext, RunOutcome, execute_scheduled_run
from ntanalytics.scheduling.jobs import Job
from ntanalytics.scheduling.reissue import reissue
from ntanalytics.scheduling.retry_policy import execution_limit_s, waiting_limit_s
from ntanalytics.settings import Settings


def run_due(
    settings: Settings,
    jobs: Mapping[str, Job],
    *,
    now: dt.datetime | None = None,
    clock: Callable[[], dt.datetime] | None = None,
    progress: Progress = discard_progress,
    notebooks: Path | None = None,
    patience: Callable[[float], RetryBudget] = RetryBudget,
) -> list[RunOutcome]:
    """Take every turn that is due and not taken, and correct what was issued with a hole.

    Each turn is taken under a lease, by one process at a time, here or on another host with the same ledger. A turn
    whose taker was killed is looked into: if its report was published, it is issued; else it is taken again. A job
    that cannot be judged (no calendar of a year) or that fails does not stop the others. What was issued is delivered,
    and the operators are told of what failed or is lacking; whatever comes of that changes no turn.

    Args:
        settings: the site.
        jobs: its jobs by name.
        now: the moment (aware); the machine's by default.
        clock: tells the moment at which data are taken, where it is not the machine's.
        progress: told what is being done.
        notebooks: the folder of the reports.
        patience: makes a patience of some seconds; for a clock that is not the machine's.

    Returns:
        What became of each turn that this call skipped, took or corrected.

    Raises:
        LakeError: the ledger cannot be used; nothing can be promised without it.
    """
    moment = now or dt.datetime.now(dt.UTC)
    means = ExecutionContext(settings, Ledger(settings.ledger), now, clock, progress, notebooks, patience)
    asked = {name: job.model_dump(mode="json") for name, job in jobs.items()}
    record_settings_changes(means.ledger.audit, settings.jobs, asked)
    calendar, done = settings.calendar(), []
    waiting: list[ScheduledRun] = []
    for name, job in jobs.items():
        known = {
            each.scheduled_at.astimezone(settings.zone): each for each in means.ledger.scheduled_runs.for_job(name)
        }
        try:
            found = due(name, job, known, moment, calendar, settings.zone)
        except NtaError as error:
            done.append(RunOutcome(name, "", "failed", str(error), error.exit_code))
            continue
        for turn, why in found.skipped:
            means.ledger.scheduled_runs.skip(name, turn.at, turn.period.text, why)
            done.append(RunOutcome(name, turn.period.text, "skipped", why))
        waiting += found.turns
    told: list[RunOutcome] = []
    for number, turn in enumerate(waiting):
        behind = [(jobs[each.job].deadline(each.at), _making_s(means, each.job, jobs)) for each in waiting[number:]]
        taken = execute_scheduled_run(means, jobs[turn.job], turn, waiting_limit_s(means.moment(), behind))
        if taken:
            done.append(taken)
            told.append(taken)
            deliver_or_log(means, {turn.job: jobs[turn.job]}, [taken])
    for name, job in jobs.items():
        try:
            done += reissue(means, name, job)
        except CalendarMissing as error:
            done.append(RunOutcome(name, "", "failed", str(error), error.exit_code))
    # what a job's turn has just delivered, or could not, is not tried again at once
    delivered = {turn.job for turn in waiting} - {each.job for each in done if each.status == "corrected"}
    deliver_or_log(
        means,
        {name: job for name, job in jobs.items() if name not in delivered},
        [each for each in done if each not in told],
    )
    alert_or_log(means, jobs)
    return done


def _making_s(means: ExecutionContext, name: str, jobs: Mapping[str, Job]) -> float:
    """Seconds to keep for making a job's report, by its latest turns."""
    ended = [each for each in means.ledger.scheduled_runs.for_job(name) if each.status == "issued" and each.started_at]
    took = [
        (each.ended_at - each.started_at).total_seconds() for each in ended[-9:] if each.ended_at and each.started_at
    ]
    return execution_limit_s(took, jobs[name].deadline_min)


__all__ = ["RunOutcome", "run_due"]
