"""One dataset within a report: its rows of the period, and how whole they are."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from functools import cached_property

import ibis.expr.types as ir

from ntanalytics.contract import Dataset
from ntanalytics.ledger import Covered
from ntanalytics.periods import Period, days_between, local_window
from ntanalytics.reports.head import AsOf
from ntanalytics.workspace.site import Workspace


class DatasetView(ABC):
    """One dataset within a report: its rows of the period, of the period before, and what is missing.

    Attributes:
        contract: the dataset.
        period: the report's period.
        sources: the names of the sources that feed it.
        table: rows of the period; of a state, the snapshot that stands for the period's end.
        before: the same of the previous period of the same kind.
        recent: rows of the ``history`` days before the period, and of the period; of a state, every day's snapshot.
        days: the days of that span, with ``is_covered`` (see :meth:`Workspace.days`).
        missing: days of the period that are not whole: never taken, taken before the day ended, or not held by a
            source; of a state, the period's last day where a source has no snapshot that can stand for it.
        missing_before: the same of the previous period.
    """

    days: ir.Table
    missing: list[dt.date]
    missing_before: list[dt.date]

    def __init__(self, workspace: Workspace, period: Period, contract: Dataset) -> None:
        self.contract = contract
        self.period = period
        self.sources = workspace.sources_by_dataset.get(contract.name, [])
        self._workspace = workspace

    @property
    @abstractmethod
    def table(self) -> ir.Table:
        """See the class; what nobody asks for is not opened."""

    @property
    @abstractmethod
    def before(self) -> ir.Table:
        """See the class."""

    @property
    @abstractmethod
    def recent(self) -> ir.Table:
        """See the class."""

    @property
    def is_complete(self) -> bool:
        """Whether nothing of the period is missing, from any source."""
        return not self.missing

    @property
    def was_complete(self) -> bool:
        """Whether nothing of the previous period is missing."""
        return not self.missing_before

    @property
    def wholeness(self) -> dict[str, bool]:
        """``is_complete`` and ``was_complete``, for a metric that compares the two periods."""
        return {"is_complete": self.is_complete, "was_complete": self.was_complete}

    @property
    def as_of(self) -> dt.datetime:
        """When the period's data were taken: the earliest of its sources' latest extractions.

        The period's end where nothing was taken at all: then nothing is said to be pending or not.
        """
        latest = [moment for source in self.sources if (moment := self._taken_at(source)) is not None]
        if len(latest) < len(self.sources) or not latest:
            return self.period.window(self._workspace.settings.zone)[1]
        return min(latest)

    @property
    @abstractmethod
    def note(self) -> str:
        """What a table over the period must say of its data; empty where there is nothing to say."""

    @abstractmethod
    def status(self) -> list[AsOf]:
        """What each source gave for the period."""

    @abstractmethod
    def gaps(self) -> list[str]:
        """One Chinese sentence for each source that lacks something of the period."""

    @abstractmethod
    def rejected(self) -> list[tuple[str, str, int]]:
        """What was set aside in the period: (source, reason, rows or lines)."""

    @abstractmethod
    def _taken_at(self, source: str) -> dt.datetime | None:
        """When the latest of a source's data were taken; None when it gave nothing."""


class EventView(DatasetView):
    """A dataset of events or cases: the rows whose day lies in the period."""

    def __init__(self, workspace: Workspace, period: Period, contract: Dataset, history: int) -> None:
        super().__init__(workspace, period, contract)
        previous = period.previous()
        first = period.first - dt.timedelta(days=history)
        self._covered = workspace.covered_days(contract.name, min(first, previous.first), period.last)
        self._first = first
        self.missing = self._missing(period.days)
        self.missing_before = self._missing(previous.days)
        span = days_between(first, period.last)
        self.days = workspace.days(first, period.last, set(span) - set(self._missing(span)))

    @cached_property
    def table(self) -> ir.Table:
        """See :attr:`Scope.table`."""
        return self._workspace.table(self.contract.name, self.period.first, self.period.last)

    @cached_property
    def before(self) -> ir.Table:
        """See :class:`Scope`."""
        previous = self.period.previous()
        return self._workspace.table(self.contract.name, previous.first, previous.last)

    @cached_property
    def recent(self) -> ir.Table:
        """See :class:`Scope`."""
        return self._workspace.table(self.contract.name, self._first, self.period.last)

    @property
    def note(self) -> str:
        """See :attr:`Scope.note`."""
        return "" if self.is_complete else f"本期缺 {len(self.missing)} 天数据：数量为下限，比率与环比不予计算。"

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
        """See :meth:`Scope.status`."""
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

    def gaps(self) -> list[str]:
        """See :meth:`Scope.holes`."""
        return [_hole(line) for line in self.status() if line.missing_days]

    def rejected(self) -> list[tuple[str, str, int]]:
        """See :meth:`Scope.rejected`."""
        return self._workspace.ledger.coverage.rejected(self.contract.name, self.period.first, self.period.last)


def _hole(line: AsOf) -> str:
    days = line.missing_days
    span = f"{days[0]:%m月%d日}" if len(days) == 1 else f"{days[0]:%m月%d日}至{days[-1]:%m月%d日}共 {len(days)} 天"
    why = f"（{line.error}）" if line.error else ""
    return f"{line.label}：数据源 {line.source} 缺{span}的完整数据{why}，相关合计为下限，环比不作比较。"
