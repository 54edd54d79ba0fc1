"""Since when, hosts and problems: by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ntanalytics.checks.onset import by_day, from_moment
from ntanalytics.findings.finding import Threshold
from ntanalytics.findings.rule import Rule, evaluate_rules, not_applicable

ON = dt.date(2026, 11, 20)  # a Friday
FAILING = Rule(
    "identity.login_failure_rate", "login_failure_rate", Threshold(0.1, 0.3, "down"), "核查", "a reason",
    of="logins", min_count=50,
)  # fmt: skip


def failing(*rates: float | None, logins: int = 100) -> list[dict[str, Any]]:
    return [
        {
            "day": ON - dt.timedelta(days=len(rates) - 1 - place),
            "is_covered": rate is not None,
            "logins": logins,
            "login_failure_rate": rate,
        }
        for place, rate in enumerate(rates)
    ]


def test_since_when_is_read_from_the_days_and_only_where_something_is_wrong():
    [critical] = by_day(evaluate_rules([FAILING], failing(0.4)[-1:]), FAILING, failing(0.05, 0.2, 0.4), ON)
    assert critical.since == "11月19日"
    [fine] = by_day(evaluate_rules([FAILING], failing(0.05)[-1:]), FAILING, object(), ON)  # type: ignore[arg-type]
    assert fine.since is None  # the days were not even read
    quiet = failing(0.05, 0.2, 0.9, 0.4)
    quiet[2]["logins"] = 3  # a day of three logins says nothing
    [critical] = by_day(evaluate_rules([FAILING], failing(0.4)[-1:]), FAILING, quiet, ON)
    assert critical.since == "11月18日"


def test_since_when_is_told_by_a_moment_in_local_time():
    found = evaluate_rules([FAILING], failing(0.4))
    late = dt.datetime(2026, 11, 18, 17, tzinfo=dt.UTC)
    assert from_moment(found, FAILING.code, {"统一身份认证": late}, 8)[0].since == "11月19日"
    assert from_moment(found, FAILING.code, {"另一个": late}, 8)[0].since is None


def test_what_is_not_due_is_in_order_and_says_why():
    found = not_applicable("im.im_messages", "即时通讯", "消息")
    assert (found.state, found.evidence) == ("ok", "非工作日，不作判断。")
