"""Data of a report that were extracted since an earlier version of it: days that came, and days that were replaced."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ntanalytics.contract import Kind
from ntanalytics.contract import dataset as dataset_named
from ntanalytics.periods.day_text import day_spans
from ntanalytics.runner.report_request import ReportRequest

if TYPE_CHECKING:
    from ntanalytics.ledger import CoverageDay, Ledger

#: Days after a period from which a snapshot of a state may represent it.
_SNAPSHOT_DAYS = 7
#: Datasets that are named; more are counted.
_MOST_LISTED = 8

#: (source, day) → the day as the lake holds it.
_Days = Mapping[tuple[str, dt.date], "CoverageDay"]


def data_changes(ledger: Ledger, request: ReportRequest, extraction_id: int, read: Collection[str]) -> list[str]:
    """Return one Chinese sentence for each dataset that changed since, and one for all of as many rows.

    An extraction of cases takes those that changed on its days, and what it does not take stays: the rows of two are
    not held against each other, and none are told.

    Args:
        ledger: the site's.
        request: the report and its period.
        extraction_id: the last extraction before the earlier version.
        read: the datasets that the report has read; of the others that it may need nothing is shown.
    """
    years = {request.period.first.year, request.period.last.year}
    sentences, unchanged, cases = [], _Again(years), _Again(years)
    past = ledger.as_of(extraction_id, dt.datetime.now(dt.UTC)).coverage
    period = request.period
    for name in sorted(ledger.coverage.datasets_extracted_since(extraction_id).intersection(read)):
        history = request.notebook.needs.get(name)
        if history is None:
            continue
        contract = dataset_named(name)
        first = min(period.first - dt.timedelta(days=history), period.previous().first)
        margin = max(_SNAPSHOT_DAYS, len(period.days)) if contract.kind is Kind.STATE else 0
        last = period.last + dt.timedelta(days=margin)
        extracted = ledger.coverage.days_extracted_since(extraction_id, name, None, first, last)
        if not extracted:
            continue
        days = [day.day for day in extracted]
        then, now = _by_day(past.days(name, min(days), max(days))), _by_day(extracted)
        is_case = contract.kind is Kind.CASE
        counted, same = _replaced(then, now, years, has_rows=not is_case)
        if parts := [*_came(then, now, years), *counted]:
            sentences.append(f"{contract.label}：{'，'.join(parts)}。")
        if same:
            (cases if is_case else unchanged).add(contract.label, same)
    if len(sentences) > _MOST_LISTED:
        sentences = [*sentences[:_MOST_LISTED], f"另有 {len(sentences) - _MOST_LISTED} 类数据重新取数。"]
    return [*sentences, *cases.sentence("重新取数"), *unchanged.sentence("重新取数，行数不变")]


@dataclass
class _Again:
    """Datasets that were extracted again, of which one sentence tells.

    Attributes:
        years: the years of the report.
        labels: their Chinese names.
        days: the days of all of them.
    """

    years: set[int]
    labels: list[str] = field(default_factory=list)
    days: set[dt.date] = field(default_factory=set)

    def add(self, label: str, days: Iterable[dt.date]) -> None:
        """Add a dataset with its days."""
        self.labels.append(label)
        self.days.update(days)

    def sentence(self, what: str) -> list[str]:
        """Return the sentence that says of them what was done; none without a dataset."""
        if not self.labels:
            return []
        more = f"等 {len(self.labels)} 类数据" if len(self.labels) > _MOST_LISTED else ""
        return [f"{'、'.join(self.labels[:_MOST_LISTED])}{more}{what}（{day_spans(self.days, self.years)}）。"]


def _by_day(days: Iterable[CoverageDay]) -> _Days:
    return {(day.source, day.day): day for day in days}


def _came(then: _Days, now: _Days, years: set[int]) -> list[str]:
    """Return the days that were not there, or empty, and are held now."""
    came = [key for key, day in now.items() if day.is_held and (key not in then or not then[key].is_held)]
    return [f"{day_spans((day for _, day in came), years)}的数据补采到"] if came else []


def _replaced(then: _Days, now: _Days, years: set[int], *, has_rows: bool) -> tuple[list[str], set[dt.date]]:
    """Return the days that were extracted again: those whose rows differ as a text, and the others.

    What changed in a day with as many rows is not known: it may be what changed the report.

    Args:
        then: the days as they were.
        now: the days as they are.
        years: the years of the report.
        has_rows: whether the rows of an extraction are all of its day.
    """
    both = [key for key, day in now.items() if day.is_held and key in then and then[key].is_held and day != then[key]]
    counted = [key for key in both if has_rows and now[key].source_rows != then[key].source_rows]
    same = {day for _, day in both} - {day for _, day in counted}
    if not counted:
        return [], same
    days = day_spans((day for _, day in counted), years)
    old, new = (sum(held[key].source_rows for key in counted) for held in (then, now))
    return [f"{days}重新取数（原 {old:,} 行，现 {new:,} 行）"], same
