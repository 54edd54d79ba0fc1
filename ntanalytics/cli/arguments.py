"""Arguments of several commands."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from ntanalytics.errors import BadParameter
from ntanalytics.language import tr

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
LastDay = Annotated[str, typer.Option("--to", metavar="DAY", help="Last local day, included; default: --from.")]
ReportName = Annotated[str, typer.Argument(help="Name of the report, a notebook under notebooks/.")]
Parameters = Annotated[
    list[str] | None,
    typer.Option("-p", "--parameter", metavar="NAME=VALUE", help="Parameter of the report; may be repeated."),
]


def as_day(text: str, option: str) -> dt.date:
    """Return the day of a text.

    Raises:
        BadParameter: the text is not a day.
    """
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        day = dt.date.min
    if not 1900 <= day.year < 3000:  # a typing error; Python's days end with the year 9999
        raise BadParameter(
            tr("{option} {text!r} is not a day", option=option, text=text), todo=tr("write it as 2026-11-16")
        )
    return day


def days_between(first: str, last: str, default: dt.date) -> tuple[dt.date, dt.date]:
    """Return the local days of ``--from`` and ``--to``, both included; the default if none is given.

    Raises:
        BadParameter: one is not a day, or the last is before the first.
    """
    first_day = as_day(first, "--from") if first else default
    last_day = as_day(last, "--to") if last else first_day
    if last_day < first_day:
        raise BadParameter(tr("--to {last_day} is before --from {first_day}", last_day=last_day, first_day=first_day))
    return first_day, last_day


def assignment(text: str) -> tuple[str, str]:
    """Return the name and the value of a parameter such as ``NAME=VALUE``.

    Raises:
        BadParameter: the text has another form.
    """
    name, equals, value = text.partition("=")
    if not equals:
        raise BadParameter(tr("-p {text!r} is not NAME=VALUE", text=text), todo=tr("write e.g. -p carrier=unicom"))
    return name, value
