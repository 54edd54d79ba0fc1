"""Doing what is due, once, whoever else is at it: turns under leases, each recorded with how it ended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path

from ntanalytics.errors import NtaError
from ntanalytics.ledger import Ledger
from ntanalytics.ledger.settings_noted import note_settings
from ntanalytics.runner.engine import silently
from ntanalytics.runner.run import Progress
from ntanalytics.scheduling.due import due
from ntanalytics.scheduling.jobs import Job
from ntanalytics.scheduling.taking import Done, Means, take
from ntanalytics.settings import Settings


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
    means = Means(settings, Ledger(settings.ledger), now, clock, progress, notebooks)
    calendar, done = settings.calendar(), []
    asked = {name: job.model_dump(mode="json") for name, job in jobs.items()}
    note_settings(means.ledger.audit, settings.jobs, asked)
    for name, job in jobs.items():
        known = {each.turn_at.astimezone(settings.zone): each for each in means.ledger.turns.of(name)}
        try:
            found = due(name, job, known, moment, calendar, settings.zone)
        except NtaError as error:
            done.append(Done(name, "", "failed", str(error), error.exit_code))
            continue
        for turn, why in found.skipped:
            means.ledger.turns.skip(name, turn.at, turn.period.text, why)
            done.append(Done(name, turn.period.text, "skipped", why))
        for turn in found.turns:
            taken = take(means, job, turn)
            done += [taken] if taken else []
    return done


__all__ = ["Done", "run_due"]
