"""Units whose persons stay away: by hand, twenty units of which each has its number of persons every working day."""

from __future__ import annotations

import datetime as dt

from ntanalytics.detectors.group_drop import group_drop
from ntanalytics.subsystems import RULES
from tests.subsystems.made import ON, days, even

RULE = RULES["oa.unit_active_fall"]
FRIDAY, THURSDAY, WEDNESDAY = ON, ON - dt.timedelta(days=1), ON - dt.timedelta(days=2)


def units(of, city=None):
    """Active accounts by unit and day; ``of``: (unit, day) → share of what is usual; ``city``: day → share of all."""
    found = []
    for place, row in enumerate(days()):
        if row["is_working_day"]:
            for unit in range(20):
                share = of.get((unit, row["day"]), 1.0) * (city or {}).get(row["day"], 1.0)
                found.append(
                    {"day": row["day"], "unit": f"单位{unit}", "active": round(even(30, place + unit) * share)}
                )
    return found


def found(table, on=ON):
    return group_drop(RULE, table, days(), on, subject=lambda row: row["unit"])


def test_two_days_without_three_quarters_of_its_persons_are_found():
    [fall] = found(units({(3, THURSDAY): 0.25, (3, FRIDAY): 0.25}))
    assert (fall.subject, fall.state, fall.since) == ("单位3", "warning", "11月19日")
    assert fall.evidence.startswith("近 2 个工作日活跃账号日均 8 个，按全市同期推算通常")


def test_a_smaller_fall_takes_more_days_to_tell():
    fallen = {(3, day): 0.6 for day in (FRIDAY, THURSDAY, WEDNESDAY, ON - dt.timedelta(days=3))}
    [fall] = found(units(fallen))
    assert fall.since == "11月17日"


def test_one_day_of_training_is_none_but_an_empty_house_is_told_at_once():
    assert found(units({(3, FRIDAY): 0.5})) == []
    assert found(units({(3, THURSDAY): 0.5})) == []
    [fall] = found(units({(3, FRIDAY): 0.0}))
    assert fall.state == "critical"


def test_what_the_whole_city_does_is_no_fall():
    assert found(units({}, {THURSDAY: 0.5, FRIDAY: 0.5})) == []


def test_on_a_sunday_the_last_working_days_are_told():
    sunday = ON - dt.timedelta(days=5)
    before = {(3, sunday - dt.timedelta(days=back)): 0.2 for back in (2, 3)}
    [fall] = found(units(before), sunday)
    assert fall.subject == "单位3"


def test_a_hole_and_a_short_history_say_nothing():
    table = units({(3, THURSDAY): 0.25, (3, FRIDAY): 0.25})
    assert group_drop(RULE, table, days(gaps=(ON,)), ON, subject=lambda row: row["unit"]) == []
    assert found([row for row in table if row["day"] > ON - dt.timedelta(days=10)]) == []
