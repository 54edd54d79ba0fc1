"""The strip of a check is what the issued inspections said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from ntanalytics.findings.finding import Entity, Finding
from ntanalytics.findings.lifecycle import ObservedDay, observe
from ntanalytics.findings.threshold import STATUSES, Status
from ntanalytics.findings.week_strip import week_strips
from ntanalytics.subsystems import RULES

RULE = RULES["sms.delivery_rate"]
ON = date(2026, 11, 20)
RATE = Finding(rule=RULE, entity=Entity("carrier", "unicom", "中国联通"), status="ok", value=0.99)


def _day(day: int, status: Status | None, *, codes: tuple[str, ...] = (RULE.code,)) -> ObservedDay:
    findings = [] if status is None else [replace(RATE, status=status)]
    return observe(date(2026, 11, day), findings, codes, is_working_day=True)


def _strip(*days: ObservedDay, today: Finding = RATE) -> str:
    return week_strips([today], days, ON)[RATE.identity]


def test_each_day_has_the_mark_of_its_inspection() -> None:
    days = [_day(14, "ok"), _day(16, "warning"), _day(17, "critical"), _day(18, "unknown"), _day(19, None)]
    assert _strip(*days, today=replace(RATE, status="critical")) == "●·▲■○●■"


def test_a_day_without_an_inspection_or_without_the_rule_says_nothing() -> None:
    assert _strip(_day(18, None, codes=())) == "······●"
    assert _strip(_day(13, "critical"), _day(21, "critical")) == "······●"


def test_what_could_not_be_judged_is_unknown_and_never_in_order() -> None:
    unsure = observe(date(2026, 11, 19), [], [RULE.code], unjudged=[RULE.code], is_working_day=True)
    assert _strip(unsure) == "·····○●"


@given(st.lists(st.sampled_from(sorted(STATUSES)), min_size=6, max_size=6))
def test_a_strip_is_equal_to_the_inspections(statuses: list[Status]) -> None:
    days = [_day(14 + number, status) for number, status in enumerate(statuses)]
    marks = "".join(STATUSES[status].partition(" ")[0] for status in statuses)
    assert _strip(*days) == f"{marks}●"
