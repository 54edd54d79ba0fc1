"""Sentences of surveillance: how much of a subject came, and how much is usual."""

from __future__ import annotations

from ntanalytics.findings.event_text import when
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.headline import NORMAL_SINCE, NOT_SEEN, EventWords
from ntanalytics.findings.phrases import hours_words
from ntanalytics.findings.text import RuleText
from ntanalytics.metrics.number_format import format_number

#: Latest second of a day at which the end of a departure is told: the end of the data is none.
_SEEN_UNTIL_S = 17 * 3600


def evidence(finding: Finding) -> str:
    """Return what came in and what is usual: ``13:00—17:00 应用访问记录 0 条，同时段通常约 622 条，少 100%。``."""
    hours = "当日" if finding.window is None else f"{hours_words(finding.window)} "
    label, moved = finding.details["value"], _moved(finding)
    came = f"{hours}{finding.details['events']}{f'的{label}典型值' if label else '记录'} {_came(finding)}"
    return f"{came}，{'通常没有' if _is_new(finding) else f'{_usual(finding)}，{moved}'}。"


def event(finding: Finding) -> EventWords:
    """Return the same as an event, with the day and the members; the amounts stand behind it."""
    begin, label = when(finding) or "当日", finding.details["value"]
    name, events = finding.entity.label, str(finding.details["events"])
    whose = f"{begin}{name if name.endswith(events) else f'{name}的{events}'}"
    over = ""
    if finding.window is not None:
        over = NORMAL_SINCE if finding.window.until_s <= _SEEN_UNTIL_S else NOT_SEEN
    if _is_new(finding):
        return EventWords(f"{whose}{_came(finding)}（通常没有）", over)
    if not label and not _numbers(finding)[0]:
        return EventWords(f"{whose}为 {_came(finding)}", over, _usual(finding))
    what = f"{whose}{label or ''}{_moved(finding)}"
    return EventWords(what, over, f"{'典型值' if label else '记录'} {_came(finding)}，{_usual(finding)}")


def _numbers(finding: Finding) -> tuple[float, float]:
    return float(finding.figures.get("seen") or 0), float(finding.figures.get("expected") or 0)


def _is_new(finding: Finding) -> bool:
    """Return whether next to nothing is usual there."""
    return not finding.details["value"] and _numbers(finding)[1] < 1


def _amount(finding: Finding, value: float) -> str:
    return format_number(value, str(finding.details["form"]), "" if finding.details["value"] else "条")


def _came(finding: Finding) -> str:
    return _amount(finding, _numbers(finding)[0])


def _usual(finding: Finding) -> str:
    usual = "通常" if finding.window is None else "同时段通常"
    return f"{usual}约 {_amount(finding, _numbers(finding)[1])}"


def _moved(finding: Finding) -> str:
    seen, expected = _numbers(finding)
    if seen > 2 * expected > 0:
        return f"为通常的 {format_number(seen / expected, 'number:1')} 倍"
    label = finding.details["value"]
    more = f"{'高' if label else '多'}" if seen > expected else f"{'低' if label else '少'}"
    return f"{more} {format_number(abs(seen / expected - 1) if expected else None, 'rate:0')}"


def limits(_finding: Finding) -> str:
    """Return what is usual, in words."""
    return "与同类日期相比无显著偏离"


TEXT = RuleText(evidence=evidence, event=event, limits=limits)
