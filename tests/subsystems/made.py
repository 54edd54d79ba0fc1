"""Small made-up weeks for the tests of the rules: days, and counts by hour, that are as even as real ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from types import MappingProxyType, SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from ntanalytics.checks.context import CheckContext
from ntanalytics.findings.rule import Rule
from ntanalytics.periods import Period

ON = dt.date(2026, 11, 20)  # a Friday
Row = dict[str, Any]

#: Moves an even count up and down by up to a twentieth, the same in every run.
_TURN = (0.0, 0.05, -0.02, 0.03, -0.05, 0.02, -0.03)


def days(back: int = 60, gaps: tuple[dt.date, ...] = ()) -> list[Row]:
    """The days up to the Friday, working days from Monday to Friday."""
    span = (ON - dt.timedelta(days=place) for place in range(back, -1, -1))
    return [
        {"day": day, "is_covered": day not in gaps, "is_working_day": day.weekday() < 5, "label": ""} for day in span
    ]


def even(amount: float, place: int) -> int:
    """An amount, moved a little, as a count."""
    return round(amount * (1 + _TURN[place % len(_TURN)]))


def daily(measure: str, amount: float, today: float | None, weekend: float = 0.2, **more: Any) -> list[Row]:
    """A measure by day: the amount on working days, a part of it at weekends, and today's."""
    found = []
    for place, row in enumerate(days()):
        value = even(amount if row["is_working_day"] else amount * weekend, place)
        found.append({**row, **more, measure: today if row["day"] == ON else value})
    return found


def hours(amount: float, today: Mapping[int, float] | Callable[[int], float] | None = None, **more: Any) -> list[Row]:
    """Events by hour from 8 to 17: the amount each hour, and today those that are given, the others as always."""
    found = []
    for place, row in enumerate(days()):
        if not row["is_working_day"]:
            continue
        for slot in range(8, 18):
            events: float = even(amount, place + slot)
            if row["day"] == ON and today is not None:
                events = today(slot) if callable(today) else today.get(slot, events)
            found.append({"day": row["day"], "slot": slot, "events": events, **more})
    return found


def failing(amount: int, share: float, today: Mapping[int, float], since: dt.date = ON, **more: Any) -> list[Row]:
    """Events by hour with those that went wrong: a share always, and of the hours given theirs, from a day on."""
    found = []
    for row in hours(amount, **more):
        its = today.get(row["slot"], share) if row["day"] >= since else share
        found.append({**row, "hits": round(row["events"] * its)})
    return found


def context_of(period: Period, rules: Mapping[str, Rule] = MappingProxyType({})) -> CheckContext:
    """Return a context without data for a period of a site in Nantong: only its times can be asked for."""
    begins_at, ends_at = period.window(ZoneInfo("Asia/Shanghai"))
    report: Any = SimpleNamespace(
        period=period, previous=period.previous(), begins_at=begins_at, ends_at=ends_at, utc_offset_h=8
    )
    return CheckContext(report, rules)
