"""Availability of the platform by day, as every report shows it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import ibis.expr.types as ir

from ntanalytics.metrics.infra import availability
from ntanalytics.metrics.infra.planned_downtime import PlannedWork, days_with_work
from ntanalytics.workspace.daily_aggregates import DailyAggregate
from ntanalytics.workspace.dataset_view import DatasetView


def daily_availability(
    checks: DatasetView, until: datetime, utc_offset_h: int, planned: Sequence[PlannedWork]
) -> ir.Table:
    """Return ``platform_availability`` of each day (:func:`ntanalytics.metrics.infra.availability.daily`).

    Args:
        checks: the dataset ``infra.checks`` of a report.
        until: the period's end (aware), or now while it lasts.
        utc_offset_h: hours by which local time is ahead of UTC.
        planned: the confirmed maintenance windows.
    """
    with_work = days_with_work(planned, utc_offset_h)
    today = (until.astimezone(UTC) + timedelta(hours=utc_offset_h)).date()
    aggregate = DailyAggregate(
        availability.platform_by_day,
        {"utc_offset_h": utc_offset_h},
        varying={"until": until, "planned": planned},
        varies=lambda day: day in with_work or day >= today,
        reach=1,
    )
    return checks.daily(aggregate, availability.MEASURES)
