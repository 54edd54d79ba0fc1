"""Status of a value against two limits."""

from __future__ import annotations

import pytest

from ntanalytics.findings.threshold import Threshold, judge, worst


@pytest.mark.parametrize(
    ("value", "status"),
    [
        (0.98, "ok"),
        (0.97, "ok"),
        (0.96, "warning"),
        (0.95, "warning"),
        (0.94, "critical"),
        (None, "unknown"),
        (float("nan"), "unknown"),
    ],
)
def test_a_rate_of_success_must_not_fall_below_its_limits(value: float | None, status: str) -> None:
    assert judge(value, 0.97, 0.95, "up") == status
    assert Threshold(0.97, 0.95, "up").judge(value) == status


@pytest.mark.parametrize(("value", "status"), [(100, "ok"), (101, "warning"), (1000, "warning"), (1001, "critical")])
def test_a_backlog_must_not_rise_above_its_limits(value: float, status: str) -> None:
    assert judge(value, 100, 1000, "down") == status


def test_limits_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(ValueError, match="less grave"):
        Threshold(0.95, 0.97, "up")
    with pytest.raises(ValueError, match="less grave"):
        Threshold(10, 5, "down")


def test_without_a_status_the_worst_is_unknown_and_never_ok() -> None:
    assert worst([]) == "unknown"
    assert worst(["ok", "unknown"]) == "unknown"
    assert worst(["ok", "warning", "unknown"]) == "warning"
