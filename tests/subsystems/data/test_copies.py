"""Rows that a source gives again under other numbers: told with the member and the hours that they are of."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from ntanalytics.findings.finding import Finding, Window, violations
from ntanalytics.subsystems import word
from ntanalytics.subsystems.data.checks import CHECKS
from ntanalytics.subsystems.sms import SUBSYSTEM
from tests.subsystems.made import ON, at, days, judge

DATA = replace(SUBSYSTEM, checks=CHECKS)


def _messages(day: dt.date, carrier: str, count: int = 100) -> list[dict[str, Any]]:
    """Return messages from eight on, one every three minutes and a fraction of a second."""
    return [
        {
            "message_id": f"{carrier}-{day}-{n}", "application": "oa", "carrier": carrier, "unit": "u", "segments": 1,
            "outcome": "delivered", "day": day,
            "submitted_at": at(day, 8) + dt.timedelta(seconds=180 * n, milliseconds=7),
        }
        for n in range(count)
    ]  # fmt: skip


PAST = [
    message for row in days(20) if row["day"] <= ON for carrier in ("mobile", "unicom")
    for message in _messages(row["day"], carrier)
]  # fmt: skip
TODAY = [message for message in PAST if message["day"] == ON]


def _again(messages: list[dict[str, Any]], **changed: Any) -> list[dict[str, Any]]:
    return [{**message, "message_id": f"{message['message_id']}-2", **changed} for message in messages]


def _judged(more: list[dict[str, Any]], past: list[dict[str, Any]] = PAST) -> list[Finding]:
    return violations(judge(DATA, ["data.copied_rows"], {"sms.messages": [*past, *more]}))


def test_nothing_is_told_where_no_row_comes_again() -> None:
    assert _judged([]) == []


def test_twenty_messages_of_a_carrier_that_come_again_are_told_of_it_with_their_hours() -> None:
    mobile = [message for message in TODAY if message["carrier"] == "mobile"]
    (finding,) = _judged(_again(mobile[20:40]))  # from nine to ten
    assert (finding.status, finding.value) == ("warning", pytest.approx(20 / 220))
    assert dict(finding.figures)["copied_rows"] == 20.0
    assert finding.window == Window(ON, 9 * 3600.0, 10 * 3600.0)
    assert finding.entity.label == "运营商 中国移动"
    assert "220 行中有 20 行与另一行除编号外完全相同" in word(finding).evidence


def test_copies_of_all_members_are_of_the_dataset_and_a_fifth_of_them_is_critical() -> None:
    (finding,) = _judged(_again(TODAY))
    assert (finding.status, finding.value, finding.entity.key) == ("critical", 0.5, "test/sms.messages")


def test_few_copies_and_rows_that_differ_in_anything_are_none() -> None:
    assert _judged(_again(TODAY[:4])) == []
    assert _judged(_again(TODAY, segments=2)) == []


def test_what_comes_twice_every_day_is_the_way_of_its_source() -> None:
    assert _judged([], past=[*PAST, *_again(PAST)]) == []
