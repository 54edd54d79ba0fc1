"""Overrides of rules by a site hold; those of unknown rules are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from ntanalytics.checks.site_rules import site_rules
from ntanalytics.errors import SettingsError
from ntanalytics.findings.judgement import evaluate_rules
from ntanalytics.findings.threshold import Threshold
from ntanalytics.metrics.figures import case_list
from ntanalytics.settings import load
from ntanalytics.subsystems import RULES


def _rules(tmp_path: Path, said: str):
    path = tmp_path / "ntanalytics.yml"
    path.write_text(f"rules:\n  {said}\n", encoding="utf-8")
    return site_rules(load(path), RULES)


def test_a_site_sets_limits_and_the_rest_stays(tmp_path: Path) -> None:
    rules = _rules(tmp_path, "infra.error_rate: {watch: 0.4, bad: 0.5}")
    assert rules["infra.error_rate"].threshold == Threshold(0.4, 0.5, "down")
    assert rules["infra.error_rate"].advice == RULES["infra.error_rate"].advice
    assert rules["infra.cpu"] == RULES["infra.cpu"]


def test_a_rule_that_is_off_finds_nothing(tmp_path: Path) -> None:
    rule = _rules(tmp_path, "identity.orphan_accounts: {enabled: false}")["identity.orphan_accounts"]
    assert evaluate_rules([rule], case_list([{"orphan_accounts": 9000}])) == []


def test_an_unknown_rule_is_refused_with_the_one_that_was_meant(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"identity\.orphan_accounts"):
        _rules(tmp_path, "identity.orphan_account: {enabled: false}")


def test_limits_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="less grave than the warning limit") as error:
        _rules(tmp_path, "infra.error_rate: {watch: 0.5}")
    assert "rules.infra.error_rate" in str(error.value)


@pytest.mark.parametrize(
    "said",
    [
        "sms.delivery_rate: {warning: 95, critical: 90}",  # percent
        "docexchange.overdue_deliveries: {warning: -1}",
        "oa.active_fall: {warning: 0.2, critical: 0.4}",  # a fall is below 0
    ],
)
def test_a_limit_that_no_value_reaches_is_refused(tmp_path: Path, said: str) -> None:
    with pytest.raises(SettingsError, match="no value of this rule is near its limit"):
        _rules(tmp_path, said)


def test_a_load_may_be_more_than_one(tmp_path: Path) -> None:
    assert _rules(tmp_path, "infra.load: {warning: 3}")["infra.load"].threshold.warning == 3


def test_an_unknown_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="warn"):
        _rules(tmp_path, "infra.error_rate: {warn: 0.5}")


def test_what_a_site_says_of_a_rule_that_surveillance_replaced_is_read_and_changes_nothing(tmp_path: Path) -> None:
    rules = _rules(tmp_path, "im.files_rise: {enabled: false}")
    assert "im.files_rise" not in rules
    assert rules["im.surveillance"] == RULES["im.surveillance"]
