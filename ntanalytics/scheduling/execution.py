"""Execution of one scheduled run under its lease: only the holder of the lease publishes its report."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ntanalytics.delivery.manifest import read_manifest
from ntanalytics.errors import Busy, LeaseLost
from ntanalytics.ledger import Lease, Run
from ntanalytics.ledger.corrections import Gaps
from ntanalytics.ledger.scheduled_runs import ScheduledRunStatus
from ntanalytics.runner.abandoned_runs import reap_abandoned_runs
from ntanalytics.runner.each_unit import UNIT, UnitPagesFailed, run_each_unit
from ntanalytics.runner.run import run_report
from ntanalytics.runner.run_context import RunContext
from ntanalytics.runner.run_errors import RUN_ERRORS, exit_code_of, is_retryable, message_of
from ntanalytics.scheduling.due import ScheduledRun
from ntanalytics.scheduling.jobs import Job
from ntanalytics.scheduling.operator_text import explain
from ntanalytics.scheduling.outcomes import RunOutcome


def execute_scheduled_run(context: RunContext, job: Job, scheduled: ScheduledRun) -> RunOutcome | None:
    """Execute a scheduled run, or record the report that an interrupted process has published for it.

    Args:
        context: the site and the conditions of the run.
        job: the job.
        scheduled: its scheduled run.

    Returns:
        The outcome; None if another process is at it, or has done it meanwhile.

    Raises:
        LakeError: the ledger cannot be used.
    """
    runs = context.ledger.scheduled_runs
    context.progress(f"{scheduled.job} {scheduled.period.text}", 0)
    with context.ledger.lease(lease_name(scheduled)) as lease:
        if lease is None:
            return None
        known = next((record for record in runs.for_job(scheduled.job) if record.scheduled_at == scheduled.at), None)
        if known is not None and known.status in ("issued", "failed", "skipped"):
            return None
        runs.begin(scheduled.job, scheduled.at, scheduled.period.text, lease.holder, now=context.clock())
        status: ScheduledRunStatus = "issued"
        code, is_elsewhere, advice = 0, False, ""
        try:
            reap_abandoned_runs(context.outputs, context.ledger)
            published = runs.published_runs(scheduled.job, scheduled.at)
            is_complete = bool(published) and job.each is None
            place = published[0].path if is_complete else issue(context, job, scheduled, lease, published)
            record_gaps(context, scheduled)
        except LeaseLost as lost:  # the new holder records the end
            return _outcome(scheduled, "retry", str(lost), exit_code=lost.exit_code, is_elsewhere=True)
        except RUN_ERRORS as error:
            status, code = "retry" if is_retryable(error) else "failed", exit_code_of(error)
            place, is_elsewhere, advice = message_of(error), isinstance(error, Busy), explain(error)
        runs.end(scheduled.job, scheduled.at, status, place, holder=lease.holder, now=context.clock())
        was_cut = known is not None and known.status == "running"
        outcome = _outcome(scheduled, status, place, exit_code=code, was_cut=was_cut, is_elsewhere=is_elsewhere)
        return replace(outcome, advice=advice)


def _outcome(
    scheduled: ScheduledRun,
    status: ScheduledRunStatus,
    why: str,
    *,
    exit_code: int,
    was_cut: bool = False,
    is_elsewhere: bool = False,
) -> RunOutcome:
    return RunOutcome(
        job=scheduled.job,
        period=scheduled.period.text,
        status=status,
        why=why,
        exit_code=exit_code,
        was_cut=was_cut,
        is_elsewhere=is_elsewhere,
    )


def gaps_in_report(context: RunContext, scheduled: ScheduledRun) -> Gaps:
    """Return the days that the published report lacks because a source failed: their data may still come."""
    gaps: dict[tuple[str, str], set[dt.date]] = {}
    for folder in {run.path for run in context.ledger.scheduled_runs.published_runs(scheduled.job, scheduled.at)}:
        for line in (read_manifest(Path(folder)) or {}).get("as_of", ()):
            if line["error"] and line["missing_days"]:
                days = gaps.setdefault((line["dataset"], line["source"]), set())
                days.update(map(dt.date.fromisoformat, line["missing_days"]))
    return {pair: sorted(days) for pair, days in sorted(gaps.items())}


def record_gaps(context: RunContext, scheduled: ScheduledRun) -> None:
    """Record the gaps of the report that was just published, or that it has none any more."""
    if gaps := gaps_in_report(context, scheduled):
        context.ledger.corrections.open(scheduled.job, scheduled.at, gaps, context.clock())
    else:
        context.ledger.corrections.close(scheduled.job, scheduled.at, "corrected")


def lease_name(scheduled: ScheduledRun) -> str:
    """Return the name of the lease on a scheduled run."""
    return f"scheduled run {scheduled.job} {scheduled.at.astimezone(dt.UTC):%Y-%m-%dT%H:%M}"


def issue(context: RunContext, job: Job, scheduled: ScheduledRun, lease: Lease, published: Sequence[Run] = ()) -> str:
    """Issue the report of a scheduled run, or its page for each unit.

    Args:
        context: the site and the conditions of the run.
        job: the job.
        scheduled: its scheduled run.
        lease: the lease on it, checked right before anything is published.
        published: the runs that an earlier process published for it; their pages are not made again.

    Returns:
        The folder of the report, or of all pages.

    Raises:
        LeaseLost: another process may be at it; nothing more was published.
        UnitPagesFailed: some units have no page.
        NtaError: as :func:`ntanalytics.runner.run.run_report`.
    """

    def check_and_record(run_id: str) -> None:
        lease.check()
        context.ledger.scheduled_runs.record_publication(scheduled.job, scheduled.at, run_id)

    context = replace(context, before_publishing=check_and_record)
    if job.each is None:
        return str(run_report(context, job.report, scheduled.period, job.parameters).directory)
    finished = {str(run.parameters.get(UNIT, "")) for run in published}
    results = run_each_unit(context, job.report, scheduled.period, job.parameters, exclude=finished)
    if results.failed:
        raise UnitPagesFailed(job.report, results)
    return str(context.settings.outputs / job.report)
