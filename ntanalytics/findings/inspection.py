"""The rules of the daily inspection: each makes the findings of one subject from its metrics.

Where a figure is not known, the state is ``unknown`` and never ``ok``; the evidence says why. ``on`` is the
inspected day (local).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from ntanalytics.contract.sms import CARRIERS
from ntanalytics.findings.finding import Finding, State, worst
from ntanalytics.findings.rows import Rows, rows
from ntanalytics.findings.rules import RULES, Rule
from ntanalytics.findings.sentences import deviation, limits, measured, spaced
from ntanalytics.findings.series import Series, by_subject
from ntanalytics.metrics.figures import figure

#: A rate of fewer settled messages or requests than that says nothing.
FEWEST_EVENTS = 20


def sms(
    daily: Rows,
    backlog: Rows,
    on: date,
    rules: Mapping[str, Rule] = RULES,
) -> list[Finding]:
    """Delivery rate, receipt latency and backlog of each carrier.

    Args:
        daily: ``metrics.sms.daily`` by carrier over the days before ``on`` (what is usual, since when) and ``on``.
        backlog: ``metrics.sms.backlog`` by carrier.
        on: the inspected day.
        rules: the rules, as the site has them.

    Returns:
        Three findings a carrier that sent anything in those days; one ``unknown`` when none did.
    """
    waiting = {row["carrier"]: float(row["backlog"]) for row in rows(backlog)}
    found: list[Finding] = []
    for carrier, series in by_subject(rows(daily), "carrier", on).items():
        subject = CARRIERS.get(carrier, carrier)
        today = series.today
        settled = sum(today.get(name) or 0 for name in ("delivered", "failed", "unknown"))
        few = f"已有结果的短信 {settled} 条，不足 {FEWEST_EVENTS} 条，不作判断" if settled < FEWEST_EVENTS else ""
        found += [
            _of_series(
                series,
                rules["sms.delivery_rate"],
                "rate:1",
                few,
                subject=subject,
            ),
            _of_series(
                series,
                rules["sms.receipt_latency_p95_s"],
                "seconds",
                few,
                subject=subject,
            ),
            _of_backlog(series, waiting.get(carrier, 0.0), rules["sms.backlog"], subject),
        ]
    return found or [_nothing("sms.messages", "sms", "短信平台", "短信")]


def web(
    daily: Rows,
    usual: Rows,
    on: date,
    rules: Mapping[str, Rule] = RULES,
) -> list[Finding]:
    """Error rate, response time and volume of each service.

    Args:
        daily: ``metrics.requests.daily`` by service over the days before ``on`` and ``on``.
        usual: ``metrics.requests.against_weekday`` of ``on`` by service.
        on: the inspected day.
        rules: the rules, as the site has them.

    Returns:
        Three findings a service; one ``unknown`` when no service has requests. Where the log has no time, the
        response time is ``unknown``.
    """
    compared = {row["service"]: row for row in rows(usual)}
    found: list[Finding] = []
    for service, series in by_subject(rows(daily), "service", on).items():
        count = series.today.get("requests") or 0
        few = f"请求 {count} 次，不足 {FEWEST_EVENTS} 次，不作判断" if count < FEWEST_EVENTS else ""
        is_timed = any(row["timed_requests"] for row in series.rows)
        found += [
            _of_series(
                series,
                rules["infra.error_rate"],
                "rate:2",
                few,
                subject=service,
            ),
            _of_series(
                series,
                rules["infra.duration_p95_ms"],
                "ms",
                few if is_timed else "日志未记录响应时间",
                subject=service,
                lacking="" if is_timed else "在日志格式中加入响应时间",
            ),
            _of_volume(series, compared.get(service, {}), rules, service),
        ]
    return found or [_nothing("infra.requests", "infra", "网络请求", "请求")]


def _of_series(series: Series, rule: Rule, form: str, few: str, *, subject: str, lacking: str = "") -> Finding:
    today, name, threshold, check = series.today, rule.measure, rule.threshold, rule.words
    advice = lacking or rule.advice
    value = today.get(name)
    state: State = "unknown" if few else threshold.judge(value)
    since: str | None = None
    if not today:
        state, since, evidence = "unknown", series.missing_since(), f"{spaced(check, '未知')}：数据缺失。"
        advice = "检查数据源与抽取任务"
    elif few or value is None:
        evidence = f"{spaced(check, '未知')}：{few or '当日无可计算的数据'}。"
        # what the log lacks can be mended; a quiet day needs nothing done
        advice = advice if few.startswith("日志") else ""
    else:
        since = series.since(name, threshold)
        evidence = measured(check, value, threshold, form, usual=series.usual(name))
        advice = "" if state == "ok" else advice
    return Finding(
        rule.code, rule.subsystem, subject, check, state, None if state == "unknown" else value, form,
        limits(threshold, form), evidence, since, advice,
    )  # fmt: skip


def _of_backlog(series: Series, waiting: float, rule: Rule, subject: str) -> Finding:
    check, advice, threshold = rule.words, rule.advice, rule.threshold
    if not series.today:
        return Finding(
            "sms.backlog", "sms", subject, check, "unknown", None, "integer", limits(threshold, "integer", "条"),
            f"{spaced(check, '未知')}：数据缺失。", series.missing_since(), "检查数据源与抽取任务",
        )  # fmt: skip
    state = threshold.judge(waiting)
    return Finding(
        "sms.backlog", "sms", subject, check, state, waiting, "integer", limits(threshold, "integer", "条"),
        measured(check, waiting, threshold, "integer", unit="条"), None, "" if state == "ok" else advice,
    )  # fmt: skip


def _of_volume(series: Series, row: Mapping[str, Any], rules: Mapping[str, Rule], subject: str) -> Finding:
    check, form = "请求量", "+rate:1"
    fall, rise = rules["infra.requests_fall"].threshold, rules["infra.requests_rise"].threshold
    span = (
        f"较同一星期几下降 {figure(-fall.watch, 'rate:0')} 或上升 {figure(rise.watch, 'rate:0')} 关注，"
        f"下降 {figure(-fall.bad, 'rate:0')} 或上升 {figure(rise.bad, 'rate:0')} 异常"
    )
    against = row.get("requests_against_usual")
    since, advice = None, ""
    if not series.today:
        since, evidence, advice = series.missing_since(), f"{spaced(check, '未知')}：数据缺失。", "检查数据源与抽取任务"
        state: State = "unknown"
    elif against is None:
        requests = figure(row.get("requests"), "integer", "次")
        state, evidence = "unknown", f"请求 {requests}，可比的同一星期几只有 {row.get('usual_days', 0)} 天，不作判断。"
    else:
        state = worst(each.judge(against) for each in (fall, rise))
        evidence = deviation(row["requests"], row["usual_requests"], against)
        advice = "" if state == "ok" else "核实是否停机、活动或异常访问"
    return Finding(
        "infra.requests", "infra", subject, check, state, against if state != "unknown" else None, form, span,
        evidence, since, advice,
    )  # fmt: skip


def _nothing(code: str, subsystem: str, subject: str, what: str) -> Finding:
    return Finding(
        code, subsystem, subject, "数据", "unknown", None, "integer", "有数据", f"没有任何{what}记录，状态未知。",
        None, "检查数据源与抽取任务",
    )  # fmt: skip
