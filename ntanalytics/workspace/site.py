"""A site's lake, ledger and calendar, as an analyst opens them."""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from pathlib import Path

import ibis.expr.types as ir
import pyarrow as pa

from ntanalytics.catalog import site_catalog
from ntanalytics.contract import dataset as dataset_named
from ntanalytics.lake import DeltaLake, DuckReader
from ntanalytics.ledger import Covered, Ledger
from ntanalytics.periods import Calendar, days_between
from ntanalytics.settings import Settings, find_config, load
from ntanalytics.sources import fed_by

_DAYS = pa.schema(
    [
        pa.field("day", pa.date32(), False),
        pa.field("is_covered", pa.bool_(), False),
        pa.field("is_working_day", pa.bool_()),
        pa.field("label", pa.string()),
    ]
)


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
        self._lake = DeltaLake(settings.lake)
        self.reader = DuckReader(self._lake)
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

    def covered(self, dataset: str, first: dt.date, last: dt.date) -> list[Covered]:
        """The days that were taken and that the lake holds.

        A lake that was moved, emptied or restored from a backup is believed before the ledger.
        """
        held = self._lake.days(dataset, self.version(dataset))
        return [day for day in self.ledger.coverage.days(dataset, first, last) if not day.rows or day.day in held]

    @cached_property
    def feeding(self) -> dict[str, list[str]]:
        """Dataset → the names of the sources that feed it."""
        catalog = site_catalog(self.settings.queries)
        feeding: dict[str, list[str]] = {}
        for name, source in self.settings.sources.items():
            product = fed_by(catalog[source.product], source.datasets, where=f"sources.{name}.datasets")
            for dataset in product.datasets:
                feeding.setdefault(dataset, []).append(name)
        return feeding

    def days(self, first: dt.date, last: dt.date, covered: set[dt.date]) -> ir.Table:
        """The local days of a span: ``day``, ``is_covered``, ``is_working_day``, ``label`` (节假日 …)."""
        span = days_between(first, last)
        known = [self.calendar.knows(day.year) for day in span]
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
        return self.reader.memory(pa.table(rows, schema=_DAYS))


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
