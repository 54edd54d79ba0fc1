"""A report's period over a site's lake, and its head."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence

from ntanalytics.contract import Kind
from ntanalytics.contract import dataset as dataset_named
from ntanalytics.errors import NoData
from ntanalytics.periods import Period, parse_period
from ntanalytics.reports.head import AsOf, Head, Rejected
from ntanalytics.settings import project_dir
from ntanalytics.workspace.dataset_view import DatasetView, EventView
from ntanalytics.workspace.site import Workspace, open_workspace
from ntanalytics.workspace.snapshot_view import SnapshotView
from ntanalytics.workspace.units import Units


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
        self._scopes: dict[str, DatasetView] = {}
        self._units: Units | None = None
        self._notes: list[str] | None = None

    def dataset(self, name: str, history: int = 0) -> DatasetView:
        """A dataset within this report; ``history`` days before the period come with it.

        Of a state it is the snapshot that stands for the period's end (:mod:`ntanalytics.workspace.snapshot_view`).

        Raises:
            UnknownName: there is no such dataset.
        """
        contract = dataset_named(name)
        kind = SnapshotView if contract.kind is Kind.STATE else EventView
        scope = kind(self.workspace, self.period, contract, history)
        self._scopes[name] = scope
        return scope

    def units(self) -> Units:
        """The units at the period's end: what resolves the unit names of any dataset.

        From then on the head says which names in the report's data are no unit.

        Raises:
            SettingsError: the table of aliases cannot be used.
        """
        if self._units is None:
            self._units = self.workspace.units(self.period.last)
            if "identity.units" not in self._scopes:
                self.dataset("identity.units")
        return self._units

    def set_unit_notes(self, notes: Sequence[str]) -> None:
        """Have the head say of the units' names what was found out before, as after :meth:`units`."""
        self._notes = list(notes)
        if "identity.units" not in self._scopes:
            self.dataset("identity.units")

    @property
    def utc_offset_h(self) -> int:
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

    def nearby_working_days(self, before: int = 0, after: int = 0) -> list[dt.date]:
        """Return the working days of the period, and of some days before and after it.

        Raises:
            CalendarMissing: one of the years is not known.
        """
        first = self.period.first - dt.timedelta(days=before)
        return self.workspace.calendar.working_days(first, self.period.last + dt.timedelta(days=after))

    @property
    def upcoming_days(self) -> list[dict[str, object]]:
        """The calendar of the ten days after the period, as far as their year is known.

        What is usual on the eve of a holiday and at a month's end depends on it.
        """
        calendar, last = self.workspace.calendar, self.period.last
        days = (last + dt.timedelta(days=ahead) for ahead in range(1, 11))
        return [
            {"day": day, "is_working_day": calendar.is_working_day(day), "label": calendar.describe(day)}
            for day in days
            if calendar.knows(day.year)
        ]

    def status(self) -> list[AsOf]:
        """What each source gave for each dataset that was taken."""
        return [line for scope in self._scopes.values() for line in scope.status()]

    def origin(self, metric: str, *scopes: DatasetView) -> dict[str, object]:
        """Where a block's figures come from: the metric, and version and time of what it read."""
        return {
            "metric": metric,
            "datasets": {scope.contract.name: self.workspace.version(scope.contract.name) for scope in scopes},
            "as_of": min(scope.as_of for scope in scopes).isoformat(),
        }

    def views(self, subsystem: str) -> list[DatasetView]:
        """Return the datasets of a subsystem that were read."""
        return [scope for name, scope in self._scopes.items() if name.partition(".")[0] == subsystem]

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
        gaps = [f"{label}没有配置数据源，相关数据未知。" for label in unfed]
        gaps += [gap for scope in self._scopes.values() for gap in scope.gaps()]
        notes = self._notes or []
        if self._notes is None and self._units is not None:
            notes = self._units.notes([(scope.contract, scope.table) for scope in self._scopes.values()])
        return Head(
            title=f"{self.workspace.settings.site.name}{self.title}",
            period=self.period,
            generated_at=self.generated_at,
            as_of=tuple(status),
            versions={name: version for name, version in versions.items() if version is not None},
            gaps=tuple(gaps),
            notes=tuple(notes),
            rejected=tuple(rejected),
            timezone=self.workspace.settings.site.timezone,
        )


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
    if not workspace.settings.store and not workspace.settings.lake.is_dir():
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
