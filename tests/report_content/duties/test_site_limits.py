"""A duty and the check of the same thing have one limit: that of the rule, as the site has it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from ntanalytics.checks.context import CheckContext
from ntanalytics.periods import Period
from ntanalytics.report_content.duties.duty import judge as judge_duty
from ntanalytics.report_content.duties.listing import DUTIES
from ntanalytics.subsystems import RULES
from ntanalytics.subsystems.desk import SUBSYSTEM
from tests.report_content.duties.contract_year import LAST, Year
from tests.subsystems.made import Row, at, judge


@pytest.mark.parametrize(("least", "result", "status"), [(6, "met", "ok"), (8, "short", "warning")])
def test_the_team_is_as_large_as_the_rule_of_the_site_demands(least: int, result: str, status: str) -> None:
    month = Period.month(LAST)
    day = month.first
    roster = [
        {"month_on": day, "person": str(number), "role": "engineer", "day": day, "source": "test"}
        for number in range(7)
    ]
    rules = {
        **RULES,
        "desk.team": replace(RULES["desk.team"], threshold=replace(RULES["desk.team"].threshold, warning=least)),
    }
    span = Year({"desk.roster": roster}).span(month)
    record = judge_duty(DUTIES["team"], replace(span, context=CheckContext(span.context.report, rules)))
    assert [(fact.result, fact.reason) for fact in record.facts] == [(result, "少于 8 人" if result == "short" else "")]
    assert record.target == f"每月不少于 {least} 人"
    [finding] = judge(SUBSYSTEM, ["desk.team"], {"desk.roster": roster}, period=month, rules=rules)
    assert finding.status == status


def test_a_ticket_waits_for_its_first_response_as_the_inspection_says() -> None:
    day = dt.date(2026, 11, 14)  # a Saturday
    saturday, after = at(day, 10), at(day + dt.timedelta(days=2), 10)
    given: dict[str, Row] = {
        "answered": {"responded_at": saturday + dt.timedelta(hours=2)},
        "late": {"responded_at": saturday + dt.timedelta(hours=2, minutes=1)},
        "closed unanswered": {"closed_at": saturday + dt.timedelta(hours=5)},
        # at the end of the day it had waited for 14 hours; that somebody closed it on Monday mends nothing
        "closed later": {"closed_at": after},
        "waits": {},
        "of the last hour": {"opened_at": at(day, 23)},
    }
    tickets = [
        {
            "ticket_no": number, "opened_at": saturday, "category": "account", "subsystem": "oa", "source": "test",
            "day": day, **row,
        }
        for number, row in given.items()
    ]  # fmt: skip
    facts = judge_duty(DUTIES["off_hours"], Year({"desk.tickets": tickets}).span(Period.day(day))).facts
    assert {fact.subject: fact.result for fact in facts} == {
        "answered": "met", "late": "short", "closed unanswered": "unproven", "closed later": "short", "waits": "short",
        "of the last hour": "open",
    }  # fmt: skip
    [finding] = judge(SUBSYSTEM, ["desk.late_responses"], {"desk.tickets": tickets}, period=Period.day(day))
    assert finding.value == 3


def test_a_unit_is_late_to_join_as_the_inspection_says() -> None:
    day = dt.date(2026, 11, 20)
    steps = ("account_on", "permission_on", "seal_on", "training_on")
    given: dict[str, tuple[int, Row]] = {
        # all four steps prove it, though the unit never confirmed
        "whole": (40, dict.fromkeys(steps, day)),
        "without a seal": (40, dict.fromkeys(steps, day) | {"seal_on": None}),
        "confirmed without a seal": (5, dict.fromkeys(steps, day) | {"seal_on": None, "finished_on": day}),
        "new": (30, {}),
    }
    register: list[Row] = [
        {
            "unit": unit, "subsystem": "docexchange", "noted_at": at(day - dt.timedelta(days=back), 9),
            "day": day - dt.timedelta(days=back), "changed_at": at(day, 9), "source": "test", **row,
        }
        for unit, (back, row) in given.items()
    ]  # fmt: skip
    facts = judge_duty(DUTIES["onboarding"], Year({"desk.onboardings": register}).span(Period.day(day))).facts
    assert {fact.subject: fact.result for fact in facts} == {
        "whole（公文交换）": "met",
        "without a seal（公文交换）": "short",
        "confirmed without a seal（公文交换）": "short",
        "new（公文交换）": "open",
    }
    data: dict[str, list[Row]] = {"desk.onboardings": register, "desk.tickets": []}
    findings = judge(SUBSYSTEM, ["desk.onboarding"], data, period=Period.day(day))
    assert {finding.entity.key for finding in findings} == {"without a seal", "confirmed without a seal"}


@pytest.mark.parametrize("report", ["weekly_service_report", "服务周报"])
def test_a_weekly_report_is_confirmed_under_either_name(report: str) -> None:
    # the report of week 46 is issued on Monday the 16th of November; its three working days end on Thursday the 19th
    day = dt.date(2026, 11, 19)
    signoffs: list[Row] = [
        {
            "report": report if week == 45 else "weekly_service_report", "period": f"2026-W{week}", "source": "test",
            "signed_on": signed_on, "day": signed_on,
        }
        for week in range(38, 46)
        for signed_on in [dt.date.fromisocalendar(2026, week, 1) + dt.timedelta(days=9)]
    ]  # fmt: skip
    facts = judge_duty(DUTIES["signoffs"], Year({"desk.signoffs": signoffs}).span(Period.month(day))).facts
    november = {fact.subject: fact.result for fact in facts}
    assert november["服务周报 2026-W45"] == "met"
    assert november["服务周报 2026-W46"] == "short"
    [finding] = judge(SUBSYSTEM, ["desk.unconfirmed_reports"], {"desk.signoffs": signoffs}, period=Period.day(day))
    assert (finding.entity.key, finding.details["weeks"]) == ("weekly_service_report", ("2026-W46",))
