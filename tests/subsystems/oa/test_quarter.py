"""Rules over the OA of a quarter."""

from __future__ import annotations

import datetime as dt

from ntanalytics.checks.check import QUARTER
from ntanalytics.subsystems.oa import SUBSYSTEM
from tests.subsystems.made import ON, events, judge


def _used(module: str, users: int, back: int = 30) -> list[dict[str, object]]:
    day = ON - dt.timedelta(days=back)
    return [{"day": day, "events": 1, "module": module, "user_id": f"u{number}"} for number in range(users)]


def test_a_module_that_one_in_a_hundred_uses_is_idle() -> None:
    used = [
        *_used("documents", 1000),
        *_used("cars", 10),
        *_used("mail", 20),
        *_used("supplies", 1),
        *_used("other", 5000),
    ]
    data = {"oa.activities": events("oa.activities", used)}
    findings = judge(SUBSYSTEM, ("oa.seldom_used",), data, spans=(QUARTER,))
    assert {finding.entity.key: (finding.status, finding.value, finding.figures["users"]) for finding in findings} == {
        "cars": ("warning", 0.01, 10.0),
        "supplies": ("critical", 0.001, 1.0),
    }


def test_a_module_that_was_used_before_the_quarter_alone_is_not_told() -> None:
    used = [*_used("documents", 1000), *_used("cars", 10, back=91)]
    data = {"oa.activities": events("oa.activities", used)}
    assert judge(SUBSYSTEM, ("oa.seldom_used",), data, spans=(QUARTER,)) == []
