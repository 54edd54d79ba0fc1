"""Columns that many more rows than usual lack, and the figures that they make lower bounds."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import pytest

from ntanalytics.metrics.figures import figures
from ntanalytics.metrics.unfilled import Unfilled, is_far_beyond, usual_share


@pytest.mark.parametrize(
    ("nulls", "of", "usual", "is_beyond"),
    [
        (10, 1000, 0.0, False),  # one in a hundred
        (11, 1000, 0.0, True),
        (41, 1000, 0.03, False),  # 11 beyond 30, and four deviations of 31 are 22.3
        (53, 1000, 0.03, True),
        (3, 20, 0.0, False),  # chance
        (5, 20, 0.0, True),
        (0, 0, 0.0, False),
    ],
)
def test_far_beyond_is_one_in_a_hundred_and_no_chance(nulls: int, of: int, usual: float, is_beyond: bool) -> None:
    assert is_far_beyond(nulls, of, usual) is is_beyond


def test_what_is_usual_is_the_middle_of_some_days() -> None:
    assert (usual_share([0.0, 0.3, 0.01]), usual_share([])) == (0.01, 0.0)


@dataclass(frozen=True)
class _Covered:
    unfilled: Unfilled
    is_complete: bool = True
    was_complete: bool = True
    note: str = ""
    missing: list[dt.date] = field(default_factory=list)


def _lacking(now: tuple[str, ...] = (), before: tuple[str, ...] = ()) -> _Covered:
    note, is_now, was_before = "缺。" if now else "", {"gateway": {*now}}, {"gateway": {*before}}
    return _Covered(Unfilled(dataset="sms.messages", now=is_now, before=was_before, note=note))


def test_failures_of_a_class_are_lower_bounds_where_many_lack_their_code() -> None:
    lacking = _Covered(Unfilled(dataset="sms.messages", now={"gateway": {"failure_code"}}))
    rows = [
        {"failure_class": "number_invalid", "failed": 78, "failed_share": 0.78},
        {"failure_class": None, "failed": 22, "failed_share": 0.22},
    ]
    known, nameless = figures(rows, lacking)
    assert (known.certainty("failed"), known.certainty("failed_share")) == ("lower_bound", "unknown")
    assert (nameless.certainty("failed"), figures([{"failed": 100}], lacking).total.certainty("failed")) == (
        "exact",
        "exact",
    )


UNITS = [
    {"unit": "甲局", "submitted": 8, "submitted_before": 9, "delivery_rate": 0.5},
    {"unit": None, "submitted": 4, "submitted_before": 1, "delivery_rate": 0.5},
]


def test_figures_by_a_column_that_many_rows_lack_are_lower_bounds() -> None:
    made = figures(UNITS, _lacking(now=("unit",)))
    names = ("submitted", "submitted_before", "delivery_rate")
    unit, nobody = ([row.certainty(name) for name in names] for row in made)
    assert unit == ["lower_bound", "unknown", "unknown"]
    assert nobody == ["exact", "exact", "exact"]
    assert (made.note, figures([{"submitted": 12}], _lacking(now=("unit",))).note) == ("缺。", "")
    assert made.calling("unit", "无单位")[1]["unit"] == "无单位"


def test_of_the_period_before_only_what_is_held_against_it_is_unknown() -> None:
    made = figures(UNITS, _lacking(before=("unit",)))
    assert [made[0].certainty(name) for name in ("submitted", "submitted_before")] == ["exact", "unknown"]


def test_a_column_is_known_by_the_name_under_which_figures_show_it() -> None:
    """An access has the id of its application, and a table its name."""
    view = _Covered(Unfilled(dataset="sso.accesses", now={"portal": {"app_id"}}, note="缺。"))
    made = figures([{"app": "公文交换", "accesses": 8}, {"app": None, "accesses": 4}], view)
    assert [row.certainty("accesses") for row in made] == ["lower_bound", "exact"]
    assert (made.note, figures([{"accesses": 12}], view).note) == ("缺。", "")
    assert figures([{"unprobed_apps": 2}], view).total.certainty("unprobed_apps") == "lower_bound"


def test_persons_whom_rows_do_not_name_may_be_more() -> None:
    view = _Covered(Unfilled(dataset="identity.logins", now={"maxkey": {"account_id"}}))
    row = figures([{"logins": 9, "login_users": 7, "login_users_change": 2}], view).total
    assert [row.certainty(name) for name in ("logins", "login_users", "login_users_change")] == [
        "exact",
        "lower_bound",
        "unknown",
    ]


def test_of_what_nobody_wrote_down_no_bound_holds() -> None:
    view = _Covered(Unfilled(dataset="docexchange.deliveries", now={"exchange": {"signed_at"}}))
    names = ("deliveries", "signed_deliveries", "pending_deliveries", "overdue_deliveries", "signed_in_time_rate")
    row = figures([{**dict.fromkeys(names[:-1], 9), names[-1]: 0.5}], view).total
    assert [row.certainty(name) for name in names] == ["exact", "lower_bound", "unknown", "unknown", "unknown"]
    assert row.quantity("overdue_deliveries").value is None


def test_groups_that_know_their_own_gaps_are_left_to_them() -> None:
    rows = [{**UNITS[0], "is_complete": True, "was_complete": True}]
    assert figures(rows, _lacking(now=("unit",)))[0].certainty("submitted") == "exact"
