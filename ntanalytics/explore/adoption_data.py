"""OA adoption over one period, of chosen units and editions: the metrics with their tables handed to them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from ntanalytics.metrics import change
from ntanalytics.metrics.groups import beside
from ntanalytics.metrics.oa import adoption, user_flow
from ntanalytics.periods import Period
from ntanalytics.workspace import Report

#: How many days of history a trend shows before the period, and how many weekly cohorts are followed.
TREND_DAYS, COHORTS = 28, 8
#: The measures that activities alone make.
_ACTED = ("active", "actions", "stickiness", "mobile_share", "xinchuang_share", "breadth")


class AdoptionData:
    """The adoption data of a period, narrowed to units and editions.

    Args:
        report: the period over the lake.
        unit: only these units, by our names; none named: all.
        edition: only these editions, by their codes; none named: all.

    Attributes:
        is_complete: the period's activities and members were taken without a hole.
        was_complete: so were those of the period before.
        note: what must be said of the data; empty where they are whole.
        origin: which versions were read.
    """

    def __init__(self, report: Report, *, unit: Sequence[str] = (), edition: Sequence[str] = ()) -> None:
        self._report = report
        self._only = {"unit": list(unit), "edition": list(edition)}
        back = max((report.period.first - report.previous.first).days, TREND_DAYS)
        self._activities = report.dataset("oa.activities", history=back)
        self._members = report.dataset("oa.members")
        self.is_complete = self._activities.is_complete and self._members.is_complete
        self.was_complete = self._activities.was_complete and self._members.was_complete
        self.note = self._activities.note or self._members.note
        self.origin = report.origin("adoption", self._activities, self._members)
        self.days = self._activities.days

    def compared(self, by: Sequence[str] = ()) -> ir.Table:
        """Adoption and its change against the period before, in all or by ``unit``, ``edition``.

        Returns:
            As :func:`ntanalytics.metrics.oa.adoption.compared`; a missing snapshot of the members suppresses the change
            of what counts members, and of nothing else.
        """
        now = self._level(self._report.period, self._activities.table, self._members.table, by)
        before = self._level(self._report.previous, self._activities.before, self._members.before, by)
        of_all = [each.name for each in adoption.LEVEL if each.name not in _ACTED]
        acted = change.compare(now, before, adoption.MEASURES, columns=_ACTED, by=by, **self._activities.wholeness)
        able = change.compare(
            now,
            before,
            adoption.MEASURES,
            columns=of_all,
            by=by,
            is_complete=self.is_complete,
            was_complete=self.was_complete,
        )
        return beside(acted, able, by, how="outer").order_by(ibis.desc("active"), *by)

    def daily(self, by: Sequence[str] = ()) -> ir.Table:
        """Active accounts and actions of each day, from four weeks before the period to its end.

        Returns:
            As :func:`ntanalytics.metrics.oa.adoption.daily`.
        """
        return adoption.daily(self._chosen(self._activities.recent), self.days, by)

    def modules(self) -> ir.Table:
        """Active accounts and actions by module: ``module``, ``active``, ``actions``, most active first."""
        return adoption.used(self._chosen(self._activities.table), ["module"])

    def cohorts(self) -> ir.Table:
        """Retention of the accounts that first acted in each of the last weeks.

        The lake's first week is left out: who acted in it may have acted before, too.

        Returns:
            As :func:`ntanalytics.metrics.oa.user_flow.retention`.
        """
        last = self._report.period.last
        taken = self._report.workspace.covered_days("oa.activities", dt.date(1970, 1, 1), last)
        begins = min((each.day for each in taken), default=last)
        since = max(_monday(begins) + dt.timedelta(days=7), _monday(last) - dt.timedelta(weeks=COHORTS - 1))
        return user_flow.retention(self._chosen(self._ever(last)), since, last)

    def names(self) -> list[str]:
        """The units that have a member at the period's end, or acted in the period, by our names and in their order."""
        units = self._report.units()
        tables = [units.resolve(table) for table in (self._members.table, self._activities.table)]
        found = tables[0].select("unit").union(tables[1].select("unit")).distinct()
        return sorted(name for name in found.to_pyarrow()["unit"].to_pylist() if name is not None)

    def _level(self, period: Period, activities: ir.Table, members: ir.Table, by: Sequence[str]) -> ir.Table:
        days = self.days.filter((self.days.day >= period.first) & (self.days.day <= period.last))
        ever = self._chosen(self._ever(period.last))
        level = adoption.adoption(self._chosen(activities), self._chosen(members), ever, days, by)
        return ibis.memtable(level.to_pyarrow())  # small, and read twice

    def _ever(self, last: dt.date) -> ir.Table:
        return self._report.workspace.table("oa.activities", None, last)

    def _chosen(self, table: ir.Table) -> ir.Table:
        named = self._report.units().resolve(table)
        for column, values in self._only.items():
            named = named.filter(named[column].isin(values)) if values else named
        return named


def _monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())
