"""Sentences of the SMS platform: for its rules, and for the SMS report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any

from ntanalytics.contract.sms import CARRIERS
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.phrases import day_words, listed, moved, shifted
from ntanalytics.findings.text import RuleText, Texts, measured
from ntanalytics.metrics.number_format import format_number
from ntanalytics.metrics.rows import Rows, only, rows
from ntanalytics.metrics.sms.failure_codes import CLASSES

#: A group is named when it made at least this share of a change.
SHARE_NAMED = 0.2

#: Word before the check where the sentence has the worst day of a period.
_WORST: Mapping[str, str] = MappingProxyType({"sms.delivery_rate": "单日最低", "sms.receipt_latency_p95_s": "单日最长"})


def worst_day(finding: Finding) -> str:
    """Return the worst day of a period with its date, and how many days broke the limit; of a day its value."""
    day = finding.details.get("day")
    sentence = measured(finding)
    if not isinstance(day, str):
        return sentence
    value = format_number(finding.value, finding.format)
    dated = sentence.replace(value, f"{value}（{day_words(date.fromisoformat(day))}）", 1)
    beyond = int(finding.figures.get("days_beyond") or 0)
    more = f"；本期共 {beyond} 天越过阈值" if beyond > 1 else ""
    return f"{_WORST[finding.code]}{dated[:-1]}{more}。"


def bill_difference(finding: Finding) -> str:
    """Return the difference of a bill: ``账单比平台计费多 437 条（1.77%，15.73 元）。``."""
    difference = finding.figures["segments"]
    if not difference:
        return "账单与平台计费条数一致。"
    side = "多" if difference > 0 else "少"
    amounts = [
        format_number(abs(value), form)
        for value, form in ((finding.value, "rate:2"), (finding.figures["yuan"], "yuan"))
        if value is not None
    ]
    more = f"（{'，'.join(amounts)}）" if amounts else ""
    return f"账单比平台计费{side} {format_number(abs(difference), 'integer', '条')}{more}。"


def _bill_limits(finding: Finding) -> str:
    return f"相差不超过 {format_number(finding.rule.threshold.warning, 'rate:1')}"


def _not_reconciled(_finding: Finding) -> str:
    return "账单或本期数据缺失，未对账"


#: Sentences by rule code, where the general ones do not serve.
TEXTS: Texts = MappingProxyType(
    {
        "sms.delivery_rate": RuleText(evidence=worst_day),
        "sms.receipt_latency_p95_s": RuleText(evidence=worst_day),
        "sms.bill": RuleText(evidence=bill_difference, limits=_bill_limits, reason=_not_reconciled),
    }
)


def headlines(
    total: Rows, by_carrier: Rows, by_application: Rows, failure_classes: Rows, *, is_complete: bool = True
) -> list[str]:
    """Return the sentences of the SMS report about volume, delivery and failures.

    Args:
        total: one row of ``metrics.change.compare`` with ``submitted`` and ``delivery_rate``.
        by_carrier: the same by ``carrier``.
        by_application: the same by ``application``.
        failure_classes: ``metrics.sms.volume.failure_classes``, not broken down further.
        is_complete: whether the period has no gap.
    """
    return [
        volume(total, by_carrier, by_application, is_complete=is_complete),
        delivery(total, by_carrier),
        failures(failure_classes),
    ]


def volume(total: Rows, by_carrier: Rows, by_application: Rows, *, is_complete: bool = True) -> str:
    """Return how much was sent, its change, and the carriers and applications that made it.

    Returns:
        For example ``提交短信 21,000 条，较上期增加 5.0%（+1,000 条），主要来自中国移动（+800 条）；
        应用中主要来自公文（+700 条）。``
    """
    row = only(total)
    submitted = format_number(row["submitted"], "integer", "条")
    if not is_complete:
        return f"提交短信至少 {submitted}（本期数据不完整，为下限），不作比较。"
    change = row["submitted_change"]
    if change is None:
        return f"提交短信 {submitted}，上期数据不完整，不作比较。"
    sentence = f"提交短信 {submitted}，{moved(change, row['submitted_change_rate'], '条')}"
    carriers = _movers(rows(by_carrier), "carrier", change)
    applications = _movers(rows(by_application), "application", change)
    if carriers:
        sentence += f"，主要来自{listed(carriers)}"
    if applications:
        sentence += f"；应用中主要来自{listed(applications)}"
    return sentence + "。"


def _movers(groups: Sequence[dict[str, Any]], name: str, change: float) -> list[str]:
    """Return at most two groups that made most of a change, each with its own."""
    same = [row for row in groups if row["submitted_change"] and row["submitted_change"] * change > 0]
    large = [row for row in same if abs(row["submitted_change"]) >= SHARE_NAMED * abs(change)]
    large.sort(key=lambda row: -abs(row["submitted_change"]))
    sign = "+" if change > 0 else "−"
    return [
        f"{_carrier_name(row[name])}（{sign}{format_number(abs(row['submitted_change']), 'integer', '条')}）"
        for row in large[:2]
    ]


def delivery(total: Rows, by_carrier: Rows) -> str:
    """Return the delivery rate, its change, and the carrier that fell most.

    Returns:
        For example ``送达率 97.6%，较上期下降 1.1 个百分点；降幅最大的是中国联通（98.9% 降至 95.1%）。``
    """
    row = only(total)
    if row["delivery_rate"] is None:
        return "送达率未知：本期没有已出结果的短信。"
    sentence = f"送达率 {format_number(row['delivery_rate'], 'rate:1')}"
    if row["delivery_rate_change"] is None:
        return sentence + "，上期无可比数据。"
    sentence += f"，{shifted(row['delivery_rate_change'])}"
    fallen = [row for row in rows(by_carrier) if (row["delivery_rate_change"] or 0) <= -0.001]
    if fallen:
        worst = min(fallen, key=lambda carrier: float(carrier["delivery_rate_change"]))
        before, now = (
            format_number(worst["delivery_rate_before"], "rate:1"),
            format_number(worst["delivery_rate"], "rate:1"),
        )
        sentence += f"；降幅最大的是{_carrier_name(worst['carrier'])}（{before} 降至 {now}）"
    return sentence + "。"


def failures(failure_classes: Rows) -> str:
    """Return how many failed, and the class of most of them.

    Returns:
        For example ``失败 1,204 条，最多的是号码无效，544 条，占 45.2%。``
    """
    classes = rows(failure_classes)
    total = sum(row["failed"] for row in classes)
    if not total:
        return "没有失败短信。"
    top = max(classes, key=lambda row: int(row["failed"]))
    most = CLASSES.get(top["failure_class"], top["failure_class"])
    return (
        f"失败 {format_number(total, 'integer', '条')}，最多的是{most}，"
        f"{format_number(top['failed'], 'integer', '条')}，占 {format_number(top['failed'] / total, 'rate:1')}。"
    )


def _carrier_name(name: str | None) -> str:
    return "未注明" if name is None else CARRIERS.get(name, name)
