from __future__ import annotations

import datetime as dt

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ntanalytics.metrics import MEASURES
from ntanalytics.metrics.oa import unit_ranking

MONDAY = dt.date(2026, 11, 16)
WEEK = dt.timedelta(days=7)


def figures(*rows):
    """Units: (unit, enabled, active_rate) or (…, more)."""
    schema = pa.schema(
        {
            "unit": pa.string(),
            "edition": pa.string(),
            "enabled": pa.int64(),
            "activated": pa.int64(),
            "active_rate": pa.float64(),
            "is_complete": pa.bool_(),
            "daily_active_before": pa.float64(),
            "daily_active_change": pa.float64(),
            "daily_active_change_rate": pa.float64(),
        }
    )
    made = [
        {
            "unit": unit,
            "edition": "general",
            "enabled": enabled,
            "activated": enabled,
            "active_rate": rate,
            "is_complete": True,
        }
        | (more[0] if more else {})
        for unit, enabled, rate, *more in rows
    ]
    return ibis.memtable(pa.Table.from_pylist(made, schema=schema))


def groups(*units):
    return ibis.memtable(pa.table({"unit": pa.array(units, pa.string())}))


def test_equals_share_the_better_place_and_few_accounts_have_none(listed) -> None:
    made = unit_ranking.rank_units(
        figures(("甲", 20, 0.5), ("乙", 30, 0.9), ("丙", 40, 0.5), ("丁", 50, 0.1), ("戊", 19, 1.0))
    )
    found = {row["unit"]: (row["place"], row["ranked_units"], row["left_out"]) for row in listed(made)}
    assert found == {
        "乙": (1, 4, None),
        "甲": (2, 4, None),
        "丙": (2, 4, None),
        "丁": (4, 4, None),
        "戊": (None, None, "few"),
    }


def test_a_hole_leaves_a_unit_out_however_many_accounts_it_has(listed) -> None:
    made = unit_ranking.rank_units(
        figures(("甲", 40, 0.5), ("乙", 40, None, {"is_complete": False}), ("丙", 5, None, {"is_complete": False}))
    )
    assert {row["unit"]: row["left_out"] for row in listed(made)} == {"甲": None, "乙": "gap", "丙": "gap"}


def test_a_unit_that_never_used_it_has_no_place(listed) -> None:
    made = unit_ranking.rank_units(figures(("甲", 40, 0.5), ("乙", 40, 0.0, {"activated": 0}), ("丙", 40, 0.0)))
    found = {row["unit"]: (row["place"], row["left_out"]) for row in listed(made)}
    assert found == {"甲": (1, None), "乙": (None, "never"), "丙": (2, None)}


def test_places_are_counted_within_an_edition(listed) -> None:
    made = unit_ranking.rank_units(
        figures(("甲", 40, 0.5), ("乙", 40, 0.6, {"edition": "wecom"}), ("丙", 40, 0.4, {"edition": "wecom"})),
        ["edition"],
    )
    found = {row["unit"]: (row["place"], row["ranked_units"]) for row in listed(made)}
    assert found == {"甲": (1, 1), "乙": (1, 2), "丙": (2, 2)}


rates = st.lists(st.integers(0, 20).map(lambda each: each / 20), min_size=1, max_size=12)


@given(st.lists(rates, min_size=1, max_size=6))
@settings(max_examples=4, deadline=None)
def test_a_place_is_one_more_than_the_number_of_better_units(found_rates) -> None:
    units = (
        (f"{n:02}", 50, rate, {"edition": f"{edition}"})
        for edition, its_rates in enumerate(found_rates)
        for n, rate in enumerate(its_rates)
    )
    made = unit_ranking.rank_units(figures(*units), ["edition"])
    for row in made.to_pyarrow().to_pylist():
        assert row["place"] == 1 + sum(rate > row["active_rate"] for rate in found_rates[int(row["edition"])])


def test_each_group_is_compared_by_its_own_holes(listed) -> None:
    def level(**rates):
        return ibis.memtable(
            pa.table(
                {
                    "unit": list(rates),
                    "active": [each[0] for each in rates.values()],
                    "active_rate": [each[1] for each in rates.values()],
                }
            )
        )

    made = unit_ranking.compare_units(
        level(甲=(10, 0.5), 乙=(8, 0.4), 丙=(6, 0.3)),
        level(甲=(5, 0.25), 乙=(4, 0.2), 丙=(3, 0.15), 丁=(2, 0.1)),
        MEASURES,
        columns=["active", "active_rate"],
        by=["unit"],
        gap_groups=groups("乙"),
        gap_groups_before=groups("丙"),
    )
    found = {
        row["unit"]: (row["active"], row["active_rate"], row["active_change"], row["is_complete"])
        for row in listed(made)
    }
    assert found == {
        "甲": (10, 0.5, 5, True),
        "乙": (8, None, None, False),  # a lower bound
        "丙": (6, 0.3, None, True),
        "丁": (0, None, -2, True),
    }


def test_the_typical_rate_is_that_of_the_comparable_units(listed) -> None:
    ranking = unit_ranking.rank_units(figures(("甲", 40, 0.2), ("乙", 40, 0.4), ("丙", 40, 0.9), ("丁", 3, 1.0)))
    assert listed(unit_ranking.median_rates(ranking, ["active_rate"])) == [{"active_rate": 0.4}]


@pytest.mark.parametrize(
    ("active", "worked", "weeks"),
    [
        ([9, 3, 3], [5, 5, 5], 2),
        ([3, 3, 3], [5, 5, 5], 3),  # as far back as is known
        ([3, 3, 4], [5, 5, 5], 0),  # 4 of 10 is not below 0.4
        ([3, None, 3], [5, 5, 5], 1),  # a hole ends the row
        ([3, 0, 3], [5, 0, 5], 1),  # so does a week of holidays
        ([3, 3, None], [5, 5, 5], 0),
    ],
)
def test_how_long_a_unit_has_been_low(listed, active, worked, weeks) -> None:
    table = pa.table(
        {
            "week_on": [MONDAY + n * WEEK for n in range(3)],
            "worked_days": worked,
            "unit": ["甲"] * 3,
            "active": pa.array(active, pa.int64()),
        }
    )
    enabled = ibis.memtable(pa.table({"unit": ["甲"], "enabled": [10]}))
    assert listed(unit_ranking.low_weeks(ibis.memtable(table), enabled, ["unit"])) == [
        {"unit": "甲", "low_weeks": weeks}
    ]
