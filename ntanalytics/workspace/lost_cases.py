"""Days before a period of which cases are not known, which may be open in it, or end in it (docs/domain.md, Gaps)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from ntanalytics.contract import Kind
from ntanalytics.ledger import CoverageDay
from ntanalytics.metrics.bounds import join_notes
from ntanalytics.metrics.unfilled import Unfilled
from ntanalytics.periods import Period, days_between
from ntanalytics.periods.day_text import day_spans
from ntanalytics.workspace.dataset_view import DatasetView

#: Days before a period on which a case of it may have begun: most cases end within them.
_CASE_DAYS = 28

_DAY = dt.timedelta(days=1)

#: Source and day.
_Days = Collection[tuple[str, dt.date]]


def with_lost_cases(known: Unfilled, view: DatasetView, covered: Iterable[CoverageDay], whole: _Days) -> Unfilled:
    """Return what is known of the columns of a dataset, with the days before the period of which cases are lost.

    Args:
        known: what is known of its columns.
        view: the dataset within the period; one that holds no cases loses none.
        covered: its days as the lake holds them, those of the weeks before the period, too.
        whole: source and day of those that are complete and not damaged.
    """
    if view.contract.kind is not Kind.CASE:
        return known
    held = [day for day in covered if day.is_held]
    lost, lost_before = (_lost(view.sources, held, whole, span) for span in (view.period, view.period.previous()))
    if not (lost or lost_before):
        return known
    sentences = (_sentence(source, days) for source, days in lost.items())
    note = join_notes(known.note, *sentences)
    return replace(known, dataset=view.contract.name, lost=lost, lost_before=lost_before, note=note)


def _lost(
    sources: Sequence[str], held: Sequence[CoverageDay], whole: _Days, period: Period
) -> Mapping[str, Sequence[dt.date]]:
    """Return source → its gaps in the weeks before a period; what came before its first day, its first extraction took.

    That took each case that was open then, however old (docs/domain.md, No horizon).
    """
    lost = {}
    for source in sources:
        first = min((day.day for day in held if day.source == source), default=period.first)
        since = max(first, period.first - _CASE_DAYS * _DAY)
        if days := [day for day in days_between(since, period.first - _DAY) if (source, day) not in whole]:
            lost[source] = days
    return lost


def _sentence(source: str, days: Sequence[dt.date]) -> str:
    return f"数据源 {source} 缺{day_spans(days)}的完整数据，其间开始或了结的事项可能不在其中：存量未知，了结数为下限。"
