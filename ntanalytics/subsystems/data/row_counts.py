"""Row counts: sources that fell silent, and days with far fewer rows than usual.

A day may be extracted without an error and still lack most of its rows: a query lost a join partner, a log rotated
away, a table moved. Only the number of rows shows it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from statistics import median
from typing import Any

from ntanalytics.checks.by_detector import seasonal_baseline
from ntanalytics.findings.finding import Entity, Finding
from ntanalytics.findings.judgement import judge_value
from ntanalytics.findings.rule import Rule
from ntanalytics.subsystems.data.entities import dataset_details, dataset_entity, source_entity

#: Rows that a run of empty days must expect; with fewer it may be chance (Poisson: e to the power -15).
MIN_EXPECTED = 15.0

#: Comparable days that the usual number of rows needs.
MIN_DAYS = 5


@dataclass(frozen=True)
class RowCounts:
    """Rows of one dataset from one source by day.

    Attributes:
        dataset: its name.
        label: its Chinese name.
        source: name of the source.
        days: ``day``, ``is_covered``, ``is_working_day``, ``label`` (``metrics.days``) and ``source_rows``, null in a
            gap.
    """

    dataset: str
    label: str
    source: str
    days: tuple[Mapping[str, Any], ...]

    @property
    def entity(self) -> Entity:
        """The dataset of the source."""
        return dataset_entity(self.source, self.dataset, self.label)


#: A finding with the rows that it was made from.
Judged = tuple[RowCounts, Finding]


def silent_findings(rule: Rule, series: Iterable[RowCounts], on: date) -> list[Finding]:
    """Return the datasets without rows on the last days; several of one source are one finding.

    Args:
        rule: its limits hold for the number of days without a row.
        series: rows of each dataset and source over ten weeks up to ``on``.
        on: the inspected day.
    """
    judged = [(item, finding) for item in series if (finding := _silent(rule, item, on)) is not None]
    return _by_source(judged)


def fallen_findings(rule: Rule, series: Iterable[RowCounts], on: date) -> list[Finding]:
    """Return the datasets with far fewer rows than usual; several of one source are one finding.

    A dataset without any row stays apart: it is reported as silent already.

    Args:
        rule: its limits hold for the departure from the usual number of rows, as a share of it.
        series: rows of each dataset and source over ten weeks up to ``on``.
        on: the inspected day.
    """
    judged: list[Judged] = []
    silent: list[Judged] = []
    for item in series:
        is_silent = silent_run(item, on) is not None
        for finding in seasonal_baseline(rule, list(item.days), on, entity=item.entity, violations_only=True):
            (silent if is_silent else judged).append((item, finding))
    return [_detailed(*pair) for pair in silent] + _by_source(judged)


def _silent(rule: Rule, item: RowCounts, on: date) -> Finding | None:
    run = silent_run(item, on)
    if run is None:
        return None
    begin, expected = run
    finding = judge_value(rule, (on - begin).days + 1, [], item.entity)
    return finding.with_figures(expected=expected).since_day(begin) if finding.is_violation else None


def silent_run(item: RowCounts, on: date) -> tuple[date, float] | None:
    """Return the first of the last days without a row, and the rows expected on them together.

    Returns:
        None where the last day has a row or is a gap, and where too few rows are expected to tell.
    """
    by_day = {row["day"]: row for row in item.days if row["day"] <= on and row["is_covered"]}
    run, day = [], on
    while day in by_day and not by_day[day]["source_rows"]:
        run.append(day)
        day -= timedelta(days=1)
    history = [row for row in by_day.values() if row["day"] not in run]
    expected = sum(_expected_rows(by_day[day], history) for day in run)
    return (run[-1], expected) if run and expected >= MIN_EXPECTED else None


def _expected_rows(day: Mapping[str, Any], history: list[Mapping[str, Any]]) -> float:
    """Return the rows that such a day has at least: by working day or day off, or by weekday, the smaller of both.

    A workbook that is filled on Saturdays alone has nothing on a holiday, which is a day off as they are.
    """
    alike: tuple[Callable[[Mapping[str, Any]], object], ...] = (
        lambda row: row["is_working_day"],
        lambda row: row["day"].weekday(),
    )
    counts = ([row["source_rows"] for row in history if kind(row) == kind(day)] for kind in alike)
    return min(float(median(rows)) if len(rows) >= MIN_DAYS else 0.0 for rows in counts)


def _by_source(judged: list[Judged]) -> list[Finding]:
    """Return the findings; those of several datasets of one source as one: the worst of them, with all names."""
    findings = []
    for source in dict.fromkeys(item.source for item, _ in judged):
        own = [(item, finding) for item, finding in judged if item.source == source]
        worst = next((pair for pair in own if pair[1].status == "critical"), own[0])
        finding = _detailed(*worst)
        if len(own) > 1:
            labels = tuple(item.label for item, _ in own)
            finding = finding.with_details(datasets=labels, example=finding.entity.label)
            finding = replace(finding, entity=source_entity(source))
        findings.append(finding)
    return findings


def _detailed(item: RowCounts, finding: Finding) -> Finding:
    return finding.with_details(**dataset_details(item.dataset))
