"""Columns that rows of a period lack, held against the weeks before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import ibis
import pytest

from ntanalytics.contract import dataset
from ntanalytics.metrics.unfilled import Unfilled
from ntanalytics.periods import Period
from ntanalytics.workspace.unfilled_columns import unfilled_columns, unfilled_of_snapshots
from tests.subsystems.made import ON, at, table_of

WEEK = Period.week(ON)
FIRST = WEEK.previous().first - dt.timedelta(days=28)


def _unfilled(
    name: str,
    rows_of: Callable[[dt.date], list[dict[str, Any]]],
    absent: tuple[str, ...] = (),
    sources: tuple[str, ...] = ("test",),
    missing: tuple[dt.date, ...] = (),
    knows: Callable[[dt.date], bool] = lambda _: True,
    words: Sequence[tuple[str, str, str, int]] = (),
) -> Unfilled:
    """Judge rows by day of five weeks before the week and of the week; the first source lacks the absent columns."""
    days = [FIRST + dt.timedelta(days=place) for place in range((WEEK.last - FIRST).days + 1)]
    rows = [{"day": day, **row} for day in days for row in rows_of(day)]
    table = ibis.memtable(table_of(name, rows))
    view: Any = SimpleNamespace(
        contract=dataset(name),
        sources=[*sources],
        period=WEEK,
        missing=missing,
        missing_before=[],
        sources_without=lambda column: [sources[0]] if column in absent else [],
    )
    return unfilled_columns(_workspace(table, knows, words), view)


def _workspace(
    table: Any, knows: Callable[[dt.date], bool] = lambda _: True, words: Sequence[tuple[str, str, str, int]] = ()
) -> Any:
    """Return a site whose only dataset has the rows of a table, and some words of the week that are in no table."""
    return SimpleNamespace(
        unfilled={},
        answers=SimpleNamespace(unknown_values=lambda name, first, last: words if first == WEEK.first else []),
        covered_days=lambda *_: [SimpleNamespace(source="test", source_rows=700)],
        calendar=SimpleNamespace(is_likely_worked=lambda day: day.weekday() < 5, knows=knows),
        files_by_day=lambda *_: None,
        settings=SimpleNamespace(zone=ZoneInfo("Asia/Shanghai")),
        table=lambda _, first, last: table.filter(table.day.between(ibis.literal(first), ibis.literal(last))),
    )


def _messages(nulls: int) -> list[dict[str, Any]]:
    return [{"unit": None if place < nulls else "甲局"} for place in range(100)]


@pytest.mark.parametrize(("usual", "today", "is_lacking"), [(0, 0, False), (0, 30, True), (30, 30, False)])
def test_a_day_on_which_many_more_messages_than_usual_name_no_unit(usual: int, today: int, is_lacking: bool) -> None:
    made = _unfilled("sms.messages", lambda day: _messages(today if day == ON else usual))
    assert made.now == ({"test": {"unit"}} if is_lacking else {})
    assert made.before == {}
    assert bool(made.note) is is_lacking


@pytest.mark.parametrize(("usual", "is_lacking"), [(0, True), (100, False)])
def test_a_day_whose_calls_have_no_duration(usual: int, is_lacking: bool) -> None:
    """Where none ever has one, none is missed."""

    def rows_of(day: dt.date) -> list[dict[str, Any]]:
        nulls = 100 if day == ON else usual
        return [{"duration_bucket": None if place < nulls else 40} for place in range(100)]

    made = _unfilled("docexchange.interface_calls", rows_of)
    assert made.now == ({"test": {"duration_bucket"}} if is_lacking else {})
    assert made.bounds(("calls", "call_p95_ms")) == ({"timed_calls", "call_p95_ms"} if is_lacking else set())


def test_a_source_that_never_names_a_unit_does_not_hide_one_that_ceases_to() -> None:
    def rows_of(day: dt.date) -> list[dict[str, Any]]:
        named = [{"source": "test", **row} for row in _messages(30 if day == ON else 0)]
        return [*named, *({"source": "annex", **row} for row in _messages(100))]

    made = _unfilled("sms.messages", rows_of, absent=("unit",), sources=("annex", "test"))
    assert made.now == {"test": {"unit"}}
    assert _unfilled("sms.messages", rows_of, absent=("unit",), sources=("annex",)).now == {}


@pytest.mark.parametrize(("replaced", "is_lacking"), [(7, False), (8, True)])
def test_words_that_are_in_no_table_leave_their_column_unknown(replaced: int, is_lacking: bool) -> None:
    """Of 700 messages of the week, one in a hundred may have such a carrier; it is counted under another name."""
    made = _unfilled("sms.messages", lambda _: _messages(0), words=[("test", "carrier", "中国铁通", replaced)])
    assert (made.now, made.before) == ({"test": {"carrier"}} if is_lacking else {}, {})
    shown, of_carrier = (
        ("carrier", "submitted", "delivery_rate"),
        {"submitted", "delivery_rate"} if is_lacking else set(),
    )
    assert (made.bounds(shown, ["carrier"]), made.bounds(shown)) == (of_carrier, set())


def test_the_week_before_is_judged_by_the_same_weeks() -> None:
    made = _unfilled("sms.messages", lambda day: _messages(30 if day >= WEEK.previous().first else 0))
    assert made.now == made.before == {"test": {"unit"}}


def test_a_column_that_the_source_does_not_have_is_none_that_rows_lack() -> None:
    assert _unfilled("sms.messages", lambda day: _messages(30 if day == ON else 0), absent=("unit",)).now == {}


@pytest.mark.parametrize(("outcome", "is_lacking"), [("success", True), ("failure", False)])
def test_whoever_fails_need_not_be_an_account(outcome: str, is_lacking: bool) -> None:
    def logins(day: dt.date) -> list[dict[str, Any]]:
        nobody = [{"outcome": outcome} for _ in range(20 if day == ON else 0)]
        return nobody + [{"outcome": "success", "account_id": "a"} for _ in range(80)]

    assert bool(_unfilled("identity.logins", logins).now) is is_lacking


def test_a_delivery_of_weeks_before_may_be_overdue_still() -> None:
    lost = WEEK.previous().first - dt.timedelta(days=7)

    def deliveries(day: dt.date) -> list[dict[str, Any]]:
        return [{"due_at": None if day == lost and place < 30 else dt.datetime(2026, 12, 1)} for place in range(100)]

    made = _unfilled("docexchange.deliveries", deliveries)
    assert made.now == made.before == {"test": {"due_at"}}


def _signed(day: dt.date, unsigned: int, nulls: int) -> list[dict[str, Any]]:
    signed = dt.datetime.combine(day, dt.time(2), dt.UTC)
    received = [{"platform": None if place < nulls else "xinchuang", "signed_at": signed} for place in range(100)]
    return [*received, *({"platform": None} for _ in range(unsigned))]


def test_whoever_has_not_signed_has_no_terminal() -> None:
    for unsigned, nulls, lacking in ((60, 0, {}), (0, 30, {"test": {"platform"}})):
        made = _unfilled(
            "docexchange.deliveries",
            lambda day, today=(unsigned, nulls): [  # type: ignore[misc]
                {**row, "due_at": dt.datetime(2026, 12, 1)} for row in _signed(day, *(today if day == ON else (0, 0)))
            ],
        )
        assert made.now == lacking


def _delivered(day: dt.date, count: int, *, is_signed: bool) -> list[dict[str, Any]]:
    """Return deliveries of a day that were signed for at ten o'clock, or by nobody."""
    signed = dt.datetime.combine(day, dt.time(2), dt.UTC) if is_signed else None
    given = {"due_at": dt.datetime(2026, 12, 1), "platform": "xinchuang", "signed_at": signed}
    return [given for _ in range(count)]


