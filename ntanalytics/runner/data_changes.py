"""Data of a report that were extracted since an earlier version of it: days that came, and days that were replaced."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
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

    Args:
        ledger: the site's.
        request: the report and its period.
        extraction_id: the last extraction before the earlier version.
        read: the datasets that the report has read; of the others that it may need nothing is shown.
    """
    sentences, unchanged, unchanged_days = [], [], set()
    past = ledger.as_of(extraction_id, dt.datetime.now(dt.UTC)).coverage
    period = request.period
    for name, history in sorted(request.notebook.needs.items()):
        if name not in read:
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
        counted, same = _replaced(then, now)
        if parts := [*_came(then, now), *counted]:
            sentences.append(f"{contract.label}：{'，'.join(parts)}。")
        elif same:
            unchanged.append(contract.label)
            unchanged_days |= same
    if len(sentences) > _MOST_LISTED:
        sentences = [*sentences[:_MOST_LISTED], f"另有 {len(sentences) - _MOST_LISTED} 类数据重新取数。"]
    return [*sentences, *_unchanged(unchanged, unchanged_days)]


def _unchanged(labels: Sequence[str], days: Iterable[dt.date]) -> list[str]:
    """Return the sentence on the datasets that were extracted again with as many rows as before."""
    if not labels:
        return []
    more = f"等 {len(labels)} 类数据" if len(labels) > _MOST_LISTED else ""
    return [f"{'、'.join(labels[:_MOST_LISTED])}{more}重新取数，行数不变（{day_spans(days)}）。"]


def _by_day(days: Iterable[CoverageDay]) -> _Days:
    return {(day.source, day.day): day for day in days}


def _came(then: _Days, now: _Days) -> list[str]:
    """Return the days that were not there, or empty, and are held now."""
    came = [key for key, day in now.items() if day.is_held and (key not in then or not then[key].is_held)]
    return [f"{day_spans(day for _, day in came)}的数据补取到"] if came else []


def _replaced(then: _Days, now: _Days) -> tuple[list[str], set[dt.date]]:
    """Return the days that were extracted again: those whose rows differ as a text, and those with as many rows."""
    both = [key for key, day in now.items() if day.is_held and key in then and then[key].is_held and day != then[key]]
    counted = [key for key in both if now[key].source_rows != then[key].source_rows]
    same = {day for _, day in both} - {day for _, day in counted}
    if not counted:
        return [], same
    old, new = (sum(days[key].source_rows for key in counted) for days in (then, now))
    return [f"{day_spans(day for _, day in counted)}重新取数（原 {old:,} 行，现 {new:,} 行）"], same
