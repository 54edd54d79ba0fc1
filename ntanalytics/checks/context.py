"""Context of the checks: a report's period over the lake, with the rules as the site has them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace

from ntanalytics.findings.finding import Finding
from ntanalytics.findings.rule import Rule
from ntanalytics.periods import Calendar, Period
from ntanalytics.reports.head import AsOf
from ntanalytics.workspace.dataset_view import DatasetView
from ntanalytics.workspace.report import Report
from ntanalytics.workspace.site import Workspace
from ntanalytics.workspace.units import Units


class CheckContext:
    """A report's period, its datasets and the site's rules.

    Attributes:
        report: the report.
        rules: every rule by code, as the site has it.
    """

    def __init__(self, report: Report, rules: Mapping[str, Rule]) -> None:
        self.report = report
        self.rules = rules

    @property
    def period(self) -> Period:
        """The period that is judged."""
        return self.report.period

    @property
    def previous(self) -> Period:
        """The period of the same kind before it."""
        return self.report.previous

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
        """Hours that local time is ahead of UTC at the period's beginning."""
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
            CalendarMissing: the year is not known.
        """
        return self.report.working_days

    def nearby_working_days(self, before: int = 0, after: int = 0) -> list[dt.date]:
        """Return the working days of the period, and of some days before and after it.

        Raises:
            CalendarMissing: one of the years is not known.
        """
        return self.report.nearby_working_days(before, after)

    @property
    def ahead(self) -> list[dict[str, object]]:
        """The calendar of the ten days after the period, as far as their year is known."""
        return self.report.upcoming_days

    def dataset(self, name: str, history: int = 0) -> DatasetView:
        """Return a dataset within the period; ``history`` days before the period come with it.

        Raises:
            UnknownName: there is no such dataset.
        """
        return self.report.dataset(name, history)

    def units(self) -> Units:
        """Return the units at the period's end."""
        return self.report.units()

    def status(self) -> list[AsOf]:
        """Return what each source gave for each dataset that was read."""
        return self.report.status()

    def origin(self, metric: str, *scopes: DatasetView) -> dict[str, object]:
        """Return the origin of figures: the metric, and version and time of what it read."""
        return self.report.origin(metric, *scopes)

    def with_origin(self, findings: Iterable[Finding]) -> list[Finding]:
        """Return the findings, each with the metric, the period and the versions of its datasets."""
        made = []
        for finding in findings:
            views = self.report.views(finding.subsystem)
            rule = self.rules.get(finding.code)
            origin = self.origin(rule.measure if rule else finding.code, *views) if views else {}
            made.append(replace(finding, origin={**origin, "period": self.period.text, **finding.origin}))
        return made
