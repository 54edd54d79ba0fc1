"""One dataset in a report: its rows for the period, and the gaps in them."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

import ibis
import ibis.expr.types as ir

from ntanalytics.contract import Dataset, Kind
from ntanalytics.metrics.column_needs import measures_of_ends, unknown_measures
from ntanalytics.metrics.days import fill_days
from ntanalytics.metrics.figure_row import DERIVED
from ntanalytics.metrics.figures import Covered, Figures, figures
from ntanalytics.metrics.measure import Measure
from ntanalytics.metrics.rows import Rows
from ntanalytics.metrics.unfilled import Unfilled
from ntanalytics.periods import Period
from ntanalytics.periods.day_text import day_words
from ntanalytics.reports.blocks.head import AsOf
from ntanalytics.workspace.daily_aggregates import DailyAggregate, aggregate_by_day
from ntanalytics.workspace.day_damage import Damages
from ntanalytics.workspace.report_gaps import Unreported
from ntanalytics.workspace.site import Workspace


class DatasetView(ABC):
    """One dataset in a report: rows of the period and of the period before, and the gaps in both.

    Attributes:
        contract: the dataset.
        period: the report's period.
        sources: names of the sources that feed the dataset.
        table: rows of the period; for a state, the snapshot that represents the period's end.
        before: the same for the previous period of the same kind.
        recent: rows of the period and of the ``history`` days before it; for a state, the snapshots of these days.
        cases: of cases, ``recent`` and those that began before and were open then, however old they are
            (docs/domain.md, No horizon). What counts by its first day takes ``recent``, what is open or ends ``cases``.
        days: days of ``recent``, with ``is_covered`` (see :meth:`Workspace.days`).
        missing: days of the period that are not complete: never extracted, extracted before the day ended, absent at a
            source, or damaged (:mod:`ntanalytics.workspace.day_damage`); for a state, the period's last day if a source
            has no snapshot that can represent it.
        missing_before: the same for the previous period.
        gap_sources: the sources with a gap in the period.
        gap_sources_before: those with a gap in the previous period.
    """

    missing: list[dt.date]
    missing_before: list[dt.date]
    gap_sources: frozenset[str]
    gap_sources_before: frozenset[str]
    _first: dt.date

    def __init__(self, workspace: Workspace, period: Period, contract: Dataset) -> None:
        self.contract = contract
        self.period = period
        self.sources = workspace.sources_by_dataset.get(contract.name, [])
        self._workspace = workspace

    @property
    def against(self) -> str:
        """The period before in words: ``上周``."""
        return self.period.before_word

    @property
    @abstractmethod
    def table(self) -> ir.Table:
        """Rows of the period, opened at the first access."""

    @property
    @abstractmethod
    def before(self) -> ir.Table:
        """Rows of the previous period, opened at the first access."""

    @property
    @abstractmethod
    def days(self) -> ir.Table:
        """Days of ``recent``, made at the first access."""

    @cached_property
    def recent(self) -> ir.Table:
        """Rows of the period and of the days before it, opened at the first access."""
        return self._workspace.table(self.contract.name, self._first, self.period.last)

    def daily(
        self,
        metric: DailyAggregate | Callable[..., ir.Table],
        measures: Mapping[str, Measure],
        by: Sequence[str] = (),
        *,
        days: ir.Table | None = None,
        since: dt.date | None = None,
    ) -> ir.Table:
        """Return a metric of each day of ``recent``: 0 on a covered day without a row, null on a gap.

        Args:
            metric: makes the measures by ``day`` and ``by``; a function alone takes their names as ``by``.
            measures: the measures that it makes, by name.
            by: the columns that name a group.
            days: the days; None for ``days``.
            since: the first of them; None for that of ``recent``.

        Returns:
            The columns of the days, ``by`` and the measures, ordered by day and group.
        """
        span = self.days if days is None else days
        if since is not None:
            span = span.filter(span.day >= ibis.literal(since))
        aggregate = metric if isinstance(metric, DailyAggregate) else DailyAggregate(metric, {"by": ["day", *by]})
        return fill_days(self.by_day(aggregate, since), span, measures, by=by).order_by("day", *by)

    def by_day(self, aggregate: DailyAggregate, since: dt.date | None = None) -> ir.Table:
        """Return what a metric makes of the rows of each day of ``recent``, kept from report to report.

        Args:
            aggregate: the metric.
            since: the first day; None for that of ``recent``.
        """
        return aggregate_by_day(self._workspace, self.contract, since or self._first, self.period.last, aggregate)

    @cached_property
    def cases(self) -> ir.Table:
        """``recent`` and the older cases that were open or changed since its first day, opened at the first access."""
        return self._workspace.cases(self.contract.name, self._first, self.period.last)

    @cached_property
    def absent_columns(self) -> dict[str, frozenset[str]]:
        """Source → the columns that it does not have, whose nulls say nothing; sources that have all are left out."""
        return self._workspace.absent_columns(self.contract.name)

    @cached_property
    def unknown_measures(self) -> frozenset[str]:
        """Measures that are unknown whatever the days, since sources lack a column that they need."""
        return unknown_measures(self.contract.name, self.absent_columns, self.sources)

    @cached_property
    @abstractmethod
    def unfilled(self) -> Unfilled:
        """Columns that name whom or what a row is of and that many more rows than usual lack."""

    @property
    def absent_note(self) -> str:
        """Chinese note on the columns that sources lack; empty if they lack none."""
        names = [source for source, columns in self.absent_columns.items() if columns]
        labels = {self.contract.column(name).label for columns in self.absent_columns.values() for name in columns}
        if not names:
            return ""
        return f"数据源 {'、'.join(names)} 没有{'、'.join(sorted(labels))}，有关数字未知或为下限。"

    @property
    def young_sources(self) -> Mapping[str, dt.date]:
        """Source → its first day, of those of cases that begin shortly before or within the period; none of others."""
        return {}

    @property
    def young_sources_before(self) -> Mapping[str, dt.date]:
        """The same of the previous period."""
        return {}

    @cached_property
    def part_measures(self) -> frozenset[str]:
        """Measures of what is open or has ended, of which a young source has only what began since its first day.

        Those of the period before, and their changes, are among them where a source was young then: a past period has
        the same figures in the report that quotes it as in its own.
        """
        measures = measures_of_ends(self.contract.name, self.contract.ended)
        before = {name + ending for name in measures for ending in DERIVED if ending}
        return (measures if self.young_sources else frozenset()) | (
            before if self.young_sources_before else frozenset()
        )

    @property
    def young_note(self) -> str:
        """Chinese note on the sources that begin shortly before or within the period; empty without."""
        begins = "、".join(f"{source} 自{day_words(day)}" for source, day in sorted(self.young_sources.items()))
        return f"数据源 {begins}起才有记录，此前开始的事项不在其中：存量与了结数为下限。" if begins else ""

    @property
    def unreported(self) -> Unreported:
        """Measures that need delivery reports, and the days on which these did not come."""
        return Unreported()

    @property
    def reported_days(self) -> ir.Table:
        """``days``, of which those without delivery reports are not covered: for what the reports tell."""
        return self.days

    @property
    def undated(self) -> Mapping[str, int]:
        """Source → its rejected events without a readable time, where they are many; none of other kinds."""
        return {}

    @property
    def later_snapshot(self) -> dt.date | None:
        """Day of the snapshot for the end of the period, if taken later than the morning after; of states alone."""
        return None

    @property
    def is_damaged(self) -> bool:
        """True if a day of the period is held and not whole, so that a violation may be the damage itself."""
        return bool(self.damages)

    @property
    def is_shifted(self) -> bool:
        """True if the times of a day of the period are hours off, so that no hour has its own rows."""
        return False

    @property
    def gap_days(self) -> frozenset[tuple[str, dt.date]]:
        """Source and day of the gaps that ``days`` have; none of states."""
        return frozenset()

    @property
    def empty_days(self) -> frozenset[tuple[str, dt.date]]:
        """Source and day of those of the period of which a source gave no row, though it always has many."""
        return frozenset()

    @property
    def unended(self) -> Mapping[str, Sequence[dt.date]]:
        """Source → the days up to the end of the period on which none of its cases ended, though many do; of cases."""
        return {}

    def sources_without(self, column: str) -> list[str]:
        """Return the sources that do not have a column: what needs it is unknown of them."""
        return sorted(source for source, columns in self.absent_columns.items() if column in columns)

    @property
    def is_complete(self) -> bool:
        """True if no source lacks a day of the period."""
        return not self.missing

    @property
    def is_assessable(self) -> bool:
        """True if the period is complete or damaged: what stayed away can be assessed, and may be the damage itself."""
        return self.is_complete or self.is_damaged

    @property
    def was_complete(self) -> bool:
        """True if no source lacks a day of the previous period."""
        return not self.missing_before

    def since(self, first: dt.date) -> Covered:
        """Return the gaps from a day to the end of the period, for figures of all these days; of a state its own.

        Days before the period and before the first one that the lake holds, or that this view reads, are no gaps: the
        data are younger.
        """
        del first
        return self

    @property
    def damages(self) -> Damages:
        """(source, day) → the damage of the days of the period that are held and not whole; none of states."""
        return {}

    @property
    def clock_shifts(self) -> Damages:
        """(source, day) → the hours by which the clock was off, of the days of the period."""
        return {key: damage for key, damage in self.damages.items() if damage.kind == "shifted"}

    @property
    def wholeness(self) -> dict[str, bool]:
        """``is_complete`` and ``was_complete``, as arguments of a metric that compares the two periods."""
        return {"is_complete": self.is_complete, "was_complete": self.was_complete}

    @property
    def as_of(self) -> dt.datetime:
        """UTC moment up to which the data are known: the earliest of the sources' latest extractions.

        It is the period's end if a source gave nothing: then no row counts as pending.
        """
        latest = [moment for source in self.sources if (moment := self._known_until(source)) is not None]
        if len(latest) < len(self.sources) or not latest:
            return self.period.window(self._workspace.settings.zone)[1]
        return min(latest)

    @property
    def known_end(self) -> dt.datetime:
        """UTC moment as of which what is open or in force is judged: the end of the period or of what is known.

        Of a period that lasts nobody has waited until its end, and nothing is overdue that is due within it. It is the
        last extraction of any source: where one of them stopped, what the others gave since counts.
        """
        latest = [moment for source in self.sources if (moment := self._known_until(source)) is not None]
        end = self.period.window(self._workspace.settings.zone)[1]
        return min(end, max(latest, default=end))

    @property
    def origin(self) -> dict[str, object]:
        """The dataset with the version that was read and the time up to which it is known, for a block's origin.

        Without a source it is known up to no time.
        """
        version = self._workspace.version(self.contract.name)
        as_of = {"as_of": self.as_of.isoformat()} if self.sources else {}
        return {"datasets": {self.contract.name: version}, **as_of}

    def figures(self, table: Rows) -> Figures:
        """Return rows of a metric that read only this dataset as figures, which tables and charts take.

        Args:
            table: the rows: an Ibis table, an Arrow table, a DataFrame.
        """
        return figures(table, self)

    @property
    @abstractmethod
    def note(self) -> str:
        """Chinese note for a table or chart of the period; empty if the data are complete."""

    def status(self) -> list[AsOf]:
        """Return for each source the state of its data for the period."""
        return self._states

    @cached_property
    def _states(self) -> list[AsOf]:
        causes = self._workspace.answers.last_causes(self.contract.name, self.sources)
        return [self._state_of(source, causes.get(source, "")) for source in self.sources]

    @abstractmethod
    def _state_of(self, source: str, cause: str) -> AsOf:
        """Return the state of a source's data, with the cause of its last failure."""

    @abstractmethod
    def gaps(self) -> list[str]:
        """Return one Chinese sentence for each source with a gap in the period."""

    def rejected(self) -> list[tuple[str, str, int]]:
        """Return the rejects of the period: (source, reason, rows or lines)."""
        return self._rejected

    def rejected_rows(self, first: dt.date, last: dt.date) -> int:
        """Return the number of rejected rows of some days, with those without a readable day: any may be of them."""
        return sum(rows for _, _, rows in self._workspace.answers.rejected(self.contract.name, first, last))

    @cached_property
    def unread_note(self) -> str:
        """Chinese note on rejected rows of the period, any of which may be counted; empty without."""
        return unread_words(self.contract, self._unread_rows)

    @property
    def _unread_rows(self) -> int:
        """Rejected rows of the period that may be counted: all of cases, none of others."""
        return sum(rows for _, _, rows in self.rejected()) if self.contract.kind is Kind.CASE else 0

    @cached_property
    @abstractmethod
    def _rejected(self) -> list[tuple[str, str, int]]:
        """Rejects of the period, queried once."""

    @abstractmethod
    def unknown_values(self) -> list[tuple[str, str, str, int]]:
        """Return the values of the period that no enumeration has: (source, column, value, rows or lines)."""

    @abstractmethod
    def _taken_at(self, source: str) -> dt.datetime | None:
        """Return the time of a source's latest extraction; None if it gave nothing."""

    def _known_until(self, source: str) -> dt.datetime | None:
        """Return the moment up to which a source's rows are known; None if it gave none."""
        return self._taken_at(source)


def unread_note(contract: Dataset, rejected: int) -> str:
    """Return the Chinese note on a number of rejected rows of cases (docs/domain.md, Gaps); empty of other datasets."""
    return unread_words(contract, rejected) if contract.kind is Kind.CASE else ""


def unread_words(contract: Dataset, rejected: int) -> str:
    """Return in Chinese that a number of rows of a dataset could not be read; empty where all could."""
    return f"{unread_clause(contract.label, rejected)}，可能有遗漏。" if rejected else ""


def unread_clause(label: str, rejected: int) -> str:
    """Return in Chinese that a number of rows could not be read, as a clause without a full stop."""
    return f"{label}有 {rejected} 行未能读取"
