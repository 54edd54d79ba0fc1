"""A site's lake, ledger and calendar, as an analyst opens them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import cached_property, reduce
from pathlib import Path

import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from ntanalytics.catalog import site_catalog
from ntanalytics.contract import dataset as dataset_named
from ntanalytics.lake import DeltaLake, Reader, open_reader, sql
from ntanalytics.ledger import CoverageDay, Ledger
from ntanalytics.ledger.snapshots import nearest
from ntanalytics.periods import Calendar, days_between, local_window
from ntanalytics.settings import Settings, find_config, load
from ntanalytics.sources import restrict_to_datasets
from ntanalytics.workspace.namespaces import Namespace, dataset_namespace, metric_namespace
from ntanalytics.workspace.units import Units, read_aliases

_DAYS = pa.schema(
    [
        pa.field("day", pa.date32(), False),
        pa.field("is_covered", pa.bool_(), False),
        pa.field("is_working_day", pa.bool_()),
        pa.field("label", pa.string()),
    ]
)
#: Whatever day a snapshot is of; every database keeps these two.
_EVER = (dt.date(1970, 1, 1), dt.date(2999, 12, 31))


class Workspace:
    """A site's lake and ledger, read-only.

    Args:
        settings: the site.

    Attributes:
        settings: the site.
        calendar: its working days.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.calendar: Calendar = settings.calendar()
        self.ledger = Ledger(settings.ledger)
        self._lake = DeltaLake.of(settings)
        self.reader: Reader = open_reader(self._lake, settings)
        self._versions: dict[str, int | None] = {}

    def version(self, dataset: str) -> int | None:
        """The version of a dataset that this workspace reads: the one it met first."""
        if dataset not in self._versions:
            self._versions[dataset] = self._lake.version(dataset)
        return self._versions[dataset]

    def table(self, dataset: str, first: str | dt.date | None = None, last: str | dt.date | None = None) -> ir.Table:
        """The rows of a dataset, as an Ibis table.

        Args:
            dataset: its name; `ntanalytics contract` lists them.
            first: the first local day, as a date or as ``2026-11-01``; None for all.
            last: the last one, included.

        Raises:
            UnknownName: there is no such dataset.
        """
        return self.reader.table(dataset_named(dataset), self.version(dataset), _day(first), _day(last))

    @cached_property
    def tables(self) -> Namespace:
        """The datasets by attribute: ``ws.tables.sms.messages("2026-11-16")`` is a table, and says what it holds."""
        return dataset_namespace(self.table)

    @cached_property
    def metrics(self) -> Namespace:
        """The metrics by attribute: ``ws.metrics.sms.volume.daily`` is a function of tables, and says what it makes."""
        return metric_namespace()

    def sql(self, query: str) -> pd.DataFrame:
        """The rows that one SELECT over the datasets gives, of the versions that this workspace reads.

        A dataset is a table of its name: ``sms.messages``, or ``sms_messages``. ``SHOW TABLES`` lists them,
        ``DESCRIBE sms_messages`` gives the columns. Nothing can be written, and nothing else can be read.

        Args:
            query: DuckDB's SQL. ``day`` is the local day; times are UTC.

        Raises:
            UsageError: it is not one SELECT, names what is not there, or reaches for something else.
            LakeError: the lake cannot be read.
        """
        files = {}
        for dataset in sql.mentioned_datasets(query):
            version = self.version(dataset.name)
            files[dataset.name] = [] if version is None else self._lake.files(dataset.name, version)
        return sql.select(query, files)

    def covered(self, dataset: str, first: dt.date, last: dt.date) -> list[CoverageDay]:
        """The days that were taken and that the lake holds.

        A lake that was moved, emptied or restored from a backup is believed before the ledger.
        """
        held = self._lake.days(dataset, self.version(dataset))
        return [day for day in self.ledger.coverage.days(dataset, first, last) if not day.rows or day.day in held]

    def snapshots(self, dataset: str, chosen: Iterable[CoverageDay]) -> ir.Table:
        """The rows of those snapshots of a state, each of its source and day; an empty table where there are none."""
        by_day: dict[dt.date, list[str]] = {}
        for each in chosen:
            by_day.setdefault(each.day, []).append(each.source)
        if not by_day:
            return self.reader.from_arrow(dataset_named(dataset).schema().empty_table())
        tables = [(self.table(dataset, day, day), sources) for day, sources in sorted(by_day.items())]
        return reduce(ir.Table.union, (table.filter(table.source.isin(sources)) for table, sources in tables))

    def units(self, day: str | dt.date | None = None) -> Units:
        """The units as they were at the end of a day, by the snapshots taken nearest to it, with the site's aliases.

        Args:
            day: a local day; None for today.

        Raises:
            SettingsError: the table of aliases cannot be used.
        """
        on = _day(day) or dt.datetime.now(self.settings.zone).date()
        _, ends = local_window(on, on, self.settings.zone)
        taken = self.covered("identity.units", _EVER[0], _EVER[1])
        sources = self.feeding.get("identity.units", [])
        near = [nearest((each for each in taken if each.source == source), ends) for source in sources]
        listed = self.snapshots("identity.units", [each for each in near if each])
        return Units(listed, read_aliases(self.settings.site.unit_aliases))

    @cached_property
    def feeding(self) -> dict[str, list[str]]:
        """Dataset → the names of the sources that feed it."""
        catalog = site_catalog(self.settings.queries)
        feeding: dict[str, list[str]] = {}
        for name, source in self.settings.sources.items():
            product = restrict_to_datasets(catalog[source.product], source.datasets, where=f"sources.{name}.datasets")
            for dataset in product.datasets:
                feeding.setdefault(dataset, []).append(name)
        return feeding

    def days(self, first: dt.date, last: dt.date, covered: set[dt.date]) -> ir.Table:
        """The local days of a span: ``day``, ``is_covered``, ``is_working_day``, ``label`` (节假日 …)."""
        span = days_between(first, last)
        known = [self.calendar.has_year(day.year) for day in span]
        rows = {
            "day": span,
            "is_covered": [day in covered for day in span],
            "is_working_day": [
                self.calendar.is_working_day(day) if known_year else None
                for day, known_year in zip(span, known, strict=True)
            ],
            "label": [
                self.calendar.describe(day) if known_year else None for day, known_year in zip(span, known, strict=True)
            ],
        }
        return self.reader.from_arrow(pa.table(rows, schema=_DAYS))


def open_workspace(config: str | Path | None = None) -> Workspace:
    """The site's lake, for an analyst.

    Args:
        config: the settings file; default $NTANALYTICS_CONFIG, else ./ntanalytics.yml.

    Raises:
        SettingsError: the settings cannot be used.
    """
    return Workspace(load(find_config(Path(config) if config else None)))


def _day(value: str | dt.date | None) -> dt.date | None:
    return dt.date.fromisoformat(value) if isinstance(value, str) else value
