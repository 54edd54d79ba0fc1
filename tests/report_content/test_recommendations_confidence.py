"""Confidence of a recommendation: the days of the data that its own checks judge from, and of no others."""

from __future__ import annotations

from ntanalytics.report_content.recommendations import confidence_by_rule
from ntanalytics.subsystems import SUBSYSTEMS


def test_a_register_that_is_missing_makes_no_disk_less_sure() -> None:
    shares = {"infra.patches": 0.0, "infra.metrics": 0.9, "infra.requests": 0.5}
    sure = confidence_by_rule(SUBSYSTEMS, shares)
    assert sure["infra.disk_used"] == 0.9
    assert sure["infra.error_rate"] == 0.5
    assert sure["sms.delivery_rate"] == 1.0


def test_of_several_datasets_the_one_counts_that_is_known_on_fewest_days() -> None:
    check = next(
        item for system in SUBSYSTEMS for item in system.checks if len(set(item.reads) - set(item.optional)) > 1
    )
    first, second = [name for name in check.reads if name not in check.optional][:2]
    assert confidence_by_rule(SUBSYSTEMS, {first: 0.8, second: 0.3})[check.rule] == 0.3
    assert confidence_by_rule(SUBSYSTEMS, {first: 0.2, second: 0.3})[check.rule] == 0.2
