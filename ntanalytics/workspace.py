"""The public face of the suite for notebooks and analysts: the lake, a report's data, its head.

A report notebook opens its period and takes datasets from it::

    from ntanalytics.workspace import open_report

    report = open_report("sms_volume", "2026-W47")
    sms = report.dataset("sms.messages", history=28)
    sms.table      # Ibis: the rows of the week
    sms.before     # Ibis: the rows of the week before

An analyst opens the lake::

    from ntanalytics.workspace import open_workspace

    lake = open_workspace()
    lake.table("sms.messages", "2026-11-01", "2026-11-22").group_by("carrier").count().to_pandas()
"""

from __future__ import annotations

import datetime as dt
import json
from functools import cached_property
from pathlib import Path

import ibis.expr.types as ir
import pyarrow as pa

from ntanalytics.catalog import site_catalog
from ntanalytics.contract import Dataset
from ntanalytics.contract import dataset as dataset_named
from ntanalytics.errors import NoData
from ntanalytics.lake import DeltaLake, DuckReader
from ntanalytics.ledger import Covered, Ledger
from ntanalytics.periods import Calendar, Period, days_between, local_window, parse_period
from ntanalytics.reports.head import AsOf, Head, Rejected
from ntanalytics.settings import Settings, find_config, load, project_dir

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

    @cached_property
    def feeding(self) -> dict[str, list[str]]:
        """Dataset → the names of the sources that feed it."""
        catalog = site_catalog(self.settings.queries)
        feeding: dict[str, list[str]] = {}
        for name, source in self.settings.sources.items():
            for dataset in catalog[source.product].datasets:
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


class Scope:
    """One dataset within a report: its rows of the period, of the period before, and what is missing.

    Attributes:
        contract: the dataset.
        table: rows of the period.
        before: rows of the previous period of the same kind.
        recent: rows of the ``history`` days before the period, and of the period.
        days: the days of that span, with ``is_covered`` (see :meth:`Workspace.days`).
        missing: days of the period that are not whole: never taken, taken before the day ended, or
            not held by a source.
        missing_before: the same of the previous period.
    """

    def __init__(self, workspace: Workspace, period: Period, contract: Dataset, history: int) -> None:
        previous = period.previous()
        first = period.first - dt.timedelta(days=history)
        self.contract = contract
        self.period = period
        self.sources = workspace.feeding.get(contract.name, [])
        self._workspace = workspace
        self._covered = workspace.ledger.coverage.days(contract.name, min(first, previous.first), period.last)
        self.table = workspace.table(contract.name, period.first, period.last)
        self.before = workspace.table(contract.name, previous.first, previous.last)
        self.recent = workspace.table(contract.name, first, period.last)
        self.missing = self._missing(period.days)
        self.missing_before = self._missing(previous.days)
        span = days_between(first, period.last)
        self.days = workspace.days(first, period.last, set(span) - set(self._missing(span)))

    @property
    def own_days(self) -> ir.Table:
        """The days of the period alone, as ``days``."""
        return self.days.filter(self.days.day >= self.period.first)

    @property
    def is_complete(self) -> bool:
        """Whether every day of the period is whole, from every source."""
        return not self.missing

    @property
    def was_complete(self) -> bool:
        """Whether every day of the previous period is whole."""
        return not self.missing_before

    @property
    def wholeness(self) -> dict[str, bool]:
        """``is_complete`` and ``was_complete``, for a metric that compares the two periods."""
        return {"is_complete": self.is_complete, "was_complete": self.was_complete}

    @property
    def note(self) -> str:
        """What a table over the period must say when it has holes; else empty."""
        return "" if self.is_complete else f"本期缺 {len(self.missing)} 天数据：数量为下限，比率与环比不予计算。"

    @property
    def as_of(self) -> dt.datetime:
        """When the period's data were taken: the earliest of its sources' latest extractions.

        The period's end where nothing was taken at all: then nothing is said to be pending or not.
        """
        latest = [moment for source in self.sources if (moment := self._taken_at(source)) is not None]
        if len(latest) < len(self.sources) or not latest:
            return self.period.window(self._workspace.settings.zone)[1]
        return min(latest)

    def _taken_at(self, source: str) -> dt.datetime | None:
        days = [day.taken_at for day in self._covered if day.source == source and day.day >= self.period.first]
        return max(days, default=None)

    def _missing(self, days: list[dt.date]) -> list[dt.date]:
        whole = {(day.source, day.day) for day in self._covered if self._is_whole(day)}
        if not self.sources:
            return list(days)
        return [day for day in days if any((source, day) not in whole for source in self.sources)]

    def _is_whole(self, day: Covered) -> bool:
        _, ends = local_window(day.day, day.day, self._workspace.settings.zone)
        return day.is_held and day.taken_at >= ends

    def status(self) -> list[AsOf]:
        """What each source gave for the period."""
        causes = self._workspace.ledger.coverage.last_causes(self.contract.name, self.sources)
        found = []
        for source in self.sources:
            days = [day for day in self._covered if day.source == source and day.day in self.period.days]
            whole = {day.day for day in days if self._is_whole(day)}
            missing = tuple(day for day in self.period.days if day not in whole)
            found.append(
                AsOf(
                    source=source,
                    dataset=self.contract.name,
                    label=self.contract.label,
                    taken_at=self._taken_at(source),
                    rows=sum(day.source_rows for day in days) if days else None,
                    rejected=sum(rows for owner, _, rows in self.rejected() if owner == source),
                    missing_days=missing,
                    error=causes.get(source, "") if missing else "",
                )
            )
        return found

    def rejected(self) -> list[tuple[str, str, int]]:
        """What was set aside in the period: (source, reason, rows or lines)."""
        return self._workspace.ledger.coverage.rejected(self.contract.name, self.period.first, self.period.last)


