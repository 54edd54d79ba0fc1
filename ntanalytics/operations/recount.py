"""Rows that arrived after their day had settled: databases are asked for counts, and days that differ are extracted.

A count is cheap: one query for a month of a dataset, and one for each day only where the month differs. Databases can
count; the rows of logs, workbooks and metrics services are not counted. A day of which a database has lost rows stays
as it is: events do not cease to have happened, but databases keep them for a time only.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ntanalytics.contract import DATASETS, Dataset, Kind
from ntanalytics.errors import NtaError
from ntanalytics.extraction import Extractor
from ntanalytics.extraction.lost_rows import has_lost
from ntanalytics.language import tr
from ntanalytics.ledger import ExtractionResult
from ntanalytics.periods import local_window
from ntanalytics.runner.run_context import RunContext
from ntanalytics.sources import check_read_hours
from ntanalytics.sources.database import DatabaseSource

#: Settled days that are counted, back from the last one.
COUNTED_DAYS = 35


@dataclass(kw_only=True)
class Recount:
    """Result of a recount.

    Attributes:
        counted: number of days that were compared.
        late: (dataset, source) → days of which other rows were read when they were extracted again.
        recounted: (dataset, source) → days whose count differed though the rows are as many as before: what a count
            sees otherwise than an extraction.
        kept: (dataset, source) → days of which the source has lost rows; those that were read stay.
        results: the extractions.
        skipped: source and dataset → reason of a source that could not be counted.
    """

    counted: int = 0
    late: dict[tuple[str, str], list[dt.date]] = field(default_factory=dict)
    recounted: dict[tuple[str, str], list[dt.date]] = field(default_factory=dict)
    kept: dict[tuple[str, str], list[dt.date]] = field(default_factory=dict)
    results: list[ExtractionResult] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)

    def as_data(self) -> dict[str, object]:
        """Return the result as JSON data."""
        late, recounted, kept = (
            {f"{dataset} ← {source}": list(map(str, days)) for (dataset, source), days in part.items()}
            for part in (self.late, self.recounted, self.kept)
        )
        failed = {f"{result.dataset} ← {result.source}": result.error for result in self.results if result.error}
        return {
            "counted_days": self.counted,
            "late_days": late,
            "recounted_days": recounted,
            "kept_days": kept,
            "not_counted": self.skipped,
            "failed": failed,
        }


def take_late_rows(context: RunContext) -> Recount:
    """Compare the settled days of events with the counts of their databases, and extract the days that differ.

    A day whose count is not comparable with its rows (a mapping that a count sees otherwise) is extracted once: then
    the count itself is kept for the comparison.

    Args:
        context: the site and the clock.

    Raises:
        LakeError: the ledger cannot be used.
    """
    recount = Recount()
    extractor = Extractor(context.settings, context.ledger, context.progress, context.clock)
    for name in sorted(DATASETS):
        contract = DATASETS[name]
        if contract.kind is not Kind.EVENT:
            continue
        for source in extractor.sources_of(name):
            if isinstance(source, DatabaseSource):
                try:
                    _recount(context, extractor, contract, source, recount)
                except NtaError as error:
                    recount.skipped[f"{name} ← {source.name}"] = str(error)
    return recount


def _recount(
    context: RunContext, extractor: Extractor, contract: Dataset, source: DatabaseSource, recount: Recount
) -> None:
    last = context.today - dt.timedelta(days=contract.settles_after + 1)
    first = last - dt.timedelta(days=COUNTED_DAYS - 1)
    expected = context.ledger.recounts.expected(contract.name, source.name, first, last)
    if not expected:
        return
    check_read_hours(context.settings, source.name, context.clock())
    context.progress(tr("{contract} ← {source}: counting", contract=contract.name, source=source.name), 0)
    late: dict[dt.date, int] = {}
    for run in _runs(expected):
        if _count(context, contract, source, run) != sum(expected[day] for day in run):
            counts = {day: _count(context, contract, source, [day]) for day in run}
            late |= {day: count for day, count in counts.items() if count != expected[day]}
    recount.counted += len(expected)
    read_before = context.ledger.recounts.rows_read(contract.name, source.name, first, last)
    # of a day that was kept the count is recorded, and not the rows that were read
    most = {day: max(expected[day], read_before.get(day, 0)) for day in late}
    lost = {day: late.pop(day) for day in sorted(late) if has_lost(most[day], late[day])}
    if lost:
        recount.kept[contract.name, source.name] = list(lost)
        context.ledger.recounts.record(contract.name, source.name, lost)
    if not late:
        return
    results = extractor.extract_days(contract.name, source, sorted(late))
    recount.results += results
    taken = {day: count for day, count in late.items() if any(_covers(result, day) for result in results)}
    context.ledger.recounts.record(contract.name, source.name, taken)
    read = context.ledger.recounts.rows_read(contract.name, source.name, first, last)
    for days, is_changed in ((recount.late, True), (recount.recounted, False)):
        if chosen := [day for day in sorted(taken) if (read.get(day) != read_before.get(day)) is is_changed]:
            days[contract.name, source.name] = chosen


def _covers(result: ExtractionResult, day: dt.date) -> bool:
    return not (result.error or result.is_backlog) and result.first <= day <= result.last


def _count(context: RunContext, contract: Dataset, source: DatabaseSource, days: Sequence[dt.date]) -> int:
    since, until = local_window(days[0], days[-1], context.settings.zone)
    return source.count(source.mapping(contract.name), since, until)


def _runs(days: Iterable[dt.date]) -> Iterator[list[dt.date]]:
    """Yield the runs of successive days."""
    run: list[dt.date] = []
    for day in sorted(days):
        if run and day - run[-1] > dt.timedelta(days=1):
            yield run
            run = []
        run.append(day)
    if run:
        yield run
