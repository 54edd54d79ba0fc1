"""A state within a report: which day's snapshot stands for a period.

A state is taken as it is on the day, and never for a day that has passed. For a period stands the snapshot taken
nearest to its end, the morning after as well as the evening before; but none from before the period, and none from
longer after it than the period is long (a week at least), for by then too much has changed.
"""

from __future__ import annotations

import datetime as dt
from functools import cached_property

import ibis.expr.types as ir

from ntanalytics.contract import Dataset
from ntanalytics.ledger import Covered
from ntanalytics.ledger.snapshots import nearest
from ntanalytics.periods import Period, days_between
from ntanalytics.reports.head import AsOf
from ntanalytics.workspace.dataset_view import DatasetView
from ntanalytics.workspace.site import Workspace

#: A snapshot this many days after a period still stands for it, however short the period is: a day's report
#: is often first made after a weekend, or after the holiday of a week.
_DAYS_AFTER = 7


class SnapshotView(DatasetView):
    """A dataset that is a state: the snapshots that stand for the period's end and for the end of the one before.

    One snapshot never stands for both: the change between them would be 0 whatever happened.
    """

    def __init__(self, workspace: Workspace, period: Period, contract: Dataset, history: int) -> None:
        super().__init__(workspace, period, contract)
        previous = period.previous()
        first = period.first - dt.timedelta(days=history)
        self._covered = workspace.covered_days(contract.name, min(first, previous.first), _last_day(period))
        #: Source → the snapshot that stands for the period's end, and for the end of the period before.
        self.chosen = self._choose(period)
        self.chosen_before = self._choose(previous, but=self.chosen)
        self._first = first
        self.missing = self._missing(period, self.chosen)
        self.missing_before = self._missing(previous, self.chosen_before)
        taken = {(each.source, each.day) for each in self._covered if each.is_held}
        span = days_between(first, period.last)
        whole = {day for day in span if self.sources and all((source, day) in taken for source in self.sources)}
        self.days = workspace.days(first, period.last, whole)

    @cached_property
    def table(self) -> ir.Table:
        """See :attr:`Scope.table`."""
        return self._workspace.snapshots(self.contract.name, self.chosen.values())

    @cached_property
    def before(self) -> ir.Table:
        """See :class:`Scope`."""
        return self._workspace.snapshots(self.contract.name, self.chosen_before.values())

    @cached_property
    def recent(self) -> ir.Table:
        """See :class:`Scope`."""
        return self._workspace.table(self.contract.name, self._first, self.period.last)

    @property
    def note(self) -> str:
        """See :attr:`Scope.note`."""
        if not self.is_complete:
            return "缺少能代表期末的快照：数量为下限，比率与环比不予计算。"
        expected = {self.period.last, self.period.last + dt.timedelta(days=1)}
        others = sorted({each.day for each in self.chosen.values()} - expected)
        return f"期末状态取自{'、'.join(_said(day) for day in others)}的快照。" if others else ""

    def status(self) -> list[AsOf]:
        """See :meth:`Scope.status`."""
        causes = self._workspace.ledger.coverage.last_causes(self.contract.name, self.sources)
        rejected = self.rejected()
        return [
            AsOf(
                source=source,
                dataset=self.contract.name,
                label=self.contract.label,
                taken_at=self._taken_at(source),
                rows=self.chosen[source].source_rows if source in self.chosen else None,
                rejected=sum(rows for owner, _, rows in rejected if owner == source),
                missing_days=() if source in self.chosen else (self.period.last,),
                error="" if source in self.chosen else causes.get(source, ""),
            )
            for source in self.sources
        ]

    def gaps(self) -> list[str]:
        """See :meth:`Scope.holes`."""
        return [self._hole(line) for line in self.status() if line.missing_days]

    def rejected(self) -> list[tuple[str, str, int]]:
        """What was set aside of the snapshots that stand for the period: (source, reason, rows)."""
        coverage = self._workspace.ledger.coverage
        return [
            found
            for each in self.chosen.values()
            for found in coverage.rejected(self.contract.name, each.day, each.day)
            if found[0] == each.source
        ]

    def _taken_at(self, source: str) -> dt.datetime | None:
        return self.chosen[source].taken_at if source in self.chosen else None

    def _choose(self, period: Period, but: dict[str, Covered] | None = None) -> dict[str, Covered]:
        """Source → the snapshot that stands for the end of ``period``, other than, and older than, those of ``but``."""
        _, ends = period.window(self._workspace.settings.zone)
        found = {}
        for source in self.sources:
            later = (but or {}).get(source)
            near = [
                each
                for each in self._covered
                if each.source == source
                and period.first <= each.day <= _last_day(period)
                and (later is None or each.day < later.day)
            ]
            best = nearest(near, ends)
            if best is not None:
                found[source] = best
        return found

    def _missing(self, period: Period, chosen: dict[str, Covered]) -> list[dt.date]:
        return [] if self.sources and len(chosen) == len(self.sources) else [period.last]

    def _hole(self, line: AsOf) -> str:
        days = [each.day for each in self._covered if each.source == line.source and each.is_held]
        latest = f"手头最近的取自{_said(max(days))}" if days else "尚未取得"
        why = f"（{line.error}）" if line.error else ""
        return (
            f"{line.label}：数据源 {line.source} 没有能代表{_said(self.period.last)}期末的快照，{latest}{why}，"
            "相关数量为下限，环比不作比较。"
        )


def _last_day(period: Period) -> dt.date:
    """The last day whose snapshot can stand for the period's end."""
    return period.last + dt.timedelta(days=max(_DAYS_AFTER, len(period.days)))


def _said(day: dt.date) -> str:
    return f"{day:%m月%d日}"
