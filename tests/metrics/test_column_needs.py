"""Columns that a source may lack, and the measures that are unknown then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from ntanalytics import contract
from ntanalytics.metrics import MEASURES
from ntanalytics.metrics.column_needs import NEEDED, NEEDED_OF_ONE, SKEWED, unknown_measures
from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.metrics.figures import figures


@pytest.mark.parametrize("needs", [NEEDED, NEEDED_OF_ONE], ids=["every", "one"])
def test_each_column_may_be_null_and_each_measure_is_there(needs: dict[str, tuple[str, ...]]) -> None:
    for place, measures in needs.items():
        dataset, _, column = place.rpartition(".")
        assert contract.dataset(dataset).column(column).nullable
        assert set(measures) <= MEASURES.keys()


def test_a_column_that_one_source_lacks_makes_its_measures_unknown() -> None:
    assert unknown_measures("oa.tasks", {"a": {"due_at"}}, ["a", "b"]) == {"overdue_tasks"}
    assert unknown_measures("oa.tasks", {"a": {"unit"}}, ["a"]) == frozenset()
    assert unknown_measures("oa.tasks", {}, ["a"]) == frozenset()


def test_a_share_of_what_is_known_needs_one_source_with_the_column() -> None:
    lacking = {"a": {"is_ofd"}, "b": {"is_ofd"}}
    assert unknown_measures("docexchange.documents", {"a": {"is_ofd"}}, ["a", "b"]) == frozenset()
    assert unknown_measures("docexchange.documents", lacking, ["a", "b"]) == {"ofd_share"}


def test_a_measure_of_an_absent_column_is_a_bound_or_unknown_and_its_change_too() -> None:
    values = {"closed_tickets": 3, "closed_tickets_change": 1, "resolution_rate": 0.9, "opened_tickets": 7}
    row = FigureRow(values, absent={"closed_tickets", "resolution_rate"})
    assert row.quantity("closed_tickets").text == "≥ 3 件"
    assert row.quantity("closed_tickets_change").text == "未知"
    assert row.certainty("resolution_rate") == "unknown"
    assert row.quantity("opened_tickets").is_exact


def test_what_a_missing_column_would_make_a_fact_has_no_bound() -> None:
    row = FigureRow({"open_now": 12, "closed_tickets": 0}, absent={"open_now"}, unbounded={"open_now"} & SKEWED)
    assert row.quantity("open_now").text == "未知"
    assert {"in_force", "overdue_tasks", "unconfirmed_changes"} <= SKEWED


_OUTCOME_AND_UNIT = frozenset({"outcome", "unit"})


@dataclass(frozen=True)
class _Lacking:
    """Messages of a source that has no outcome and no unit."""

    is_complete: bool = True
    was_complete: bool = True
    note: str = ""
    absent_note: str = "数据源 sms 没有最终状态、单位。"
    absent_columns: Mapping[str, frozenset[str]] = field(default_factory=lambda: {"sms": _OUTCOME_AND_UNIT})

    @property
    def unknown_measures(self) -> frozenset[str]:
        """Measures that need the outcome."""
        return unknown_measures("sms.messages", self.absent_columns, ["sms"])


def test_where_a_null_counts_as_a_fact_there_is_not_even_a_bound() -> None:
    made = figures([{"carrier": "unicom", "unknown": 5244, "pending": 12, "delivered": 7}], _Lacking())
    assert [made.total.certainty(name) for name in ("unknown", "pending", "delivered")] == [
        "unknown",
        "unknown",
        "lower_bound",
    ]
    assert made.total.quantity("unknown").text == "未知"


def test_rows_that_a_lacking_column_would_tell_apart_have_its_note() -> None:
    assert figures([{"unit": None, "submitted": 5}], _Lacking()).note == _Lacking().absent_note
    assert figures([{"carrier": "unicom", "submitted": 5}], _Lacking()).note == ""
