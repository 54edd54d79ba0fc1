"""Every cause has a success criterion, for a reader to check against a report."""

from __future__ import annotations

from ntanalytics.recommendations.causes import CAUSES


def test_every_cause_has_a_success_criterion_as_a_clause() -> None:
    assert all(cause.success and not cause.success.endswith("。") for cause in CAUSES)
