"""Every cause has a success criterion, for a reader to check against a report."""

from __future__ import annotations

from dataclasses import replace

from ntanalytics.findings.rule import with_limits
from ntanalytics.recommendations.causes import CAUSES, CAUSES_BY_CODE
from ntanalytics.subsystems import RULES


def test_every_cause_has_a_success_criterion_as_a_clause() -> None:
    criteria = [with_limits(cause.success, RULES) for cause in CAUSES]
    assert all(words and not words.endswith("。") and "{" not in words for words in criteria)


def test_a_criterion_has_the_limits_of_the_site() -> None:
    rule = RULES["sms.delivery_rate"]
    site = RULES | {rule.code: replace(rule, threshold=replace(rule.threshold, warning=0.97, critical=0.92))}
    carriers = CAUSES_BY_CODE["carriers"]
    assert with_limits(carriers.success, RULES) == "各运营商月送达率不低于 95.0%，无单日低于 90.0%"
    assert with_limits(carriers.success, site) == "各运营商月送达率不低于 97.0%，无单日低于 92.0%"
