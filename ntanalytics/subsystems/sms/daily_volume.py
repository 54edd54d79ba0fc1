"""Volume of messages by day, as every report shows and judges it."""

from __future__ import annotations

from collections.abc import Sequence

import ibis.expr.types as ir

from ntanalytics.metrics.sms import volume
from ntanalytics.workspace.daily_aggregates import DailyAggregate
from ntanalytics.workspace.dataset_view import DatasetView


def daily_volume(
    messages: DatasetView, utc_offset_h: int, by: Sequence[str] = (), *, days: ir.Table | None = None
) -> ir.Table:
    """Return ``volume`` of each day (:func:`ntanalytics.metrics.sms.volume.daily`).

    Args:
        messages: the dataset ``sms.messages`` of a report.
        utc_offset_h: hours by which local time is ahead of UTC.
        by: columns that name a group.
        days: the days; None for those of ``messages``.
    """
    pending_since = volume.first_pending_day(messages.as_of, utc_offset_h)
    aggregate = DailyAggregate(
        volume.volume, {"by": ["day", *by]}, varying={"as_of": messages.as_of}, varies=lambda day: day >= pending_since
    )
    return messages.daily(aggregate, volume.MEASURES, by, days=days)
