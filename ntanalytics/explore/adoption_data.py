"""OA adoption of selected units and editions in one period: the metrics with their tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from ntanalytics.explore.filters import filter_rows
from ntanalytics.metrics import change
from ntanalytics.metrics.groups import join_groups
from ntanalytics.metrics.oa import adoption, user_flow
from ntanalytics.periods import Period
from ntanalytics.workspace import Report

#: Days of a trend before the period.
TREND_DAYS = 28
#: Days before the period on which newcomers are followed.
COHORT_DAYS = 7 * (user_flow.OLDEST + user_flow.LEAD_WEEKS + 1)
#: Measures that need activities and no members.
_ACTED = tuple(measure.name for measure in adoption.LEVEL if measure.name not in adoption.ABLE)


class AdoptionData:
    """The adoption data of a period, limited to units and editions.

    Args:
        report: the period over the lake.
        unit: our names of the units; empty for all.
        edition: codes of the editions; empty for all.

    Attributes:
        is_complete: True if the period's activities and members have no gap.
        was_complete: the same for the previous period.
        note: Chinese note on the data; empty if they are complete.
        views: the datasets behind the figures, which know what is missing.
        origin: the versions that were read.
        days: the days of a trend (see ``DatasetView.days``).
    """

    def __init__(self, report: Report, *, unit: Sequence[str] = (), edition: Sequence[str] = ()) -> None:
        self._report = report
        self._filters = {"unit": list(unit), "edition": list(edition)}
        history = max((report.period.first - report.previous.first).days, TREND_DAYS)
        self._activities = report.dataset("oa.activities", history=history)
        self._members = report.dataset("oa.members")
        self.is_complete = self._activities.is_complete and self._members.is_complete
        self.was_complete = self._activities.was_complete and self._members.was_complete
        self.note = self._activities.note or self._members.note
        self.origin = report.origin("adoption", self._activities, self._members)
        self.views = (self._activities, self._members)
        self.days = self._activities.days

    def compare(self, by: Sequence[str] = ()) -> ir.Table:
        """Return adoption and its change against the previous period, in all or by ``unit``, ``edition``.

        Returns:
            Columns as of :func:`ntanalytics.metrics.oa.adoption.compare_adoption`, units in the order of the unit
            directory (docs/domain.md, No league tables); a missing snapshot of the members
            suppresses only the changes of measures that count members.
        """
        now = self._level(self._report.period, self._activities.table, self._members.table, by)
        before = self._level(self._report.previous, self._activities.before, self._members.before, by)
        complete = {"is_complete": self.is_complete, "was_complete": self.was_complete}
        activity = change.compare(now, before, adoption.MEASURES, columns=_ACTED, by=by, **self._activities.wholeness)
        members = change.compare(now, before, adoption.MEASURES, columns=adoption.ABLE, by=by, **complete)
        joined = join_groups(activity, members, by, how="outer")
        if "unit" in by:
            rows = joined.order_by(*by).to_pyarrow()
            return ibis.memtable(self._report.workspace.units(self._report.period.last).in_order(rows))
        return joined.order_by(ibis.desc("active"), *by)

    def daily(self, by: Sequence[str] = ()) -> ir.Table:
        """Return active accounts and actions of each day, from four weeks before the period to its end.

        Returns:
            Columns as of :func:`ntanalytics.metrics.oa.adoption.daily`.
        """
        return adoption.daily(self._filtered(self._activities.recent), self.days, by)

    def modules(self) -> ir.Table:
        """Return active accounts and actions by module: ``module``, ``active``, ``actions``, most active first."""
        return adoption.usage(self._filtered(self._activities.table), ["module"])

    def cohorts(self) -> ir.Table:
        """Return the retention of the accounts that first acted in each of the last weeks, as in the report.

        Returns:
            Columns as of :func:`ntanalytics.metrics.oa.user_flow.over_gaps`.
        """
        last = self._report.period.last
        covered = self._report.workspace.covered_days("oa.activities", dt.date(1970, 1, 1), last)
        begins = min((day.day for day in covered if day.is_held and day.rows), default=last)
        gaps = user_flow.gap_weeks(self._report.dataset("oa.activities", history=COHORT_DAYS).days, begins)
        followed = user_flow.retention(self._filtered(self._history(last)), user_flow.first_cohort(begins, last), last)
        return user_flow.over_gaps(followed, gaps)

    def names(self) -> list[str]:
        """Return our names, sorted, of the units with a member at the period's end or an activity in the period."""
        units = self._report.units()
        tables = [units.resolve(table) for table in (self._members.table, self._activities.table)]
        names = tables[0].select("unit").union(tables[1].select("unit")).distinct().to_pyarrow()["unit"].to_pylist()
        return sorted(name for name in names if name is not None)

    def _level(self, period: Period, activities: ir.Table, members: ir.Table, by: Sequence[str]) -> ir.Table:
        days = self.days.filter((self.days.day >= period.first) & (self.days.day <= period.last))
        history = self._filtered(self._history(period.last))
        level = adoption.adoption(self._filtered(activities), self._filtered(members), history, days, by)
        return ibis.memtable(level.to_pyarrow())  # small, and read twice

    def _history(self, last: dt.date) -> ir.Table:
        return self._report.workspace.table("oa.activities", None, last)

    def _filtered(self, table: ir.Table) -> ir.Table:
        return filter_rows(self._report, table, self._filters)
