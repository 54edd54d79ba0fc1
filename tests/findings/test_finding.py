from __future__ import annotations

import pytest

from ntanalytics.findings.finding import Finding, Threshold, judge, ranked, summary, worst


def _finding(state: str) -> Finding:
    return Finding("code", "sms", "中国联通", "送达率", state, None, "rate:1", "", "")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "state"),
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
def test_a_rate_of_success_must_not_fall_below_its_thresholds(value: float | None, state: str) -> None:
    assert judge(value, 0.97, 0.95, "up") == state


@pytest.mark.parametrize(("value", "state"), [(100, "ok"), (101, "warning"), (1000, "warning"), (1001, "critical")])
def test_a_backlog_must_not_rise_above_its_thresholds(value: float, state: str) -> None:
    assert judge(value, 100, 1000, "down") == state


def test_thresholds_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(ValueError, match="no worse"):
        Threshold(0.95, 0.97, "up")
    with pytest.raises(ValueError, match="no worse"):
        Threshold(10, 5, "down")


def test_what_is_wrong_comes_first_and_the_rest_keeps_its_order() -> None:
    assert [each.state for each in ranked(map(_finding, ("ok", "unknown", "critical", "warning")))] == [
        "critical",
        "warning",
        "unknown",
        "ok",
    ]


def test_the_summary_counts_every_state_zeros_included() -> None:
    assert summary(map(_finding, ("ok", "critical", "ok"))) == {"critical": 1, "warning": 0, "unknown": 0, "ok": 2}


def test_nothing_seen_is_unknown_and_never_in_order() -> None:
    assert worst([]) == "unknown"
    assert worst(["ok", "unknown"]) == "unknown"
    assert worst(["ok", "warning", "unknown"]) == "warning"
