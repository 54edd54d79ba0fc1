"""Values of :since and :until in the time form of a source."""

from __future__ import annotations

import datetime as dt
from typing import TypeAlias
from zoneinfo import ZoneInfo

from ntanalytics.catalog.parameters import rename_parameters

__all__ = ["Bound", "bound_value", "bound_window", "rename_parameters"]

Bound: TypeAlias = dt.datetime | dt.date | int | str


def bound_window(form: str, since: dt.datetime, until: dt.datetime, zone: ZoneInfo) -> dict[str, Bound]:
    """Return the values of :since and :until; none for a state, which has no time form (see ``bound_value``)."""
    if not form:
        return {}
    return {"since": bound_value(form, since, zone), "until": bound_value(form, until, zone)}


def bound_value(form: str, moment: dt.datetime, zone: ZoneInfo) -> Bound:
    """Return a moment in the time form of a source.

    Args:
        form: one of ``catalog.TIME_FORMS``, or ``text:<strptime format>``.
        moment: aware moment.
        zone: time zone of the source's naive times.

    Returns:
        A naive local datetime (``naive``), an aware datetime (``aware``), a naive UTC datetime (``utc``), epoch seconds
        or milliseconds, a local date, or a text in the format of the source.
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
