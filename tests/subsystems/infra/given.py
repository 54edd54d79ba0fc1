"""Hand-made rows and contexts for the tests of the infra slice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType

from ntanalytics.findings.rule import Rule
from ntanalytics.periods import Period
from ntanalytics.subsystems.infra.rules import RULES as INFRA
from tests.subsystems.made import ON, Row, context_of

RULES: Mapping[str, Rule] = MappingProxyType({rule.code: rule for rule in INFRA})

#: The Friday of the tests, its local midnight and its end.
DAY = context_of(Period.day(ON))
BEGIN, END = DAY.begins_at, DAY.ends_at

#: The week of that Friday.
WEEK = context_of(Period.week(ON))


def minutes(count: float) -> dt.timedelta:
    """Return a number of minutes."""
    return dt.timedelta(minutes=count)


def outage(target: str, begins: float, length: float, subsystem: str = "im") -> Row:
    """Return an outage of a target, by minutes after midnight and its length in minutes."""
    begin = BEGIN + minutes(begins)
    return {
        "subsystem": subsystem,
        "target": target,
        "down_from_at": begin,
        "down_until_at": begin + minutes(length),
        "down_s": length * 60,
    }


def problem(
    severity: str, hours: float, ended: float | None = None, host: str | None = "a", name: str = "磁盘低"
) -> Row:
    """Return an alarm that began and ended some hours before the end of the day; one that lasts without an end."""
    return {
        "host": host,
        "problem": name,
        "severity": severity,
        "started_at": END - dt.timedelta(hours=hours),
        "ended_at": None if ended is None else END - dt.timedelta(hours=ended),
    }


def gap(source: str, begins: float, length: float) -> Row:
    """Return the longest time without a check of a source, by minutes after midnight and its length in minutes."""
    begin = BEGIN + minutes(begins)
    return {"source": source, "gap_s": length * 60.0, "gap_from_at": begin, "gap_until_at": begin + minutes(length)}
