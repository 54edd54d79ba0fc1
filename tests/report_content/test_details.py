"""Details: each code that leads to a block is one of the rules; what has no table leads to the list of all checks."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from ntanalytics.findings.finding import Entity, Finding
from ntanalytics.findings.threshold import Status
from ntanalytics.report_content.details import BOARD, INSPECTION, WEEKLY, detail_of, details_of
from ntanalytics.subsystems import RULES, SUBSYSTEMS


def found(code: str, status: Status = "critical") -> Finding:
    return Finding(rule=RULES[code], entity=Entity("thing", code, code), status=status, value=1.0)


@pytest.mark.parametrize("details", [WEEKLY, INSPECTION])
def test_each_code_is_that_of_a_rule_or_of_a_subsystem(details: Mapping[str, str]) -> None:
    assert set(details) <= {*RULES, *(item.id for item in SUBSYSTEMS)}


def test_a_rule_leads_further_than_its_subsystem() -> None:
    assert detail_of(found("oa.handling"), WEEKLY) == "handling"
    assert detail_of(found("oa.lull"), WEEKLY) == "adoption"
    assert detail_of(found("im.lull"), WEEKLY) == BOARD


def test_the_list_of_all_checks_does_not_lead_to_itself() -> None:
    listed = [found("sms.backlog"), found("im.lull"), found("sms.delivery_rate", "ok")]
    assert details_of(listed, WEEKLY) == {listed[0].identity: "sms"}
