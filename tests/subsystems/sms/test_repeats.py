"""Messages that an application sends twice."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pytest

from ntanalytics.findings.finding import Finding, Window
from ntanalytics.subsystems.sms import SUBSYSTEM
from tests.subsystems.made import ON, at, days, judge

CODE = "sms.repeated"


def _messages(day: dt.date, application: str, count: int = 120, units: int = 6) -> list[dict[str, Any]]:
    """Return messages of some units at random seconds from 8 to 18, the same in every run."""
    draw = random.Random(f"{day}{application}")
    return [
        {
            "message_id": f"{application}-{day}-{n}", "application": application, "carrier": "mobile",
            "unit": f"u{draw.randrange(units)}", "segments": 1, "outcome": "delivered", "day": day,
            "submitted_at": at(day, 8) + dt.timedelta(seconds=draw.randrange(36_000)),
        }
        for n in range(count)
    ]  # fmt: skip


def _again(messages: list[dict[str, Any]], lag_s: float, first: float = 0, last: float = 24) -> list[dict[str, Any]]:
    return [
        {
            **message,
            "message_id": f"{message['message_id']}-2",
            "submitted_at": message["submitted_at"] + dt.timedelta(seconds=lag_s),
        }
        for message in messages
        if at(message["day"], first) <= message["submitted_at"] < at(message["day"], last)
    ]


PAST = [
    message
    for row in days(40)
    if row["is_working_day"]
    for application in ("oa", "hotline")
    for message in _messages(row["day"], application)
]
TODAY = [message for message in PAST if message["day"] == ON and message["application"] == "oa"]


def _found(*more: dict[str, Any], past: list[dict[str, Any]] = PAST) -> list[Finding]:
    return judge(SUBSYSTEM, [CODE], {"sms.messages": [*past, *more]})


def test_an_application_that_sends_twice_for_two_hours_is_told_with_the_distance() -> None:
    more = _again(TODAY, 20, 9, 11)
    [finding] = _found(*more)
    assert (finding.entity.key, finding.value, finding.status) == ("oa", len(more), "warning")
    assert (finding.figures["lag_s"], finding.details["carriers"]) == (19.5, ("中国移动",))
    assert finding.window == Window(ON, 9 * 3600.0, 11 * 3600.0)


def test_chance_a_few_repeats_and_messages_sent_together_are_not_told() -> None:
    assert _found() == []
    assert _found(*_again(TODAY, 20)[:6]) == []
    assert _found(*_again(TODAY, 0)) == []
    assert _found(*_again(TODAY, 2)) == []


def test_an_application_that_always_reminds_after_a_minute_does_so_today() -> None:
    always = [again for message in PAST if message["application"] == "oa" for again in _again([message], 60)]
    assert _found(*always) == []


def test_a_busy_application_hides_no_repeats_and_chance_in_it_is_none() -> None:
    busy = [message for row in days(40) if row["is_working_day"] for message in _messages(row["day"], "city", 3000, 1)]
    own = [message for message in busy if message["day"] == ON]
    assert _found(*busy) == []
    [finding] = _found(*busy, *_again(own, 45, 10, 12))
    assert (finding.entity.key, finding.figures["lag_s"]) == ("city", 46.5)


def test_a_mailing_that_is_sent_evenly_repeats_nothing() -> None:
    even = [
        {**message, "message_id": f"{message['message_id']}-{n}"}
        for n in range(1, 6)
        for message in _again(TODAY, 20 * n, 9, 12)
    ]
    assert _found(*even) == []
    assert (
        len(
            _found(
                *_again(TODAY, 20, 9, 12),
                *({**each, "message_id": each["message_id"] + "3"} for each in _again(TODAY, 40, 9, 12)),
            )
        )
        == 1
    )


def test_nothing_is_told_over_a_gap() -> None:
    assert judge(SUBSYSTEM, [CODE], {"sms.messages": [*PAST, *_again(TODAY, 20)]}, gaps=(ON,)) == []


def test_a_day_that_is_compared_hour_by_hour_has_the_same_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    repeated = _again(TODAY, 40.0)
    whole = _found(*repeated)
    monkeypatch.setattr("ntanalytics.subsystems.sms.repeat_checks._MOST_AT_ONCE", 0)
    assert whole
    assert _found(*repeated) == whole
