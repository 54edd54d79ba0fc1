"""Hours in which a larger share went wrong than usual: what a day's rate hides, and a day's rate where it lasts.

Every run of slots of the day is held against the share that is usual of the same subject; how much better a worse
share explains what was seen is judged against chance, and against the worst runs of the days before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from ntanalytics.detectors.slot_matrix import Floats, Subject, clock, runs, slot_matrix, sums
from ntanalytics.findings.finding import Finding
from ntanalytics.metrics.rows import Rows, rows
from ntanalytics.findings.rule import Rule
from ntanalytics.findings.sentences import day_words
from ntanalytics.metrics import measure as measure_of
from ntanalytics.metrics.number_format import format_number

#: So many known days tell what is usual, and so many events of them.
FEWEST_DAYS, FEWEST_EVENTS = 5, 50

#: Fewer that went wrong may be one person's.
FEWEST_HITS = 6

#: By how much, as a logarithm, a worse share must explain a run better: chance does not in ten weeks of runs.
EVIDENCE = 12.0

#: Events a run needs, so that its share says anything.
FEWEST_IN_RUN = 10


@dataclass(frozen=True)
class RateWords:
    """How it is told, in Chinese: what the events are, what those that went wrong are, and their unit."""

    hits: str
    events: str
    unit: str


def failure_rate_rise(
    rule: Rule, slots: Rows, days: Rows, on: date, words: RateWords, *, slot_s: int, subject: Subject = ""
) -> list[Finding]:
    """The worst run of slots of each subject on a day, of those that are not in order.

    Args:
        rule: its threshold holds for the share that went wrong beyond what is usual (0.03: three points); its
            ``min_count`` for the events of the run.
        slots: ``day``, ``slot``, ``events``, ``hits`` (how many of them went wrong) and what names a group, of some
            weeks up to ``on``.
        days: the days of those weeks (metrics.days).
        on: the inspected day.
        words: how it is told.
        slot_s: seconds of a slot; 86,400 for a whole day.
        subject: what a row is about, as ``rules.judged`` takes it.

    Returns:
        A finding for each subject that is not in order; none where the day is a hole or too few days are known.
    """
    covered = sorted(row["day"] for row in rows(days) if row["is_covered"] and row["day"] <= on)
    if rule.is_off or on not in covered or len(covered) <= FEWEST_DAYS:
        return []
    counts = slot_matrix(rule, slots, covered, slot_s=slot_s, columns=["events", "hits"], subject=subject)
    found = [
        _finding(rule, name, its["events"], its["hits"], covered, words, slot_s) for name, its in counts.of.items()
    ]
    return [each for each in found if each is not None]


def _finding(
    rule: Rule, subject: str, events: Floats, hits: Floats, days: Sequence[date], words: RateWords, slot_s: int
) -> Finding | None:
    known = np.flatnonzero(events[:-1].sum(axis=1) > 0)
    if len(known) < FEWEST_DAYS or events[:-1].sum() < FEWEST_EVENTS or hits[-1].sum() < FEWEST_HITS:
        return None
    many, wrong = sums(events), sums(hits)
    since = len(days) - 1
    while True:
        usual, rough = usual_share(events[known].sum(axis=1), hits[known].sum(axis=1))
        odds = _odds(rule, many, wrong, usual) / rough
        # what has lasted for days is no part of what is usual
        begun = _begun(odds.max(axis=1), events.sum(axis=1) >= rule.min_count)
        before = known[known < begun]
        if begun == since or len(before) < FEWEST_DAYS:
            break
        since, known = begun, before
    first, after = runs(events.shape[1])
    # of runs that say the same the shortest
    best = int(np.argmax(odds[-1] - 1e-6 * (after - first)))
    if odds[-1, best] < max(EVIDENCE, 1.3 * float(np.quantile(odds[known].max(axis=1), 0.95))):
        return None
    value = float(wrong[-1, best] / many[-1, best])
    state = rule.threshold.judge(value - usual)
    if state == "ok":
        return None
    when = "" if slot_s >= 86_400 else f"{clock(int(first[best]), slot_s)}—{clock(int(after[best]), slot_s)} "
    form = measure_of(rule.measure).format
    said = f"{when}{words.events} {format_number(float(many[-1, best]), 'integer', words.unit)}，其中{words.hits} "
    said += f"{format_number(float(wrong[-1, best]), 'integer', words.unit)}，占 {format_number(value, form)}，"
    said += f"通常为 {format_number(usual, form)}。"
    warning, critical = (
        format_number(limit, "points:1") for limit in (rule.threshold.warning, rule.threshold.critical)
    )
    return Finding(
        rule.code,
        rule.subsystem,
        subject,
        rule.words,
        state,
        value,
        form,
        f"比通常高 {warning} 关注，{critical} 异常",
        said,
        day_words(days[since]),
        rule.advice,
        figures={
            "usual": usual,
            "events": float(many[-1, best]),
            "hits": float(wrong[-1, best]),
            "from_s": float(first[best] * slot_s),
            "until_s": float(after[best] * slot_s),
        },
    )


def _begun(odds: Floats, is_told: NDArray[np.bool_]) -> int:
    """The first of the days up to the last on which it was so; a day of too few events neither begins nor ends it."""
    begun = len(odds) - 1
    for place in range(len(odds) - 2, -1, -1):
        if odds[place] >= EVIDENCE:
            begun = place
        elif is_told[place]:
            break
    return begun


def _odds(rule: Rule, many: Floats, wrong: Floats, usual: float) -> Floats:
    """Of every run the logarithm of how much better its own share explains it than the usual one does."""
    is_run = (many >= max(rule.min_count, FEWEST_IN_RUN)) & (wrong >= FEWEST_HITS)
    is_run &= wrong - many * usual > rule.threshold.warning * many
    expected = np.maximum(many * usual, 1e-9)
    odds = wrong * np.log(np.maximum(wrong, 1) / expected) - (wrong - expected)
    return np.asarray(np.where(is_run, odds, 0.0), dtype=np.float64)


def usual_share(events: Floats, hits: Floats) -> tuple[float, float]:
    """What share of events usually goes wrong, and how much rougher than chance it is from day to day (at least 1).

    A tenth of the days, the worst ones, is left out: what goes wrong now and then is not usual.

    Args:
        events: of each day, positive.
        hits: how many of them went wrong.
    """
    kept = np.argsort(hits / events)[: max(1, len(events) - len(events) // 10)]
    many, wrong = events[kept], hits[kept]
    share = float((wrong.sum() + 0.5) / (many.sum() + 1))
    if float(np.median(hits)) >= FEWEST_HITS:
        # enough of them for a median, which what lasted for some weeks does not move
        share = min(share, float(np.median(hits / events)))
    errors = (wrong - many * share) ** 2 / np.maximum(many * share, 0.5)
    # 2.2 medians of the square of a normal figure are its mean; days on which something lasted do not move a median
    return share, max(1.0, 2.2 * float(np.median(errors)))
