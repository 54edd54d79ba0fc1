"""Execution of everything that is due, once, whatever other processes do: each scheduled run under a lease."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from ntanalytics.errors import CalendarMissing, NtaError
from ntanalytics.extraction.retry_budget import RetryBudget
from ntanalytics.ledger.settings_changes import record_settings_changes
from ntanalytics.runner.run_context import RunContext
from ntanalytics.scheduling.delivery_after_run import alert_or_log, deliver_or_log
from ntanalytics.scheduling.due import ScheduledRun, due
from ntanalytics.scheduling.execution import execute_scheduled_run
from ntanalytics.scheduling.jobs import Job
from ntanalytics.scheduling.operator_text import explain
from ntanalytics.scheduling.outcomes import RunOutcome
from ntanalytics.scheduling.reissue import reissue
from ntanalytics.scheduling.retry_policy import execution_limit_s, waiting_limit_s

#: Number of the latest runs of a job from which the duration of the next one is estimated.
_RECENT_RUNS = 9


def run_due(
    context: RunContext, jobs: Mapping[str, Job], *, retry_budget: Callable[[float], RetryBudget] = RetryBudget
) -> list[RunOutcome]:
    """Execute every scheduled run that is due, and reissue reports with gaps whose data came.

    Each run is executed under a lease, by one process at a time, on this host or another with the same ledger. A run
    whose process was killed is issued if its report was published, else executed again. A job that fails, or that
    cannot be judged without a calendar, does not stop the others. Issued reports are delivered, and the operators are
    alerted of failures and gaps; an error there changes no run.

    Args:
        context: the site and the clock.
        jobs: its jobs by name.
        retry_budget: makes a retry budget of some seconds.

    Returns:
        The outcome of each scheduled run that this call skipped, executed or reissued.

    Raises:
        LakeError: the ledger cannot be used, without which nothing can be done once.
    """
    context.ledger.delete_abandoned_leases()
    mark = context.ledger.coverage.last_extraction_id()
    context = replace(context, requested_by="job", data_since=mark)
    content = {name: job.model_dump(mode="json") for name, job in jobs.items()}
    record_settings_changes(context.ledger.audit, context.settings.jobs, content)
    outcomes, waiting = _plan(context, jobs)
    delivered: list[RunOutcome] = []
    for number, scheduled in enumerate(waiting):
        deadlines = [(jobs[run.job].deadline(run.at), _duration_s(context, run.job, jobs)) for run in waiting[number:]]
        budget = retry_budget(waiting_limit_s(context.clock(), deadlines))
        job = jobs[scheduled.job]
        if outcome := execute_scheduled_run(replace(context, retry_budget=budget), job, scheduled):
            outcomes.append(outcome)
            delivered.append(outcome)
            deliver_or_log(context, {scheduled.job: job}, [outcome])
    for name, job in jobs.items():
        try:
            outcomes += reissue(context, name, job)
        except CalendarMissing as error:
            outcomes.append(_unjudged(name, error))
    # a delivery that was just tried is not tried again at once
    tried = {scheduled.job for scheduled in waiting}
    tried -= {outcome.job for outcome in outcomes if outcome.status == "corrected"}
    others = {name: job for name, job in jobs.items() if name not in tried}
    deliver_or_log(context, others, [outcome for outcome in outcomes if outcome not in delivered])
    alert_or_log(context, jobs)
    return outcomes


def _plan(context: RunContext, jobs: Mapping[str, Job]) -> tuple[list[RunOutcome], list[ScheduledRun]]:
    """Return the outcomes of skipped runs and of jobs that cannot be judged, and the runs to execute."""
    settings, calendar, now = context.settings, context.settings.calendar(), context.clock()
    outcomes: list[RunOutcome] = []
    waiting: list[ScheduledRun] = []
    for name, job in jobs.items():
        known = {
            record.scheduled_at.astimezone(settings.zone): record
            for record in context.ledger.scheduled_runs.for_job(name)
        }
        try:
            plan = due(name, job, known, now, calendar, settings.zone)
        except NtaError as error:
            outcomes.append(_unjudged(name, error))
            continue
        for scheduled, why in plan.skipped:
            context.ledger.scheduled_runs.skip(name, scheduled.at, scheduled.period.text, why)
            outcomes.append(RunOutcome(job=name, period=scheduled.period.text, status="skipped", why=why))
        waiting += plan.runs
    return outcomes, waiting


def _unjudged(job: str, error: NtaError) -> RunOutcome:
    why, code = str(error), error.exit_code
    return RunOutcome(job=job, period="", status="failed", why=why, exit_code=code, advice=explain(error))


def _duration_s(context: RunContext, name: str, jobs: Mapping[str, Job]) -> float:
    """Return the seconds to reserve for a job's report, estimated from its latest runs."""
    durations = [
        (record.ended_at - record.started_at).total_seconds()
        for record in context.ledger.scheduled_runs.for_job(name)
        if record.status == "issued" and record.started_at and record.ended_at
    ]
    return execution_limit_s(durations[-_RECENT_RUNS:], jobs[name].deadline_min)


__all__ = ["RunOutcome", "run_due"]