@pytest.mark.parametrize(
    ("first", "last", "unended"),
    [
        (ON - dt.timedelta(days=1), WEEK.last, [ON + dt.timedelta(days=step) for step in (-1, 0, 1, 2)]),
        (ON, ON, [ON]),
        (ON - dt.timedelta(days=14), ON - dt.timedelta(days=14), [ON - dt.timedelta(days=14)]),  # it may be open still
        (WEEK.last, WEEK.first, []),
    ],
)
def test_days_on_which_nobody_signed(first: dt.date, last: dt.date, unended: list[dt.date]) -> None:
    made = _unfilled("docexchange.deliveries", lambda day: _delivered(day, 60, is_signed=not first <= day <= last))
    assert {source: list(days) for source, days in made.unended.items()} == ({"test": unended} if unended else {})
    assert made.now == ({"test": {"signed_at"}} if unended else {})
    assert made.before == ({"test": {"signed_at"}} if unended and first < WEEK.first else {})
    assert bool(made.note) is bool(unended)


def test_few_deliveries_that_nobody_signed_for_are_no_lost_column() -> None:
    made = _unfilled("docexchange.deliveries", lambda day: _delivered(day, 19, is_signed=day < ON))
    assert made.now == {}


def test_a_day_that_is_missing_is_told_as_missing() -> None:
    made = _unfilled("docexchange.deliveries", lambda day: _delivered(day, 60, is_signed=day != ON), missing=(ON,))
    assert made.now == {}


