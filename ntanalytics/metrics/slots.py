"""Events by slot of the local day: they show an outage of an hour, which the sum of a day hides."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

#: Seconds of a slot: short enough for an outage of half an hour, long enough for counts that are not mostly 0.
SLOT_S = 600

#: Local hours of the night: from 22:00 until 06:00.
NIGHT_BEGINS, NIGHT_ENDS = 22, 6


def local_hour(at: ir.TimestampColumn, utc_offset_h: int) -> ir.IntegerColumn:
    """Return the local hour of the day of moments, 0 to 23.

    Args:
        at: the moments (UTC).
        utc_offset_h: hours by which local time is ahead of UTC.
    """
    return slot_of(at, utc_offset_h, 3600)


def local_day(at: ir.TimestampValue, utc_offset_h: int) -> ir.DateValue:
    """Return the local day of moments.

    Args:
        at: the moments (UTC).
        utc_offset_h: hours by which local time is ahead of UTC.
    """
    return (at + ibis.interval(hours=utc_offset_h)).date()


def slot_of(at: ir.TimestampColumn, utc_offset_h: int, slot_s: int) -> ir.IntegerColumn:
    """Return the slot of the local day of moments; 0 is the first after midnight.

    Args:
        at: the moments (UTC).
        utc_offset_h: hours by which local time is ahead of UTC.
        slot_s: seconds of a slot, a part of an hour or whole hours.
    """
    seconds = (at.epoch_seconds() + utc_offset_h * 3600) % 86_400
    slot: ir.IntegerColumn = (seconds / slot_s).floor().cast("int64")
    return slot


def is_night(at: ir.TimestampColumn, utc_offset_h: int) -> ir.BooleanColumn:
    """Return whether moments lie between 22:00 and 06:00, local time."""
    hour = local_hour(at, utc_offset_h)
    night: ir.BooleanColumn = (hour >= NIGHT_BEGINS) | (hour < NIGHT_ENDS)
    return night


def by_slot(
    events: ir.Table, at: str, utc_offset_h: int, by: Sequence[str] = (), *, count: str = "", slot_s: int = SLOT_S
) -> ir.Table:
    """Return the number of events by local day and slot.

    Args:
        events: rows of an event dataset.
        at: the column of the time (UTC).
        utc_offset_h: hours by which local time is ahead of UTC.
        by: columns that name a group.
        count: the column with the number of events of a row; empty where each row is one event.
        slot_s: seconds of a slot, a part of an hour or whole hours.

    Returns:
        ``day``, ``slot`` (0 is the first after midnight), ``by`` and ``events``; no row where there are none, in no
        order.
    """
    slotted = events.mutate(slot=slot_of(events[at], utc_offset_h, slot_s))
    counted = slotted.count() if not count else slotted[count].sum()
    return slotted.group_by("day", "slot", *by).aggregate(events=counted)