class Report:
    """A report's period and the data taken for it.

    Attributes:
        name: the report's name.
        period: its period.
        previous: the period of the same kind before it.
        workspace: the site's lake.
        generated_at: when this was opened.
    """

    def __init__(self, workspace: Workspace, name: str, title: str, period: Period) -> None:
        self.name = name
        self.title = title
        self.period = period
        self.previous = period.previous()
        self.workspace = workspace
        self.generated_at = dt.datetime.now(dt.UTC)
        self._scopes: dict[str, Scope] = {}

    def dataset(self, name: str, history: int = 0) -> Scope:
        """A dataset within this report; ``history`` days before the period come with it.

        Raises:
            UnknownName: there is no such dataset.
        """
        scope = Scope(self.workspace, self.period, dataset_named(name), history)
        self._scopes[name] = scope
        return scope

    @property
    def zone_offset_h(self) -> int:
        """Hours that local time is ahead of UTC at the period's beginning."""
        offset = dt.datetime.combine(self.period.first, dt.time(), self.workspace.settings.zone).utcoffset()
        return round((offset or dt.timedelta()).total_seconds() / 3600)

    @property
    def ends_at(self) -> dt.datetime:
        """The UTC moment at which the period ends."""
        return self.period.window(self.workspace.settings.zone)[1]

    @property
    def begins_at(self) -> dt.datetime:
        """The UTC moment at which the period begins."""
        return self.period.window(self.workspace.settings.zone)[0]

    @property
    def working_days(self) -> list[dt.date]:
        """The working days of the period.

        Raises:
            CalendarMissing: the year is not known.
        """
        return self.workspace.calendar.working_days(self.period.first, self.period.last)

    def status(self) -> list[AsOf]:
        """What each source gave for each dataset that was taken."""
        return [line for scope in self._scopes.values() for line in scope.status()]

    def origin(self, metric: str, *scopes: Scope) -> dict[str, object]:
        """Where a block's figures come from: the metric, and version and time of what it read."""
        return {
            "metric": metric,
            "datasets": {scope.contract.name: self.workspace.version(scope.contract.name) for scope in scopes},
            "as_of": min(scope.as_of for scope in scopes).isoformat(),
        }

    def head(self) -> Head:
        """The report's head: period, as-of per source, holes, what was set aside, versions read."""
        status = self.status()
        versions = {name: self.workspace.version(name) for name in self._scopes}
        rejected = [
            Rejected(scope.contract.name, scope.contract.label, source, reason, rows)
            for scope in self._scopes.values()
            for source, reason, rows in scope.rejected()
        ]
        unfed = [scope.contract.label for scope in self._scopes.values() if not scope.sources]
        holes = [f"{label}没有配置数据源，相关数据未知。" for label in unfed]
        return Head(
            title=f"{self.workspace.settings.site.name}{self.title}",
            period=self.period,
            generated_at=self.generated_at,
            as_of=tuple(status),
            versions={name: version for name, version in versions.items() if version is not None},
            holes=(*holes, *(_hole(line) for line in status if line.missing_days)),
            rejected=tuple(rejected),
            timezone=self.workspace.settings.site.timezone,
        )


def open_workspace(config: str | Path | None = None) -> Workspace:
    """The site's lake, for an analyst.

    Args:
        config: the settings file; default $NTANALYTICS_CONFIG, else ./ntanalytics.yml.

    Raises:
        SettingsError: the settings cannot be used.
    """
    return Workspace(load(find_config(Path(config) if config else None)))


def open_report(name: str, period: str) -> Report:
    """A report's period over the site's lake.

    Args:
        name: the report's name: its notebook's, whose metadata holds the Chinese title.
        period: as :func:`ntanalytics.periods.parse_period` reads it.

    Raises:
        BadPeriod: the text is no period.
        NoData: nothing was ever extracted.
    """
    workspace = open_workspace()
    if not workspace.settings.lake.is_dir():
        raise NoData("the lake is empty", where=str(workspace.settings.lake), todo="run `ntanalytics extract` first")
    today = dt.datetime.now(workspace.settings.zone).date()
    return Report(workspace, name, _title(name), parse_period(period, today, workspace.calendar))


def _title(name: str) -> str:
    """The title that the report's notebook declares; its name where there is no such notebook."""
    notebook = project_dir("notebooks") / f"{name}.ipynb"
    if not notebook.is_file():
        return name
    about: dict[str, str] = json.loads(notebook.read_text(encoding="utf-8"))["metadata"].get("ntanalytics", {})
    return about.get("title", name)


def _hole(line: AsOf) -> str:
    """One Chinese sentence for days that a source does not cover."""
    days = line.missing_days
    span = f"{days[0]:%m月%d日}" if len(days) == 1 else f"{days[0]:%m月%d日}至{days[-1]:%m月%d日}共 {len(days)} 天"
    why = f"（{line.error}）" if line.error else ""
    return f"{line.label}：数据源 {line.source} 缺{span}的完整数据{why}，相关合计为下限，环比不作比较。"


def _day(value: str | dt.date | None) -> dt.date | None:
    return dt.date.fromisoformat(value) if isinstance(value, str) else value
