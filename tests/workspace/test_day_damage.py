"""Damaged days of sources, by hand-made rows."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import ibis
import numpy as np
import pytest

from ntanalytics.contract import Dataset, dataset
from ntanalytics.detectors.day_profile import ProfileDamage
from ntanalytics.workspace.case_damage import damaged_case_days
from ntanalytics.workspace.damage_text import damage_sentence
from ntanalytics.workspace.day_damage import RowsByHour, damaged_days
from ntanalytics.workspace.stopped_source import stopped_days

MONDAY = dt.date(2026, 10, 19)
FRIDAY = dt.date(2026, 11, 20)


def _rows(day: dt.date, late_h: int = 0) -> dict[str, Any]:
    """Return rows of a day by hour: a hundred in each hour of work, a few on a day off."""
    hours = np.zeros(24)
    hours[9:18] = 100 if day.weekday() < 5 else 1
    return {"": np.roll(hours, late_h)}


class HandMade(RowsByHour):
    """Rows of one source that are in no lake."""

    def __init__(self, workspace: Any, by_day: dict[dt.date, dict[str, Any]]) -> None:
        super().__init__(workspace)
        self._by_day = by_day

    def of(self, *_: object) -> dict[str, dict[dt.date, dict[str, Any]]]:
        return {"gateway": self._by_day}


def test_a_day_beside_one_with_shifted_times_is_damaged_too() -> None:
    """A Saturday has too few rows to be judged, and holds the evening of the Friday."""
    days = [MONDAY + dt.timedelta(days=place) for place in range(35)]
    by_day = {day: _rows(day, late_h=8 if day == FRIDAY else 0) for day in days}
    calendar = SimpleNamespace(is_likely_worked=lambda day: day.weekday() < 5)
    lake = HandMade(SimpleNamespace(calendar=calendar), by_day)
    damages = damaged_days(lake, dataset("sms.messages"), {"gateway": days}, days[-7:])
    thursday, saturday = FRIDAY - dt.timedelta(days=1), FRIDAY + dt.timedelta(days=1)
    assert {day: damage.kind for (_, day), damage in damages.items()} == {
        thursday: "beside_shifted",
        FRIDAY: "shifted",
        saturday: "beside_shifted",
    }
    assert "相邻" in damage_sentence("短信", "gateway", saturday, damages["gateway", saturday])


def _damages(rows: dict[dt.date, dict[str, Any]], held: list[dt.date]) -> dict[str, str]:
    """Return day → damage of the last two weeks of some rows by hour."""
    calendar = SimpleNamespace(is_likely_worked=lambda day: day.weekday() < 5)
    lake = HandMade(SimpleNamespace(calendar=calendar), rows)
    found = damaged_days(lake, dataset("sms.messages"), {"gateway": held}, held[-14:])
    return {day.isoformat(): damage.kind for (_, day), damage in found.items()}


def test_a_source_that_stopped_lacks_each_day_from_then_on() -> None:
    days = [MONDAY + dt.timedelta(days=place) for place in range(35)]
    usual = {day: {"": np.full(24, 4.0 if day.weekday() < 5 else 1.0)} for day in days}
    stopped, again = dt.date(2026, 11, 18), dt.date(2026, 11, 21)  # from Wednesday on, and there on Saturday
    rows = {day: parts for day, parts in usual.items() if not stopped <= day < again}
    assert _damages(rows, days) == {"2026-11-18": "no_rows", "2026-11-19": "no_rows", "2026-11-20": "no_rows"}
    rows = {day: parts for day, parts in usual.items() if day < dt.date(2026, 11, 19)}
    assert list(_damages(rows, days)) == ["2026-11-19", "2026-11-20", "2026-11-21", "2026-11-22"]
    # a second stop is no less one
    rows = {day: parts for day, parts in usual.items() if day not in (dt.date(2026, 11, 11), dt.date(2026, 11, 19))}
    assert list(_damages(rows, days)) == ["2026-11-11", "2026-11-19"]
    assert "2026-11-19" not in _damages(rows, [day for day in days if day != dt.date(2026, 11, 19)])  # not extracted


@pytest.mark.parametrize(("at_weekends", "lost"), [(12.0, 7), (0.0, 5)])
def test_a_source_that_stopped_gives_nothing_on_days_of_few_rows_either(at_weekends: float, lost: int) -> None:
    """From Monday on nothing comes: of a weekend of twelve rows nobody knows anything, one without any is as always."""
    days = [MONDAY + dt.timedelta(days=place) for place in range(35)]
    usual = {day: {"": np.full(24, 4.0 if day.weekday() < 5 else at_weekends / 24)} for day in days}
    rows = {day: parts for day, parts in usual.items() if day < days[-7] and parts[""].any()}
    assert list(_damages(rows, days)) == [day.isoformat() for day in days[-7:][:lost]]
    # a row on Saturday shows that it is there again, and Sunday is a day of few rows
    if at_weekends:
        back = {**rows, days[-2]: usual[days[-2]]}
        assert list(_damages(back, days)) == [day.isoformat() for day in days[-7:-2]]


def test_of_a_source_that_had_quiet_days_before_one_more_is_none() -> None:
    days = [MONDAY + dt.timedelta(days=place) for place in range(35)]
    quiet = {dt.date(2026, 10, 20), dt.date(2026, 11, 13)}
    assert _damages({day: {"": np.full(24, 4.0)} for day in days if day not in quiet}, days) == {}
    few = {day: {"": np.full(24, 0.5)} for day in days if day != FRIDAY}
    assert _damages(few, days) == {}
    only_on_working_days = {day: {"": np.full(24, 4.0)} for day in days if day.weekday() < 5}
    assert _damages(only_on_working_days, days) == {}


class Exchange(RowsByHour):
    """Rows by hour of the datasets of one source that are in no lake."""

    def __init__(
        self, rows: dict[str, dict[dt.date, dict[str, Any]]], rejected: dict[dt.date, tuple[int, int]] | None = None
    ) -> None:
        covered = [
            SimpleNamespace(source="exchange", day=day, is_held=True, source_rows=taken, rejected=lost)
            for day, (taken, lost) in (rejected or {}).items()
        ]
        super().__init__(
            SimpleNamespace(  # type: ignore[arg-type]  # what is asked of it
                calendar=SimpleNamespace(is_likely_worked=lambda day: day.weekday() < 5),
                sources_by_dataset={name: ["exchange"] for name in rows},
                covered_days=lambda name, first, last: [day for day in covered if first <= day.day <= last],
            )
        )
        self._rows = rows

    def of(self, dataset: Dataset, *_: object) -> dict[str, dict[dt.date, dict[str, Any]]]:
        return {"exchange": self._rows[dataset.name]}


#: Datasets of the source.
DOCUMENTS, CALLS, DELIVERIES = "docexchange.documents", "docexchange.interface_calls", "docexchange.deliveries"


@pytest.mark.parametrize(
    ("names", "goes_on", "until", "stops"),
    [
        ((DOCUMENTS, CALLS), "", 12, {"2026-11-19": ("ends_early", 12), "2026-11-20": ("no_rows", 0)}),
        ((DOCUMENTS, CALLS), CALLS, 12, {}),  # another dataset of the source goes on
        ((DOCUMENTS,), DELIVERIES, 12, {}),  # cases still change, and one table alone may have failed
        ((DOCUMENTS, CALLS), DELIVERIES, 12, {"2026-11-19": ("ends_early", 12), "2026-11-20": ("no_rows", 0)}),
        ((DOCUMENTS, CALLS), "", 24, {}),
    ],
)
def test_cases_end_where_all_events_of_their_source_do(
    names: tuple[str, ...], goes_on: str, until: int, stops: dict[str, tuple[str, int]]
) -> None:
    days = [MONDAY + dt.timedelta(days=place) for place in range(33)]
    thursday, usual = FRIDAY - dt.timedelta(days=1), np.full(24, 4.0)
    cut = {day: {"": usual} for day in days if day < thursday}
    cut[thursday] = {"": np.where(np.arange(24) < until, usual, 0.0)}
    whole = {day: {"": usual} for day in days}
    lake = Exchange({name: whole if name == goes_on or until == 24 else cut for name in (*names, DELIVERIES)})
    found = damaged_case_days(lake, dataset(DELIVERIES), lambda _: {"exchange": days}, days[-5:])
    assert {day.isoformat(): (end.kind, end.hour) for (_, day), end in found.items()} == stops


@pytest.mark.parametrize(
    ("names", "goes_on", "gaps"),
    [
        ((DOCUMENTS, CALLS), "", {"2026-11-19": ("hours_missing", 9, 13)}),  # the documents begin at 9 else
        ((DOCUMENTS, CALLS), CALLS, {}),  # another dataset of the source has rows in these hours
        ((DOCUMENTS,), DELIVERIES, {}),  # cases change in them
        ((DOCUMENTS, CALLS), DELIVERIES, {"2026-11-19": ("hours_missing", 9, 13)}),  # those of an earlier extraction
    ],
)
def test_cases_lack_hours_where_a_dataset_of_events_begins_late_and_nothing_else_comes(
    names: tuple[str, ...], goes_on: str, gaps: dict[str, tuple[str, int, int]]
) -> None:
    days = [MONDAY + dt.timedelta(days=place) for place in range(33)]
    thursday, hours = FRIDAY - dt.timedelta(days=1), np.arange(24)
    calls, documents = np.full(24, 8.0), np.where((hours >= 9) & (hours < 18), 10.0, 0.0)
    usual = {DOCUMENTS: documents, CALLS: calls, DELIVERIES: calls}
    lacking = np.where((hours >= 9) & (hours < 13), 0.0, 1.0)
    rows = {
        name: {day: {"": usual[name] * lacking if day == thursday and name != goes_on else usual[name]} for day in days}
        for name in (*names, DELIVERIES)
    }
    found = damaged_case_days(Exchange(rows), dataset(DELIVERIES), lambda _: {"exchange": days}, days[-5:])
    assert {day.isoformat(): (damage.kind, *damage.hours) for (_, day), damage in found.items()} == gaps


@pytest.mark.parametrize(
    ("at", "names", "until", "stops"),
    [
        ((9, 10, 14, 20), (DOCUMENTS, CALLS), 12, {"2026-11-19": ("ends_early", 0.5)}),  # the calls tell it
        ((9, 10, 14, 20), (DOCUMENTS,), 12, {}),  # nothing else is known of the source
        ((9, 10, 14, 20), (DOCUMENTS, CALLS), 24, {}),
        ((9, 10), (DOCUMENTS, CALLS), 12, {}),  # nothing usually comes in these hours
    ],
)
def test_few_events_end_where_the_many_of_their_source_do(
    at: tuple[int, ...], names: tuple[str, ...], until: int, stops: dict[str, tuple[str, float]]
) -> None:
    """One document at each of a few hours, beside calls at all of them."""
    days = [MONDAY + dt.timedelta(days=place) for place in range(32)]
    thursday, hours = FRIDAY - dt.timedelta(days=1), np.arange(24)
    usual = {DOCUMENTS: np.isin(hours, at).astype(float), CALLS: np.full(24, 8.0)}
    kept = np.where(hours < until, 1.0, 0.0)
    rows = {name: {day: {"": usual[name] * kept if day == thursday else usual[name]} for day in days} for name in names}
    stopped = stopped_days(Exchange(rows), dataset(DOCUMENTS), lambda _: {"exchange": days}, days[-5:], {})
    assert {day.isoformat(): (damage.kind, damage.share) for (_, day), damage in stopped.items()} == stops


def test_a_dataset_with_rows_in_the_hours_has_not_stopped_and_what_its_own_rows_show_is_not_told_again() -> None:
    days = [MONDAY + dt.timedelta(days=place) for place in range(32)]
    thursday, whole, morning = days[-1], np.full(24, 8.0), np.where(np.arange(24) < 12, 8.0, 0.0)
    few = np.where(np.isin(np.arange(24), (9, 20)), 1.0, 0.0)
    calls = {day: {"": morning if day == thursday else whole} for day in days}
    going_on = Exchange({DOCUMENTS: {day: {"": few} for day in days}, CALLS: calls})
    cut = Exchange(
        {DOCUMENTS: {day: {"": few * (morning > 0) if day == thursday else few} for day in days}, CALLS: calls}
    )
    own = {("exchange", thursday): ProfileDamage("rows_lost", 0, 0.2)}
    for lake, damages in ((going_on, {}), (cut, own)):
        assert not stopped_days(lake, dataset(DOCUMENTS), lambda _: {"exchange": days}, days[-5:], damages)


@pytest.mark.parametrize(
    ("taken", "rejected", "is_damaged"),
    [(70, 30, True), (26, 3, True), (27, 3, False), (5, 2, False), (1000, 20, False), (0, 2, True), (0, 1, True)],
)
def test_a_day_of_which_many_rows_of_cases_were_rejected_is_known_for_a_part(
    taken: int, rejected: int, is_damaged: bool
) -> None:
    """3 of 30 are not more than a tenth, and 2 are few, unless they are all."""
    days = [MONDAY + dt.timedelta(days=place) for place in range(33)]
    whole = {day: {"": np.full(24, 4.0)} for day in days}
    lake = Exchange(dict.fromkeys((DOCUMENTS, DELIVERIES), whole), {FRIDAY: (taken, rejected)})
    found = damaged_case_days(lake, dataset(DELIVERIES), lambda _: {"exchange": days}, days[-5:])
    assert {day: damage.kind for (_, day), damage in found.items()} == ({FRIDAY: "rows_lost"} if is_damaged else {})
    for damage in found.values():
        assert damage.share == rejected / (taken + rejected)
        assert "未能读取" in damage_sentence("公文送达", "exchange", FRIDAY, damage)


class Book(RowsByHour):
    """A workbook with two registers that have no hours, by the rows that each was given on each day."""

    def __init__(self, registers: dict[str, dict[dt.date, int]]) -> None:
        covered = {
            name: [
                SimpleNamespace(source="desk", day=day, rows=rows, source_rows=rows, rejected=0, is_held=True)
                for day, rows in given.items()
            ]
            for name, given in registers.items()
        }
        calendar = SimpleNamespace(is_likely_worked=lambda day: day.weekday() < 5)
        super().__init__(
            SimpleNamespace(  # type: ignore[arg-type]  # what is asked of it
                sources_by_dataset={name: ["desk"] for name in registers},
                covered_days=lambda name, first, last: [day for day in covered[name] if first <= day.day <= last],
                calendar=calendar,
            )
        )


@pytest.mark.parametrize(
    ("checks", "tickets", "stopped_on", "unkept"),
    [
        (10, 0, 18, ["2026-11-18", "2026-11-19", "2026-11-20"]),  # from Wednesday on nobody wrote anything
        (10, 0, 20, []),  # a single day may have been quiet
        (10, 1, 18, []),  # one register is kept: the other has nothing to tell
        (9, 0, 18, []),  # too few rows to tell a quiet day from a forgotten one
    ],
)
def test_a_book_into_which_nobody_writes_is_a_gap_on_the_days_on_which_it_was_always_kept(
    checks: int, tickets: int, stopped_on: int, unkept: list[str]
) -> None:
    days = [MONDAY + dt.timedelta(days=place) for place in range(35)]
    stop = dt.date(2026, 11, stopped_on)
    kept = {day: checks if day < stop and day.weekday() < 5 else 0 for day in days}
    book = Book({"desk.checks": kept, "desk.tickets": {day: tickets if day >= stop else 0 for day in days}})
    for register in ("desk.tickets", "desk.checks"):
        found = damaged_case_days(book, dataset(register), lambda _: {}, days[-7:])
        assert {day.isoformat(): damage.kind for (_, day), damage in found.items()} == dict.fromkeys(unkept, "no_rows")


@pytest.mark.parametrize(
    ("later", "unkept"),
    [
        ({16: 1}, ["2026-11-16", "2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20"]),  # a row, then none
        ({16: 1, 17: 20, 18: 20, 19: 1}, ["2026-11-19", "2026-11-20"]),
        ({16: 1, 17: 20, 18: 20, 19: 20, 20: 20}, []),  # a single day may have been quiet
        ({16: 1, 17: 1, 18: 1, 19: 1, 20: 1}, []),  # kept, if little
        ({16: 3}, ["2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20"]),
    ],
)
def test_a_row_or_two_beside_empty_days_keep_no_book(later: dict[int, int], unkept: list[str]) -> None:
    days = [MONDAY + dt.timedelta(days=place) for place in range(33)]
    since = dt.date(2026, 11, 16)
    rows = {day: 20 if day.weekday() < 5 and day < since else later.get(day.day, 0) * (day >= since) for day in days}
    found = damaged_case_days(Book({"desk.incidents": rows}), dataset("desk.incidents"), lambda _: {}, days[-7:])
    assert sorted(day.isoformat() for _, day in found) == unkept


@pytest.mark.parametrize(
    ("tickets", "stopped_on", "unkept"),
    [
        (7, 18, ["2026-11-18", "2026-11-19", "2026-11-20"]),  # 21 tickets in three days
        (6, 18, []),  # 18
        (10, 19, ["2026-11-19", "2026-11-20"]),
        (20, 20, []),  # a single day may have been quiet
        (7, 19, []),
    ],
)
def test_a_register_of_tickets_that_ends_is_a_gap_though_others_are_kept(
    tickets: int, stopped_on: int, unkept: list[str]
) -> None:
    days = [MONDAY + dt.timedelta(days=place) for place in range(35)]
    stop, worked = dt.date(2026, 11, stopped_on), [day for day in days if day.weekday() < 5]
    registers = {
        "desk.tickets": {day: tickets if day in worked and day < stop else 0 for day in days},
        "desk.checks": {day: 10 if day in worked else 0 for day in days},
    }
    found = damaged_case_days(Book(registers), dataset("desk.tickets"), lambda _: {}, days[-7:])
    assert [day.isoformat() for _, day in found] == unkept
    # a ticket of a Sunday shows that there are such days
    kept = {**registers, "desk.tickets": {**registers["desk.tickets"], days[6]: 1}}
    found = damaged_case_days(Book(kept), dataset("desk.tickets"), lambda _: {}, days[-7:])
    assert [day.isoformat() for _, day in found] == [*unkept, *(["2026-11-21", "2026-11-22"] if unkept else [])]
    # one quiet day before shows that there are such days
    registers["desk.tickets"][worked[3]] = 0
    assert not damaged_case_days(Book(registers), dataset("desk.tickets"), lambda _: {}, days[-7:])
    # a check that was not made is what the register of checks tells
    registers = {"desk.checks": registers["desk.tickets"], "desk.tickets": registers["desk.checks"]}
    assert not damaged_case_days(Book(registers), dataset("desk.checks"), lambda _: {}, days[-7:])


class Watched(RowsByHour):
    """Signings by hour that lack the hours from 9 to 12 on Friday, beside what the probes and the desk saw."""

    def __init__(self, tables: dict[str, list[dict[str, Any]]]) -> None:
        empty = {"infra.checks": CHECKED.schema(), "desk.incidents": REGISTERED.schema()}
        opened = {name: ibis.memtable(rows, schema=empty[name]) for name, rows in tables.items()}
        super().__init__(
            SimpleNamespace(  # type: ignore[arg-type]  # what is asked of it
                calendar=SimpleNamespace(is_likely_worked=lambda day: day.weekday() < 5),
                settings=SimpleNamespace(zone=ZoneInfo("Asia/Shanghai")),
                sources_by_dataset={name: ["some"] for name in tables},
                table=lambda name, *_: opened[name],
                cases=lambda name, *_: opened[name],
            )
        )

    def of(self, *_: object) -> dict[str, dict[dt.date, dict[str, Any]]]:
        hours = np.arange(24)
        usual = np.where((hours >= 8) & (hours < 18), 30.0, 0.0)
        days = [MONDAY + dt.timedelta(days=place) for place in range(35)]
        cut = np.where((hours >= 9) & (hours < 12), 0.0, usual)
        return {"seals": {day: {"": cut if day == FRIDAY else usual} for day in days}}


CHECKED = ibis.table(
    {"checked_at": "timestamp('UTC')", "subsystem": "string", "target": "string", "kind": "string", "is_up": "boolean"}
)
REGISTERED = ibis.table(
    {"began_at": "timestamp('UTC')", "subsystem": "string", "is_crash": "boolean", "restored_at": "timestamp('UTC')"}
)


def _probes(down: range, subsystem: str = "seal", kind: str = "http") -> list[dict[str, Any]]:
    """Return a check each ten minutes of Friday; it fails in some local hours."""
    midnight = dt.datetime(2026, 11, 19, 16, tzinfo=dt.UTC)
    return [
        {
            "checked_at": midnight + dt.timedelta(minutes=10 * place),
            "subsystem": subsystem,
            "target": "https://seal.nantong.example/",
            "kind": kind,
            "is_up": place // 6 not in down,
        }
        for place in range(144)
    ]


def _crash(began: int, restored: int | None, *, is_crash: bool = True) -> list[dict[str, Any]]:
    """Return an incident of Friday, from a local hour to another one."""
    moments = [hour and dt.datetime(2026, 11, 20, hour - 8, tzinfo=dt.UTC) for hour in (began, restored)]
    return [{"began_at": moments[0], "subsystem": "seal", "is_crash": is_crash, "restored_at": moments[1]}]


@pytest.mark.parametrize(
    ("tables", "is_gap"),
    [
        ({}, True),  # nobody watched
        ({"infra.checks": _probes(range(0))}, True),  # the probes were answered
        ({"infra.checks": _probes(range(9, 12))}, False),
        ({"infra.checks": _probes(range(9, 11))}, True),  # of the last hour nobody knows
        ({"infra.checks": _probes(range(9, 12), subsystem="oa")}, True),
        ({"infra.checks": _probes(range(9, 12), kind="agent")}, True),  # one host was down
        ({"desk.incidents": _crash(9, 12)}, False),
        ({"desk.incidents": _crash(9, None)}, False),
        ({"desk.incidents": _crash(9, 12, is_crash=False)}, True),
        ({"infra.checks": _probes(range(9, 11)), "desk.incidents": _crash(11, 13)}, False),
    ],
)
def test_hours_without_a_row_are_a_gap_unless_the_system_is_known_to_have_been_down(
    tables: dict[str, list[dict[str, Any]]], is_gap: bool
) -> None:
    days = [MONDAY + dt.timedelta(days=place) for place in range(35)]
    found = damaged_days(Watched(tables), dataset("seal.signings"), {"seals": days}, days[-7:])
    known = {day: (damage.kind, *damage.hours) for (_, day), damage in found.items()}
    assert known == ({FRIDAY: ("hours_missing", 9, 12)} if is_gap else {})
    for damage in found.values():
        assert "9 时至 12 时" in damage_sentence("签章", "seals", FRIDAY, damage)


def test_hours_that_one_log_lacks_are_told_with_its_name() -> None:
    days = [MONDAY + dt.timedelta(days=place) for place in range(35)]
    usual = np.array([0] * 8 + [20, 40, 30, 14, 6, 8, 30, 36, 22, 9, 3, 2, 1, 0, 0, 0], dtype=float)
    cut = np.where(np.arange(24) < 14, usual, 0.0)
    rows = {day: {"oa": cut if day == FRIDAY else usual, "portal": usual} for day in days}
    lake = HandMade(
        SimpleNamespace(
            calendar=SimpleNamespace(is_likely_worked=lambda day: day.weekday() < 5), sources_by_dataset={}
        ),
        rows,
    )
    lake.workspace.settings = SimpleNamespace(zone=ZoneInfo("Asia/Shanghai"))
    found = damaged_days(lake, dataset("infra.requests"), {"gateway": days}, days[-7:])
    [((_, day), damage)] = found.items()
    assert (day, damage.kind, damage.hour, damage.parts) == (FRIDAY, "ends_early", 14, ("oa",))
    assert damage.share == pytest.approx(103 / 442)
    assert "14 时以后没有oa的数据" in damage_sentence("访问请求", "gateway", FRIDAY, damage)


def test_a_log_that_stays_away_is_missing_on_each_day() -> None:
    """Of three days without the log of the OA none is told as an outage of the OA."""
    days = [MONDAY + dt.timedelta(days=place) for place in range(35)]
    usual = np.full(24, 4.0)
    rows = {day: {"portal": usual, **({} if day.day in (18, 19, 20) else {"oa": usual})} for day in days}
    rows |= {day: {"portal": usual, "oa": usual} for day in days if day.month == 10}
    calendar = SimpleNamespace(is_likely_worked=lambda day: day.weekday() < 5)
    lake = HandMade(SimpleNamespace(calendar=calendar, sources_by_dataset={}), rows)
    found = damaged_days(lake, dataset("infra.requests"), {"gateway": days}, days[-7:])
    assert {day.day: (damage.kind, damage.parts) for (_, day), damage in found.items()} == dict.fromkeys(
        (18, 19, 20), ("part_missing", ("oa",))
    )
    # a day that was not extracted as a whole tells nothing
    held = [day for day in days if day.day != 19]
    assert [day.day for _, day in damaged_days(lake, dataset("infra.requests"), {"gateway": held}, days[-7:])] == [
        18,
        20,
    ]
