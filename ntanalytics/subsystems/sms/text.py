"""Sentences of the SMS platform: for its rules, and for the SMS report."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ntanalytics.contract.sms import CARRIERS
from ntanalytics.findings.event_text import ended, value_event, when
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.headline import EventWords
from ntanalytics.findings.phrases import clock, listed, moved, named, shifted, value_words
from ntanalytics.findings.text import RuleText, Texts, measured_on_worst_day
from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.metrics.figures import Figures
from ntanalytics.metrics.number_format import format_number
from ntanalytics.metrics.sms.failure_codes import CLASSES
from ntanalytics.periods import period_word

#: A group is named when it made at least this share of a change.
SHARE_NAMED = 0.2

#: Word before the check where the sentence has the worst day of a period.
_WORST: Mapping[str, str] = MappingProxyType({"sms.delivery_rate": "单日最低", "sms.receipt_latency_p95_s": "单日最长"})


def worst_day(finding: Finding) -> str:
    """Return the worst day of a period with its date, and how many days broke the limit; of a day its value."""
    return measured_on_worst_day(finding, _WORST[finding.code])


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
    return "账单或账期数据缺失，未对账"


def _longer(finding: Finding) -> str:
    return f"每条短信计费条数为通常的 {value_words(finding)} 倍"


def _longest(finding: Finding) -> str:
    most, usual = (format_number(finding.figures[name], "number:2", "条") for name in ("slowest", "slowest_usual"))
    return f"最多 {clock(finding.figures['slowest_from_s'] or 0)}起一小时每条 {most}，同一时段通常为 {usual}"


def longer_messages(finding: Finding) -> str:
    """Return in which hours messages had more parts than usual: ``9时至18时 每条短信计费条数为通常的 2.0 倍，…。``."""
    hours = finding.details.get("hours")
    spans = f"{'、'.join(hours)} " if isinstance(hours, tuple) else ""
    return f"{spans}{_longer(finding)}，{_longest(finding)}。"


def longer_messages_event(finding: Finding) -> EventWords:
    """Return the same as an event."""
    head = named(f"应用 {finding.entity.label}", _longer(finding))
    return EventWords(f"{when(finding)}{head}", ended(finding), _longest(finding))


def _repeats(finding: Finding) -> str:
    carriers = finding.details["carriers"]
    over = f"经{'、'.join(carriers)}的短信" if isinstance(carriers, tuple) else "短信"
    return f"{over}疑似重复发送 {value_words(finding, 'integer', '条')}"


def _lag(finding: Finding) -> str:
    lag = format_number(finding.figures["lag_s"], "integer")
    return f"均在同一单位、同样长度的短信之后约 {lag} 秒，此前没有这样的间隔"


def repeated(finding: Finding) -> str:
    """Return how many messages were sent twice, and after which time."""
    return f"{_repeats(finding)}，{_lag(finding)}。"


def repeated_event(finding: Finding) -> EventWords:
    """Return the same as an event."""
    return EventWords(f"{when(finding)}应用 {finding.entity.label} {_repeats(finding)}", detail=_lag(finding))


#: Sentences by rule code, where the general ones do not serve.
TEXTS: Texts = MappingProxyType(
    {
        "sms.delivery_rate": RuleText(evidence=worst_day, event=value_event),
        "sms.receipt_latency_p95_s": RuleText(evidence=worst_day, event=value_event),
        "sms.segments_rise": RuleText(evidence=longer_messages, event=longer_messages_event),
        "sms.repeated": RuleText(evidence=repeated, event=repeated_event),
        "sms.bill": RuleText(evidence=bill_difference, limits=_bill_limits, reason=_not_reconciled),
    }
)


def headlines(total: FigureRow, by_carrier: Figures, by_application: Figures, failure_classes: Figures) -> list[str]:
    """Return the sentences of the SMS report about volume, delivery and failures.

    Args:
        total: the row of ``metrics.sms.volume.compare_volume``.
        by_carrier: the same by ``carrier``.
        by_application: the same by ``application``.
        failure_classes: ``metrics.sms.volume.failure_classes``, not broken down further.
    """
    return [volume(total, by_carrier, by_application), delivery(total, by_carrier), failures(total, failure_classes)]


def volume(total: FigureRow, by_carrier: Figures, by_application: Figures) -> str:
    """Return how much was sent, its change, and the carriers and applications that made it.

    Returns:
        For example ``提交短信 21,000 条，较上月增加 5.0%（+1,000 条），主要来自中国移动（+800 条）；
        应用中主要来自公文（+700 条）。``
    """
    submitted = total.quantity("submitted")
    sentence = submitted.named("提交短信")
    if not submitted.is_exact:
        return f"{sentence}（{period_word(total.against)}数据不完整），不作比较。"
    change = total.exact("submitted_change")
    if change is None:
        return f"{sentence}，{total.against}数据不完整，不作比较。"
    words = moved(change, total.exact("submitted_change_rate"), "条", total.against)
    sentence += f"，{words}"
    if words.endswith("持平"):
        return f"{sentence}。"
    carriers = _movers(by_carrier, "carrier", change)
    applications = _movers(by_application, "application", change)
    if carriers:
        sentence += f"，主要来自{listed(carriers)}"
    if applications:
        sentence += f"；应用中主要来自{listed(applications)}"
    return sentence + "。"


def _movers(groups: Figures, name: str, change: float) -> list[str]:
    """Return at most two groups that made most of a change, each with its own."""
    changes = [(row[name], row.exact("submitted_change") or 0) for row in groups]
    large = [(group, own) for group, own in changes if own * change > 0 and abs(own) >= SHARE_NAMED * abs(change)]
    large.sort(key=lambda item: -abs(item[1]))
    sign = "+" if change > 0 else "−"
    return [f"{_carrier_name(group)}（{sign}{format_number(abs(own), 'integer', '条')}）" for group, own in large[:2]]


def delivery(total: FigureRow, by_carrier: Figures) -> str:
    """Return the delivery rate, its change, and the carrier that fell most.

    Returns:
        For example ``送达率 97.6%，较上月下降 1.1 个百分点；降幅最大的是中国联通（98.9% 降至 95.1%）。``
    """
    rate = total.quantity("delivery_rate")
    if not rate.is_exact:
        return f"送达率未知：{period_word(total.against)}{'数据不完整' if rate.lacks_data else '没有已出结果的短信'}。"
    change = total.exact("delivery_rate_change")
    if change is None:
        return f"{rate.named()}，{total.against}无可比数据。"
    sentence = f"{rate.named()}，{shifted(change, total.against)}"
    fallen = [row for row in by_carrier if (row.exact("delivery_rate_change") or 0) <= -0.001]
    if fallen:
        worst = min(fallen, key=lambda carrier: float(carrier["delivery_rate_change"]))
        before, now = (worst.quantity(name).text for name in ("delivery_rate_before", "delivery_rate"))
        sentence += f"；降幅最大的是{_carrier_name(worst['carrier'])}（{before} 降至 {now}）"
    return sentence + "。"


def failures(total: FigureRow, failure_classes: Figures) -> str:
    """Return how many failed, and the class of most of them; over a gap only a bound of how many.

    Returns:
        For example ``失败 1,204 条，最多的是空号，544 条，占 45.2%。``
    """
    failed = total.quantity("failed")
    if failed.is_none:
        return "没有失败短信。"
    top = max(failure_classes, key=lambda row: int(row["failed"]), default=None)
    if not failed.is_exact or top is None:
        return f"{failed.named()}。"
    if not all(row.quantity("failed_share").is_exact for row in failure_classes):
        return f"{failed.named()}，原因未知。"
    most = CLASSES.get(top["failure_class"], top["failure_class"]) or "未注明原因的"
    return f"{failed.named()}，最多的是{most}，{top.quantity('failed').text}，占 {top.quantity('failed_share').text}。"


def _carrier_name(name: str | None) -> str:
    return "未注明" if name is None else CARRIERS.get(name, name)