def test_a_day_of_a_year_that_the_calendar_does_not_know_may_be_off() -> None:
    made = _unfilled(
        "docexchange.deliveries", lambda day: _delivered(day, 60, is_signed=day != ON), knows=lambda day: day < ON
    )
    assert (made.unended, made.now) == ({}, {})


def test_ends_are_judged_where_the_source_has_no_other_column() -> None:
    def rows_of(day: dt.date) -> list[dict[str, Any]]:
        return [{"signed_at": row["signed_at"]} for row in _delivered(day, 60, is_signed=day != ON)]

    made = _unfilled("docexchange.deliveries", rows_of, absent=("due_at", "platform"))
    assert (made.unended, made.now) == ({"test": (ON,)}, {"test": {"signed_at"}})


def test_terminals_that_were_not_recorded_weeks_ago_are_in_no_share_of_this_week() -> None:
    lost = WEEK.previous().first - dt.timedelta(days=7)
    made = _unfilled(
        "docexchange.deliveries",
        lambda day: [{**row, "due_at": dt.datetime(2026, 12, 1)} for row in _signed(day, 0, 100 if day == lost else 0)],
    )
    assert (made.now, made.before) == ({}, {})


@pytest.mark.parametrize(("day_off", "is_lacking"), [(60, False), (120, True)])
def test_a_day_off_is_held_against_days_off(day_off: int, is_lacking: bool) -> None:
    sunday = WEEK.last

    def acts(day: dt.date) -> list[dict[str, Any]]:
        nulls = 10 if day.weekday() < 5 else day_off if day == sunday else 60  # telephones have no type
        return [{"unit": "甲局", "platform": None if place < nulls else "xinchuang"} for place in range(200)]

    assert bool(_unfilled("oa.activities", acts).now) is is_lacking


def test_a_snapshot_is_held_against_the_one_before() -> None:
    before = ON - dt.timedelta(days=7)

    def members(day: dt.date, nulls: int) -> list[dict[str, Any]]:
        return [
            {"day": day, "account_id": str(place), "unit": None if place < nulls else "甲局"} for place in range(100)
        ]

    for was, now, lacking in ((0, 20, {"test": {"unit"}}), (20, 20, {}), (20, 0, {})):
        view: Any = SimpleNamespace(
            contract=dataset("oa.members"), sources=["test"], period=WEEK, sources_without=lambda _: [],
            snapshots={"test": SimpleNamespace(day=ON)}, snapshots_before={"test": SimpleNamespace(day=before)},
        )  # fmt: skip
        table = ibis.memtable(table_of("oa.members", members(ON, now) + members(before, was)))
        assert unfilled_of_snapshots(_workspace(table), view).now == lacking


@pytest.mark.parametrize(
    ("earlier", "before", "now", "gone", "was_gone"),
    [
        ((100, 0), (100, 0), (100, 50), True, False),
        ((100, 0), (100, 50), (100, 50), True, True),  # as the one before, and less than those of the weeks before
        ((100, 0), (100, 0), (101, 1), False, False),  # an account that was opened
        ((100, 0), (100, 0), (50, 0), False, False),  # accounts that are gone themselves
        ((100, 40), (100, 20), (100, 21), True, False),  # one in 80
        ((100, 0), (100, 0), (100, 1), False, False),  # one in a hundred
    ],
)
def test_a_last_login_that_is_gone_says_nothing(
    earlier: tuple[int, int], before: tuple[int, int], now: tuple[int, int], gone: bool, was_gone: bool
) -> None:
    days = (ON - dt.timedelta(days=20), ON - dt.timedelta(days=7), ON)
    rows = [
        {"day": day, "account_id": str(place), "last_login_at": None if place < nulls else at(day, 8)}
        for day, (count, nulls) in zip(days, (earlier, before, now), strict=True)
        for place in range(count)
    ]
    view: Any = SimpleNamespace(
        contract=dataset("identity.accounts"), sources=["test"], period=WEEK, sources_without=lambda _: [],
        snapshots={"test": SimpleNamespace(day=days[2])}, snapshots_before={"test": SimpleNamespace(day=days[1])},
    )  # fmt: skip
    made = unfilled_of_snapshots(_workspace(ibis.memtable(table_of("identity.accounts", rows))), view)
    lacking = {"test": {"last_login_at"}}
    assert (made.now, made.before) == (lacking if gone else {}, lacking if was_gone else {})
    assert made.unbounded == ({"dormant_accounts"} if gone else set())
    assert ("缺少最近登录的明显多于平时" in made.note) is gone
