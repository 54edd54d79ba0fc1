"""Pairs of first events, worked by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ntanalytics.metrics.pairs import paired_by_day

DAY = dt.date(2026, 11, 16)
#: 09:00 local time.
NINE = dt.datetime(2026, 11, 16, 1, tzinfo=dt.UTC)


def _at(seconds: float, hours: int = 0) -> dt.datetime:
    return NINE + dt.timedelta(hours=hours, seconds=seconds)


def _events(table: Any, name: str, time: str, *rows: tuple[str, dt.datetime]) -> Any:
    made = [{"day": DAY, "account_id": account, time: at} for account, at in rows]
    return table(name, made).select("day", "source", "account_id", at=time)


def test_the_first_event_of_each_person_counts_by_the_time_between(table, listed) -> None:
    logins = _events(
        table, "identity.logins", "logged_in_at",
        ("a", _at(0)), ("a", _at(500)), ("b", _at(0)), ("c", _at(0, hours=4)), ("d", _at(0)),
    )  # fmt: skip
    accesses = _events(
        table, "sso.accesses", "accessed_at",
        ("a", _at(25)), ("a", _at(900)), ("b", _at(-5)), ("c", _at(9, hours=4)), ("e", _at(3)), ("d", _at(95)),
    )  # fmt: skip
    found = listed(paired_by_day(logins, accesses, "account_id", bin_s=10, reach=9, utc_offset_h=8))
    # d is 95 seconds apart, beyond nine bins; e never logged in
    assert sorted((row["half"], row["bin"], row["pairs"]) for row in found) == [(0, 8, 1), (0, 11, 1), (1, 9, 1)]
