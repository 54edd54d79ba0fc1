"""Hours of a day in which more failed than does: what a day's rate hides, and what few events a day still show.

A share of what is tried always fails. So the stretch of the day is looked for whose failures chance explains least,
given what was tried in it and what usually fails; it is told where chance explains it no more, and where it matters.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ntanalytics.contract.enumerations import SUBSYSTEMS
from ntanalytics.findings.finding import Finding
from ntanalytics.metrics.rows import Rows, rows
from ntanalytics.findings.rule import Rule, unknown
from ntanalytics.findings.sentences import day_words
from ntanalytics.metrics import measure as measure_of
from ntanalytics.metrics.number_format import format_number

#: So many days like the inspected one tell what usually fails; those with the highest rates among them are left out.
FEWEST_DAYS, MOST_DAYS, LEFT_OUT = 5, 20, 2

#: What usually fails may be that much more on a day without anybody's doing.
MARGIN = 1.25

#: A stretch is told where chance makes one like it once in so many: there are some hundred stretches in a day.
CHANCE = 1e-6

Floats = NDArray[np.float64]
Name = Callable[[Mapping[str, Any]], str] | str


def failure_burst(
    rule: Rule,
    failures: Rows,
    attempts: Rows,
    days: Rows,
    on: date,
    *,
    slot_s: int,
    subject: Name = "",
    is_of_all: bool = False,
    chance: float = CHANCE,
    without: tuple[float, float] | None = None,
) -> list[Finding]:
    """The worst stretch of a day for each subject that has one.

    Args:
        rule: its measure names the failures, its ``of`` what is tried; its threshold holds for the share of what is
            tried that failed beyond what usually does; its ``min_count`` for the failures.
        failures: those by slot (metrics.slots.by_slot) of the inspected day and of some weeks before.
        attempts: everything that was tried, alike.
        days: the days of those weeks (metrics.days).
        on: the inspected day.
        slot_s: seconds of a slot.
        subject: what a row is about, as ``rules.judged`` takes it.
        is_of_all: whether ``attempts`` are not broken down: failures by reason are a part of all that is tried.
        chance: a stretch is told where chance makes one like it no more often.
        without: seconds after midnight between which nothing is counted, such as an outage that is told already.

    Returns:
        A finding for each subject with such a stretch; where none has one, a single one that says so; one ``unknown``
        where the day is a hole or days like it are too few.
    """
    if rule.is_off:
        return []
    calendar = {row["day"]: row for row in rows(days)}
    today = calendar.get(on)
    if today is None or not today["is_covered"]:
        return [unknown(rule.code, SUBSYSTEMS[rule.subsystem], rule.words, "数据缺失")]
    like = [
        day
        for day, row in sorted(calendar.items(), reverse=True)
        if day < on and row["is_covered"] and row["is_working_day"] == today["is_working_day"]
    ][:MOST_DAYS]
    if len(like) < FEWEST_DAYS:
        return [unknown(rule.code, SUBSYSTEMS[rule.subsystem], rule.words, "历史不足", advice="")]
    slots = 86_400 // slot_s
    failed, tried = _laid(rule, failures, subject, slots), _laid(rule, attempts, "" if is_of_all else subject, slots)
    everything = tried.get(SUBSYSTEMS[rule.subsystem], {})
    found = []
    for name, by_day in failed.items():
        its = everything if is_of_all else tried.get(name, {})
        if on in by_day and on in its:
            usual, rough = _usual(by_day, its, like)
            found += _told(rule, name, by_day[on], its[on], usual, rough, on, slot_s, chance, without)
    return found or [_in_order(rule)]


def _laid(rule: Rule, table: Rows, subject: Name, slots: int) -> dict[str, dict[date, Floats]]:
    """Events as subject → day → an array of the day's slots."""
    laid: dict[str, dict[date, Floats]] = {}
    for row in rows(table):
        name = subject(row) if callable(subject) else subject or SUBSYSTEMS[rule.subsystem]
        by_day = laid.setdefault(name, {})
        by_day.setdefault(row["day"], np.zeros(slots))[row["slot"]] += float(row["events"])
    return laid


