"""What the inspection of a day finds in OA, messaging, SMS and document exchange of the demo city."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from ntanalytics.extraction import Extractor
from ntanalytics.findings.finding import Finding
from ntanalytics.ledger import Ledger
from ntanalytics.periods import Period
from ntanalytics.subsystems import check_context
from ntanalytics.subsystems.docexchange.checks import inspect_docexchange
from ntanalytics.subsystems.im.checks import inspect_im
from ntanalytics.subsystems.oa.checks import inspect_oa
from ntanalytics.subsystems.sms.checks import inspect_sms
from ntanalytics.workspace import Workspace
from ntanalytics.workspace.report import Report
from tests.city import UNTIL, City

ASKED = (inspect_docexchange, inspect_oa, inspect_im, inspect_sms)
DATASETS = [
    "docexchange.documents", "docexchange.deliveries", "docexchange.interface_calls", "oa.activities", "oa.tasks",
    "im.messages", "im.sessions", "sms.messages", "sms.bills",
]  # fmt: skip


@pytest.fixture(scope="module")
def inspected(city: City) -> Callable[[str], dict[str, Finding]]:
    """What is wrong on a day, by the rule's code."""
    extractor = Extractor(city.settings, Ledger(city.settings.ledger), None, city.clock)
    extractor.extract(DATASETS, UNTIL - dt.timedelta(days=55), UNTIL)
    workspace = Workspace(city.settings)

    def of(day: str) -> dict[str, Finding]:
        context = check_context(Report(workspace, "daily_inspection", "巡检", Period.day(dt.date.fromisoformat(day))))
        return {each.code: each for ask in ASKED for each in ask(context) if each.state in ("warning", "critical")}

    return of


def test_messages_that_stopped_and_reports_that_came_late(inspected):
    found = inspected("2026-11-12")
    assert found["im.lull"].state == "critical"
    assert "im.messages_fall" not in found  # said once
    assert found["sms.late_rise"].subject == "中国电信"
    assert "sms.receipt_latency_p95_s" not in found


def test_calls_that_failed_and_a_carrier_that_did(inspected):
    assert inspected("2026-11-17")["docexchange.calls_failing"].subject == "政务服务网"
    found = inspected("2026-11-18")
    assert (found["sms.failures_rise"].subject, found["sms.failures_rise"].state) == ("中国联通", "critical")
    assert not {"sms.delivery_rate", "sms.internal_failures_rise", "sms.carrier_unlike"} & set(found)


def test_a_bill_that_differs_is_told_once_the_month_is_over(inspected):
    assert inspected("2026-11-18")["sms.bill"].subject == "中国联通"
    assert "sms.bill" not in inspected("2026-10-30")


def test_documents_that_came_back_and_a_mailing_that_nobody_announced(inspected):
    assert inspected("2026-11-05")["docexchange.returns_rise"].subject == "市统计局"
    assert inspected("2026-11-09")["sms.application_rise"].subject == "12345热线回访"


def test_an_edition_that_was_down_is_told_and_its_modules_are_not(inspected):
    found = inspected("2026-11-03")
    assert (found["oa.lull"].subject, found["oa.lull"].state) == ("企业微信版（移动端）", "critical")
    assert "oa.module_lull" not in found


def test_clients_that_fell_back_are_told_since_the_first_day(inspected):
    assert (inspected("2026-11-20")["im.old_client"].subject, inspected("2026-11-20")["im.old_client"].since) == (
        "Spark 2.8.3",
        "11月13日",
    )


def test_a_quiet_weekend_is_in_order(inspected):
    assert set(inspected("2026-11-07")) <= {"sms.bill"}
