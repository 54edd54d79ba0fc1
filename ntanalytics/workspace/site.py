"""Access to a site's lake, ledger and calendar, read-only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, reduce
from pathlib import Path

import duckdb
import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from ntanalytics.catalog import Catalog, site_catalog
from ntanalytics.contract import DATASETS, Dataset, Kind
from ntanalytics.contract import dataset as dataset_named
from ntanalytics.detectors.snapshot_fall import JUDGED_BY
from ntanalytics.errors import LakeError, UnknownName
from ntanalytics.file_cache import FileCache
from ntanalytics.lake import DeltaLake, sql
from ntanalytics.lake.backends.reader import Reader
from ntanalytics.lake.engines import open_reader
from ntanalytics.language import tr
from ntanalytics.ledger import CoverageDay, Ledger
from ntanalytics.ledger.rows_held import held_since
from ntanalytics.ledger.snapshots import nearest
from ntanalytics.metrics.unfilled import Unfilled
from ntanalytics.periods import Calendar, days_between, local_window
from ntanalytics.settings import Settings, find_config, load
from ntanalytics.sources import open_source, restrict_to_datasets
from ntanalytics.workspace.first_days import FirstDays
from ntanalytics.workspace.ledger_answers import LedgerAnswers
from ntanalytics.workspace.namespaces import Day, Namespace, dataset_namespace, metric_namespace
from ntanalytics.workspace.open_cases import days_without_open_cases
from ntanalytics.workspace.past_state import PastState, past_state
from ntanalytics.workspace.snapshot_damage import Falls, count_by_kind, damaged_snapshots, with_damaged
from ntanalytics.workspace.units import Units, names_ever, read_aliases, unit_columns

#: Name of the file beside the lake's tables with what was counted of each day.
DAILY_COUNTS = "daily-counts.jsonl"

#: Size beyond which it is begun anew: three years of a city take 4 MB.
_MOST_BYTES_OF_COUNTS = 128 << 20

#: Name of the file beside the lake's tables with what past inspections left open.
PAST_FINDINGS = "past-findings.jsonl"

_DAYS = pa.schema(
    [
        pa.field("day", pa.date32(), False),
        pa.field("is_covered", pa.bool_(), False),
        pa.field("is_working_day", pa.bool_()),
        pa.field("label", pa.string()),
    ]
)
#: Past years of the table ``calendar``.
_CALENDAR_YEARS = 5
#: Bounds of a search over all days; every database can store both.
_ALL_DAYS = (dt.date(1970, 1, 1), dt.date(2999, 12, 31))

_DAY = dt.timedelta(days=1)

#: First day, last day, and the covered days between them, in order.
CoveredSpan = tuple[dt.date, dt.date, list[CoverageDay]]

#: Days before a report's in which a name of a unit is looked for: no figure by units looks back further.
_NAMED = dt.timedelta(days=400)

#: Days around a day among which its snapshot is looked for first.
_NEAR = dt.timedelta(days=60)

#: Days up to a report's last one whose rows may be taken again, with names that units have by then.
_RETAKEN = dt.timedelta(days=31)


class Workspace:
    """A site's lake and ledger, read-only.

    Args:
        settings: the site.
        past: the state of an earlier report, to be read in place of the newest data.

    Attributes:
        settings: the site.
        past: the state of an earlier report; None for the newest data.
        calendar: its working days.
        ledger: its run ledger.
        reader: the engine that reads the lake's tables.
        known_until: moment after which nothing is known (aware); None for everything.
        known_days: dataset → first day, last day, and the covered days that were asked for.
        snapshot_falls: state → the damaged snapshots among them.
        counted_rows: dataset, first day and last day → source → rows that were counted.
        answers: what the ledger said.
        unfilled: dataset, first day and last day of a period → columns that rows lack.
        days_without_reports: dataset, first day and last day → source and day of those without delivery reports.
        absent: dataset → source → the columns that it does not have.
    """

    known_until: dt.datetime | None = None

    def __init__(self, settings: Settings, past: PastState | None = None) -> None:
        self.settings = settings
        self.past = past
        self.calendar: Calendar = settings.calendar()
        ledger = Ledger(settings.ledger)
        self.ledger = ledger if past is None else ledger.as_of(past.extraction_id, past.generated_at)
        self._lake = DeltaLake.of(settings)
        self.reader: Reader = open_reader(self._lake, settings)
        self._versions: dict[str, int | None] = {}
        self.known_days: dict[str, CoveredSpan] = {}
        self.counted_rows: dict[tuple[str, dt.date, dt.date], dict[str, int]] = {}
        self.snapshot_falls: dict[str, Falls] = {}
        self.answers = LedgerAnswers(self.ledger.coverage)
        self.unfilled: dict[tuple[str, dt.date, dt.date], Unfilled] = {}
        self.days_without_reports: dict[tuple[str, dt.date, dt.date], frozenset[tuple[str, dt.date]]] = {}
        self.absent: dict[str, dict[str, frozenset[str]]] = {}
        self._days: dict[tuple[dt.date, dt.date, frozenset[dt.date]], ir.Table] = {}

    def version(self, dataset: str) -> int | None:
        """Return the version of a dataset that this workspace reads: the newest one at its first access.

        Over a past state it is the version of that state; None for a dataset that it does not name.
        """
        if self.past is not None:
            return self.past.tables.get(dataset)
        if dataset not in self._versions:
            self._versions[dataset] = self._lake.version(dataset)
        return self._versions[dataset]

    def table(self, dataset: str, first: str | dt.date | None = None, last: str | dt.date | None = None) -> ir.Table:
        """Return the rows of a dataset as an Ibis table.

        Args:
            dataset: a name; `ntanalytics contract` lists them.
            first: the first local day, a date or ``2026-11-01``; None for no bound.
            last: the last local day, included; None for no bound.

        Raises:
            UnknownName: there is no such dataset.
        """
        return self.reader.table(dataset_named(dataset), self.version(dataset), _day(first), _day(last))

    def cases(self, dataset: str, first: dt.date, last: dt.date) -> ir.Table:
        """Return the cases that began or were open from ``first`` to ``last``, however old they are.

        Args:
            dataset: a dataset of cases.
            first: the first local day.
            last: the last local day, included.

        Raises:
            UnknownName: there is no such dataset, or it is not one of cases.
        """
        contract = dataset_named(dataset)
        if not contract.ended:
            cases = [known.name for known in DATASETS.values() if known.ended]
            raise UnknownName("dataset of cases", dataset, cases)
        since, _ = local_window(first, first, self.settings.zone)
        return self.table(dataset, first, last).union(self._older_cases(contract, first, since))

    def _older_cases(self, dataset: Dataset, before: dt.date, since: dt.datetime) -> ir.Table:
        closed = days_without_open_cases(self, dataset, before)
        return self.reader.older_cases(dataset, self.version(dataset.name), before, since, closed)

    @cached_property
    def tables(self) -> Namespace:
        """Datasets as attributes: ``ws.tables.sms.messages("2026-11-16")`` is a table.

        Beside a unit's name stands ours: ``canonical_unit`` beside ``unit``, by the list of units and the aliases.
        """
        return dataset_namespace(self._table_with_units)

    def _table_with_units(self, dataset: str, first: Day = None, last: Day = None) -> ir.Table:
        """Return the rows of a dataset, with a canonical name beside each name of a unit."""
        table = self.table(dataset, first, last)
        columns = unit_columns(dataset_named(dataset))
        if not columns:
            return table
        units = self.units()
        for column in columns:
            canonical = sql.canonical_name(column)
            table = units.resolve(table.mutate(**{canonical: table[column]}), canonical).drop(f"is_known_{canonical}")
        return table

    @cached_property
    def metrics(self) -> Namespace:
        """Metrics as attributes: ``ws.metrics.sms.volume.daily`` is a function of tables."""
        return metric_namespace()

    def sql(self, query: str) -> pd.DataFrame:
        """Return the result of one SELECT over the datasets, in the versions that this workspace reads.

        A dataset is a table of the same name: ``sms.messages``, or ``sms_messages``. ``SHOW TABLES`` lists them,
        ``DESCRIBE sms_messages`` lists the columns. The query cannot write, and cannot read anything else.

        Beside a unit's name stands ours: ``canonical_unit`` beside ``unit``, by the list of units and the aliases. The
        table ``calendar`` has each ``day`` with ``is_working_day`` and ``label`` (节假日 …).

        Args:
            query: SQL of DuckDB. ``day`` is the local day; times are UTC.

        Raises:
            UsageError: the query is not one SELECT, or refers to something that is no dataset.
            LakeError: the lake cannot be read.
            SettingsError: the table of aliases cannot be used.
        """
        files = {}
        mentioned = sql.mentioned_datasets(query)
        for dataset in mentioned:
            version = self.version(dataset.name)
            files[dataset.name] = [] if version is None else self._lake.files(dataset.name, version)
        named = {dataset.name: columns for dataset in mentioned if (columns := unit_columns(dataset))}
        is_listing = len(mentioned) == len(DATASETS)  # SHOW TABLES: no name of a unit is read
        units = None if is_listing else self._canonical_names(named)
        calendar = self._calendar_days() if sql.mentions_calendar(query) else None
        return sql.select(query, files, named, units, calendar)

    def _calendar_days(self) -> pa.Table:
        """Return the days of the years that an analyst may ask for: ``day``, ``is_working_day``, ``label``."""
        year = dt.datetime.now(self.settings.zone).year
        days = self.days(dt.date(year - _CALENDAR_YEARS, 1, 1), dt.date(year + 1, 12, 31), set())
        return days.drop("is_covered").to_pyarrow()

    def _canonical_names(self, columns: Mapping[str, Sequence[str]]) -> pa.Table | None:
        """Return the names of units in some datasets, each with ours; None if there is no column of names."""
        try:
            tables = [self.table(name).select(unit=column) for name, names in columns.items() for column in names]
            return self.units().canonical_names(reduce(ir.Table.union, tables)) if tables else None
        except duckdb.Error as error:
            raise LakeError(tr("cannot read the files: {error}", error=error), where=", ".join(columns)) from error

    def covered_days(self, dataset: str, first: dt.date, last: dt.date) -> list[CoverageDay]:
        """Return the extracted days that the lake holds, by source.

        The lake decides, not the ledger: it may have been moved, emptied or restored from a backup. A day before the
        first day of its source is not held, and neither is a damaged snapshot.
        """
        known = self.known_days.get(dataset)
        if known is None or first < known[0] or last > known[1]:
            if dataset_named(dataset).kind is Kind.STATE:
                since, until = (min(first, known[0]), max(last, known[1])) if known else (first, last)
                # a snapshot is judged by those before it
                covered = self._covered(dataset, max(since - JUDGED_BY, _ALL_DAYS[0]), until)
                # as the version, it stays as it was at the first access
                known = since, until, with_damaged(covered, self._judged(dataset, covered))
            else:
                known = self._with_more_days(dataset, first, last, known)
            self.known_days[dataset] = known
        return [day for day in known[2] if first <= day.day <= last]

    def _with_more_days(self, dataset: str, first: dt.date, last: dt.date, known: CoveredSpan | None) -> CoveredSpan:
        """Return the covered days that are known, and those that are asked for before and after them.

        A day that is known is not read again: a report asks for a week, then for the month, and then for the year.
        """
        if known is None:
            return first, last, self._covered(dataset, first, last)
        since, until, covered = known
        earlier = self._covered(dataset, first, since - _DAY) if first < since else []
        later = self._covered(dataset, until + _DAY, last) if last > until else []
        return min(first, since), max(last, until), [*earlier, *covered, *later]

    def _covered(self, dataset: str, first: dt.date, last: dt.date) -> list[CoverageDay]:
        """Return the days that the ledger covers and the lake holds."""
        held = self._lake.days(dataset, self.version(dataset))
        days = (day for day in self.ledger.coverage.days(dataset, first, last) if not day.rows or day.day in held)
        return self.first_days.known(dataset_named(dataset), days)

    def damaged_snapshots(self, dataset: str) -> Falls:
        """Return the damaged snapshots of a state among the days that were asked for (docs/domain.md, Gaps)."""
        return self.snapshot_falls.get(dataset, {})

    def _judged(self, dataset: str, covered: Sequence[CoverageDay]) -> Falls:
        falls = damaged_snapshots(dataset_named(dataset), covered, self.calendar, self._rows_by_kind)
        self.snapshot_falls[dataset] = falls
        return falls

    def _rows_by_kind(self, dataset: Dataset, source: str, day: dt.date) -> Mapping[str, int]:
        """Return the rows of a snapshot by kind, all of them: also what an earlier report did not know."""
        return count_by_kind(self.reader.table(dataset, self.version(dataset.name), day, day), dataset, source)

    def rows_by_source(self, dataset: str, first: dt.date, last: dt.date) -> dict[str, int]:
        """Return source → number of its rows, counted once for the same days."""
        key = dataset, first, last
        if key not in self.counted_rows:
            rows = self.table(*key).group_by("source").aggregate(rows=ibis._.count()).to_pyarrow().to_pylist()
            self.counted_rows[key] = {row["source"]: row["rows"] for row in rows}
        return self.counted_rows[key]

    def files_by_day(self, dataset: str, first: dt.date, last: dt.date) -> Mapping[dt.date, Sequence[str]] | None:
        """Return day → names of its files in the version that is read; None where not all rows of a file are known.

        A name is never given to another file, and a file is never changed.
        """
        version = self.version(dataset)
        return {} if version is None else self._lake.files_by_day(dataset, version, first, last)

    @cached_property
    def cached_daily_counts(self) -> FileCache:
        """Counts of the lake's files, as they were made before (:mod:`ntanalytics.workspace.daily_counts`)."""
        return FileCache(self._lake.folder / DAILY_COUNTS, _MOST_BYTES_OF_COUNTS)

    @cached_property
    def cached_past_findings(self) -> FileCache:
        """Findings that inspections of earlier months left open (:mod:`ntanalytics.workspace.past_findings`)."""
        return FileCache(self._lake.folder / PAST_FINDINGS)

    @cached_property
    def first_days(self) -> FirstDays:
        """First days of the sources (docs/domain.md, Gaps)."""
        catalog = self._catalog
        products = {name: catalog[source.product] for name, source in self.settings.sources.items()}
        # a listing tells the day on which it was written, and not the one on which it began
        telling = [name for name, product in products.items() if product.kind in ("logs", "probe")]
        held = self.ledger.coverage.rows_held()
        # an extraction counts a case on the day of its change; the lake has it on that of its beginning
        for dataset in self.sources_by_dataset:
            version = self.version(dataset) if dataset_named(dataset).kind is Kind.CASE else None
            for source, day in self._lake.first_days(dataset, version).items() if version is not None else ():
                held[dataset, source] = held_since(day, held.get((dataset, source)))
        return FirstDays(held, telling)

    def snapshots(self, dataset: str, snapshots: Iterable[CoverageDay]) -> ir.Table:
        """Return the rows of some snapshots of a state, each of one source and day; no snapshot, no rows."""
        sources_by_day: dict[dt.date, list[str]] = {}
        for snapshot in snapshots:
            sources_by_day.setdefault(snapshot.day, []).append(snapshot.source)
        if not sources_by_day:
            return self.reader.from_arrow(dataset_named(dataset).schema().empty_table())
        tables = [(self.table(dataset, day, day), sources) for day, sources in sorted(sources_by_day.items())]
        return reduce(ir.Table.union, (table.filter(table.source.isin(sources)) for table, sources in tables))

    def units(self, day: str | dt.date | None = None) -> Units:
        """Return the units at the end of a day, from the snapshots taken nearest to it, with the site's aliases.

        A name that a unit has in an earlier snapshot of the last 400 days is an alias of it: it was renamed. Of later
        ones those speak that lie before the last time at which rows of the last weeks up to the day were taken, which
        may have the new name: a report that is made again over the same rows has the same names.

        Args:
            day: a local day; None for today.

        Raises:
            SettingsError: the table of aliases cannot be used.
        """
        on = _day(day) or dt.datetime.now(self.settings.zone).date()
        _, ends = local_window(on, on, self.settings.zone)
        sources = self.sources_by_dataset.get("identity.units", [])
        snapshots = self._nearest_snapshots("identity.units", sources, on, ends)
        rows = self.snapshots("identity.units", snapshots)
        taken_at = self.ledger.coverage.last_taken_at(on - _RETAKEN, on, beside="identity.units")
        taken_on = [taken_at.astimezone(self.settings.zone).date()] if taken_at else []
        latest = max([on, *taken_on, *(snapshot.day for snapshot in snapshots)])
        ever = names_ever(self, on - _NAMED, latest) if sources else None
        return Units(rows, read_aliases(self.settings.site.unit_aliases), ever)

    def _nearest_snapshots(
        self, dataset: str, sources: Sequence[str], on: dt.date, ends: dt.datetime
    ) -> list[CoverageDay]:
        """Return the snapshot of each source that was taken nearest to the end of a day; none of one without any.

        The days around it are asked first: a snapshot of them that is nearer than their bounds is the nearest of all.
        """
        for first, last, within in ((on - _NEAR, on + _NEAR, _NEAR - 2 * _DAY), (*_ALL_DAYS, dt.timedelta.max)):
            covered = self.covered_days(dataset, first, last)
            chosen = [nearest((taken for taken in covered if taken.source == source), ends) for source in sources]
            if all(snapshot and abs(snapshot.taken_at - ends) <= within for snapshot in chosen):
                break
        return [snapshot for snapshot in chosen if snapshot]

    @cached_property
    def _catalog(self) -> Catalog:
        """The products, of which each is read and checked once."""
        return site_catalog(self.settings.queries, is_read=False)

    @cached_property
    def sources_by_dataset(self) -> dict[str, list[str]]:
        """Dataset → names of the sources that feed it."""
        catalog = self._catalog
        sources: dict[str, list[str]] = {}
        for name, source in self.settings.sources.items():
            product = restrict_to_datasets(catalog[source.product], source.datasets, where=f"sources.{name}.datasets")
            for dataset in product.datasets:
                sources.setdefault(dataset, []).append(name)
        return sources

    def absent_columns(self, dataset: str) -> dict[str, frozenset[str]]:
        """Return source → the columns of a dataset that it does not have; sources that have all are left out.

        Raises:
            SettingsError: a source cannot be used.
        """
        if dataset not in self.absent:
            sources = self.sources_by_dataset.get(dataset, [])
            absent = {name: open_source(self.settings, name, self._catalog).mapping(dataset).absent for name in sources}
            self.absent[dataset] = {name: columns for name, columns in absent.items() if columns}
        return self.absent[dataset]

    def days(self, first: dt.date, last: dt.date, covered: set[dt.date]) -> ir.Table:
        """Return the local days of a span: ``day``, ``is_covered``, ``is_working_day``, ``label`` (节假日 …).

        The last two are null in a year that the calendar does not have.
        """
        key = (first, last, frozenset(covered))
        if key not in self._days:  # datasets without a gap share one table, and a question about it has one answer
            self._days[key] = self.reader.from_arrow(self._calendar_rows(first, last, covered))
        return self._days[key]

    def _calendar_rows(self, first: dt.date, last: dt.date, covered: set[dt.date]) -> pa.Table:
        calendar = self.calendar
        rows = [
            {
                "day": day,
                "is_covered": day in covered,
                "is_working_day": calendar.is_working_day(day) if calendar.knows(day) else None,
                "label": calendar.describe(day) if calendar.knows(day) else None,
            }
            for day in days_between(first, last)
        ]
        return pa.Table.from_pylist(rows, schema=_DAYS)


def open_workspace(config: str | Path | None = None) -> Workspace:
    """Open the site's lake.

    Args:
        config: the settings file; default: $NTANALYTICS_CONFIG, else ./ntanalytics.yml.

    Raises:
        SettingsError: the settings cannot be used.
    """
    return Workspace(load(find_config(Path(config) if config else None)), past_state())


def _day(value: str | dt.date | None) -> dt.date | None:
    return dt.date.fromisoformat(value) if isinstance(value, str) else value
