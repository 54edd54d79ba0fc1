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
