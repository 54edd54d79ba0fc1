"""The rules of the daily inspection: each makes the findings of one subject from its metrics.

Where a figure is not known, the state is ``unknown`` and never ``ok``; the evidence says why. ``on`` is the
inspected day (local).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from ntanalytics.contract.sms import CARRIERS
from ntanalytics.detectors.series import Series, by_subject
from ntanalytics.findings.finding import Finding, State
from ntanalytics.metrics.rows import Rows, rows
from ntanalytics.findings.rule import Rule
from ntanalytics.findings.sentences import limits, measured, spaced

#: A rate of fewer settled messages or requests than that says nothing.
FEWEST_EVENTS = 20


def sms(
    daily: Rows,
    backlog: Rows,
    on: date,
    rules: Mapping[str, Rule],
) -> list[Finding]:
    """Delivery rate, receipt latency and backlog of each carrier.

    Args:
        daily: ``metrics.sms.daily`` by carrier over the days before ``on`` (what is usual, since when) and ``on``.
        backlog: ``metrics.sms.backlog`` by carrier.
        on: the inspected day.
        rules: the rules, as the site has them.

    Returns:
        Three findings a carrier that sent anything in those days, without those of rates where the day's messages are
        too few; one ``unknown`` when none did.
    """
    waiting = {row["carrier"]: float(row["backlog"]) for row in rows(backlog)}
    found: list[Finding] = []
    for carrier, series in by_subject(rows(daily), "carrier", on).items():
        subject = CARRIERS.get(carrier, carrier)
        today = series.today
        settled = sum(today.get(name) or 0 for name in ("delivered", "failed", "unknown"))
        found += [
            _of_series(series, rules[code], form, subject)
            for code, form in (("sms.delivery_rate", "rate:1"), ("sms.receipt_latency_p95_s", "seconds"))
            # a quiet Sunday says nothing, and needs no line that says so
            if not series.today or settled >= max(FEWEST_EVENTS, rules[code].min_count)
        ]
        found.append(_of_backlog(series, waiting.get(carrier, 0.0), rules["sms.backlog"], subject))
    return found or [_nothing("sms.messages", "sms", "短信平台", "短信")]


def _of_series(series: Series, rule: Rule, form: str, subject: str) -> Finding:
    today, name, threshold, check = series.today, rule.measure, rule.threshold, rule.words
    advice = rule.advice
    value = today.get(name)
    state: State = threshold.judge(value)
    since: str | None = None
    if not today:
        state, since, evidence = "unknown", series.missing_since(), f"{spaced(check, '未知')}：数据缺失。"
        advice = "检查数据源与抽取任务"
    elif value is None:
        evidence, advice = f"{spaced(check, '未知')}：当日无可计算的数据。", ""
    else:
        since = series.since(name, threshold)
        evidence = measured(check, value, threshold, form, usual=series.usual(name))
        advice = "" if state == "ok" else advice
    return Finding(
        rule.code,
        rule.subsystem,
        subject,
        check,
        state,
        None if state == "unknown" else value,
        form,
        limits(threshold, form),
        evidence,
        since,
        advice,
    )


def _of_backlog(series: Series, waiting: float, rule: Rule, subject: str) -> Finding:
    check, advice, threshold = rule.words, rule.advice, rule.threshold
    if not series.today:
        return Finding(
            "sms.backlog",
            "sms",
            subject,
            check,
            "unknown",
            None,
            "integer",
            limits(threshold, "integer", "条"),
            f"{spaced(check, '未知')}：数据缺失。",
            series.missing_since(),
            "检查数据源与抽取任务",
        )
    state = threshold.judge(waiting)
    return Finding(
        "sms.backlog",
        "sms",
        subject,
        check,
        state,
        waiting,
        "integer",
        limits(threshold, "integer", "条"),
        measured(check, waiting, threshold, "integer", unit="条"),
        None,
        "" if state == "ok" else advice,
    )


def _nothing(code: str, subsystem: str, subject: str, what: str) -> Finding:
    return Finding(
        code,
        subsystem,
        subject,
        "数据",
        "unknown",
        None,
        "integer",
        "有数据",
        f"没有任何{what}记录，状态未知。",
        None,
        "检查数据源与抽取任务",
    )
