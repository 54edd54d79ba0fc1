"""A dataset of events or cases in a report: which days of the period are held, whole, damaged or shifted."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from zoneinfo import ZoneInfo

import ibis.expr.types as ir

from ntanalytics.contract import Dataset, Kind
from ntanalytics.ledger import CoverageDay
from ntanalytics.metrics.column_needs import ENDS, measures_of_columns
from ntanalytics.metrics.data_quality import LOST_SHARE
from ntanalytics.metrics.figures import Covered
from ntanalytics.metrics.rows import rows
from ntanalytics.metrics.unfilled import Unfilled
from ntanalytics.periods import Period, days_between, local_window
from ntanalytics.periods.day_text import counted_days
from ntanalytics.reports.blocks.head import AsOf
from ntanalytics.workspace.case_damage import damaged_case_days
from ntanalytics.workspace.damage_text import damage_sentence
from ntanalytics.workspace.dataset_view import DatasetView, unread_note
from ntanalytics.workspace.day_damage import HISTORY_DAYS, Damages, RowsByHour, has_profile
from ntanalytics.workspace.lookback import Lookback
from ntanalytics.workspace.lost_cases import with_lost_cases
from ntanalytics.workspace.lost_rows import lost_days, undated_sentence
from ntanalytics.workspace.report_gaps import Unreported, count_reports, days_without_reports, unreported_sentence
from ntanalytics.workspace.stopped_source import stopped_days
from ntanalytics.workspace.unended_days import unended_sentence
from ntanalytics.workspace.unfilled_columns import unfilled_columns

#: Days after the first day of a source within which what is open may have begun before it: most cases end within them.
_YOUNG_DAYS = 28

#: Columns that a delivery report fills.
_REPORTED = ("outcome", "failure_code", "reported_at")


class EventView(DatasetView):
    """A dataset of events or cases: the rows whose day lies in the period."""

    def __init__(self, rows_by_hour: RowsByHour, period: Period, contract: Dataset, history: int) -> None:
        workspace = rows_by_hour.workspace
        super().__init__(workspace, period, contract)
        self._rows_by_hour = rows_by_hour
        previous = period.previous()
        first = period.first - dt.timedelta(days=history)
        if contract.kind is Kind.CASE:  # what was open at the beginning of the previous period is compared, too
            first = min(first, previous.first)
        # a day is judged by the comparable ones before it, however few days a reader asks for
        self._known = min(first, previous.first) - dt.timedelta(days=HISTORY_DAYS)
        self._covered = workspace.covered_days(contract.name, self._known, period.last)
        self._first = first
        span = days_between(first, period.last)
        self._damages = self._damaged(sorted({*previous.days, *span}))
        self.missing = self._incomplete(period.days)
        self.missing_before = self._incomplete(previous.days)
        self.gap_sources, self.gap_sources_before = self._gap_sources(period.days), self._gap_sources(previous.days)
        # what is wrong with the day of an inspection is for its checks to find
        self._judged = set(period.days) if period.first == period.last else set()

    @cached_property
    def days(self) -> ir.Table:
        """See :class:`DatasetView`."""
        span = days_between(self._first, self.period.last)
        covered = set(span) - set(self._missing(span)) - (set(self._incomplete(span)) - self._judged)
        return self._workspace.days(self._first, self.period.last, covered)

    @cached_property
    def table(self) -> ir.Table:
        """See :class:`DatasetView`."""
        return self._workspace.table(self.contract.name, self.period.first, self.period.last)

    @cached_property
    def before(self) -> ir.Table:
        """See :class:`DatasetView`."""
        previous = self.period.previous()
        return self._workspace.table(self.contract.name, previous.first, previous.last)

    @cached_property
    def unfilled(self) -> Unfilled:
        """See :class:`DatasetView`."""
        known = unfilled_columns(self._workspace, self)
        return with_lost_cases(known, self, self._covered, self._complete - set(self._damages))

    @property
    def note(self) -> str:
        """See :class:`DatasetView`."""
        if self.is_complete:
            return ""
        return f"{self.period.word}缺 {len(self.missing)} 天数据：数量为下限，比率与环比不予计算。"

    @cached_property
    def young_sources(self) -> Mapping[str, dt.date]:
        """See :class:`DatasetView`; a source that was asked about earlier days, and had nothing of them."""
        return self._young_until(self.period.last)

    @cached_property
    def young_sources_before(self) -> Mapping[str, dt.date]:
        """See :class:`DatasetView`."""
        return self._young_until(self.period.previous().last)

    def _young_until(self, last: dt.date) -> dict[str, dt.date]:
        """Return source → its first day, of those of cases that begin in the weeks up to the last day of a period."""
        if self.contract.kind is not Kind.CASE:
            return {}
        since = last - dt.timedelta(days=_YOUNG_DAYS)
        lacking = [(day.source, day.day) for day in self._covered if not day.is_held and since <= day.day <= last]
        begins = {source: day + dt.timedelta(days=1) for source, day in sorted(lacking)}
        return {source: day for source, day in begins.items() if day <= last}

    @cached_property
    def damages(self) -> Damages:
        """See :class:`DatasetView`."""
        return {(source, day): damage for (source, day), damage in self._damages.items() if day in self.period.days}

    @cached_property
    def is_shifted(self) -> bool:
        """See :class:`DatasetView`."""
        off = ("shifted", "beside_shifted")
        return any(damage.kind in off for damage in self.damages.values())

    @cached_property
    def gap_days(self) -> frozenset[tuple[str, dt.date]]:
        """See :class:`DatasetView`."""
        return frozenset(
            (source, day)
            for source in self.sources
            for day in days_between(self._first, self.period.last)
            if (source, day) not in self._complete or ((source, day) in self._damages and day not in self._judged)
        )

    @property
    def empty_days(self) -> frozenset[tuple[str, dt.date]]:
        """See :class:`DatasetView`."""
        return frozenset(key for key, damage in self.damages.items() if damage.kind == "no_rows")

    def _taken_at(self, source: str) -> dt.datetime | None:
        times = [day.taken_at for day in self._covered if day.source == source and day.day >= self.period.first]
        return max(times, default=None)

    def _known_until(self, source: str) -> dt.datetime | None:
        """See :class:`DatasetView`; without a day of the period, the days before it tell."""
        earlier = (day.taken_at for day in self._covered if day.source == source and day.is_held)
        return self._taken_at(source) or max(earlier, default=None)

    def _damaged(self, days: list[dt.date]) -> Damages:
        """Return the damages of complete days."""
        if has_profile(self.contract):
            damages = self._rows_by_hour.damages(self.contract, self._held(self._covered), days)
            damages = {**lost_days(self._covered, days), **damages}
            stopped = stopped_days(self._rows_by_hour, self.contract, self._held_of, days, damages) if days else {}
            return {**stopped, **damages}
        damages = damaged_case_days(self._rows_by_hour, self.contract, self._held_of, days) if days else {}
        complete = self._complete
        return {key: damage for key, damage in damages.items() if key in complete}

    def _held_of(self, dataset: Dataset) -> Mapping[str, set[dt.date]]:
        """Return source → its complete days of another dataset, as far back as this one looks, whatever it holds."""
        return self._held(self._workspace.covered_days(dataset.name, self._known, self.period.last))

    def _held(self, covered: Iterable[CoverageDay]) -> Mapping[str, set[dt.date]]:
        """Return source → its complete days."""
        held: dict[str, set[dt.date]] = {}
        for day in covered:
            if self._is_complete_day(day):
                held.setdefault(day.source, set()).add(day.day)
        return held

    def since(self, first: dt.date) -> Covered:
        """See :class:`DatasetView`."""
        known = min((day.day for day in self._covered if day.is_held), default=self.period.first)
        known = min(known, self.period.first)
        missing = self._incomplete(days_between(max(first, self._first, known), self.period.last))
        return Lookback(self, len(missing), unread_note(self.contract, self.rejected_rows(first, self.period.last)))

    def _incomplete(self, days: list[dt.date]) -> list[dt.date]:
        """Return the days that are missing or damaged."""
        damaged = {day for _, day in self._damages}
        missing = set(self._missing(days))
        return [day for day in days if day in missing or day in damaged]

    def _missing(self, days: list[dt.date]) -> list[dt.date]:
        if not self.sources:
            return list(days)
        return [day for day in days if any((source, day) not in self._complete for source in self.sources)]

    def _gap_sources(self, days: list[dt.date]) -> frozenset[str]:
        return frozenset(
            source
            for source in self.sources
            if any((source, day) not in self._complete or (source, day) in self._damages for day in days)
        )

    @cached_property
    def _complete(self) -> set[tuple[str, dt.date]]:
        return {(day.source, day.day) for day in self._covered if self._is_complete_day(day)}

    def _is_empty(self, day: CoverageDay) -> bool:
        """Return whether the source gave no row of a day, though it always had many."""
        damage = self._damages.get((day.source, day.day))
        return damage is not None and damage.kind == "no_rows"

    def _is_complete_day(self, day: CoverageDay) -> bool:
        return is_complete_day(day, self._workspace.settings.zone)

    def _state_of(self, source: str, cause: str) -> AsOf:
        days = [day for day in self._covered if day.source == source and day.day in self.period.days]
        complete = {day.day for day in days if self._is_complete_day(day) and not self._is_empty(day)}
        missing = tuple(day for day in self.period.days if day not in complete)
        return AsOf(
            source=source,
            dataset=self.contract.name,
            label=self.contract.label,
            taken_at=self._taken_at(source),
            rows=self._rows_of(source, days) if days else None,
            rejected=sum(rows for owner, _, rows in self.rejected() if owner == source),
            missing_days=missing,
            error=cause if missing else "",
        )

    def _rows_of(self, source: str, days: list[CoverageDay]) -> int:
        """Return the rows of the source in the period; an extraction of cases counts only those that changed in it."""
        if self.contract.kind is Kind.CASE:
            rows = self._workspace.rows_by_source(self.contract.name, self.period.first, self.period.last)
            return rows.get(source, 0)
        return sum(day.source_rows for day in days)

    def gaps(self) -> list[str]:
        """See :class:`DatasetView`."""
        damaged = [
            damage_sentence(self.contract.label, source, day, damage)
            for (source, day), damage in self.damages.items()
            if damage.kind != "no_rows"  # it is a missing day
        ]
        unreported = [
            unreported_sentence(self.contract.label, source, day)
            for source, day in sorted(self._report_gaps, key=lambda gap: gap[::-1])
            if day in self.period.days
        ]
        unended = [unended_sentence(self.contract, source, days) for source, days in self.unended.items()]
        undated = [undated_sentence(self.contract.label, source, count) for source, count in self.undated.items()]
        missing = [_gap_sentence(line) for line in self.status() if line.missing_days]
        return missing + damaged + unreported + unended + undated

    @property
    def _unread_rows(self) -> int:
        """See :class:`DatasetView`; of events those without a readable time, where these are many."""
        return sum(self.undated.values()) if self.contract.kind is Kind.EVENT else super()._unread_rows

    @cached_property
    def undated(self) -> Mapping[str, int]:
        """Source → its rejected events without a readable time, if they are more than one in a hundred of the period.

        Each of them may be of the period, and of any of its days.
        """
        is_event = self.contract.kind is Kind.EVENT
        if not is_event or self.contract.name not in self._workspace.answers.with_undated_rejects:
            return {}
        rejected, dated, read = Counter[str](), Counter[str](), Counter[str]()
        for source, _, count in self.rejected():
            rejected[source] += count
        for day in self._covered:
            if day.day in self.period.days:
                dated[day.source] += day.rejected
                read[day.source] += day.source_rows
        undated = rejected - dated
        return {source: count for source, count in undated.items() if count > LOST_SHARE * (count + read[source])}

    @property
    def unended(self) -> Mapping[str, Sequence[dt.date]]:
        """See :class:`DatasetView`."""
        is_judged = any(f"{self.contract.name}.{column}" in ENDS for column in self.contract.ended)
        return self.unfilled.unended if is_judged else {}  # of others nothing is counted for it

    @cached_property
    def _report_gaps(self) -> frozenset[tuple[str, dt.date]]:
        """Source and day of those without delivery reports, as far back as this view reads."""
        if self.contract.delivery_reports is None or not self.sources:
            return frozenset()
        known = self._workspace.days_without_reports
        key = self.contract.name, self._known, self.period.last
        if key not in known:
            lacking = self.sources_without(self.contract.delivery_reports[0])
            whole = self._complete - set(self._damages)
            held = {source: {day for owner, day in whole if owner == source} for source in self.sources}
            held = {source: days for source, days in held.items() if source not in lacking}
            reports = count_reports(self._workspace, self.contract, self._known, self.period.last)
            known[key] = days_without_reports(reports, held)
        return known[key]

    @cached_property
    def unreported(self) -> Unreported:
        """See :class:`DatasetView`."""
        days = frozenset(day for _, day in self._report_gaps)
        if not days:
            return Unreported()
        late = [column.name for column in self.contract.columns if column.name in _REPORTED]
        measures = measures_of_columns(self.contract.name, late)
        is_now = any(day in days for day in self.period.days)
        was_before = any(day in days for day in self.period.previous().days)
        return Unreported(measures, days, is_now, was_before)

    @cached_property
    def reported_days(self) -> ir.Table:
        """See :class:`DatasetView`."""
        gaps = self.unreported.days
        if not gaps:
            return self.days
        covered = {row["day"] for row in rows(self.days) if row["is_covered"]}
        return self._workspace.days(self._first, self.period.last, covered - gaps)

    @cached_property
    def _rejected(self) -> list[tuple[str, str, int]]:
        return self._workspace.answers.rejected(self.contract.name, self.period.first, self.period.last)

    def unknown_values(self) -> list[tuple[str, str, str, int]]:
        """See :class:`DatasetView`."""
        return self._workspace.answers.unknown_values(self.contract.name, self.period.first, self.period.last)


def is_complete_day(day: CoverageDay, zone: ZoneInfo) -> bool:
    """Return whether a day is held and was extracted after its end."""
    _, ends = local_window(day.day, day.day, zone)
    return day.is_held and day.taken_at >= ends


def _gap_sentence(line: AsOf) -> str:
    span = counted_days(line.missing_days)
    cause = f"（{line.error}）" if line.error else ""
    return f"{line.label}：数据源 {line.source} 缺{span}的完整数据{cause}，相关合计为下限，环比不作比较。"
