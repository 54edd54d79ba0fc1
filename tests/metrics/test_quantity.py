from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ntanalytics.metrics import MEASURES
from ntanalytics.metrics.quantity import UNKNOWN, quantity

SENT, RATE = MEASURES["submitted"], MEASURES["delivery_rate"]
NUMBERS = st.one_of(st.none(), st.integers(0, 10**9), st.floats(0, 1e9), st.just(math.nan))


def test_a_count_over_a_gap_is_a_lower_bound_and_any_other_figure_is_unknown() -> None:
    count, rate = quantity(SENT, 12, is_complete=False), quantity(RATE, 0.97, is_complete=False)
    assert (count.certainty, count.value, count.reason) == ("lower_bound", 12, "gap")
    assert (rate.certainty, rate.value, rate.reason) == ("unknown", None, "gap")


def test_only_an_exact_zero_is_none() -> None:
    assert quantity(SENT, 0).is_none
    assert not quantity(SENT, 0, is_complete=False).is_none
    assert not quantity(SENT, None).is_none


@given(NUMBERS)
def test_over_a_gap_no_figure_reads_as_exact(value: float | None) -> None:
    text = quantity(SENT, value, is_complete=False).text
    assert text == UNKNOWN or text.startswith("≥ ")


@given(NUMBERS, NUMBERS, st.booleans(), st.booleans())
def test_a_change_needs_both_figures_exact(now: float, before: float, is_complete: bool, was_complete: bool) -> None:
    figures = quantity(SENT, now, is_complete=is_complete), quantity(SENT, before, is_complete=was_complete)
    if not all(figure.is_exact for figure in figures):
        assert figures[0].change_from(figures[1]) is None


def test_the_change_of_a_rate_is_a_difference_and_of_a_count_a_share() -> None:
    assert quantity(RATE, 0.976).change_from(quantity(RATE, 0.987)) == pytest.approx(-0.011)
    assert quantity(SENT, 110).change_from(quantity(SENT, 100)) == pytest.approx(0.1)
    assert quantity(SENT, 110).change_from(quantity(SENT, 0)) is None


def test_a_share_above_its_whole_is_no_figure() -> None:
    share = quantity(MEASURES["active_rate"], 1.76)
    assert (share.text, share.certainty, share.reason) == (UNKNOWN, "unknown", "gap")
    assert quantity(MEASURES["active_rate"], 1.0).text == "100.0%"
    # what is held against another figure, and no share of it, may be any number
    for name in ("active_change_rate", "difference_rate", "load_peak", "training_rate"):
        assert quantity(MEASURES[name], 1.76).is_exact
