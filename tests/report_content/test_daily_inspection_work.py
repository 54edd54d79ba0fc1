"""What the inspection of a day finds in OA, messaging, SMS and document exchange of the demo city."""

from __future__ import annotations

import pytest

from tests.city import City, IssuedReports
from tests.report_content.inspected_days import InspectedDays, issued_findings


@pytest.fixture(scope="module")
def inspected(city: City) -> InspectedDays:
    return InspectedDays(city, ("docexchange", "oa", "im", "sms"))


def test_messages_that_stopped_and_reports_that_came_late(inspected: InspectedDays) -> None:
    found = inspected.violations("2026-11-12", "im", "sms")
    assert found["im.lull"].status == "critical"
    assert "im.surveillance" not in found  # told once
    assert found["sms.late_rise"].entity.identity == "carrier/telecom"
    assert "sms.receipt_latency_p95_s" not in found


def test_calls_that_failed(inspected: InspectedDays) -> None:
    assert inspected.violations("2026-11-17", "docexchange")["docexchange.calls_failing"].entity.label == "政务服务网"


def test_a_carrier_that_failed_is_told_once(inspected: InspectedDays) -> None:
    found = inspected.violations("2026-11-18", "sms")
    rise = found["sms.failures_rise"]
    assert (rise.entity.identity, rise.status) == ("carrier/unicom", "critical")
    assert not {"sms.delivery_rate", "sms.internal_failures_rise", "sms.carrier_unlike"} & set(found)
    assert found["sms.bill"].entity.identity == "carrier/unicom"  # of the month that is over


def test_a_bill_is_not_judged_before_its_month_is_over(inspected: InspectedDays) -> None:
    assert "sms.bill" not in inspected.violations("2026-10-30", "sms")


def test_documents_that_came_back(inspected: InspectedDays) -> None:
    found = inspected.violations("2026-11-05", "docexchange")
    assert found["docexchange.returns_rise"].entity.identity == "unit/市统计局"


def test_a_mailing_that_nobody_announced(inspected: InspectedDays) -> None:
    found = inspected.violations("2026-11-09", "sms")
    assert found["sms.application_rise"].entity.identity == "application/12345热线回访"


def test_an_edition_that_was_down_is_told_and_its_modules_are_not(inspected: InspectedDays) -> None:
    found = inspected.violations("2026-11-03", "oa")
    assert (found["oa.lull"].entity.label, found["oa.lull"].status) == ("企业微信版（移动端）", "critical")
    assert "oa.module_lull" not in found


def test_clients_that_fell_back_are_told_since_the_first_day(issued: IssuedReports) -> None:
    [old] = [each for each in issued_findings(issued) if each["code"] == "im.old_client"]
    assert (old["entity"]["label"], old["since"]) == ("Spark 2.8.3", "2026-11-13")
    assert old["status"] != "ok"


def test_a_quiet_weekend_is_in_order(inspected: InspectedDays) -> None:
    assert set(inspected.violations("2026-11-07")) <= {"sms.bill"}
