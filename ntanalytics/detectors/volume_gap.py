"""Hours in which much less came than usual, also where only an hour's count is known: rules of the kind ``absence``.

An outage of twenty minutes leaves an hour's count at two thirds, one of a module that twenty persons use an empty
morning. So every run of slots of the day is held against the same run of the days like it, by a count model whose
variance those days show; the length of an outage that would explain what is missing is judged.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np

from ntanalytics.detectors.count_tail import count_tail
from ntanalytics.detectors.day_types import DayTypes
from ntanalytics.detectors.slot_matrix import Floats, Subject, clock, runs, slot_matrix, sums
from ntanalytics.findings.finding import Finding
from ntanalytics.metrics.rows import Rows, rows
from ntanalytics.findings.rule import Rule
from ntanalytics.findings.sentences import day_words
from ntanalytics.metrics import measure as measure_of
from ntanalytics.metrics.number_format import format_number

#: So many days like the inspected one are needed, and so many of the last are looked at.
FEWEST_DAYS, MOST_DAYS = 8, 40

#: In a run more is usual than this; fewer may be missing by chance.
FEWEST_EXPECTED = 15.0

#: A run with more than this share of what is usual is no outage, unless the caller asks for less; what comes in batches
#: is silent only when next to nothing came.
MOST_LEFT = 0.86

#: Where a run is most of the day, nothing else tells whether the whole day was quiet: it must be as good as empty.
FEWEST_OUTSIDE, NEXT_TO_NOTHING = 0.35, 0.12

#: What is told begins and ends where more is missing than this leaves.
NEXT_TO_FULL = 0.75

#: How quiet the rest of a day may make a run that is silent, too.
QUIETEST = 0.4

#: Of a subject's runs of ten weeks none is so poor by chance: some hundreds are looked at a day.
CHANCE = 1e-7


def volume_gap(
    rule: Rule,
    slots: Rows,
    days: Rows,
    on: date,
    *,
    slot_s: int,
    subject: Subject = "",
    most_left: float = MOST_LEFT,
) -> list[Finding]:
    """The longest time in which a subject's events were missing on a day, of those that lack any.

    Args:
        rule: its measure names what is counted; its threshold holds for the seconds of an outage that explain what is
            missing; its ``min_count`` for the events that are usual in it (at least ``FEWEST_EXPECTED``).
        slots: events by slot (metrics.slots.by_slot) of some weeks up to ``on``.
        days: the days of those weeks (metrics.days): a slot without a row is empty on a covered day.
        on: the inspected day.
        slot_s: seconds of a slot.
        subject: what a row is about, as ``rules.judged`` takes it.
        most_left: the share of what is usual that an outage leaves at most.

    Returns:
        A finding for each subject that is not in order; none where the day is a hole or its like are too few.
    """
    calendar = {row["day"]: row for row in rows(days)}
    today = calendar.get(on)
    if rule.is_off or today is None or not today["is_covered"]:
        return []
    its = rows(slots)
    # before the first event of all nothing was kept
    first = min((row["day"] for row in its), default=on)
    like = [day for day in _like(calendar, today, on) if day >= first]
    if len(like) < FEWEST_DAYS:
        return []
    counts = slot_matrix(rule, its, [*like, on], slot_s=slot_s, columns=["events"], subject=subject)
    found = [_finding(rule, name, its["events"], on, slot_s, most_left) for name, its in counts.of.items()]
    return [each for each in found if each is not None]


def _like(calendar: Mapping[date, Mapping[str, Any]], today: Mapping[str, Any], on: date) -> list[date]:
    """The covered days before that are worked alike; a weekend is not like a holiday, on which half as much is done."""
    kinds = DayTypes(calendar)
    is_holiday = kinds.kind(on) == "holiday"
    return [
        day
        for day, row in sorted(calendar.items())
        if day < on and row["is_covered"] and row["is_working_day"] == today["is_working_day"]
        if (kinds.kind(day) == "holiday") == is_holiday
    ][-MOST_DAYS:]


def _finding(rule: Rule, subject: str, counts: Floats, on: date, slot_s: int, most_left: float) -> Finding | None:
    profile = _trimmed(counts[:-1])
    if profile.sum() < max(float(rule.min_count), FEWEST_EXPECTED):
        return None
    seen, usual = sums(counts), sums(profile)
    total = profile.sum()
    # a day that is quiet altogether is no outage, and one that is busy elsewhere has no more to lose
    outside = (counts.sum(axis=1, keepdims=True) - seen + 0.1 * total) / (total - usual + 0.1 * total)
    expected = usual * outside.clip(QUIETEST, 1.0)
    missing = expected - seen
    like = missing[:-1]
    spread = 1.4826 * np.median(np.abs(like - np.median(like, axis=0)), axis=0)
    spread = np.maximum(spread, np.sqrt(usual)) * (1 + 3 / len(like))
    first, after = runs(counts.shape[1])
    lost = (1 - seen / np.maximum(expected, 1e-9)) * (after - first) * slot_s
    left = np.where((total - usual) / total < FEWEST_OUTSIDE, NEXT_TO_NOTHING, most_left)
    # a run begins and ends where something is usual
    is_worth = (profile[first] >= 0.05 * profile.max()) & (profile[after - 1] >= 0.05 * profile.max())
    min_count = max(float(rule.min_count), FEWEST_EXPECTED)
    is_run = is_worth & (expected >= min_count) & (seen <= left * expected) & (lost >= abs(rule.threshold.warning))
    poor = np.where(is_run, missing / np.maximum(spread, 1e-9), 0.0)
    best = int(np.argmax(poor[-1]))
    if not is_run[-1, best] or poor[-1, best] < 1.2 * float(np.quantile(poor[:-1].max(axis=1), 0.85)):
        return None
    if count_tail(float(seen[-1, best]), float(expected[-1, best]), float(spread[best]) ** 2) > CHANCE:
        return None
    best = _whole(counts[-1], expected[-1] / np.maximum(usual, 1e-9), profile, best)
    count, normal, length = seen[-1, best], expected[-1, best], float(lost[-1, best])
    state = rule.threshold.judge(length)
    if state == "ok":
        return None
    begins, ends = _edges(counts[-1], profile, int(first[best]), int(after[best]), slot_s)
    words = measure_of(rule.measure)
    warning, critical = (format_number(limit, "seconds") for limit in (rule.threshold.warning, rule.threshold.critical))
    said = f"{clock(int(first[best]), slot_s)}—{clock(int(after[best]), slot_s)} {words.label} "
    said += f"{format_number(float(count), 'integer', words.unit)}，同一时段通常 {format_number(float(normal), 'integer', words.unit)}"
    said += "。" if count <= NEXT_TO_NOTHING * normal else f"，相当于中断 {format_number(length, 'seconds')}。"
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
        day_words(on),
        rule.advice,
        figures={"expected": float(normal), "seen": float(count), "from_s": begins, "until_s": ends},
    )


def _whole(today: Floats, quiet: Floats, profile: Floats, best: int) -> int:
    """The run without slots at its ends that are next to full, and with those beside it that are half empty, too."""
    first, after = runs(len(today))
    begin, end, level = int(first[best]), int(after[best]), float(quiet[best])
    while begin < end - 1 and today[begin] > NEXT_TO_FULL * profile[begin] * level:
        begin += 1
    while begin < end - 1 and today[end - 1] > NEXT_TO_FULL * profile[end - 1] * level:
        end -= 1
    while begin > 0 and profile[begin - 1] * level >= 1 and today[begin - 1] <= profile[begin - 1] * level / 2:
        begin -= 1
    while end < len(today) and profile[end] * level >= 1 and today[end] <= profile[end] * level / 2:
        end += 1
    return int(np.flatnonzero((first == begin) & (after == end))[0])


def _edges(today: Floats, profile: Floats, first: int, after: int, slot_s: int) -> tuple[float, float]:
    """When it may have begun and ended, in seconds after midnight: what came in the outermost slots tells that."""
    left = [min(1.0, float(today[slot] / max(profile[slot], 1e-9))) for slot in (first, after - 1)]
    if after - first == 1:
        left = [left[0] / 2, left[1] / 2]
    return (first + left[0]) * slot_s, (after - left[1]) * slot_s


def _trimmed(counts: Floats) -> Floats:
    """The mean of each slot over the days without a tenth of them at either end."""
    cut = len(counts) // 10
    inner = np.sort(counts, axis=0)[cut : len(counts) - cut]
    return np.asarray(inner.mean(axis=0), dtype=np.float64)
