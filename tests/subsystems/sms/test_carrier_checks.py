"""Carriers by day: delivery rate, latency of the reports, backlog."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest

from ntanalytics.findings.finding import Finding
from ntanalytics.findings.threshold import Threshold
from ntanalytics.periods import Period
from ntanalytics.subsystems import RULES
from ntanalytics.subsystems.sms import SUBSYSTEM
from tests.subsystems.made import ON, Row, events, judge, statuses

BY_DAY = ("sms.delivery_rate", "sms.receipt_latency_p95_s", "sms.backlog")
RATE, LATENCY = BY_DAY[:2]
MONDAY = dt.date(2026, 11, 16)


def _sent(
    day: int, rate: float, latency: float | None = 8.0, carrier: str = "unicom", settled: int = 1000
) -> list[Row]:
    """Return the messages of a day of November, of which a share was delivered and the rest failed."""
    delivered = round(rate * settled)
    shared = {"day": dt.date(2026, 11, day), "carrier": carrier, "application": "oa"}
    return [
        {**shared, "outcome": "delivered", "receipt_latency_s": latency, "events": delivered},
        {**shared, "outcome": "failed", "events": settled - delivered},
    ]


def _messages(*days: list[Row]) -> dict[str, pa.Table]:
    return {"sms.messages": events("sms.messages", [row for day in days for row in day])}


def _judge(*days: list[Row], codes: tuple[str, ...] = BY_DAY, **more: Any) -> dict[str, Finding]:
    return {finding.code: finding for finding in judge(SUBSYSTEM, codes, _messages(*days), **more)}


def test_a_carrier_whose_delivery_rate_fell_is_critical_with_its_usual_rate_and_since() -> None:
    findings = _judge(_sent(16, 0.989), _sent(17, 0.99), _sent(18, 0.989), _sent(19, 0.94), _sent(20, 0.71))
    rate, latency = findings[RATE], findings[LATENCY]
    assert (rate.entity.identity, rate.entity.label, rate.status, rate.value) == (
        "carrier/unicom", "中国联通", "critical", 0.71,
    )  # fmt: skip
    assert (rate.since, rate.since_is_bound) == (dt.date(2026, 11, 19), False)
    assert rate.comparison is not None
    assert (rate.comparison.kind, rate.comparison.value) == ("usual", 0.989)
    assert (latency.status, latency.value, latency.since) == ("ok", 8.0, None)
    assert latency.comparison is not None
    assert latency.comparison.value == 8.0


def test_a_backlog_is_judged_and_a_carrier_without_waiting_messages_has_none() -> None:
    waiting = {"day": ON, "carrier": "unicom", "application": "oa", "outcome": None, "events": 1500}
    findings = judge(
        SUBSYSTEM, ["sms.backlog"], _messages(_sent(20, 0.99), _sent(20, 0.99, carrier="mobile"), [waiting])
    )
    assert [(finding.entity.key, finding.status, finding.value) for finding in findings] == [
        ("mobile", "ok", 0.0),
        ("unicom", "critical", 1500.0),
    ]


@pytest.mark.parametrize(("back", "few"), [(1, "unknown"), (2, "unknown"), (3, "ok")])
def test_a_backlog_is_a_lower_bound_over_a_day_of_the_72_hours_that_is_not_held(back: int, few: str) -> None:
    waiting = {"day": ON, "carrier": "unicom", "application": "oa", "outcome": None}
    sent, gaps = _sent(20, 0.99), (ON - dt.timedelta(days=back),)
    judged = [_judge(sent, [{**waiting, "events": count}], gaps=gaps)["sms.backlog"] for count in (50, 1500)]
    assert [finding.status for finding in judged] == [few, "critical"]
    assert [finding.certainty for finding in judged] == ["exact", "lower_bound" if few == "unknown" else "exact"]


def test_a_day_that_was_not_extracted_is_unknown_in_every_check() -> None:
    gaps = (dt.date(2026, 11, 19), ON)
    findings = _judge(_sent(18, 0.99), gaps=gaps)
    assert list(findings) == list(BY_DAY)
    for finding in findings.values():
        assert (finding.status, finding.unknown, finding.value) == ("unknown", "missing", None)
        assert (finding.entity.key, finding.since) == ("unicom", gaps[0])


def test_without_any_message_the_figures_are_unknown_and_nothing_waits() -> None:
    findings = _judge()
    assert [(code, finding.status, finding.unknown) for code, finding in findings.items()] == [
        (RATE, "unknown", "no_value"),
        (LATENCY, "unknown", "no_value"),
    ]


def test_too_few_messages_of_a_day_are_not_judged() -> None:
    # a quiet Sunday needs no line that says so
    assert list(_judge(_sent(20, 0.93, settled=399))) == [LATENCY, "sms.backlog"]
    assert list(_judge(_sent(20, 0.5, settled=4))) == ["sms.backlog"]


def test_failures_of_few_messages_are_told_where_they_are_beyond_chance() -> None:
    rate = _judge(_sent(20, 0.5, settled=399))[RATE]
    assert rate.status == "critical"
    assert rate.value == pytest.approx(0.5, abs=0.01)


def test_a_latency_that_no_report_tells_is_unknown() -> None:
    finding = _judge(_sent(20, 0.99, latency=None))[LATENCY]
    assert (finding.status, finding.unknown) == ("unknown", "no_value")


def test_the_limits_are_the_sites() -> None:
    stricter = {**RULES, RATE: replace(RULES[RATE], threshold=Threshold(0.99, 0.9, "up"))}
    assert _judge(_sent(20, 0.98), rules=stricter)[RATE].status == "warning"


@pytest.mark.parametrize(
    ("days", "value", "on", "beyond", "status"),
    [
        ([_sent(16, 0.98), _sent(18, 0.71), _sent(19, 0.93)], 0.71, 18, 2.0, "critical"),
        ([_sent(16, 0.98), _sent(18, 0.97)], 0.97, 18, 0.0, "ok"),
        ([_sent(15, 0.5), _sent(16, 0.98)], 0.98, 16, 0.0, "ok"),  # the bad day is before the week
    ],
)
def test_the_worst_day_of_a_week_is_told_with_its_date(
    days: list[list[Row]], value: float, on: int, beyond: float, status: str
) -> None:
    finding = _judge(*days, period=Period.week(MONDAY))[RATE]
    assert (finding.status, finding.value) == (status, value)
    assert (finding.details["day"], finding.figures["days_beyond"]) == (f"2026-11-{on}", beyond)


def test_the_longest_latency_of_a_week_is_told() -> None:
    days = [_sent(16, 0.98, 10.0), _sent(18, 0.98, 12.0), _sent(19, 0.98, 11.0)]
    finding = _judge(*days, period=Period.week(MONDAY))[LATENCY]
    assert (finding.status, finding.value, finding.details["day"]) == ("ok", 12.0, "2026-11-18")


def test_of_a_week_a_day_of_a_handful_of_messages_is_not_judged() -> None:
    findings = _judge(_sent(16, 0.9, settled=10), period=Period.week(MONDAY))
    assert [(finding.status, finding.unknown, finding.figures["count"]) for finding in findings.values()] == [
        ("unknown", "too_few", 10.0),
        ("unknown", "too_few", 10.0),
    ]


def test_a_week_whose_days_have_too_few_messages_is_judged_as_a_whole() -> None:
    days = [_sent(16, 0.93, settled=200), _sent(17, 0.92, settled=200), _sent(18, 0.94, settled=200)]
    finding = _judge(*days, period=Period.week(MONDAY))[RATE]
    assert finding.status == "warning"
    assert finding.value == pytest.approx(0.93)
    assert "day" not in finding.details
    over_a_gap = _judge(*days, period=Period.week(MONDAY), gaps=(dt.date(2026, 11, 20),))[RATE]
    assert (over_a_gap.status, over_a_gap.unknown) == ("unknown", "incomplete")


def test_of_a_week_a_day_that_was_not_extracted_may_be_the_worst() -> None:
    gap = dt.date(2026, 11, 17)
    finding = _judge(_sent(16, 0.98), _sent(17, 0.1), period=Period.week(MONDAY), gaps=(gap,))[RATE]
    assert (finding.status, finding.unknown) == ("unknown", "incomplete")  # it may have been a bad day
    bad = _judge(_sent(16, 0.8), _sent(17, 0.1), period=Period.week(MONDAY), gaps=(gap,))[RATE]
    assert (bad.status, bad.value) == ("critical", 0.8)


def test_each_carrier_is_judged_by_its_own() -> None:
    messages = _messages(_sent(16, 0.98), _sent(16, 0.85, carrier="mobile"))
    findings = judge(SUBSYSTEM, [RATE], messages, period=Period.week(MONDAY))
    assert statuses(findings) == [("carrier/mobile", "critical"), ("carrier/unicom", "ok")]
