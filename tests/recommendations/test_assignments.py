"""Deadlines of what inspections saw, in the report of an inspection and in that of a longer period."""

from __future__ import annotations

from datetime import date
from typing import Any

from ntanalytics.findings.finding import Entity, Finding
from ntanalytics.findings.lifecycle import FindingLifecycle, LifecycleState
from ntanalytics.recommendations.with_cause import Assignment, assignment_of
from ntanalytics.subsystems import RULES

MONDAY, TUESDAY, WEDNESDAY, SUNDAY = (date(2026, 11, day) for day in (16, 17, 18, 22))
#: A carrier: its provider has a week.
SLOW = Finding(
    rule=RULES["sms.delivery_rate"], entity=Entity("carrier", "unicom", "中国联通"), status="critical", value=0.8
)


def _lifecycle(opened: date, closed: date | None, **more: Any) -> FindingLifecycle:
    return FindingLifecycle(
        code=SLOW.code, entity=SLOW.entity, check="送达率", opened_on=opened, begun_on=opened, is_older=False,
        confirmed_on=opened, status="critical", value=0.8, format="", worst="critical", closed_on=closed, **more,
    )  # fmt: skip


def _given(since: date | None, *lifecycles: FindingLifecycle) -> Assignment | None:
    return assignment_of(SLOW, SUNDAY, LifecycleState(on=SUNDAY, lifecycles=lifecycles, since=since))


def test_what_an_inspection_of_the_week_saw_has_its_deadline_in_the_report_of_the_week() -> None:
    """Seen on Tuesday, within a week: the 24th, as the inspection said, and not a week after Sunday."""
    owner = "服务供应商"
    seen, before = _lifecycle(TUESDAY, WEDNESDAY), _lifecycle(date(2026, 11, 13), MONDAY)
    assert _given(MONDAY, seen) == Assignment(owner, date(2026, 11, 24), can_be_late=False)
    assert _given(MONDAY, before) == Assignment(owner, date(2026, 11, 29))  # no inspection of the week saw it
    assert _given(None, seen) == Assignment(owner, date(2026, 11, 29))  # to an inspection it is new
    assert _given(MONDAY, _lifecycle(TUESDAY, None)) == Assignment(owner, date(2026, 11, 24))
    assert _given(MONDAY, _lifecycle(MONDAY, TUESDAY), _lifecycle(WEDNESDAY, SUNDAY)) == Assignment(
        owner, date(2026, 11, 25), can_be_late=False
    )
