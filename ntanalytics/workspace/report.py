"""A report: its period over a site's lake, and its head."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Sequence

import ibis.expr.types as ir

from ntanalytics.contract import Kind
from ntanalytics.contract import dataset as dataset_named
from ntanalytics.contract.enumerations import subsystem_label
from ntanalytics.errors import BadPeriod, NoData
from ntanalytics.language import tr
from ntanalytics.periods import Period, parse_period
from ntanalytics.reports.blocks.head import AsOf, Head, RejectedRows
from ntanalytics.settings import project_dir
from ntanalytics.workspace.as_of import AsOfWorkspace, parse_day
from ntanalytics.workspace.dataset_view import DatasetView
from ntanalytics.workspace.day_damage import RowsByHour
from ntanalytics.workspace.event_view import EventView
from ntanalytics.workspace.site import Workspace, open_workspace
from ntanalytics.workspace.snapshot_view import SnapshotView
from ntanalytics.workspace.units import Units
from ntanalytics.workspace.value_notes import value_notes

#: The list of units.
_UNITS = "identity.units"


class Report:
    """One report for one period: the datasets that it reads, and its head.

    Attributes:
        name: the report's name.
        title: its Chinese title.
        period: its period.
        previous: the previous period of the same kind.
        workspace: the site's lake.
        generated_at: the time at which this object was made, UTC; over a past state, that of the report.
        rows_by_hour: the rows of its datasets by hour, with what was judged of each day.
        opened: the datasets that were opened, in order, each with its days of history; None for :meth:`units`. One that
            was opened before may stand there again.
        remarks: Chinese sentences for the head on what the checks do not tell.
    """

    def __init__(self, workspace: Workspace, name: str, title: str, period: Period) -> None:
        self.name = name
        self.title = title
        self.period = period
        self.previous = period.previous()
        self.workspace = workspace
        self.generated_at = workspace.past.generated_at if workspace.past else dt.datetime.now(dt.UTC)
        self._views: dict[str, DatasetView] = {}
        self._views_by_history: dict[tuple[str, int], DatasetView] = {}
        self.opened: list[tuple[str, int | None]] = []
        self.rows_by_hour = RowsByHour(workspace)
        self._units: Units | None = None
        self._unit_notes: list[str] | None = None
        self.remarks: tuple[str, ...] = ()

    def dataset(self, name: str, history: int = 0) -> DatasetView:
        """Return a dataset for the report's period, and have the report's head describe its data.

        Args:
            name: the dataset.
            history: days before the period that ``DatasetView.recent`` includes.

        Returns:
            A :class:`SnapshotView` for a state, else an :class:`EventView`.

        Raises:
            UnknownName: there is no such dataset.
        """
        self.opened.append((name, history))
        return self._open(name, history)

    def _open(self, name: str, history: int = 0) -> DatasetView:
        key = name, history
        if key not in self._views_by_history:
            contract = dataset_named(name)
            self._views_by_history[key] = (
                SnapshotView(self.workspace, self.period, contract, history)
                if contract.kind is Kind.STATE
                else EventView(self.rows_by_hour, self.period, contract, history)
            )
        self._views[name] = self._views_by_history[key]
        return self._views[name]

    def units(self) -> Units:
        """Return the units at the period's end, which resolve the unit names of any dataset.

        The report's head then lists the names in its data that match no unit.

        Raises:
            SettingsError: the table of aliases cannot be used.
        """
        self.opened.append((_UNITS, None))
        if self._units is None:
            self._units = self.workspace.units(self.period.last)
            if _UNITS not in self._views:
                self._open(_UNITS)
        return self._units

    def describe_in_order(
        self, opened: Sequence[tuple[str, int | None]], view_of: Callable[[str, int], DatasetView]
    ) -> None:
        """Have the report's head describe datasets as if they were opened in an order; another process opened some.

        Args:
            opened: the datasets, as in :attr:`opened`.
            view_of: returns a dataset with some days of history.
        """
        order = list(dict.fromkeys(opened))
        views: dict[str, DatasetView] = {}
        for name, history in order:
            if history is not None:
                views[name] = view_of(name, history)
            elif self.units() and name not in views:
                views[name] = self._open(name)
        self._views, self.opened = views, order

    def resolve_units(self, table: ir.Table, column: str = "unit") -> ir.Table:
        """Return rows with our names of their units, as ``units().resolve`` does.

        It demands no list of units: a site without one has its aliases and the spelling of the names.

        Raises:
            SettingsError: the table of aliases cannot be used.
        """
        if self.workspace.sources_by_dataset.get("identity.units"):
            return self.units().resolve(table, column)
        return self.workspace.units(self.period.last).resolve(table, column)

    def set_unit_notes(self, notes: Sequence[str]) -> None:
        """Set the notes on unit names in the report's head, in place of a call of :meth:`units`."""
        self._unit_notes = list(notes)
        if _UNITS not in self._views:
            self.dataset(_UNITS)

    @property
    def known_until(self) -> dt.datetime:
        """Moment up to which reports that were issued are known (aware)."""
        return self.workspace.known_until or self.generated_at

    @property
    def utc_offset_h(self) -> int:
        """Hours by which local time is ahead of UTC at the period's beginning."""
        offset = dt.datetime.combine(self.period.first, dt.time(), self.workspace.settings.zone).utcoffset()
        return round((offset or dt.timedelta()).total_seconds() / 3600)

    @property
    def begins_at(self) -> dt.datetime:
        """UTC moment at which the period begins."""
        return self.period.window(self.workspace.settings.zone)[0]

    @property
    def ends_at(self) -> dt.datetime:
        """UTC moment at which the period ends."""
        return self.period.window(self.workspace.settings.zone)[1]

    @property
    def working_days(self) -> list[dt.date]:
        """Working days of the period.

        Raises:
            CalendarMissing: the calendar does not have the year.
        """
        return self.workspace.calendar.working_days(self.period.first, self.period.last)

    def nearby_working_days(self, before: int) -> list[dt.date]:
        """Return the working days of the period, and of some days before it.

        Raises:
            CalendarMissing: the calendar does not have one of the years.
        """
        first = self.period.first - dt.timedelta(days=before)
        return self.workspace.calendar.working_days(first, self.period.last)

    @property
    def upcoming_days(self) -> list[dict[str, object]]:
        """Calendar of the ten days after the period: ``day``, ``is_working_day``, ``label``.

        A baseline needs it on the eve of a holiday and at the end of a month. Days of a year that the calendar does
        not have are left out.
        """
        calendar, last = self.workspace.calendar, self.period.last
        days = (last + dt.timedelta(days=number) for number in range(1, 11))
        return [
            {"day": day, "is_working_day": calendar.is_working_day(day), "label": calendar.describe(day)}
            for day in days
            if calendar.knows(day)
        ]

    def status(self) -> list[AsOf]:
        """Return the state of the data for each dataset that was read and each of its sources."""
        return [line for view in self._views.values() for line in view.status()]

    def origin(self, metric: str, *views: DatasetView) -> dict[str, object]:
        """Return the origin of a block's figures: the metric, and version and time of the data that it read.

        A dataset without a source has no time.
        """
        as_of = [view.as_of for view in views if view.sources]
        return {
            "metric": metric,
            "datasets": {view.contract.name: self.workspace.version(view.contract.name) for view in views},
            **({"as_of": min(as_of).isoformat()} if as_of else {}),
        }

    def views(self, subsystem: str = "") -> list[DatasetView]:
        """Return the datasets of a subsystem that were read; those of every one, if none is named."""
        return [view for name, view in self._views.items() if subsystem in ("", name.partition(".")[0])]

    def head(self) -> Head:
        """Return the report's head: period, data as of, gaps, rejects, versions of the tables that were read."""
        views = list(self._views.values())
        anchor = self.workspace.ledger.chain.anchor(self.generated_at)
        versions = {name: self.workspace.version(name) for name in self._views}
        rejected = [
            RejectedRows(view.contract.name, view.contract.label, source, reason, rows)
            for view in views
            for source, reason, rows in view.rejected()
        ]
        gaps = [*_without_source(views), *(gap for view in views for gap in view.gaps())]
        notes = self._unit_notes or []
        if self._unit_notes is None and self._units is not None:
            notes = self._units.notes([(view.contract, view.table) for view in views])
        notes = [*notes, *(note for view in views for note in value_notes(view)), *self.remarks]
        if self.generated_at < self.ends_at:
            notes.insert(0, "本期尚未结束，各数字为截至出具时的情况。")
        return Head(
            title=f"{self.workspace.settings.site.name}{self.title}",
            period=self.period,
            generated_at=self.generated_at,
            as_of=tuple(self.status()),
            versions={name: version for name, version in versions.items() if version is not None},
            gaps=tuple(gaps),
            notes=tuple(notes),
            rejected=tuple(rejected),
            timezone=self.workspace.settings.site.timezone,
            ledger_anchor=(anchor.entry, anchor.sha256) if anchor else None,
        )


