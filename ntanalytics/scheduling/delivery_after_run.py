"""Delivery and alerts after a scheduled run: an error in them fails no report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import structlog

from ntanalytics.runner.run_context import RunContext
from ntanalytics.runner.run_errors import RUN_ERRORS
from ntanalytics.scheduling.jobs import Job
from ntanalytics.scheduling.outcomes import RunOutcome


def deliver_or_log(context: RunContext, jobs: Mapping[str, Job], outcomes: Sequence[RunOutcome]) -> None:
    """Deliver the issued reports and alert the operators; an error is logged, and the next call goes on.

    Args:
        context: the site and the clock.
        jobs: the jobs whose reports are delivered.
        outcomes: the outcomes that the operators are alerted of.
    """
    # the libraries of channels and records take time to import, and most calls find nothing due
    from ntanalytics.scheduling.alerts import alert_scheduled_runs
    from ntanalytics.scheduling.delivery_run import deliver

    log = structlog.get_logger()
    try:
        alert_scheduled_runs(context, outcomes)
        for name, why in deliver(context, jobs).failed_jobs.items():
            log.warning("not delivered", job=name, why=why)
    except RUN_ERRORS as error:
        log.warning("delivering broke off; the next call goes on", why=str(error))


def alert_or_log(context: RunContext, jobs: Mapping[str, Job]) -> None:
    """Alert the operators of what lasts longer than a call: sources, failed computations, the clock, the calendar.

    Args:
        context: the site and the clock.
        jobs: all jobs.
    """
    from ntanalytics.scheduling.alerts import alert_calendar, alert_clock, alert_computations, alert_sources

    try:
        alert_sources(context)
        alert_computations(context, jobs)
        alert_clock(context, jobs)
        alert_calendar(context, jobs)
    except RUN_ERRORS as error:
        structlog.get_logger().warning("telling the operators broke off; the next call goes on", why=str(error))
