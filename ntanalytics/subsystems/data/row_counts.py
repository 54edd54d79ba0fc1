"""The inspection's rules over how much came: far fewer rows than usual, a source gone silent, a sensor at a stand.

A day may be taken without an error and still lack most of what it should hold: a query that lost a join partner, a log
that rotated away, a table that moved. Only the number of rows shows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from statistics import median
from typing import Any

from ntanalytics.detectors.seasonal_baseline import seasonal_baseline
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.rule import Rule
from ntanalytics.findings.sentences import day_words, limits, spaced
from ntanalytics.metrics.number_format import format_number
from ntanalytics.metrics.rows import Rows, rows
from ntanalytics.subsystems.data.completeness import subject_of

#: A run of empty days that expects fewer rows than that is chance (Poisson: e to the power of −15).
FEWEST_EXPECTED = 15.0

#: So many days of a sort tell how many rows are usual.
FEWEST_DAYS = 5


@dataclass(frozen=True)
class SourceDays:
    """How much one source gave of one dataset, day by day.

    Attributes:
        dataset: its name.
        label: its Chinese name.
        source: the source's name.
        days: ``day``, ``is_covered``, ``is_working_day``, ``label`` (metrics.days) and ``source_rows``, null on a hole.
    """

    dataset: str
    label: str
    source: str
    days: tuple[Mapping[str, Any], ...]

    @property
    def subsystem(self) -> str:
        """The subsystem whose data they are."""
        return self.dataset.partition(".")[0]

    @property
    def subject(self) -> str:
        """As findings of the data name it."""
        return subject_of(self.label, self.source)


def row_counts(rules: Mapping[str, Rule], taken: Iterable[SourceDays], on: date) -> list[Finding]:
    """Where far fewer rows came than usual, or none for days.

    Args:
        rules: the rules, as the site has them.
        taken: what each source gave of each dataset of events over ten weeks up to ``on``.
        on: the inspected day.

    Returns:
        A finding for each source and dataset; of a source that lacks several, one; none where all is as usual.
    """
    silent, fewer = rules["data.silent_days"], rules["data.rows_fall"]
    found: list[tuple[SourceDays, Finding]] = []
    for each in taken:
        made = [] if silent.is_off else _silent(silent, each, on)
        if not made:
            made = seasonal_baseline(fewer, list(each.days), on, subject=each.subject, is_wrong_only=True)
        found += [(each, replace(one, subsystem=each.subsystem)) for one in made]
    merged: list[Finding] = []
    for source in dict.fromkeys(each.source for each, _ in found):
        its = [one for each, one in found if each.source == source]
        merged += its if len(its) == 1 else _together(source, [pair for pair in found if pair[0].source == source])
    return merged


def _silent(rule: Rule, taken: SourceDays, on: date) -> list[Finding]:
    """A finding where the last days have no row and, together, expect enough of them."""
    by_day = {row["day"]: row for row in taken.days if row["day"] <= on and row["is_covered"]}
    run, day = [], on
    while day in by_day and not by_day[day]["source_rows"]:
        run.append(day)
        day -= timedelta(days=1)
    past = [row for row in by_day.values() if row["day"] not in run]
    expected = sum(_expected(by_day[each], past) for each in run)
    if not run or expected < FEWEST_EXPECTED:
        return []
    made = rule.judge({rule.measure: len(run)}, taken.subject)
    if made.state == "ok":
        return []
    said = f"连续 {len(run)} 天没有数据，通常同样的日子共有 {format_number(expected, 'integer', '行')}。"
    return [replace(made, evidence=said, since=day_words(run[-1]))]


def _expected(day: Mapping[str, Any], past: list[Mapping[str, Any]]) -> float:
    """How many rows such a day has at least: of worked or free days, and of its weekday, whichever is less.

    A book that is filled on Saturdays alone has nothing on a holiday, which is as free as they are.
    """
    sorts = (
        [row["source_rows"] for row in past if row["is_working_day"] == day["is_working_day"]],
        [row["source_rows"] for row in past if row["day"].weekday() == day["day"].weekday()],
    )
    return min(float(median(rows)) if len(rows) >= FEWEST_DAYS else 0.0 for rows in sorts)


def _together(source: str, found: list[tuple[SourceDays, Finding]]) -> list[Finding]:
    """Of a source that lacks rows of several datasets one finding for each rule."""
    merged = []
    for code in dict.fromkeys(one.code for _, one in found):
        its = [(each, one) for each, one in found if one.code == code]
        worst = next((one for _, one in its if one.state == "critical"), its[0][1])
        if len(its) == 1:
            merged.append(worst)
            continue
        names = "、".join(each.label for each, _ in its)
        said = f"{names}均有缺少，如{spaced(worst.subject, worst.evidence)}"
        merged.append(replace(worst, subject=f"数据源 {source}", evidence=said))
    return merged


def stood_still(rule: Rule, still: Rows, metrics: Mapping[str, str], label: str) -> list[Finding]:
    """The hosts of which a metric had one value all day and never did before.

    Args:
        rule: the rule.
        still: ``metrics.hosts.still`` of the day.
        metrics: the Chinese name of each metric.
        label: the dataset's.

    Returns:
        A finding for each such host; a source of which every host stands still is one matter.
    """
    if rule.is_off:
        return []
    told = rows(still)
    dead = [row for row in told if rule.threshold.judge(row["still_series"]) != "ok"]
    found = []
    for source in dict.fromkeys(row["source"] for row in dead):
        its = [row for row in dead if row["source"] == source]
        of_source = sum(row["source"] == source for row in told)
        if len(its) > 1 and len(its) == of_source:
            count = sum(row["still_series"] for row in its)
            said = f"全部 {len(its)} 台主机的 {count} 项指标全天为同一数值。"
            found.append(replace(rule.judge({rule.measure: count}, subject_of(label, source)), evidence=said))
            continue
        for row in its:
            name = metrics.get(row["metric"], row["metric"])
            said = f"{name}等 {row['still_series']} 项指标" if row["still_series"] > 1 else name
            said = f"{said}全天为同一数值，此前每天都有变化。"
            found.append(replace(rule.judge(row, str(row["host"])), evidence=said))
    return [replace(each, subsystem="infra", threshold=limits(rule.threshold, "integer", "项")) for each in found]
