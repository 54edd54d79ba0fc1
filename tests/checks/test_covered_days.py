"""Completeness of a dataset over days of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import ibis
import pytest

from ntanalytics.checks.covered_days import since
from ntanalytics.contract import dataset
from ntanalytics.periods import Period
from tests.subsystems.made import ON, days


@pytest.mark.parametrize(("back", "is_complete"), [(0, True), (2, True), (3, False), (9, False), (-1, False)])
def test_a_gap_counts_from_the_first_day_on(back: int, is_complete: bool) -> None:
    assert since(_view((ON - dt.timedelta(days=3),)), ON - dt.timedelta(days=back)).is_complete is is_complete


def test_a_damaged_day_that_a_check_judges_is_a_gap() -> None:
    assert since(_view(()), ON).is_complete
    assert not since(_view((), missing=[ON]), ON).is_complete


def _view(gaps: tuple[dt.date, ...], missing: Sequence[dt.date] = ()) -> Any:
    calendar = ibis.memtable(days(9, gaps=gaps))
    return SimpleNamespace(
        contract=dataset("desk.tickets"),
        period=Period.day(ON),
        rejected_rows=lambda *_: 0,
        days=calendar,
        missing=missing,
        was_complete=True,
        note="",
        sources=["maxkey"],
        unknown_measures=frozenset(),
        absent_note="",
    )
