"""Hours in which nothing came in where something always does: the rules of the kind ``absence``.

A day's sum hides an outage of an hour. So the day is looked at slot by slot: silent are those in which next to nothing
came, where on days like it something did; the longest run of them is judged by its length.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from statistics import median
from typing import Any

from ntanalytics.contract.enumerations import SUBSYSTEMS
from ntanalytics.findings.finding import Finding
from ntanalytics.metrics.rows import Rows, rows
from ntanalytics.findings.rule import Rule, unknown
from ntanalytics.findings.sentences import day_words
from ntanalytics.metrics import measure as measure_of
from ntanalytics.metrics.number_format import format_number

#: So many days like the inspected one tell what is usual in a slot.
FEWEST_DAYS, MOST_DAYS = 5, 20

#: In a silent slot no more comes than this share of what is usual.
NEXT_TO_NOTHING = 0.1

#: By chance a run that expects so many events is not silent once in ten thousand years (Poisson: e to the power of −n).
FEWEST_EXPECTED = 15.0

#: So many events a slot make it one that can be silent.
FEWEST_IN_SLOT = 1.0


def silence(
    rule: Rule,
    slots: Rows,
    days: Rows,
    on: date,
    *,
    slot_s: int,
    subject: Callable[[Mapping[str, Any]], str] | str = "",
    is_wrong_only: bool = False,
) -> list[Finding]:
    """The longest silence of each subject on a day.

    Args:
        rule: its measure names what is counted; its threshold holds for the seconds of the silence; its ``min_count``
            for the events that are usual in it (at least ``FEWEST_EXPECTED``).
        slots: events by slot (metrics.slots.by_slot) of some weeks up to ``on``.
        days: the days of those weeks (metrics.days): a slot without a row is empty on a covered day.
        on: the inspected day.
        slot_s: seconds of a slot.
        subject: what a row is about, as ``rules.judged`` takes it.
        is_wrong_only: whether only silences are told.

    Returns:
        A finding a subject; one ``unknown`` where the day is a hole or its like are too few. Its figures ``from_s`` and
        ``until_s`` are where the silence lies, in seconds after midnight.
    """
    if rule.is_off:
        return []
    calendar = {row["day"]: row for row in rows(days)}
    today = calendar.get(on)
    like = [
        day
        for day, row in sorted(calendar.items(), reverse=True)
        if today and day < on and row["is_covered"] and row["is_working_day"] == today["is_working_day"]
    ][:MOST_DAYS]
    if today is None or not today["is_covered"] or len(like) < FEWEST_DAYS:
        why = "历史不足" if today and today["is_covered"] else "数据缺失"
        about = subject if isinstance(subject, str) and subject else SUBSYSTEMS[rule.subsystem]
        return [] if is_wrong_only else [unknown(rule.code, about, rule.words, why, advice="")]
    seen: dict[str, dict[date, dict[int, float]]] = {}
    for row in rows(slots):
        seen.setdefault(_name(rule, subject, row), {}).setdefault(row["day"], {})[row["slot"]] = float(row["events"])
    found = [_finding(rule, name, by_day, like, on, slot_s) for name, by_day in seen.items()]
    return [each for each in found if each.state in ("warning", "critical")] if is_wrong_only else found


def _name(rule: Rule, subject: Callable[[Mapping[str, Any]], str] | str, row: Mapping[str, Any]) -> str:
    return subject(row) if callable(subject) else subject or SUBSYSTEMS[rule.subsystem]


def _finding(
    rule: Rule, subject: str, by_day: Mapping[date, Mapping[int, float]], like: list[date], on: date, slot_s: int
) -> Finding:
    usual = [median(by_day.get(day, {}).get(slot, 0.0) for day in like) for slot in range(86_400 // slot_s)]
    first, last, expected = _longest(usual, by_day.get(on, {}), max(float(rule.min_count), FEWEST_EXPECTED))
    length = float((last - first) * slot_s)
    state = rule.threshold.judge(length)
    words = measure_of(rule.measure)
    warning, critical = (format_number(limit, "seconds") for limit in (rule.threshold.warning, rule.threshold.critical))
    said = "没有中断。"
    if length:
        normal = format_number(expected, words.format, words.unit)
        said = f"{_clock(first * slot_s)}—{_clock(last * slot_s)} 几乎没有{words.label}，同一时段通常 {normal}。"
    return Finding(
        rule.code,
        rule.subsystem,
        subject,
        rule.words,
        state,
        length,
        "seconds",
        f"超过 {warning} 关注，{critical} 异常",
        said,
        None if state == "ok" else day_words(on),
        "" if state == "ok" else rule.advice,
        figures={"expected": expected, "from_s": float(first * slot_s), "until_s": float(last * slot_s)},
    )


def _longest(usual: list[float], today: Mapping[int, float], min_count: float) -> tuple[int, int, float]:
    """The longest silent run as first slot, slot after it and events expected in it; (0, 0, 0.0) without one."""
    best, begin, expected = (0, 0, 0.0), 0, 0.0
    for slot in range(len(usual) + 1):
        is_silent = slot < len(usual) and usual[slot] >= FEWEST_IN_SLOT
        is_silent = is_silent and today.get(slot, 0.0) <= NEXT_TO_NOTHING * usual[slot]
        if is_silent:
            expected += usual[slot]
            continue
        if expected >= min_count and slot - begin > best[1] - best[0]:
            best = (begin, slot, expected)
        begin, expected = slot + 1, 0.0
    return best


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"
