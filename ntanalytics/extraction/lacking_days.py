"""Days that a report needs and that are lacking: never extracted, not settled, or no longer in the lake."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ntanalytics.contract import Dataset, Kind
from ntanalytics.detectors.snapshot_fall import JUDGED_BY, SnapshotRows, snapshot_falls
from ntanalytics.extraction.source_states import SourceStates
from ntanalytics.lake import DeltaLake
from ntanalytics.ledger import CoverageDay, Ledger
from ntanalytics.ledger.snapshots import nearest
from ntanalytics.periods import days_between, local_window
from ntanalytics.settings import Settings
from ntanalytics.sources import Source

#: Age of a case that may still be corrected: a contract year, and the time of its acceptance.
_CORRECTED_WITHIN = dt.timedelta(days=500)


@dataclass(frozen=True)
class AskedDays:
    """Days that one source is asked for, of one dataset.

    Attributes:
        contract: the dataset.
        source: the source.
        held: the days that were extracted and that the lake holds.
        days: the days that are lacking, or that have not settled.
    """

    contract: Dataset
    source: Source
    held: Mapping[dt.date, CoverageDay]
    days: list[dt.date]


@dataclass(frozen=True)
class LackingDays:
    """Lacking days of a site.

    Attributes:
        settings: the site.
        ledger: the record of every extraction.
        lake: the site's lake.
        clock: the current time, an aware moment.
        states: the states of the sources' files.
    """

    settings: Settings
    ledger: Ledger
    lake: DeltaLake
    clock: Callable[[], dt.datetime]
    states: SourceStates

    @property
    def today(self) -> dt.date:
        """The local day."""
        return self.settings.local_day(self.clock())

    def asked(
        self, contract: Dataset, sources: Sequence[Source], window: tuple[dt.date, dt.date], history: int
    ) -> Iterator[AskedDays]:
        """Yield what each source is asked for; see :meth:`Extractor.ensure_coverage`.

        Args:
            contract: the dataset.
            sources: the sources.
            window: the first and the last local day.
            history: number of days before the window that are needed, too.
        """
        (first, last), today, is_state = window, self.today, contract.kind is Kind.STATE
        until = today if contract.kind is Kind.CASE else min(last, today)
        wanted = days_between(first - dt.timedelta(days=history), until)
        read = days_between(first - JUDGED_BY, today) if is_state else wanted
        covered = self._held(contract, read[0], read[-1]) if read and sources else {}
        for source in sources:
            held = {day.day: day for day in covered.get(source.name, [])}
            days = self._lacking_snapshot(held, first, last) if is_state else self._lacking(contract, held, wanted)
            if contract.kind is Kind.CASE:
                days = sorted({*days, *self._once_unreadable(contract, source, today)})
            yield AskedDays(contract, source, held, days)

    def modified(self, asked: AskedDays, last: dt.date, failed: Collection[tuple[str, str]]) -> list[dt.date]:
        """Return the days without those that are complete, and whose source is a file that has not changed since.

        Days after the window are asked for later changes of its cases: a file that has not changed has none.

        Args:
            asked: the days.
            last: the last day of the window.
            failed: the datasets and sources whose latest extraction failed.
        """
        dataset, source, now = asked.contract.name, asked.source.name, self.clock()
        state = self.states.now(source) if any(day in asked.held for day in asked.days) else None

        def is_known(day: dt.date) -> bool:
            if state is None or day not in asked.held:
                return False
            _, ends = local_window(day, day, self.settings.zone)
            is_over = day > last or ends <= asked.held[day].taken_at <= now
            return is_over and self.states.is_unmodified(dataset, asked.held[day], state)

        modified = [day for day in asked.days if not is_known(day)]
        if len(modified) < len(asked.days) and (dataset, source) in failed:
            return asked.days  # it failed last, and it is found by asking that it can be read again
        return modified

    def _lacking(self, contract: Dataset, held: Mapping[dt.date, CoverageDay], wanted: list[dt.date]) -> list[dt.date]:
        """Return the days that were never extracted, or before they had settled, or that the lake no longer holds.

        A day extracted in the future counts as lacking, too: the clock was wrong, so the day may not have settled.
        """
        now = self.clock()
        margin = dt.timedelta(days=contract.settles_after)

        def is_lacking(day: dt.date) -> bool:
            _, ends = local_window(day, day, self.settings.zone)
            return day not in held or not ends + margin <= held[day].taken_at <= now

        return [day for day in wanted if is_lacking(day)]

    def _once_unreadable(self, contract: Dataset, source: Source, today: dt.date) -> list[dt.date]:
        """Return the covered days of a file of cases that has changed since rows of it could not be read.

        A case that cannot be read leaves the lake. Corrected, it is on the day of its own time again, which settled
        long ago: of a sheet all days are read, in one pass.
        """
        if source.chunk_days or not self.states.has_files(source.name):
            return []
        if not self.ledger.coverage.has_rejected_last(contract.name, source.name):
            return []
        state = self.states.now(source.name)
        covered = self.ledger.coverage.days(contract.name, today - _CORRECTED_WITHIN, today)
        own = [day for day in covered if day.source == source.name]
        return [day.day for day in own if not self.states.is_unmodified(contract.name, day, state)]

    def _lacking_snapshot(self, held: Mapping[dt.date, CoverageDay], first: dt.date, last: dt.date) -> list[dt.date]:
        """Return today if a snapshot taken now is nearer to the window's end than those held since its first day.

        There is one snapshot a day at most: a second one would only replace the first. A damaged one is taken again,
        since its source may have been repaired.
        """
        taken = sorted(SnapshotRows(day, snapshot.rows) for day, snapshot in held.items())
        damaged = snapshot_falls(taken, self.settings.calendar().is_likely_worked)
        now, whole = self.clock(), [held[day] for day in held if first <= day and day not in damaged]
        if any(snapshot.day == self.today for snapshot in whole):
            return []
        _, ends = local_window(last, last, self.settings.zone)
        best = nearest(whole, ends)
        return [self.today] if best is None or abs(now - ends) < abs(best.taken_at - ends) else []

    def _held(self, contract: Dataset, first: dt.date, last: dt.date) -> Mapping[str, list[CoverageDay]]:
        """Return source → its days that were extracted and that the lake holds."""
        held = self.lake.days(contract.name, self.lake.version(contract.name))
        by_source: dict[str, list[CoverageDay]] = {}
        for day in self.ledger.coverage.days(contract.name, first, last):
            if not day.rows or day.day in held:
                by_source.setdefault(day.source, []).append(day)
        return by_source
