"""Changes within noise."""

from __future__ import annotations

import pytest

from ntanalytics.metrics import MEASURES
from ntanalytics.metrics.noise import is_steady, is_steady_count, is_steady_rate


@pytest.mark.parametrize(
    ("now", "before", "steady"),
    [
        (9477, 9484, True),  # 0.07 %
        (10_100, 10_000, True),  # 1.0 %, beyond chance or not
        (10_290, 10_000, False),  # 2.9 %, and chance explains 285
        (2404, 2382, True),  # 0.9 %
        (103, 100, True),  # 3 %, and chance explains 28
        (104, 100, False),  # chance would explain it, 3 % do not
        (5, 4, False),
        (0, 0, True),
    ],
)
def test_a_count_is_steady_within_chance_and_three_percent(now: float, before: float, steady: bool) -> None:
    assert is_steady_count(now, before) is steady


@pytest.mark.parametrize(("change", "digits", "steady"), [(0.002, 1, True), (0.0021, 1, False), (0.0004, 2, False)])
def test_a_rate_is_steady_within_two_units_of_its_last_digit(change: float, digits: int, steady: bool) -> None:
    assert is_steady_rate(change, digits) is steady
    assert is_steady_rate(-change, digits) is steady


def test_a_measure_tells_which_noise_is_its_own() -> None:
    assert is_steady(MEASURES["delivery_rate"], 0.9742, 0.9737)
    assert not is_steady(MEASURES["platform_availability"], 0.9999, 0.9975)
    assert is_steady(MEASURES["active"], 2404, 2382)
