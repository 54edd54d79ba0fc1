"""Many subjects of which a share goes wrong: units that do not sign, or whose documents come back.

Of hundreds of units each counts little, so that what is usual of one is drawn towards what is usual of all; the last
days together are judged, by how much better a worse share explains them than chance does.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from ntanalytics.detectors.failure_rate_rise import RateWords
from ntanalytics.detectors.slot_matrix import Floats, Subject, slot_matrix
from ntanalytics.findings.finding import Finding
from ntanalytics.metrics.rows import Rows, rows
from ntanalytics.findings.rule import Rule
from ntanalytics.findings.sentences import day_words
from ntanalytics.metrics import measure as measure_of
from ntanalytics.metrics.number_format import format_number

#: Chance reaches six in ten weeks of three hundred units, as the demo city shows and the logarithm of them lets expect.
EVIDENCE = 9.0

#: So many that went wrong at least, and so many events of all subjects' past.
FEWEST_HITS, FEWEST_EVENTS = 4, 500

#: What is usual of all counts for a subject like so many events of its own.
DRAWN = 20.0


def share_shift(
    rule: Rule, table: Rows, on: date, words: RateWords, *, subject: Subject, together: int
) -> list[Finding]:
    """The subjects of whose last days an unusual share went wrong.

    Args:
        rule: its threshold holds for the share that went wrong; its ``min_count`` for the events.
        table: ``day``, ``events``, ``hits`` (how many of them went wrong) and what names the subject, of some weeks.
        on: the inspected day.
        words: how it is told.
        subject: what a row is about.
        together: so many days up to ``on`` are looked at, the best told stretch of them being told.

    Returns:
        A finding for each subject that is not in order; none where the history is too short.
    """
    its = [row for row in rows(table) if row["day"] <= on]
    if rule.is_off or not its:
        return []
    first = min(row["day"] for row in its)
    days = [first + timedelta(days=back) for back in range((on - first).days + 1)]
    if len(days) <= 2 * together:
        return []
    counts = slot_matrix(rule, its, days, slot_s=86_400, columns=["events", "hits"], subject=subject)
    before = [(each["events"][:-together].sum(), each["hits"][:-together].sum()) for each in counts.of.values()]
    events, hits = (float(sum(column)) for column in zip(*before, strict=True))
    if events < FEWEST_EVENTS:
        return []
    all_usual = (hits + 0.5) / (events + 1)
    found = []
    for (name, each), (many, wrong) in zip(counts.of.items(), before, strict=True):
        usual = float((wrong + DRAWN * all_usual) / (many + DRAWN))
        finding = _finding(rule, name, each["events"][:, 0], each["hits"][:, 0], usual, days, words, together)
        if finding is not None:
            found.append(finding)
    return found


def _finding(
    rule: Rule,
    subject: str,
    events: Floats,
    hits: Floats,
    usual: float,
    days: Sequence[date],
    words: RateWords,
    together: int,
) -> Finding | None:
    best, length = 0.0, 0
    for last in range(1, together + 1):
        many, wrong = float(events[-last:].sum()), float(hits[-last:].sum())
        if wrong < FEWEST_HITS or many < rule.min_count or wrong / many <= max(rule.threshold.warning, usual):
            continue
        odds = wrong * float(np.log(wrong / (many * usual))) - (wrong - many * usual)
        if odds > max(best, EVIDENCE):
            best, length = odds, last
    if not length:
        return None
    many, wrong = float(events[-length:].sum()), float(hits[-length:].sum())
    value = wrong / many
    form = measure_of(rule.measure).format
    begun = next(place for place in range(len(days) - length, len(days)) if hits[place])
    span = "当日" if length == 1 else f"近 {length} 天"
    said = f"{span}{words.events} {format_number(many, 'integer', words.unit)}，其中{words.hits} "
    said += f"{format_number(wrong, 'integer', words.unit)}，占 {format_number(value, form)}，通常为 {format_number(usual, form)}。"
    warning, critical = (format_number(limit, form) for limit in (rule.threshold.warning, rule.threshold.critical))
    return Finding(
        rule.code,
        rule.subsystem,
        subject,
        rule.words,
        rule.threshold.judge(value),
        value,
        form,
        f"高于 {warning} 关注，{critical} 异常",
        said,
        day_words(days[begun]),
        rule.advice,
        figures={"usual": usual, "events": many, "hits": wrong},
    )
