"""Plan of the coming week: what is due on one day stands in one line, and each item on its own deadline."""

from __future__ import annotations

from datetime import date

from ntanalytics.findings.dispositions import Dispositions
from ntanalytics.findings.finding import Finding, subsystem_entity
from ntanalytics.findings.lifecycle import FindingLifecycle, LifecycleState
from ntanalytics.recommendations.with_cause import worded
from ntanalytics.report_content.next_week import deadlines
from ntanalytics.report_content.open_items import open_items
from ntanalytics.subsystems import RULES

FRIDAY, SUNDAY = date(2026, 11, 20), date(2026, 11, 22)


def _down(subsystem: str) -> Finding:
    rule = RULES["infra.availability"]
    return Finding(rule=rule, entity=subsystem_entity(subsystem), status="critical", value=0.98, format="rate:2")


def test_items_of_one_rule_with_two_deadlines_stand_on_both_days_as_in_the_list_of_open_items() -> None:
    """One outage was seen on Friday, and its provider has a week; the other two are seen by the report of the week."""
    found = [_down(name) for name in ("docexchange", "identity", "sso")]
    seen = FindingLifecycle(
        code=found[0].code, entity=found[0].entity, check="可用率", opened_on=FRIDAY, begun_on=FRIDAY, is_older=False,
        confirmed_on=FRIDAY, status="critical", value=0.98, format="", worst="critical",
    )  # fmt: skip
    state = LifecycleState(on=SUNDAY, lifecycles=(seen,))
    planned = {row["on"]: str(row["item"]) for row in deadlines(found, (), SUNDAY, state, {})}
    assert [(on, "等2项" in item) for on, item in planned.items()] == [("2026-11-27", False), ("2026-11-29", True)]
    listed = open_items(worded(found, SUNDAY, state), state, Dispositions()).rows
    assert [row["due"] for row in listed] == ["11月27日前", "11月29日前", "11月29日前"]
