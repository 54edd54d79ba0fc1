"""A state in a report: the snapshots that represent the ends of two periods.

A state is extracted as it is today, and never for a past day. The snapshot taken nearest to a period's end represents
the period: from the evening before as well as from the morning after. A snapshot from before the period does not, and
neither does one from longer after it than the period is long (at least a week): too much has changed by then. A damaged
snapshot represents nothing: the nearest whole one stands in its place, or none (docs/domain.md, Gaps).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property

import ibis
import ibis.expr.types as ir

from ntanalytics.contract import Dataset
from ntanalytics.detectors.snapshot_fall import SnapshotFall
from ntanalytics.findings.phrases import snapshot_words
from ntanalytics.ledger import CoverageDay
from ntanalytics.ledger.snapshots import nearest
from ntanalytics.metrics.data_quality import LOST_SHARE
from ntanalytics.metrics.unfilled import Unfilled
from ntanalytics.periods import Period, days_between
from ntanalytics.periods.day_text import day_words
from ntanalytics.reports.blocks.head import AsOf, SnapshotLoss
from ntanalytics.workspace.dataset_view import DatasetView
from ntanalytics.workspace.lost_rows import lost_sentence, lost_share
from ntanalytics.workspace.site import Workspace
from ntanalytics.workspace.snapshot_damage import Falls
from ntanalytics.workspace.unfilled_columns import unfilled_of_snapshots

#: Days after a period from which a snapshot may represent it, for a short period too: a daily report is often first
#: run after a weekend, or after a week of holidays.
_DAYS_AFTER = 7


class SnapshotView(DatasetView):
    """A dataset of states: the snapshots that represent the ends of the period and of the period before.

    No snapshot represents both: the change between them would be 0 in any case.

    Attributes:
        snapshots: source → snapshot for the period's end.
        snapshots_before: source → snapshot for the end of the previous period.
    """

    def __init__(self, workspace: Workspace, period: Period, contract: Dataset, history: int) -> None:
        super().__init__(workspace, period, contract)
        if self.sources and contract.acted_in:  # whoever did something in the period was there
            acted = workspace.rows_by_source(contract.acted_in, period.first, period.last)
            self.sources = [*self.sources, *sorted(acted.keys() - {*self.sources})]
        previous = period.previous()
        first = period.first - dt.timedelta(days=history)
        self._covered = workspace.covered_days(contract.name, min(first, previous.first), _last_day(period))
        self.snapshots = self._choose(period, {})
        self.snapshots_before = self._choose(previous, self.snapshots)
        self._first = first
        self._falls = self._fallen(workspace.damaged_snapshots(contract.name))
        self.missing = self._missing(period, self.snapshots)
        self.missing_before = self._missing(previous, self.snapshots_before)
        self.gap_sources = frozenset(self.sources) - _whole(self.snapshots)
        self.gap_sources_before = frozenset(self.sources) - _whole(self.snapshots_before)

    @cached_property
    def days(self) -> ir.Table:
        """See :class:`DatasetView`."""
        held = {(day.source, day.day) for day in self._covered if day.is_held}
        span = days_between(self._first, self.period.last)
        complete = {day for day in span if self.sources and all((source, day) in held for source in self.sources)}
        return self._workspace.days(self._first, self.period.last, complete)

    @cached_property
    def table(self) -> ir.Table:
        """See :class:`DatasetView`."""
        return self._workspace.snapshots(self.contract.name, self.snapshots.values())

    @cached_property
    def before(self) -> ir.Table:
        """See :class:`DatasetView`."""
        return self._workspace.snapshots(self.contract.name, self.snapshots_before.values())

    @cached_property
    def recent(self) -> ir.Table:
        """See :class:`DatasetView`; damaged snapshots are left out."""
        table = self._workspace.table(self.contract.name, self._first, self.period.last)
        for source, day in self._workspace.damaged_snapshots(self.contract.name):
            if self._first <= day <= self.period.last:
                table = table.filter((table.source != source) | (table.day != ibis.literal(day)))
        return table

    @cached_property
    def unfilled(self) -> Unfilled:
        """See :class:`DatasetView`."""
        return unfilled_of_snapshots(self._workspace, self)

    @property
    def note(self) -> str:
        """See :class:`DatasetView`."""
        if not self.is_complete and len(self.snapshots) == len(self.sources):
            return "期末快照有较多的行未能读取：数量为下限，比率与环比不予计算。"
        if not self.is_complete:
            return "缺少能代表期末的快照：数量为下限，比率与环比不予计算。"
        usual = {self.period.last, self.period.last + dt.timedelta(days=1)}
        stand_ins = {self.snapshots[source].day for source in self._falls}
        others = sorted({snapshot.day for snapshot in self.snapshots.values()} - usual | stand_ins)
        return f"期末状态取自{'、'.join(day_words(day) for day in others)}的快照。" if others else ""

    @property
    def later_snapshot(self) -> dt.date | None:
        """See :class:`DatasetView`."""
        latest = max((snapshot.day for snapshot in self.snapshots.values()), default=self.period.last)
        return latest if latest > self.period.last + dt.timedelta(days=1) else None

    def _state_of(self, source: str, cause: str) -> AsOf:
        snapshot, fall = self.snapshots.get(source), self._falls.get(source)
        return AsOf(
            source=source,
            dataset=self.contract.name,
            label=self.contract.label,
            taken_at=self._taken_at(source),
            rows=snapshot.source_rows if snapshot else None,
            rejected=sum(rows for owner, _, rows in self.rejected() if owner == source),
            missing_days=() if snapshot else (self.period.last,),
            error=_fall_words(fall) if fall else "" if snapshot else cause,
            loss=_loss(fall, snapshot) if fall else None,
        )

    def gaps(self) -> list[str]:
        """See :class:`DatasetView`."""
        lost = [
            lost_sentence(self.contract.label, source, f"{day_words(snapshot.day)}的快照", lost_share(snapshot))
            for source, snapshot in self.snapshots.items()
            if lost_share(snapshot) > LOST_SHARE
        ]
        return [self._gap_sentence(line) for line in self.status() if line.missing_days or line.loss] + lost

    @cached_property
    def _rejected(self) -> list[tuple[str, str, int]]:
        """Rejects of the snapshots for the period's end, damaged ones included: (source, reason, rows)."""
        taken = [(snapshot.source, snapshot.day) for snapshot in self.snapshots.values()]
        fallen = [(source, fall.day) for source, fall in self._falls.items()]  # its rejects say why it is small
        return [
            reject
            for source, day in (*taken, *fallen)
            for reject in self._workspace.answers.rejected(self.contract.name, day, day)
            if reject[0] == source
        ]

    def unknown_values(self) -> list[tuple[str, str, str, int]]:
        """Return the words of the snapshots for the period's end that no enumeration has."""
        return [
            word
            for snapshot in self.snapshots.values()
            for word in self._workspace.answers.unknown_values(self.contract.name, snapshot.day, snapshot.day)
            if word[0] == snapshot.source
        ]

    def _taken_at(self, source: str) -> dt.datetime | None:
        return self.snapshots[source].taken_at if source in self.snapshots else None

    def _choose(self, period: Period, later: Mapping[str, CoverageDay]) -> dict[str, CoverageDay]:
        """Return source → the snapshot for a period's end, older than the source's snapshot in ``later``."""
        _, ends = period.window(self._workspace.settings.zone)
        chosen = {}
        for source in self.sources:
            candidates = [
                day
                for day in self._covered
                if day.source == source
                and period.first <= day.day <= _last_day(period)
                and (source not in later or day.day < later[source].day)
            ]
            best = nearest(candidates, ends)
            if best is not None:
                chosen[source] = best
        return chosen

    def _missing(self, period: Period, snapshots: Mapping[str, CoverageDay]) -> list[dt.date]:
        return [] if self.sources and len(_whole(snapshots)) == len(self.sources) else [period.last]

    def _fallen(self, falls: Falls) -> dict[str, SnapshotFall]:
        """Return source → the fall of the snapshot that would represent the period's end if it were whole."""
        _, ends = self.period.window(self._workspace.settings.zone)
        last = _last_day(self.period)
        taken = [
            replace(day, is_held=True)
            for day in self._covered
            if self.period.first <= day.day <= last and (day.is_held or (day.source, day.day) in falls)
        ]
        chosen = (nearest((day for day in taken if day.source == source), ends) for source in self.sources)
        return {day.source: falls[day.source, day.day] for day in chosen if day and (day.source, day.day) in falls}

    def _gap_sentence(self, line: AsOf) -> str:
        ends = f"没有能代表{day_words(self.period.last)}期末的快照"
        unknown = "相关数量为下限，环比不作比较。"
        if line.loss:
            stands_on = line.loss.stands_on
            stands = f"期末状态取自{day_words(stands_on)}的快照。" if stands_on else f"{ends}，{unknown}"
            return f"{line.label}：数据源 {line.source} {line.error}，疑未取全，按缺数据处理，{stands}"
        days = [day.day for day in self._covered if day.source == line.source and day.is_held]
        latest = f"手头最近的取自{day_words(max(days))}" if days else "尚未取得"
        cause = f"（{line.error}）" if line.error else ""
        return f"{line.label}：数据源 {line.source} {ends}，{latest}{cause}，{unknown}"


def _fall_words(fall: SnapshotFall) -> str:
    return snapshot_words(fall.day, fall.whole_on, fall.lost, fall.kinds)


def _loss(fall: SnapshotFall, stands: CoverageDay | None) -> SnapshotLoss:
    return SnapshotLoss(
        day=fall.day,
        rows=fall.lost,
        rows_read=fall.rows,
        whole_on=fall.whole_on,
        stands_on=stands.day if stands is not None else None,
        kinds=fall.kinds,
    )


def _whole(snapshots: Mapping[str, CoverageDay]) -> frozenset[str]:
    """Return the sources of the snapshots of which not too many rows were rejected."""
    return frozenset(source for source, snapshot in snapshots.items() if lost_share(snapshot) <= LOST_SHARE)


def _last_day(period: Period) -> dt.date:
    """Return the last day from which a snapshot may represent the period's end."""
    return period.last + dt.timedelta(days=max(_DAYS_AFTER, len(period.days)))
