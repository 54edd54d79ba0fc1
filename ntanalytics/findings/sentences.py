"""Chinese sentences made from findings and values: what is wrong first, with value, threshold and since."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from ntanalytics.findings.finding import Finding, Threshold, judge, ranked
from ntanalytics.metrics.number_format import format_number

#: So many names are said; the rest is 等.
NAMES_SAID = 3


def day_words(day: date) -> str:
    """A day in words: ``11月18日``."""
    return f"{day.month}月{day.day}日"


def spaced(before: str, after: str) -> str:
    """Two pieces put together, with a space where one ends in a Latin letter or digit: ``portal 错误率``."""
    return f"{before} {after}" if before[-1:].isascii() and before[-1:].isalnum() else before + after


def listed(names: Sequence[str], most: int = NAMES_SAID) -> str:
    """Names in a row, the first ``most`` of them: ``甲、乙、丙等``."""
    return "、".join(names[:most]) + ("等" if len(names) > most else "")


def limits(threshold: Threshold, form: str, unit: str = "") -> str:
    """Two thresholds in words: ``低于 97.0% 关注，95.0% 异常``."""
    beyond = "低于" if threshold.good == "up" else "高于"
    warning, critical = format_number(threshold.warning, form, unit), format_number(threshold.critical, form, unit)
    return f"{beyond} {warning} 关注，{critical} 异常"


def measured(
    check: str, value: float, threshold: Threshold, form: str, *, unit: str = "", usual: float | None = None
) -> str:
    """What was measured, the threshold it breaks, and what is usual, as one sentence.

    Returns:
        For example ``送达率 71.0%，低于异常阈值 95.0%，近期通常为 98.9%。``
    """
    state = threshold.judge(value)
    said = [f"{check} {format_number(value, form, unit)}"]
    if state in ("critical", "warning"):
        beyond = "低于" if threshold.good == "up" else "高于"
        word, limit = ("异常", threshold.critical) if state == "critical" else ("关注", threshold.warning)
        said.append(f"{beyond}{word}阈值 {format_number(limit, form, unit)}")
    if usual is not None:
        said.append(f"近期通常为 {format_number(usual, form, unit)}")
    return "，".join(said) + "。"


def exception(finding: Finding) -> str:
    """One finding as a sentence: its subject, what was seen, since when, what to do."""
    evidence = finding.evidence.removesuffix("。")
    said = spaced(finding.subject, evidence) if evidence.startswith(finding.check) else f"{finding.subject}：{evidence}"
    if finding.since:
        said += f"，自{finding.since}起"
    if finding.advice:
        said += f"；建议{finding.advice}"
    return said + "。"


def exceptions(findings: Iterable[Finding], most: int = 5) -> list[str]:
    """A sentence for each finding that is not in order, the worst first.

    Args:
        findings: all findings.
        most: so many sentences at most; a last one then says how many more there are.

    Returns:
        The sentences; one that says so when everything is in order, and one when nothing was checked.
    """
    found = list(findings)
    if not found:
        return ["没有检查结果，状态未知。"]
    wrong = [finding for finding in ranked(found) if finding.state != "ok"]
    if not wrong:
        return [f"{len(found)} 项检查全部正常。"]
    said = [exception(finding) for finding in wrong[:most]]
    if len(wrong) > most:
        said.append(f"另有 {len(wrong) - most} 项关注、异常或未知，见状态表。")
    return said


def moved(change: float | None, change_rate: float | None, unit: str) -> str:
    """A change of a quantity in words: ``较上期增加 3.2%（+611 人）``; empty where it is not known."""
    if change is None:
        return ""
    if change == 0:
        return "与上期持平"
    word, sign = ("增加", "+") if change > 0 else ("减少", "−")
    amount = format_number(abs(change), "integer", unit)
    if change_rate is None:
        return f"较上期{word} {amount}"
    return f"较上期{word} {format_number(abs(change_rate), 'rate:1')}（{sign}{amount}）"


def shifted(change: float | None) -> str:
    """A change of a rate in words: ``较上期下降 1.1 个百分点``; empty where it is not known."""
    if change is None:
        return ""
    if judge(abs(change), 0.0005, 0.0005, "up") != "ok":
        return "与上期持平"
    return f"较上期{'上升' if change > 0 else '下降'} {format_number(abs(change), 'points:1')}"
