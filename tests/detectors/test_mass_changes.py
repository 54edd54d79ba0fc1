"""Mass changes: many rows of a snapshot that leave a state together."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ntanalytics.detectors.mass_changes import LEAST_OF_UNIT, MassChange, mass_changes, usual_most
from ntanalytics.metrics.state_changes import GONE, NEW


def _row(unit: str | None, was: str, became: str, rows: int, kind: str = "personal") -> dict[str, Any]:
    return {"unit": unit, "kind": kind, "was": was, "became": became, "rows": rows}


#: A thousand accounts of four units.
_STAY = [_row(unit, "true", "true", 250) for unit in "abcd"]


def _changes(*moved: dict[str, Any], least: float = 0.02) -> list[MassChange]:
    return mass_changes([*_STAY, *moved], ["kind"], ["unit"], least)


def test_those_of_one_unit_are_told_of_the_unit() -> None:
    (change,) = _changes(_row("e", "true", "false", 30))
    assert (change.members, change.moved, change.held, change.share) == ((("unit", "e"),), 30, 30, 1.0)


def test_those_of_all_units_are_told_of_all() -> None:
    (change,) = _changes(*(_row(unit, "true", "false", 20) for unit in "abcd"))
    assert (change.members, change.moved, change.held) == ((), 80, 1080)


def test_those_of_one_kind_are_told_of_the_kind() -> None:
    (change,) = _changes(*(_row(unit, "true", "false", 6, kind="unit") for unit in "abcd"))
    assert (change.members, change.moved) == ((("kind", "unit"),), 24)


def test_some_units_of_many_are_told_each() -> None:
    changes = mass_changes(
        [*_STAY, *_STAY, *_STAY, *(_row(unit, "true", "false", 12) for unit in "ef")], ["kind"], ["unit"]
    )
    assert [change.members for change in changes] == [(("unit", "e"),), (("unit", "f"),)]


def test_a_few_and_a_small_part_of_a_unit_are_any_day() -> None:
    assert not _changes(_row("e", "true", "false", 9))
    assert not _changes(_row("a", "true", "false", 15))


def test_rows_without_a_unit_have_none_in_common() -> None:
    assert [change.members for change in _changes(_row(None, "true", "false", 30))] == [()]


def test_who_leaves_a_unit_is_a_part_of_it() -> None:
    assert not mass_changes([_row(None, "a", "a", 250), _row(None, "a", "b", 15)], [], [], LEAST_OF_UNIT)
    (change,) = mass_changes([_row(None, "a", "a", 100), _row(None, "a", "b", 100)], [], [], LEAST_OF_UNIT)
    assert (change.was, change.became, change.moved) == ("a", "b", 100)


def test_many_that_came_are_told_of_all_that_were_there() -> None:
    (change,) = _changes(*(_row(unit, NEW, "true", 10) for unit in "abcd"))
    assert (change.members, change.was, change.moved, change.held) == ((), NEW, 40, 1000)


def test_those_of_a_unit_that_was_connected_and_of_a_kind_that_is_new_are_none() -> None:
    assert not _changes(_row("e", NEW, "true", 400))
    assert not _changes(_row("a", NEW, "true", 15, kind="unit"))


def test_a_few_that_came_are_any_day_also_in_a_small_unit() -> None:
    small = [_row("e", "true", "true", 10)]
    assert not _changes(*small, _row("e", NEW, "true", 15))


def test_what_is_renewed_takes_the_place_of_what_was_given_up_and_is_not_told_itself() -> None:
    revoked, fresh = _row("a", "true", "false", 40), _row("a", NEW, "true", 21)
    assert not mass_changes([*_STAY, revoked, fresh], ["kind"], ["unit"], is_renewed=True)  # 19 of 1,040 are lost
    (change,) = mass_changes([*_STAY, revoked, fresh | {"rows": 19}], ["kind"], ["unit"], is_renewed=True)
    assert (change.members, change.was, change.moved, change.renewed) == ((), "true", 40, 19)
    assert not mass_changes([*_STAY, fresh | {"rows": 400}], ["kind"], ["unit"], is_renewed=True)
    gone = _row("a", "true", GONE, 40)  # identifiers that were made anew
    assert mass_changes([*_STAY, gone, fresh | {"rows": 40}], ["kind"], ["unit"], is_renewed=True)
    assert _changes(revoked, fresh)  # an account that is new is no other one's


def test_a_day_is_crowded_with_three_times_the_most_of_the_others_but_two() -> None:
    on = dt.date(2026, 11, 20)
    counts = {on - dt.timedelta(days=age): 7 for age in range(1, 61)}
    assert usual_most({**counts, on: 21}, on) == 7
    assert usual_most({**counts, on: 20}, on) is None
    assert usual_most({**counts, on: 30}, on, meant=10) is None
    earlier = sorted(counts)
    # two days may be those of one incident, three are the custom
    assert usual_most({**counts, **dict.fromkeys(earlier[:2], 40), on: 60}, on) == 7
    assert usual_most({**counts, **dict.fromkeys(earlier[:3], 40), on: 60}, on) is None


def test_a_few_rows_and_a_register_of_few_days_tell_nothing_of_the_usual() -> None:
    on = dt.date(2026, 11, 20)
    single = {on - dt.timedelta(days=age): 1 for age in range(1, 61)}
    assert usual_most({**single, on: 19}, on) is None
    assert usual_most({**single, on: 20}, on) == 1
    del single[on - dt.timedelta(days=60)]
    assert usual_most({**single, on: 500}, on) is None
