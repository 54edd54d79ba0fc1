"""Completeness of cases of which nobody wrote down on some days which of them ended."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest

from ntanalytics.findings.finding import Finding
from ntanalytics.findings.text import word
from ntanalytics.periods import Period
from ntanalytics.reports.blocks.head import AsOf
from ntanalytics.subsystems.data.checks import CHECKS
from ntanalytics.subsystems.data.text import TEXTS
from tests.subsystems.data.given import RULES
from tests.subsystems.made import ON

DELIVERIES, CODE = "docexchange.deliveries", "data.completeness"


def _days(*days: int) -> tuple[dt.date, ...]:
    return tuple(dt.date(2026, 11, day) for day in days)


def _judged(unended: tuple[dt.date, ...], period: Period) -> Finding:
    """Return the completeness of the deliveries of a period, of which none were signed for on some days."""
    view = SimpleNamespace(
        unended={"test": unended} if unended else {}, unreported=SimpleNamespace(is_now=False), damages={}, undated={}
    )
    context: Any = SimpleNamespace(
        needs={DELIVERIES: 0},
        on=period.last,
        period=period,
        workspace=SimpleNamespace(calendar=SimpleNamespace(is_likely_worked=lambda day: day.weekday() < 5)),
        shared=lambda _: [AsOf(source="test", dataset=DELIVERIES, label="分发记录", rows=9)],
        dataset=lambda *_: view,
        origin=lambda *_: {},
    )
    check = next(check for check in CHECKS if check.rule == CODE)
    [finding] = check.evaluate(context, RULES[CODE])
    return finding


@pytest.mark.parametrize("unended", [(), _days(13), _days(13, 19)])
def test_days_before_the_inspected_one_leave_its_data_whole(unended: tuple[dt.date, ...]) -> None:
    assert _judged(unended, Period.day(ON)).status == "ok"


@pytest.mark.parametrize(
    ("unended", "since"), [(_days(20), 20), (_days(11, 19, 20), 19), (_days(13, 16, 17, 18, 19, 20), 13)]
)
def test_the_inspected_day_is_unknown_since_the_ends_ceased(unended: tuple[dt.date, ...], since: int) -> None:
    finding = _judged(unended, Period.day(ON))
    assert (finding.status, finding.unknown, finding.since) == ("unknown", "incomplete", dt.date(2026, 11, since))
    assert "11月20日没有一条签收时间，是否未回写不明" in word(finding, TEXTS).evidence


def test_a_week_names_its_own_days() -> None:
    assert _judged(_days(13), Period.week(ON)).status == "ok"
    assert (
        "11月17日、11月19日至20日没有一条签收时间"
        in word(_judged(_days(13, 17, 19, 20), Period.week(ON)), TEXTS).evidence
    )
