"""Reissue of reports with gaps: the failed sources are asked again, and a new version follows their data.

The intervals grow (:func:`ntanalytics.scheduling.retry_policy.is_time_to_retry`) until the scheduled run is older than
the job's ``max_age_days``. A new version is made only if missing data came.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Literal

from ntanalytics.contract import Kind
from ntanalytics.contract import dataset as dataset_named
from ntanalytics.errors import LeaseLost
from ntanalytics.language import tr
from ntanalytics.ledger import Correction, ExtractionResult
from ntanalytics.runner.abandoned_runs import reap_abandoned_runs
from ntanalytics.runner.notebooks import load_report
from ntanalytics.runner.run_context import RunContext
from ntanalytics.runner.run_errors import RUN_ERRORS, exit_code_of, is_retryable, message_of
from ntanalytics.scheduling.due import ScheduledRun, scheduled_run_of
from ntanalytics.scheduling.execution import gaps_in_report, issue, lease_name, record_gaps
from ntanalytics.scheduling.jobs import Job
from ntanalytics.scheduling.operator_text import explain
from ntanalytics.scheduling.outcomes import RunOutcome
from ntanalytics.scheduling.retry_policy import is_time_to_retry


def reissue(context: RunContext, name: str, job: Job) -> list[RunOutcome]:
    """Try to fill the gaps of the reports that a job has issued.

    Args:
        context: the site and the conditions of the runs.
        name: the job's name.
        job: the job.

    Returns:
        The outcome of each report that was reissued, given up, or could not be made again.

    Raises:
        LakeError: the ledger cannot be used.
    """
    outcomes, now = [], context.clock()
    zone, calendar = context.settings.zone, context.settings.calendar()
    for correction in context.ledger.corrections.for_job(name):
        if correction.status != "open":
            continue
        scheduled = scheduled_run_of(name, job, correction.scheduled_at.astimezone(zone), calendar)
        if now - correction.scheduled_at > dt.timedelta(days=job.max_age_days):
            missing = ", ".join(f"{dataset} of {source}" for dataset, source in correction.gaps)
            why = tr(
                "older than {max_age_days} days; what it lacks never came: {missing}",
                max_age_days=job.max_age_days,
                missing=missing,
            )
            context.ledger.corrections.close(name, correction.scheduled_at, "given up", why)
            outcomes.append(RunOutcome(job=name, period=scheduled.period.text, status="skipped", why=why))
        elif is_time_to_retry(correction.since, correction.tried_at or correction.since, now):
            outcome = _reissue(context, job, scheduled)
            outcomes += [outcome] if outcome else []
    return outcomes


def _reissue(context: RunContext, job: Job, scheduled: ScheduledRun) -> RunOutcome | None:
    """Ask again for the missing data of a report, under its lease; return None if no report was made."""
    corrections = context.ledger.corrections
    name, period = scheduled.job, scheduled.period.text
    with context.ledger.lease(lease_name(scheduled)) as lease:
        correction = next((known for known in corrections.for_job(name) if known.scheduled_at == scheduled.at), None)
        if lease is None or correction is None or correction.status != "open":
            return None
        corrections.record_attempt(name, scheduled.at, context.clock())
        try:
            was_cut = bool(reap_abandoned_runs(context.outputs, context.ledger))
            if not gaps_in_report(context, scheduled):  # a killed process had published it, or a person ran it
                record_gaps(context, scheduled)
                return None
            if not _has_new_data(context, job, scheduled, correction):
                return None
            place = issue(context, job, scheduled, lease)
            record_gaps(context, scheduled)
        except LeaseLost:
            return None
        except RUN_ERRORS as error:
            if not is_retryable(error):
                corrections.close(name, scheduled.at, "failed", message_of(error))
            status: Literal["retry", "failed"] = "retry" if is_retryable(error) else "failed"
            outcome = RunOutcome(job=name, period=period, status=status, why=str(error), exit_code=exit_code_of(error))
            return replace(outcome, advice=explain(error))
        return RunOutcome(job=name, period=period, status="corrected", why=place, was_cut=was_cut)


def _has_new_data(context: RunContext, job: Job, scheduled: ScheduledRun, correction: Correction) -> bool:
    """Ask the sources of the missing data again, and return whether one of them has some now."""
    from ntanalytics.extraction import Extractor

    needs = load_report(job.report, context.notebooks, kept_in=context.settings.lake).needs
    extractor = Extractor(context.settings, context.ledger, context.progress, context.clock)
    pairs = [pair for pair in correction.gaps if pair[0] in needs and pair[1] in extractor.sources]
    results = extractor.ensure_coverage(needs, scheduled.period.first, scheduled.period.last, only=pairs)
    return any(_is_filled(context, pair, correction, results) for pair in pairs)


def _is_filled(
    context: RunContext, pair: tuple[str, str], correction: Correction, results: list[ExtractionResult]
) -> bool:
    """Return whether a source has given missing data of a dataset; an empty answer fills no gap."""
    dataset, source = pair
    if any(result.error for result in results if (result.dataset, result.source) == pair):
        return False
    missing = correction.gaps[pair]
    last = context.today
    covered = [day for day in context.ledger.coverage.days(dataset, missing[0], last) if day.source == source]
    if dataset_named(dataset).kind is Kind.STATE:
        return any(day.is_held and day.taken_at > correction.since for day in covered)
    is_held = {day.day: day.is_held for day in covered}
    return all(day in is_held for day in missing) and any(is_held[day] for day in missing)
