"""Correcting what was issued with a hole: the sources that failed are asked again, and a new version follows the data.

The intervals grow (:func:`ntanalytics.scheduling.retry_policy.next_attempt_at`), until the turn is as old as the job
makes up for. A new version is made only where what was lacking has come.
"""

from __future__ import annotations

import datetime as dt

from ntanalytics.contract import Kind
from ntanalytics.contract import dataset as dataset_named
from ntanalytics.errors import LeaseLost, NtaError
from ntanalytics.ledger import Correction, ExtractionResult
from ntanalytics.ledger.corrections import Gaps
from ntanalytics.runner.notebooks import load_report
from ntanalytics.runner.run import reap_abandoned_runs
from ntanalytics.scheduling.due import ScheduledRun, scheduled_run_of
from ntanalytics.scheduling.execution import (
    OF_ONE,
    ExecutionContext,
    RunOutcome,
    issue,
    lacking_of,
    lease_of,
    note_lacking,
    passes,
)
from ntanalytics.scheduling.jobs import Job
from ntanalytics.scheduling.retry_policy import next_attempt_at


def reissue(means: ExecutionContext, name: str, job: Job) -> list[RunOutcome]:
    """Try to mend the reports of a job that were issued with a hole.

    Args:
        means: what they are made with.
        name: the job's name.
        job: the job.

    Returns:
        What became of each that was mended, given up, or could not be made again.

    Raises:
        LakeError: the ledger cannot be used.
    """
    done, now = [], means.moment()
    for each in means.ledger.corrections.for_job(name):
        if each.status != "open":
            continue
        turn = scheduled_run_of(name, job, each.scheduled_at.astimezone(means.settings.zone), means.settings.calendar())
        if now - each.scheduled_at > dt.timedelta(days=job.max_age_days):
            why = f"older than {job.max_age_days} days; what it lacks never came: {_words(each.gaps)}"
            means.ledger.corrections.close(name, each.scheduled_at, "given up", why)
            done.append(RunOutcome(name, turn.period.text, "skipped", why))
        elif next_attempt_at(each.since, each.tried_at or each.since, now) and (mended := _mend(means, job, turn)):
            done.append(mended)
    return done


def _mend(means: ExecutionContext, job: Job, turn: ScheduledRun) -> RunOutcome | None:
    """Ask again for what a turn's report lacks, under its lease; None where nothing came of it."""
    corrections = means.ledger.corrections
    with means.ledger.lease(lease_of(turn)) as held:
        stood = next((each for each in corrections.for_job(turn.job) if each.scheduled_at == turn.at), None)
        if held is None or stood is None or stood.status != "open":
            return None
        corrections.record_attempt(turn.job, turn.at, means.moment())
        try:
            was_cut = bool(reap_abandoned_runs(means.settings.outputs.resolve(), means.ledger))
            if not lacking_of(means, turn):  # a corrector was killed right after it had published, or a person did it
                note_lacking(means, turn)
                return None
            if not _has_come(means, job, turn, stood):
                return None
            where = issue(means, job, turn, held)
            note_lacking(means, turn)
        except LeaseLost:
            return None
        except OF_ONE as error:
            if not passes(error):
                corrections.close(turn.job, turn.at, "failed", str(error) or type(error).__name__)
            code = error.exit_code if isinstance(error, NtaError) else NtaError.exit_code
            return RunOutcome(turn.job, turn.period.text, "retry" if passes(error) else "failed", str(error), code)
        return RunOutcome(turn.job, turn.period.text, "corrected", where, was_cut=was_cut)


def _has_come(means: ExecutionContext, job: Job, turn: ScheduledRun, stood: Correction) -> bool:
    """Whether something that a report lacks is there now, after its sources were asked again."""
    from ntanalytics.extraction import Extractor

    needs = load_report(job.report, means.notebooks).needs
    extractor = Extractor(means.settings, means.ledger, means.progress, means.clock)
    asked = [pair for pair in stood.gaps if pair[0] in needs and pair[1] in extractor.sources]
    taken = extractor.ensure_coverage(needs, turn.period.first, turn.period.last, only=asked)
    return any(_is_there(means, pair, stood, taken) for pair in asked)


def _is_there(means: ExecutionContext, pair: tuple[str, str], stood: Correction, taken: list[ExtractionResult]) -> bool:
    """Whether a source has given what a report lacked of a dataset; a source that has no such data gives nothing."""
    dataset, source = pair
    if any(each.error for each in taken if (each.dataset, each.source) == pair):
        return False
    days = stood.gaps[pair]
    last = means.moment().astimezone(means.settings.zone).date()
    covered = [each for each in means.ledger.coverage.days(dataset, days[0], last) if each.source == source]
    if dataset_named(dataset).kind is Kind.STATE:
        return any(each.is_held and each.taken_at > stood.since for each in covered)
    known = {each.day: each.is_held for each in covered}
    return all(day in known for day in days) and any(known[day] for day in days)


def _words(lacking: Gaps) -> str:
    return ", ".join(f"{dataset} of {source}" for dataset, source in lacking)
