"""Chinese sentences of the SMS report, made from its metrics."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ntanalytics.contract.sms import CARRIERS
from ntanalytics.findings.finding import Finding
from ntanalytics.metrics.rows import Rows, only, rows
from ntanalytics.findings.sentences import exceptions, listed, moved, shifted
from ntanalytics.metrics.number_format import format_number
from ntanalytics.metrics.sms.failure_codes import CLASSES

#: A group is named when it made at least this share of a change.
SHARE_NAMED = 0.2

#: So many exceptions open the report; the board has them all.
MOST_EXCEPTIONS = 3


def headlines(
    total: Rows,
    by_carrier: Rows,
    by_application: Rows,
    failure_classes: Rows,
    *,
    findings: Iterable[Finding] = (),
    is_complete: bool = True,
) -> list[str]:
    """The sentences that open the report: what is wrong, then what changed.

    Args:
        total: one row of ``metrics.change.compare`` with ``submitted`` and ``delivery_rate``.
        by_carrier: the same by ``carrier``.
        by_application: the same by ``application``.
        failure_classes: ``metrics.sms.failure_classes``, not broken down further.
        findings: what was judged (``findings.sms_period``); those that are not in order are said first.
        is_complete: the period was extracted without a hole.
    """
    judged = list(findings)
    return [
        *(exceptions(judged, most=MOST_EXCEPTIONS) if judged else []),
        volume(total, by_carrier, by_application, is_complete=is_complete),
        delivery(total, by_carrier),
        failures(failure_classes),
    ]


def volume(total: Rows, by_carrier: Rows, by_application: Rows, *, is_complete: bool = True) -> str:
    """How much was sent, its change, and the carriers and applications that made it.

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
    said = f"提交短信 {submitted}，{moved(change, row['submitted_change_rate'], '条')}"
    carriers = _movers(rows(by_carrier), "carrier", change)
    applications = _movers(rows(by_application), "application", change)
    if carriers:
        said += f"，主要来自{listed(carriers)}"
    if applications:
        said += f"；应用中主要来自{listed(applications)}"
    return said + "。"


def _movers(groups: Sequence[dict[str, Any]], name: str, change: float) -> list[str]:
    """The two groups at most that made most of a change, each with its own."""
    same = [row for row in groups if row["submitted_change"] and row["submitted_change"] * change > 0]
    large = [row for row in same if abs(row["submitted_change"]) >= SHARE_NAMED * abs(change)]
    large.sort(key=lambda row: -abs(row["submitted_change"]))
    sign = "+" if change > 0 else "−"
    return [
        f"{_named(row[name])}（{sign}{format_number(abs(row['submitted_change']), 'integer', '条')}）"
        for row in large[:2]
    ]


def delivery(total: Rows, by_carrier: Rows) -> str:
    """The delivery rate, its movement, and the carrier that fell most.

    Returns:
        For example ``送达率 97.6%，较上期下降 1.1 个百分点；降幅最大的是中国联通（98.9% 降至 95.1%）。``
    """
    row = only(total)
    if row["delivery_rate"] is None:
        return "送达率未知：本期没有已出结果的短信。"
    said = f"送达率 {format_number(row['delivery_rate'], 'rate:1')}"
    if row["delivery_rate_change"] is None:
        return said + "，上期无可比数据。"
    said += f"，{shifted(row['delivery_rate_change'])}"
    fallen = [each for each in rows(by_carrier) if (each["delivery_rate_change"] or 0) <= -0.001]
    if fallen:
        worst = min(fallen, key=lambda each: float(each["delivery_rate_change"]))
        before, now = (
            format_number(worst["delivery_rate_before"], "rate:1"),
            format_number(worst["delivery_rate"], "rate:1"),
        )
        said += f"；降幅最大的是{_named(worst['carrier'])}（{before} 降至 {now}）"
    return said + "。"


def failures(failure_classes: Rows) -> str:
    """How many failed, and the class of most of them.

    Returns:
        For example ``失败 1,204 条，最多的是号码无效，544 条，占 45.2%。``
    """
    found = rows(failure_classes)
    total = sum(row["failed"] for row in found)
    if not total:
        return "没有失败短信。"
    top = max(found, key=lambda row: int(row["failed"]))
    return (
        f"失败 {format_number(total, 'integer', '条')}，最多的是{CLASSES.get(top['failure_class'], top['failure_class'])}，"
        f"{format_number(top['failed'], 'integer', '条')}，占 {format_number(top['failed'] / total, 'rate:1')}。"
    )


def _named(name: str | None) -> str:
    return "未注明" if name is None else CARRIERS.get(name, name)
