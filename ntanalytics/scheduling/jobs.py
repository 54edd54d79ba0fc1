"""Checks of the jobs of a site against its reports and channels."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

from ntanalytics.errors import NtaError, SettingsError
from ntanalytics.settings.channels import Channel
from ntanalytics.settings.jobs import Job, load_jobs, periods_of


def check_recipients(jobs: Mapping[str, Job], channels: Mapping[str, Channel]) -> list[str]:
    """Return a sentence on each problem of the recipients of the jobs."""
    problems = []
    for name, job in jobs.items():
        try:
            job.sent_to(channels, where=name)
        except SettingsError as error:
            problems.append(str(error))
    return problems


def check_jobs(jobs: Mapping[str, Job], notebooks: Path | None = None) -> list[str]:
    """Return a sentence on each job that cannot work: unknown report or parameter, period that does not fit."""
    from ntanalytics.periods import Calendar, parse_period
    from ntanalytics.runner.notebooks import load_report
    from ntanalytics.runner.parameters import resolve

    problems = []
    calendar = Calendar(contract_year=(dt.date(2026, 1, 1), dt.date(2026, 12, 31)))
    for name, job in jobs.items():
        try:
            notebook = load_report(job.report, notebooks)
            # any day: only the kind of period is checked
            notebook.check_period(parse_period(job.period, dt.date(2026, 11, 24), calendar))
            given = {**job.parameters, **({"unit": "x"} if job.each == "unit" else {})}
            resolve(notebook.parameters, given, where=job.report)
        except NtaError as error:
            problems.append(f"{name}: {error}")
    return problems


__all__ = ["Job", "check_jobs", "check_recipients", "load_jobs", "periods_of"]
