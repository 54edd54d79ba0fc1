"""Arguments that several commands read."""

from __future__ import annotations

import datetime as dt

from ntanalytics.errors import BadParameter


def as_day(text: str, option: str) -> dt.date:
    """The day that was typed.

    Raises:
        BadParameter: it is none.
    """
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        day = dt.date.min
    if not 1900 <= day.year < 3000:  # a slip, and Python's days end soon after
        raise BadParameter(f"{option} {text!r} is not a day", todo="write it as 2026-11-16")
    return day


def days_between(first: str, last: str, default: dt.date) -> tuple[dt.date, dt.date]:
    """The local days of ``--from`` and ``--to``, both included; the default where none is given.

    Raises:
        BadParameter: one is no day, or they are the wrong way round.
    """
    first_day = as_day(first, "--from") if first else default
    last_day = as_day(last, "--to") if last else first_day
    if last_day < first_day:
        raise BadParameter(f"--to {last_day} is before --from {first_day}")
    return first_day, last_day


def assignment(text: str) -> tuple[str, str]:
    """The name and the value of a parameter that was typed as ``NAME=VALUE``.

    Raises:
        BadParameter: it is typed otherwise.
    """
    name, equals, value = text.partition("=")
    if not equals:
        raise BadParameter(f"-p {text!r} is not NAME=VALUE", todo="write e.g. -p carrier=unicom")
    return name, value
