"""Parts of a rise in words: a day with more events than usual names the hours and members that hold most of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import ibis.expr.types as ir

from ntanalytics.checks.context import CheckContext
from ntanalytics.detectors.comparable_days import comparable_days
from ntanalytics.detectors.rise_parts import hours_of_rise, member_of_rise
from ntanalytics.findings.finding import Finding, Window
from ntanalytics.findings.phrases import hours_words
from ntanalytics.metrics import slots
from ntanalytics.metrics.rows import rows
from ntanalytics.workspace.dataset_view import DatasetView

_HOUR_S = 3600

#: Column of the hour of an event.
_HOUR = "slot"


def with_rise_parts(
    context: CheckContext, finding: Finding, view: DatasetView, events: ir.Table, columns: Sequence[str] = ()
) -> Finding:
    """Return a day with more events than usual, with the hours and members that hold most of what is more.

    A finding that has its hours keeps them.

    Args:
        context: the context of a day.
        finding: the rise.
        view: the dataset of the events.
        events: its rows that the finding counts, of some weeks up to the day.
        columns: columns of the dataset of which a member may hold most.
    """
    if not finding.is_violation:
        return finding
    counted = rows(slots.by_slot(events, view.contract.time, context.utc_offset_h, columns, slot_s=_HOUR_S))
    first, until = min((row["day"] for row in counted), default=context.on), finding.since or context.on
    # days that belong to it must not tell what is usual
    comparable = {day for day in comparable_days(rows(view.days), context.on) if first <= day < until}
    today = [row for row in counted if row["day"] == context.on]
    before = [row for row in counted if row["day"] in comparable]
    words = ""
    hours = hours_of_rise(_per_day(today, _HOUR, 1), _per_day(before, _HOUR, len(comparable)))
    if hours is not None and finding.window is None:
        words = hours_words(Window(context.on, hours[0] * _HOUR_S, hours[1] * _HOUR_S))
    members = []
    for column in columns:
        member = member_of_rise(_per_day(today, column, 1), _per_day(before, column, len(comparable)))
        if member is not None:
            declared = view.contract.column(column)
            members.append(f"{declared.label} {declared.values.get(member, member)}")
    narrower = f"{words}{'、'.join(members)}"
    return finding.with_details(narrower=narrower) if narrower else finding


def _per_day(counted: Sequence[Mapping[str, Any]], column: str, days: int) -> dict[Any, float]:
    """Return member of a column → events a day."""
    events: dict[Any, float] = defaultdict(float)
    for row in counted:
        events[row[column]] += row["events"] / days
    return events
