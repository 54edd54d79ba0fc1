"""Parts of a rise: the member and the hours that hold most of what is more than usual."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ntanalytics.detectors.rise_parts import hours_of_rise, member_of_rise

COUNTS = st.dictionaries(st.integers(0, 23), st.floats(0, 1e6), max_size=24)


@pytest.mark.parametrize(
    ("today", "usual", "member"),
    [
        ({"fault": 14.0, "account": 4.0}, {"fault": 1.0, "account": 3.0}, "fault"),  # 13 of 14
        ({"fault": 8.0, "account": 8.0}, {"fault": 1.0, "account": 3.0}, None),  # 7 of 12
        ({"fault": 8.0, "account": 6.0}, {"fault": 2.0, "account": 3.0}, "fault"),  # 6 of 9: two thirds
        ({"new": 9.0}, {}, "new"),
        ({"fault": 90.0}, {"fault": 9.0, "account": 1.0}, None),  # as always
        ({"fault": 2.0}, {"fault": 3.0}, None),
        ({}, {}, None),
    ],
)
def test_the_member_of_most_of_a_rise(today: dict[str, float], usual: dict[str, float], member: str | None) -> None:
    assert member_of_rise(today, usual) == member


@pytest.mark.parametrize(
    ("more", "hours"),
    [
        ({2: 450.0, 3: 450.0}, (2, 4)),
        ({10: 100.0}, (10, 11)),
        ({8: 10.0, 12: 10.0, 16: 10.0}, None),  # far apart
        (dict.fromkeys(range(8, 18), 10.0), None),  # all day
        ({}, None),
    ],
)
def test_the_hours_of_most_of_a_rise(more: dict[int, float], hours: tuple[int, int] | None) -> None:
    usual = dict.fromkeys(range(8, 18), 50.0)
    today = {hour: usual.get(hour, 0.0) + more.get(hour, 0.0) for hour in range(24)}
    assert hours_of_rise(today, usual) == hours


def test_hours_that_most_is_always_of_lead_nowhere() -> None:
    assert hours_of_rise({9: 90.0, 10: 90.0}, {9: 30.0, 10: 30.0}) is None


@given(COUNTS, COUNTS)
def test_what_is_no_more_than_usual_has_no_part(today: dict[int, float], usual: dict[int, float]) -> None:
    if sum(today.values()) <= sum(usual.values()):
        assert member_of_rise(today, usual) is None
        assert hours_of_rise(today, usual) is None