def _without_source(views: Sequence[DatasetView]) -> list[str]:
    """Return one sentence for each subsystem of which datasets have no source."""
    lacking: dict[str, list[str]] = {}
    for view in views:
        if not view.sources:
            lacking.setdefault(view.contract.subsystem, []).append(view.contract.label)
    return [
        f"{subsystem_label(subsystem)}没有配置{'、'.join(labels)}的数据源，相关数据未知。"
        for subsystem, labels in lacking.items()
    ]


def open_report(name: str, period: str, *, as_of: str = "") -> Report:
    """Open a report's period over the site's lake.

    Args:
        name: the report: the name of its notebook, whose metadata has the Chinese title.
        period: a text that :func:`ntanalytics.periods.parse_period` reads, such as ``2026-W47`` or ``last-week``.
        as_of: the last day that is known; empty for the newest data.

    Raises:
        BadPeriod: the text is no period, or ``as_of`` is no day, or is before the period's end.
        NoData: nothing was ever extracted.
    """
    workspace = open_workspace()
    if as_of:
        workspace = AsOfWorkspace(workspace.settings, parse_day(as_of), workspace.past)
    if not workspace.settings.store and not workspace.settings.lake.is_dir():
        raise NoData(
            tr("the lake is empty"), where=str(workspace.settings.lake), todo=tr("run `ntanalytics extract` first")
        )
    today = dt.datetime.now(workspace.settings.zone).date()
    opened = parse_period(period, today, workspace.calendar)
    if as_of and parse_day(as_of) < opened.last:
        raise BadPeriod(
            tr("{opened} ends after {as_of}", opened=opened.text, as_of=as_of),
            where=name,
            todo=tr("name a period that ends by that day"),
        )
    return Report(workspace, name, title_of(name), opened)


def title_of(name: str) -> str:
    """Return the title in the metadata of the report's notebook; without such a notebook, the name."""
    notebook = project_dir("notebooks") / f"{name}.ipynb"
    if not notebook.is_file():
        return name
    metadata: dict[str, str] = json.loads(notebook.read_text(encoding="utf-8"))["metadata"].get("ntanalytics", {})
    return metadata.get("title", name)
