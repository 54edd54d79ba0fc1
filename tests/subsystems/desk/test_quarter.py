"""Rules over the tickets of a quarter."""

from __future__ import annotations

from ntanalytics.checks.check import QUARTER
from ntanalytics.findings.finding import Finding
from ntanalytics.subsystems.desk import SUBSYSTEM
from tests.subsystems.made import ON, events, judge


def _judged(**counts: int) -> list[Finding]:
    rows = [{"day": ON, "events": count, "category": category} for category, count in counts.items()]
    return judge(SUBSYSTEM, ("desk.concentrated",), {"desk.tickets": events("desk.tickets", rows)}, spans=(QUARTER,))


def test_a_category_with_more_than_two_fifths_of_the_tickets_has_a_root_of_its_own() -> None:
    [finding] = _judged(account=50, fault=40, other=10)
    assert (finding.entity.identity, finding.value, finding.status) == ("category/account", 0.5, "warning")
    assert finding.figures["tickets"] == 50.0


def test_too_few_tickets_are_not_concentrated() -> None:
    assert _judged(account=49) == []
