"""Every figure of the five reports equals that of a second computation over the sources, for two demo cities."""

from __future__ import annotations

import logging

import pytest

from tests.truth.city import City
from tests.truth.comparison import Comparison, compare, matching
from tests.truth.known import LEFT_OUT, known_in

LOG = logging.getLogger(__name__)

#: Report → fewest figures that are compared in it, so that none is lost unseen.
LEAST = {
    "weekly_service_report": 1000,
    "daily_inspection": 1000,
    "sms_volume": 2000,
    "oa_adoption": 1250,
    "optimization_recommendations": 375,
}


def check(city: City, report: str, period: str) -> Comparison:
    """Compare a report with the second computation; fail on every difference that is not known."""
    found = compare(city.shown(report, period), city.true(report, period))
    LOG.info("%s %s, seed %s: %s", report, period, city.plan.seed, found.summary())
    known = known_in(report, city.plan.seed)
    explained = matching([item.key for item in found.differences], [item.pattern for item in known])
    wrong = [str(item) for item in found.differences if item.key not in explained]
    assert not wrong, wrong[:30]
    gone = [item.reason for item in known if item.pattern not in explained.values()]
    assert not gone, f"these differences are gone, take them from known.py: {gone}"
    excused = matching(found.left_out, LEFT_OUT)
    forgotten = sorted(
        {(block, column) for block, row, column in found.left_out if (block, row, column) not in excused}
    )
    assert not forgotten, f"figures without a second computation: {forgotten}"
    assert found.compared >= LEAST[report]
    return found


@pytest.mark.parametrize(
    "report", ["weekly_service_report", "sms_volume", "oa_adoption", "optimization_recommendations"]
)
def test_figures_of_a_week(two_cities: City, report: str) -> None:
    """The figures of a week are those of the sources."""
    check(two_cities, report, two_cities.plan.week)


def test_figures_of_a_day(two_cities: City) -> None:
    """The figures of an inspected day are those of the sources."""
    check(two_cities, "daily_inspection", two_cities.plan.day)


def test_figures_of_a_month_with_bills(two_cities: City) -> None:
    """The segments of a month beside the carriers' bills are those of the sources."""
    if two_cities.sources.first.day != 1:
        pytest.skip("the city has no whole month")
    found = check(two_cities, "sms_volume", "2026-10")
    assert found.compared > 2000