def _usual(failed: Mapping[date, Floats], tried: Mapping[date, Floats], like: list[date]) -> tuple[float, float]:
    """The share that usually fails, and how much rougher than chance it is within the days (at least 1).

    It is that of the days before but the worst of them, drawn a little upwards. Failures come in bunches, as one person
    tries again and again; so many slots miss the usual share by more than independent attempts would.
    """
    known = [(failed.get(day, np.zeros_like(tried[day])), tried[day]) for day in like if day in tried]
    known.sort(key=lambda day: float(day[0].sum()) / max(float(day[1].sum()), 1.0))
    kept = known[: max(len(known) - LEFT_OUT, FEWEST_DAYS)]
    if not kept:
        return 1.0, 1.0
    wrong, every = np.stack([day[0] for day in kept]), np.stack([day[1] for day in kept])
    share = float((wrong.sum() + 1) / (every.sum() + 2))
    misses = float(((wrong - every * share) ** 2).sum()) / max(float((every * share * (1 - share)).sum()), 1e-9)
    return share, max(1.0, misses)


def _odds(wrong: Floats, every: Floats, usual: float) -> Floats:
    """Of each stretch the logarithm of one over its chance (Chernoff's bound); 0 where no more failed than usual."""
    share = wrong / every
    with np.errstate(divide="ignore", invalid="ignore"):
        rest = np.where(share < 1, (1 - share) * np.log((1 - share) / (1 - usual)), 0.0)
        found = every * (share * np.log(share / usual) + rest)
    return np.asarray(np.where(share > usual, found, 0.0), dtype=np.float64)


def _told(
    rule: Rule,
    subject: str,
    failed: Floats,
    tried: Floats,
    usual: float,
    rough: float,
    on: date,
    slot_s: int,
    chance: float,
    without: tuple[float, float] | None,
) -> list[Finding]:
    count = len(failed)
    if without is not None:
        begins = np.arange(count) * slot_s
        is_told = (begins < without[1]) & (begins + slot_s > without[0])
        failed, tried = np.where(is_told, 0.0, failed), np.where(is_told, 0.0, tried)
    first, last = np.triu_indices(count)
    wrong, all_of_it = (np.concatenate(([0.0], np.cumsum(each))) for each in (failed, np.maximum(tried, failed)))
    wrong, all_of_it = wrong[last + 1] - wrong[first], all_of_it[last + 1] - all_of_it[first]
    # a stretch begins and ends with a failure, lest the hours beside it seem to belong to it
    enough = (wrong >= max(rule.min_count, 1)) & (failed[first] > 0) & (failed[last] > 0)
    if not enough.any():
        return []
    first, last, wrong, all_of_it = first[enough], last[enough], wrong[enough], all_of_it[enough]
    odds = _odds(wrong, all_of_it, min(MARGIN * usual, 0.999)) / rough
    worst = int(np.argmax(odds))
    beyond = float(wrong[worst] / all_of_it[worst]) - usual
    state = rule.threshold.judge(beyond)
    if odds[worst] < -math.log(chance) or state == "ok":
        return []
    words, of = measure_of(rule.measure), measure_of(rule.of)
    share = float(wrong[worst] / all_of_it[worst])
    begin, end = int(first[worst]) * slot_s, int(last[worst] + 1) * slot_s
    said = f"{_clock(begin)}—{_clock(end)} {of.label} {format_number(float(all_of_it[worst]), of.format, of.unit)}，"
    said += f"{words.label} {format_number(float(wrong[worst]), words.format, words.unit)}（{format_number(share, 'rate:1')}），"
    said += f"通常 {format_number(usual, 'rate:1')}。"
    return [
        Finding(
            rule.code,
            rule.subsystem,
            subject,
            rule.words,
            state,
            share,
            "rate:1",
            _limits(rule),
            said,
            day_words(on),
            rule.advice,
            figures={"usual": usual, "from_s": float(begin), "until_s": float(end)},
        )
    ]


def _in_order(rule: Rule) -> Finding:
    return Finding(
        rule.code,
        rule.subsystem,
        SUBSYSTEMS[rule.subsystem],
        rule.words,
        "ok",
        None,
        "rate:1",
        _limits(rule),
        "没有失败集中的时段。",
    )


def _limits(rule: Rule) -> str:
    warning, critical = (
        format_number(limit, "points:1") for limit in (rule.threshold.warning, rule.threshold.critical)
    )
    return f"时段内比通常高 {warning}关注，{critical}异常"


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"
