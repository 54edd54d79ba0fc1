"""First day of a condition, read from the days before or from a moment."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from ntanalytics.checks.onset import with_onset, with_onset_at
from ntanalytics.findings.finding import Entity
from ntanalytics.findings.judgement import evaluate_rules
from ntanalytics.findings.rule import Rule
from ntanalytics.findings.threshold import Threshold
from ntanalytics.metrics.figures import case_list
from ntanalytics.periods import Period
from tests.subsystems.made import ON, Row, context_of

FAILING = Rule(
    "identity.login_failure_rate", "login_failure_rate", Threshold(0.1, 0.3, "down"), "核查", "a reason",
    count_measure="logins", min_count=50,
)  # fmt: skip


def _days(*rates: float | None, logins: int = 100) -> list[Row]:
    """Return the days up to the Friday; None is a gap."""
    return [
        {
            "day": ON - dt.timedelta(days=len(rates) - 1 - number),
            "is_covered": rate is not None,
            "logins": logins,
            "login_failure_rate": rate,
        }
        for number, rate in enumerate(rates)
    ]


def _since(today: float, daily: Any) -> tuple[dt.date | None, bool]:
    [finding] = with_onset(evaluate_rules([FAILING], case_list(_days(today))), FAILING, daily, ON)
    return finding.since, finding.since_is_bound


def test_the_onset_is_the_first_of_the_days_in_a_row_that_break_the_limit() -> None:
    assert _since(0.4, _days(0.05, 0.2, 0.4)) == (ON - dt.timedelta(days=1), False)
    assert _since(0.4, _days(None, 0.2, 0.4)) == (ON - dt.timedelta(days=1), True)  # or in the gap
    assert _since(0.4, _days(0.2, 0.4)) == (ON - dt.timedelta(days=1), True)  # it may have begun before the first day


def test_without_a_violation_the_days_are_not_read() -> None:
    assert _since(0.05, object()) == (None, False)


def test_a_day_of_few_events_neither_begins_nor_ends_the_condition() -> None:
    days = _days(0.05, 0.2, 0.9, 0.4)
    days[2]["logins"] = 3
    assert _since(0.4, days) == (ON - dt.timedelta(days=2), False)


def test_each_entity_has_its_own_onset() -> None:
    def method(row: Any) -> Entity:
        return Entity("method", row["method"], row["method"])

    daily = [{**row, "method": "ca"} for row in _days(0.2, 0.4)] + [{**row, "method": "sms"} for row in _days(0, 0.4)]
    findings = evaluate_rules([FAILING], case_list([row for row in daily if row["day"] == ON]), method)
    onsets = {finding.entity.key: finding.since for finding in with_onset(findings, FAILING, daily, ON, method)}
    assert onsets == {"ca": ON - dt.timedelta(days=1), "sms": ON}


def test_an_onset_from_a_moment_is_its_local_day() -> None:
    context, findings = context_of(Period.day(ON)), evaluate_rules([FAILING], case_list(_days(0.4, 0.05)))
    late = dt.datetime(2026, 11, 18, 17, tzinfo=dt.UTC)
    dated = with_onset_at(context, findings, FAILING.code, {"identity": late})
    assert [(finding.status, finding.since) for finding in dated] == [("critical", dt.date(2026, 11, 19)), ("ok", None)]
    bound = [replace(finding, certainty="lower_bound") for finding in findings]
    assert [
        with_onset_at(context, made, FAILING.code, {"identity": late})[0].since_is_bound for made in (findings, bound)
    ] == [False, True]
    for moments in ({"another": late}, {"identity": None}):
        assert with_onset_at(context, findings, FAILING.code, moments)[0].since is None
