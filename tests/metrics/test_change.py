from __future__ import annotations

import ibis
import ibis.expr.types as ir

from ntanalytics.metrics import change
from ntanalytics.metrics.measure import Measure, catalogue, count, rate

WORDS = catalogue([count("sent", "发送", "", ""), rate("rate", "率", ""), Measure("p95", "时延", "")])


def _table(rows: list[tuple[str | None, int, float | None]]) -> ir.Table:
    names = ("unit", "sent", "rate")
    schema = {"unit": "string", "sent": "int64", "rate": "float64"}
    return ibis.memtable([dict(zip(names, row, strict=True)) for row in rows], schema=schema)


def test_a_figure_is_compared_absolutely_and_relatively_and_a_rate_in_points(listed) -> None:
    now, before = _table([("甲", 120, 0.75)]).drop("unit"), _table([("甲", 100, 0.5)]).drop("unit")
    assert listed(change.compare(now, before, WORDS, columns=["sent", "rate"])) == [
        {
            "sent": 120,
            "sent_before": 100,
            "sent_change": 20,
            "sent_change_rate": 0.2,
            "rate": 0.75,
            "rate_before": 0.5,
            "rate_change": 0.25,
        }
    ]


def test_a_group_that_one_period_lacks_counts_zero_in_sums_and_null_in_rates(listed) -> None:
    now, before = _table([("甲", 3, 1.0), (None, 4, 0.5)]), _table([("乙", 5, 0.9), (None, 2, None)])
    found = listed(change.compare(now, before, WORDS, columns=["sent", "rate"], by=["unit"]))
    by_unit = {row["unit"]: row for row in found}
    assert set(by_unit) == {"甲", "乙", None}
    assert [by_unit["甲"][name] for name in ("sent", "sent_before", "sent_change", "sent_change_rate")] == [
        3,
        0,
        3,
        None,
    ]
    assert [by_unit["乙"][name] for name in ("sent", "sent_before", "sent_change", "sent_change_rate")] == [
        0,
        5,
        -5,
        -1.0,
    ]
    assert by_unit["乙"]["rate"] is None
    # nulls match nulls, and a null rate has no change
    assert [by_unit[None][name] for name in ("sent_change", "rate_before", "rate_change")] == [2, None, None]


def test_an_incomplete_earlier_period_suppresses_it_and_the_change(listed) -> None:
    now, before = _table([("甲", 3, 1.0)]), _table([("甲", 5, 0.9)])
    [row] = listed(change.compare(now, before, WORDS, columns=["sent"], by=["unit"], was_complete=False))
    assert row == {"unit": "甲", "sent": 3, "sent_before": None, "sent_change": None, "sent_change_rate": None}


def test_an_incomplete_period_has_no_change_and_a_group_it_lacks_is_unknown(listed) -> None:
    now, before = _table([("甲", 3, 1.0)]), _table([("甲", 5, 0.9), ("乙", 7, 0.9)])
    found = listed(change.compare(now, before, WORDS, columns=["sent"], by=["unit"], is_complete=False))
    assert {row["unit"]: row["sent"] for row in found} == {"甲": 3, "乙": None}
    assert [row["sent_change"] for row in found] == [None, None]


def test_measures_that_compare_makes_are_derived_for_quantities_only() -> None:
    made = change.with_changes([*WORDS.values(), Measure("seen_at", "时间", "", format="datetime")])
    assert [each.name for each in made] == [
        "sent",
        "sent_before",
        "sent_change",
        "sent_change_rate",
        "rate",
        "rate_before",
        "rate_change",
        "p95",
        "p95_before",
        "p95_change",
        "p95_change_rate",
        "seen_at",
    ]


def test_a_gap_of_one_part_touches_no_figure_of_another(listed) -> None:
    now, before = _table([("甲", 3, 0.5)]).drop("unit"), _table([("甲", 5, 0.75)]).drop("unit")
    parts = [change.ComparedPart(["rate"]), change.ComparedPart(["sent"], is_complete=False)]
    [row] = listed(change.compare_parts(now, before, WORDS, parts))
    assert row == {
        "rate": 0.5, "rate_before": 0.75, "rate_change": -0.25,
        "sent": 3, "sent_before": 5, "sent_change": None, "sent_change_rate": None,
    }  # fmt: skip
