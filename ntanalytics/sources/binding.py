"""How a moment is written for a source: the value bound to :since and :until."""

from __future__ import annotations

import datetime as dt
from typing import TypeAlias
from zoneinfo import ZoneInfo

from ntanalytics.catalog.parameters import rename_parameters

__all__ = ["Bound", "bound_value", "bound_window", "rename_parameters"]

Bound: TypeAlias = dt.datetime | dt.date | int | str


def bound_window(form: str, since: dt.datetime, until: dt.datetime, zone: ZoneInfo) -> dict[str, Bound]:
    """What is bound to :since and :until; nothing for a state, whose form is empty (see ``bound_value``)."""
    if not form:
        return {}
    return {"since": bound_value(form, since, zone), "until": bound_value(form, until, zone)}


def bound_value(form: str, moment: dt.datetime, zone: ZoneInfo) -> Bound:
    """``moment`` in the form in which a source writes the column that bounds the window.

    Args:
        form: one of ``catalog.TIME_FORMS``, or ``text:<strptime format>``.
        moment: an aware moment.
        zone: the zone of the source's naive times.

    Returns:
        A naive local datetime (``naive``), an aware one (``aware``), a naive UTC one (``utc``),
        epoch seconds or milliseconds, a local date, or text in the source's format.
    """
    local = moment.astimezone(zone)
    match form:
        case "naive":
            return local.replace(tzinfo=None)
        case "aware":
            return moment
        case "utc":
            return moment.astimezone(dt.UTC).replace(tzinfo=None)
        case "epoch_s":
            return int(moment.timestamp())
        case "epoch_ms":
            return int(moment.timestamp() * 1000)
        case "date":
            return local.date()
    return local.strftime(form.removeprefix("text:"))
