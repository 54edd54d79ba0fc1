"""Context of the checks: a report's period over the lake, with the rules as the site has them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from ntanalytics.findings.finding import Finding, Window
from ntanalytics.findings.rule import Rule
from ntanalytics.periods import Calendar, Period, PeriodKind
from ntanalytics.workspace.dataset_view import DatasetView
from ntanalytics.workspace.report import Report
from ntanalytics.workspace.site import Workspace
from ntanalytics.workspace.units import Units

#: Days of a quarter, up to the last day of the period.
QUARTER_DAYS = 91

T = TypeVar("T")

#: Function of a context, and its arguments.
SharedCall = tuple[Callable[..., Any], *tuple[Hashable, ...]]


@dataclass(frozen=True)
class Part(Generic[T]):
    """Part of an evaluation.

    Attributes:
        result: what was worked out.
        opened: the datasets that were opened for it (:class:`ntanalytics.workspace.report.Report`).
    """

    result: T
    opened: tuple[tuple[str, int | None], ...]


class CheckContext:
    """A report's period, its datasets and the site's rules; what several checks compute is computed once.

    Attributes:
        report: the report.
        rules: every rule by code, as the site has it.
        needs: dataset → days of history that the declared checks and sections read; None admits every dataset.
    """

    def __init__(self, report: Report, rules: Mapping[str, Rule], needs: Mapping[str, int] | None = None) -> None:
        self.report = report
        self.rules = rules
        self.needs = needs
        self._shared: dict[tuple[Hashable, ...], tuple[Any, tuple[tuple[str, int | None], ...]]] = {}
        self._kept: dict[tuple[Hashable, ...], Part[Any]] = {}

    @property
    def period(self) -> Period:
        """The period that is judged."""
        return self.report.period

    @property
    def previous(self) -> Period:
        """The period of the same kind before it."""
        return self.report.previous

    @property
    def on(self) -> dt.date:
        """The last local day of the period: the inspected day of an inspection."""
        return self.report.period.last

    @property
    def is_day(self) -> bool:
        """Return whether the period is one day."""
        return self.report.period.kind is PeriodKind.DAY

    @property
    def quarter_begins_on(self) -> dt.date:
        """The first day of the quarter up to the end of the period."""
        return self.on - dt.timedelta(days=QUARTER_DAYS - 1)

    @property
    def workspace(self) -> Workspace:
        """The site's lake."""
        return self.report.workspace

    @property
    def calendar(self) -> Calendar:
        """The working-day calendar."""
        return self.report.workspace.calendar

    @property
    def utc_offset_h(self) -> int:
        """Hours by which local time is ahead of UTC at the begin of the period."""
        return self.report.utc_offset_h

    @property
    def begins_at(self) -> dt.datetime:
        """The UTC moment at which the period begins."""
        return self.report.begins_at

    @property
    def ends_at(self) -> dt.datetime:
        """The UTC moment at which the period ends."""
        return self.report.ends_at

    @property
    def working_days(self) -> list[dt.date]:
        """The working days of the period.

        Raises:
            CalendarMissing: the year is unknown.
        """
        return self.report.working_days

    @property
    def ahead(self) -> list[dict[str, object]]:
        """The calendar of the ten days after the period, as far as their year is known."""
        return self.report.upcoming_days

    def nearby_working_days(self, before: int) -> list[dt.date]:
        """Return the working days of the period, and of some days before it.

        Raises:
            CalendarMissing: one of the years is unknown.
        """
        return self.report.nearby_working_days(before)

    def local_day(self, moment: dt.datetime) -> dt.date:
        """Return the local day of a moment."""
        return (moment + dt.timedelta(hours=self.utc_offset_h)).date()

    def window(self, begins_at: dt.datetime, ends_at: dt.datetime) -> Window:
        """Return the span between two moments, in seconds after the midnight at which the period begins."""
        from_s, until_s = ((moment - self.begins_at).total_seconds() for moment in (begins_at, ends_at))
        return Window(self.period.first, from_s, until_s)

    def dataset(self, name: str, history: int = 0) -> DatasetView:
        """Return a dataset within the period, with some days of history before it.

        Raises:
            UnknownName: there is no such dataset.
            LookupError: no check or section declares that it reads so much of it.
        """
        if self.needs is not None and history > self.needs.get(name, -1):
            raise LookupError(f"no check or section declares {history} days of {name}: add it to `reads`")
        return self.shared(_view, name, history)

    def unfilled(self, name: str) -> frozenset[str]:
        """Return the columns of a dataset that many more rows of the period than usual lack."""
        return self.dataset(name).unfilled.columns

    def shared(self, function: Callable[..., T], *arguments: Hashable) -> T:
        """Return ``function(context, *arguments)``, called once for all checks of this context."""
        key = (function, *arguments)
        opened = self.report.opened
        if key not in self._shared:
            before = len(opened)
            made = self._take_kept(self._kept.pop(key)) if key in self._kept else function(self, *arguments)
            self._shared[key] = made, tuple(dict.fromkeys(opened[before:]))
        else:
            opened.extend(self._shared[key][1])  # whoever asks opens them, whichever part came first
        result: T = self._shared[key][0]
        return result

    def keep_shared(self, call: SharedCall, part: Part[Any]) -> None:
        """Have :meth:`shared` return what was worked out elsewhere; who asks first opens the datasets of it."""
        self._shared.pop(call, None)
        self._kept[call] = part

    def _take_kept(self, part: Part[T]) -> T:
        for name, history in part.opened:
            if history is None:
                self.units()
            else:
                self.dataset(name, history)
        return part.result

    def units(self) -> Units:
        """Return the units at the end of the period."""
        return self.report.units()

    def origin(self, metric: str, *views: DatasetView) -> dict[str, object]:
        """Return the origin of figures: the metric, and version and time of what it read."""
        return self.report.origin(metric, *views)

    def with_origin(self, findings: Iterable[Finding]) -> list[Finding]:
        """Return the findings, each with the measure, the period and the versions of its datasets."""
        traced = []
        for finding in findings:
            views = self.report.views(finding.subsystem)
            origin = self.origin(finding.rule.measure, *views) if views else {}
            traced.append(replace(finding, origin={**origin, "period": self.period.text, **finding.origin}))
        return traced


def _view(context: CheckContext, name: str, history: int) -> DatasetView:
    return context.report.dataset(name, history)
