"""What is open is counted however old it is (docs/domain.md, No horizon)."""

from __future__ import annotations

import pytest

from tests.truth.city import City
from tests.truth.comparison import Comparison, compare, matching
from tests.truth.figures import Figures
from tests.truth.known import known_in
from tests.truth.old_cases import DELIVERIES, UNIT


@pytest.fixture(scope="module")
def shown(old_city: City) -> Figures:
    """The figures of the weekly report of the city with old cases."""
    return old_city.shown("weekly_service_report", old_city.plan.week)


@pytest.fixture(scope="module")
def true(old_city: City) -> Figures:
    """The second computation for that city."""
    return old_city.true("weekly_service_report", old_city.plan.week)


def part(shown: Figures, true: Figures, block: str, row: str, column: str = "*") -> Comparison:
    """Compare the figures that a pattern names."""
    wanted = [(block, row, column)]
    named = [{key: figures[key] for key in matching(figures, wanted)} for figures in (shown, true)]
    found = compare(*named)
    assert found.compared
    return found


def test_ticket_open_for_more_than_a_year_is_overdue(shown: Figures, true: Figures) -> None:
    """A ticket that was opened 17 months ago counts as open and overdue."""
    assert not part(shown, true, "board", "desk.overdue_tickets:tickets/all").differences


def test_crash_that_lasts_for_months_is_told(shown: Figures, true: Figures) -> None:
    """A crash that began in August and lasts is the longest one of the week."""
    assert not part(shown, true, "clocks", "2026-08-03*").differences


def test_deliveries_unsigned_for_a_hundred_days_are_overdue(shown: Figures, true: Figures) -> None:
    """Deliveries of August that nobody signed for put their unit among the first."""
    assert (true["overdue", UNIT, "overdue_deliveries"] or 0) >= DELIVERIES
    assert not part(shown, true, "overdue", "*", "overdue_deliveries").differences


def test_task_of_half_a_year_counts_when_it_ends(shown: Figures, true: Figures) -> None:
    """A task that began half a year ago counts in the week in which it was finished, with all of its hours."""
    assert not part(shown, true, "handling", "辅助决策").differences


def test_nothing_else_differs(old_city: City, shown: Figures, true: Figures) -> None:
    """Old cases change no figure but those of their own blocks."""
    found = compare(shown, true)
    own = [("board", "desk.*", "*"), ("clocks", "*", "*"), ("overdue", "*", "*"), ("handling", "辅助决策", "*")]
    known = [item.pattern for item in known_in("weekly_service_report", old_city.plan.seed)]
    explained = matching([item.key for item in found.differences], [*own, *known])
    assert not [str(item) for item in found.differences if item.key not in explained]
