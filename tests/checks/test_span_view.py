"""Completeness of a dataset over days of its own."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import ibis
import pytest

from ntanalytics.checks.span_view import since
from tests.subsystems.made import ON, days


@pytest.mark.parametrize(("back", "is_complete"), [(0, True), (2, True), (3, False), (9, False), (-1, False)])
def test_a_gap_counts_from_the_first_day_on(back: int, is_complete: bool) -> None:
    calendar = ibis.memtable(days(9, gaps=(ON - dt.timedelta(days=3),)))
    view: Any = SimpleNamespace(days=calendar, was_complete=True, note="", unknown_measures=frozenset(), absent_note="")
    assert since(view, ON - dt.timedelta(days=back)).is_complete is is_complete
