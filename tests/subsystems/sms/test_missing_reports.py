"""Days on which no carrier reported anything: their outcomes are unknown, and no carrier is blamed."""

from __future__ import annotations

import datetime as dt

import pytest

from ntanalytics.periods import Period
from ntanalytics.subsystems.sms import SUBSYSTEM
from tests.subsystems.made import ON, Row, events, judge

CODES = ("sms.delivery_rate", "sms.receipt_latency_p95_s", "sms.failures_rise", "sms.late_rise", "sms.carrier_unlike")
WEEK = Period.week(ON)


def _sent(lost: dt.date, fallen: dt.date | None = None) -> list[Row]:
    """Return 1,000 messages a day of two carriers, of which 990 are delivered; none is reported on the lost day."""
    found = []
    for place in range(40):
        day = ON - dt.timedelta(days=place)
        for carrier in ("mobile", "unicom"):
            delivered = 800 if day == fallen and carrier == "unicom" else 990
            shared = {"day": day, "carrier": carrier, "application": "oa", "slot": 10}
            told = {**shared, "outcome": "delivered", "receipt_latency_s": 8.0, "events": delivered}
            rest = {**shared, "outcome": "failed", "failure_code": "005", "events": 1000 - delivered}
            none = {**shared, "outcome": None, "events": 1000}
            found += [none] if day == lost else [told, rest]
    return found


def _judged(rows: list[Row], **more: object) -> dict[tuple[str, str], str]:
    data = {"sms.messages": events("sms.messages", rows)}
    findings = judge(SUBSYSTEM, CODES, data, **more)  # type: ignore[arg-type]
    return {(finding.code, finding.entity.key): finding.status for finding in findings}


def test_the_inspection_of_such_a_day_knows_no_outcome_of_any_carrier() -> None:
    judged = _judged(_sent(lost=ON))
    assert set(judged.values()) == {"unknown"}
    assert {("sms.delivery_rate", "mobile"), ("sms.delivery_rate", "unicom")} <= set(judged)


def test_the_inspection_of_the_day_after_holds_it_against_the_days_before() -> None:
    judged = _judged(_sent(lost=ON - dt.timedelta(days=1), fallen=ON))
    assert judged["sms.delivery_rate", "mobile"] == "ok"
    assert judged["sms.failures_rise", "unicom"] in ("warning", "critical")


@pytest.mark.parametrize(("fallen", "status"), [(None, "unknown"), (dt.date(2026, 11, 18), "critical")])
def test_a_week_with_such_a_day_is_unknown_unless_another_day_breaks_the_limit(
    fallen: dt.date | None, status: str
) -> None:
    judged = _judged(_sent(lost=dt.date(2026, 11, 17), fallen=fallen), period=WEEK)
    assert judged["sms.delivery_rate", "unicom"] == status
    assert judged["sms.delivery_rate", "mobile"] == "unknown"


def test_what_waits_is_unknown_as_long_as_messages_of_such_a_day_may_wait() -> None:
    def backlog(lost: dt.date) -> set[str]:
        data = {"sms.messages": events("sms.messages", _sent(lost))}
        return {finding.status for finding in judge(SUBSYSTEM, ["sms.backlog"], data)}

    assert backlog(ON - dt.timedelta(days=2)) == {"unknown"}
    assert backlog(ON - dt.timedelta(days=9)) == {"ok"}
