"""The rules of the SMS report: the worst day of each carrier within a period, and the bills.

A period's mean hides an outage of some hours; the worst day shows it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from ntanalytics.contract.sms import CARRIERS
from ntanalytics.findings.finding import Finding, State, Threshold
from ntanalytics.metrics.rows import Rows, rows
from ntanalytics.findings.rule import Rule
from ntanalytics.findings.sentences import day_words, limits, measured
from ntanalytics.metrics.number_format import format_number
from ntanalytics.subsystems.sms.carrier_checks import FEWEST_EVENTS

_NO_DAY = f"没有一天的已出结果短信达到 {FEWEST_EVENTS} 条，不作判断。"


def worst_days(
    by_day: Rows,
    first: date,
    rules: Mapping[str, Rule],
) -> list[Finding]:
    """The worst day of each carrier: its lowest delivery rate and its longest receipt latency.

    Args:
        by_day: ``metrics.sms.daily`` by carrier; days before ``first`` are left out.
        first: the period's first day.
        rules: the rules by code, as the site has them.

    Returns:
        Two findings a carrier; ``unknown`` where no day has enough messages with an outcome.
    """
    by_carrier: dict[str, list[dict[str, Any]]] = {}
    for row in rows(by_day):
        if row["day"] >= first:
            by_carrier.setdefault(row["carrier"], []).append(row)
    found = []
    for carrier, days in sorted(by_carrier.items()):
        subject = CARRIERS.get(carrier, carrier)
        judged = [day for day in days if _settled(day) >= FEWEST_EVENTS]
        found += [
            _worst(
                judged,
                "delivery_rate",
                rules["sms.delivery_rate"].threshold,
                "rate:1",
                subject,
                "单日最低送达率",
                "核查该日失败代码与通道告警",
            ),
            _worst(
                judged,
                "receipt_latency_p95_s",
                rules["sms.receipt_latency_p95_s"].threshold,
                "seconds",
                subject,
                "单日最长回执时延 P95",
                "核查该日回执通道",
            ),
        ]
    return found


def bills(reconciliation: Rows | None, *, rule: Rule) -> list[Finding]:
    """A finding for each carrier's bill of a month (docs/domain.md, SMS: reconciliation).

    Args:
        reconciliation: ``metrics.sms_bills.reconciliation``; None when the period is no month.
        rule: its threshold holds for the difference, whichever side it is on.
    """
    found = []
    for row in rows(reconciliation) if reconciliation is not None else []:
        rate = row["difference_rate"]
        state: State = "unknown" if rate is None else rule.threshold.judge(abs(rate))
        evidence = "账单或本期数据缺失，未对账。" if rate is None else _difference(row)
        found.append(
            Finding(
                rule.code,
                rule.subsystem,
                CARRIERS.get(row["carrier"], row["carrier"]),
                rule.words,
                state,
                rate,
                "+rate:2",
                f"相差不超过 {format_number(rule.threshold.warning, 'rate:1')}",
                evidence,
                None,
                rule.advice if state in ("warning", "critical") else "",
            )
        )
    return found


def _difference(row: dict[str, Any]) -> str:
    """What a bill differs by, such as ``账单比平台计费多 437 条（1.77%，15.73 元）。``, in Chinese."""
    difference = row["difference_segments"]
    if not difference:
        return "账单与平台计费条数一致。"
    side = "多" if difference > 0 else "少"
    forms = {"difference_rate": "rate:2", "difference_yuan": "yuan"}
    amounts = [format_number(abs(row[name]), form) for name, form in forms.items() if row[name] is not None]
    more = f"（{'，'.join(amounts)}）" if amounts else ""
    return f"账单比平台计费{side} {format_number(abs(difference), 'integer', '条')}{more}。"


def _worst(
    days: Sequence[dict[str, Any]], name: str, threshold: Threshold, form: str, subject: str, check: str, advice: str
) -> Finding:
    code = f"sms.worst_{name}"
    known = [day for day in days if day[name] is not None]
    if not known:
        return Finding(code, "sms", subject, check, "unknown", None, form, limits(threshold, form), _NO_DAY)
    pick = min if threshold.good == "up" else max
    worst = pick(known, key=lambda day: float(day[name]))
    state = threshold.judge(worst[name])
    said = measured(check, worst[name], threshold, form)
    shown = format_number(worst[name], form)
    evidence = said.replace(shown, f"{shown}（{day_words(worst['day'])}）", 1)
    beyond = sum(threshold.judge(day[name]) in ("warning", "critical") for day in known)
    if beyond > 1:
        evidence = f"{evidence.removesuffix('。')}；本期共 {beyond} 天越过阈值。"
    advice = "" if state == "ok" else advice
    return Finding(
        code, "sms", subject, check, state, float(worst[name]), form, limits(threshold, form), evidence, None, advice
    )


def _settled(row: dict[str, Any]) -> int:
    return sum(row[name] or 0 for name in ("delivered", "failed", "unknown"))
