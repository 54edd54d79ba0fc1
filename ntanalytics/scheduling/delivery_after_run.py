"""Delivering after a turn: outside of it, so that nothing that fails in it fails a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import structlog

from ntanalytics.scheduling.execution import OF_ONE, ExecutionContext, RunOutcome
from ntanalytics.scheduling.jobs import Job


def deliver_or_log(means: ExecutionContext, jobs: Mapping[str, Job], done: Sequence[RunOutcome]) -> None:
    """Deliver what the jobs issued and tell the operators; whatever fails in it is logged, and comes again.

    Args:
        means: what turns are taken with.
        jobs: the jobs whose reports are delivered.
        done: what became of turns, of which the operators are told.
    """
    # what sends and what shows a record take their time to import; most calls find nothing due
    from ntanalytics.scheduling.alerts import alert_scheduled_runs
    from ntanalytics.scheduling.delivery_run import deliver

    log = structlog.get_logger()
    try:
        alert_scheduled_runs(means.settings, means.ledger, done)
        found = deliver(means.settings, jobs, means.ledger, now=means.now, notebooks=means.notebooks)
        for name, why in found.wrong.items():
            log.warning("not delivered", job=name, why=why)
    except OF_ONE as error:
        log.warning("delivering broke off; the next call goes on", why=str(error))


def alert_or_log(means: ExecutionContext, jobs: Mapping[str, Job]) -> None:
    """Tell the operators of what no single turn tells: sources that failed, a clock that went back.

    Args:
        means: what turns are taken with.
        jobs: all jobs.
    """
    from ntanalytics.scheduling.alerts import alert_clock, alert_sources

    try:
        alert_sources(means.settings, means.ledger)
        alert_clock(means.settings, means.ledger, jobs, means.moment())
    except OF_ONE as error:
        structlog.get_logger().warning("telling the operators broke off; the next call goes on", why=str(error))
