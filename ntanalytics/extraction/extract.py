"""Extraction into the lake: any days of a dataset, from each source that feeds it.

A source that fails is recorded; the other sources and the lake stay as they were.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from collections.abc import Mapping as Map
from contextlib import closing
from functools import cached_property, partial
from typing import TYPE_CHECKING

from ntanalytics.catalog import site_catalog
from ntanalytics.contract import DATASETS, Dataset, Kind
from ntanalytics.contract import dataset as dataset_named
from ntanalytics.errors import UsageError
from ntanalytics.extraction.lacking_days import AskedDays, LackingDays
from ntanalytics.extraction.retry_budget import RetryBudget
from ntanalytics.extraction.source_states import SourceStates
from ntanalytics.extraction.work_claims import (
    BACKLOG_FROM,
    PAUSE_S,
    ExtractionWindow,
    claim_windows,
    results_of_others,
    windows,
)
from ntanalytics.lake import DeltaLake
from ntanalytics.language import tr
from ntanalytics.ledger import ExtractionResult, Ledger
from ntanalytics.periods import days_between
from ntanalytics.settings import Settings
from ntanalytics.sources import Source, open_sources

if TYPE_CHECKING:
    from ntanalytics.extraction.window_load import WindowLoad

#: Callback while a window is read: (description, rows so far).
Progress = Callable[[str, int], None]


class Extractor:
    """Extraction of datasets from the sources of a site into its lake.

    Args:
        settings: the site.
        ledger: the record of every extraction.
        progress: a callback for progress.
        clock: the current time, an aware moment; the demo city and tests have a time of their own.

    Raises:
        ContractError, SettingsError, UnknownName: a mapping or a source cannot be used.
    """

    def __init__(
        self,
        settings: Settings,
        ledger: Ledger,
        progress: Progress | None = None,
        clock: Callable[[], dt.datetime] | None = None,
    ) -> None:
        self.settings = settings
        self.ledger = ledger
        self._progress = progress or _ignore_progress
        self._clock = clock or _now
        self._lake = DeltaLake.of(settings, ledger.lease)
        self._states = SourceStates(settings)
        self._lacking = LackingDays(settings, ledger, self._lake, self._clock, self._states)
        self.sources = open_sources(settings, site_catalog(settings.queries, kept_in=settings.lake))

    @cached_property
    def _window_load(self) -> WindowLoad:
        """The extraction of a window; a report whose data are there needs none of its libraries."""
        from ntanalytics.extraction.window_load import WindowLoad

        return WindowLoad(
            settings=self.settings,
            ledger=self.ledger,
            lake=self._lake,
            clock=self._clock,
            progress=self._progress,
            states=self._states,
        )

    def sources_of(self, dataset: str) -> list[Source]:
        """Return the sources whose product feeds a dataset."""
        return [source for source in self.sources.values() if dataset in source.product.datasets]

    def extract(self, datasets: Iterable[str], first: dt.date, last: dt.date) -> list[ExtractionResult]:
        """Extract the days from ``first`` to ``last`` of each dataset from each source that feeds it.

        Args:
            datasets: names; empty for every dataset that a source feeds.
            first: the first local day.
            last: the last local day, included.

        Returns:
            One result per source, dataset and window of days; that of a failure has its error.

        Raises:
            UnknownName: there is no such dataset.
            UsageError: no source feeds it.
        """
        names = [dataset_named(name).name for name in datasets]
        names = names or [name for name in sorted(DATASETS) if self.sources_of(name)]
        without_source = [name for name in names if not self.sources_of(name)]
        if without_source or not names:
            raise UsageError(
                tr("no source feeds {without_source}", without_source=", ".join(without_source) or tr("anything")),
                where=str(self.settings.file),
                todo=tr("add a source whose product has a mapping for it (docs/settings.md)"),
            )
        mark, days = self.ledger.coverage.last_extraction_id(), days_between(first, last)
        return self._extract_windows(
            (
                window
                for contract in map(dataset_named, names)
                for source in self.sources_of(contract.name)
                # a state can only be extracted as it is today
                for window in self._windows(
                    contract, source, [self._lacking.today] if contract.kind is Kind.STATE else days
                )
            ),
            mark,
            keeps_rows=False,
        )

    def extract_days(self, dataset: str, source: Source, days: list[dt.date]) -> list[ExtractionResult]:
        """Extract some days of a dataset from one of its sources, also settled ones.

        Args:
            dataset: its name.
            source: the source.
            days: local days, in order.
        """
        mark = self.ledger.coverage.last_extraction_id()
        return self._extract_windows(self._windows(dataset_named(dataset), source, days), mark, keeps_rows=False)

    def ensure_coverage(
        self,
        needs: Map[str, int],
        first: dt.date,
        last: dt.date,
        *,
        retry_budget: RetryBudget | None = None,
        only: Collection[tuple[str, str]] | None = None,
        known_since: int | None = None,
    ) -> list[ExtractionResult]:
        """Extract the days of a window that the lake lacks, and again those that had not settled.

        Days of a file that has not changed since are left as they are. Of a state, today's snapshot is taken unless the
        lake holds one that was taken nearer to the window's end. Of events, a day of which the source has lost
        rows stays as it was read (:mod:`ntanalytics.extraction.lost_rows`). Of cases, all days up to today are
        extracted: a case that changed after the window is in its source only as it is now, and without the later days
        it would be missing from its former day.

        Args:
            needs: dataset → number of days before ``first`` that are needed, too.
            first: the first local day of the window.
            last: the last local day; days that have not begun are left out.
            retry_budget: budget for retries of temporary failures, after everything else. A source that had failed at
                its last extraction, too, is not retried: an outage since yesterday delays no report today.
            only: (dataset, source) pairs to which this is limited; by default everything needed.
            known_since: an extraction's id; a day that was extracted after it is not extracted again. By default the
                last one: the days of this call alone.

        Returns:
            Results as :meth:`extract` gives them.
        """
        was_down = self.ledger.coverage.failed_sources().keys() if retry_budget is not None else set()
        results, rounds = self._ensure_once(needs, first, last, only, known_since), 1
        while retry_budget is not None:
            down = {(result.dataset, result.source) for result in results if result.is_retryable} - was_down
            if not down or not retry_budget.waits(rounds):
                break
            kept = [result for result in results if not (result.error and (result.dataset, result.source) in down)]
            results, rounds = kept + self._ensure_once(needs, first, last, down, known_since), rounds + 1
        return results

    def _windows(self, contract: Dataset, source: Source, days: list[dt.date]) -> list[ExtractionWindow]:
        """Return the windows of some days; before the first days of cases that of the cases open before them.

        A later change of these lies in a later window, so that they are read once.
        """
        parts = windows(contract, source, days)
        if not parts or contract.kind is not Kind.CASE:
            return parts
        if self.ledger.coverage.is_extracted_from(contract.name, source.name, BACKLOG_FROM):
            return parts
        held = self.ledger.coverage.days(contract.name, BACKLOG_FROM, days[0])
        first = min([days[0], *(day.day for day in held if day.source == source.name)])
        return [ExtractionWindow(contract, source, BACKLOG_FROM, first - dt.timedelta(days=1)), *parts]

    def _ensure_once(
        self,
        needs: Map[str, int],
        first: dt.date,
        last: dt.date,
        only: Collection[tuple[str, str]] | None,
        known_since: int | None,
    ) -> list[ExtractionResult]:
        """Run one round of :meth:`ensure_coverage`."""
        mark = self.ledger.coverage.last_extraction_id()
        lacking = self.lacking(needs, first, last, only)
        return self._extract_windows(lacking, mark if known_since is None else known_since, keeps_rows=True)

    def lacking(
        self, needs: Map[str, int], first: dt.date, last: dt.date, only: Collection[tuple[str, str]] | None = None
    ) -> list[ExtractionWindow]:
        """Return the windows that :meth:`ensure_coverage` extracts now, with the same arguments."""
        failed = self.ledger.coverage.failed_sources().keys()
        # a list: every source is examined before the first extraction, since the lake knows its days, not their sources
        return [
            window
            for asked in self._asked(needs, first, last, only)
            for window in self._windows(asked.contract, asked.source, self._lacking.modified(asked, last, failed))
        ]

    def unsettled(self, needs: Map[str, int], first: dt.date, last: dt.date) -> set[str]:
        """Return the sources that a later run asks again, if they change: days that they gave have not settled."""
        return {asked.source.name for asked in self._asked(needs, first, last, None) if asked.days}

    def _asked(
        self, needs: Map[str, int], first: dt.date, last: dt.date, only: Collection[tuple[str, str]] | None
    ) -> Iterator[AskedDays]:
        """Yield what is lacking of each dataset from each of its sources."""
        for name, history in needs.items():
            sources = [source for source in self.sources_of(name) if only is None or (name, source.name) in only]
            yield from self._lacking.asked(dataset_named(name), sources, (first, last), history)

    def _extract_windows(
        self, wanted: Iterable[ExtractionWindow], mark: int, *, keeps_rows: bool
    ) -> list[ExtractionResult]:
        """Extract windows, except days that another process extracted since ``mark``.

        The first failure ends the extraction of a dataset from its source: a source that is down is asked once, and so
        is one whose read hours are over. The windows before the failure are complete, and stay.
        """
        results: list[ExtractionResult] = []
        failed, lacking = set(), []
        for window in wanted:  # what was extracted since needs no lease
            covered = self.ledger.coverage.days_extracted_since(mark, *window.names, window.first, window.last)
            if window.without(covered):
                lacking.append(window)
            else:
                results += results_of_others(window, covered)
        with closing(
            claim_windows(lacking, self.ledger.lease, self._wait_for_others)
        ) as claimed:  # closing releases it
            for window in claimed:
                if window.names in failed:
                    continue
                covered = self.ledger.coverage.days_extracted_since(mark, *window.names, window.first, window.last)
                results += results_of_others(window, covered)
                for part in window.without(covered):
                    results += self._window_load.load(part, keeps_rows=keeps_rows)
                    if results[-1].error and results[-1].ends_source:
                        failed.add(window.names)
                        break
        for name in sorted({result.dataset for result in results if not result.error}):
            self._lake.write_week_files(
                name, partial(self._progress, tr("{name}: a file for each past week", name=name))
            )
        return results

    def _wait_for_others(self, window: ExtractionWindow) -> None:
        """Wait a moment for another process, which is working on a window or was killed and still has its lease."""
        self._progress(
            tr(
                "{contract} ← {source}: another process is at it",
                contract=window.contract.name,
                source=window.source.name,
            ),
            0,
        )
        time.sleep(PAUSE_S)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _ignore_progress(what: str, rows: int) -> None:
    """Do nothing."""
