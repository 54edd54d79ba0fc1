"""Filling the lake: any window of a dataset, from each source that feeds it.

A source that fails is recorded and leaves the other sources and the lake as they were.
"""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from collections.abc import Mapping as Map
from contextlib import closing
from functools import cached_property

import duckdb
import pyarrow as pa
import stamina
import structlog

from ntanalytics.catalog import site_catalog
from ntanalytics.contract import DATASETS, Dataset, Kind
from ntanalytics.contract import dataset as dataset_named
from ntanalytics.errors import NtaError, SourceError, UsageError
from ntanalytics.extraction.filling import fill_spool
from ntanalytics.extraction.pseudonym import KEY_NAME, site_key
from ntanalytics.extraction.retry_budget import RetryBudget
from ntanalytics.extraction.spool import Spool
from ntanalytics.extraction.work_claims import PAUSE_S, Window, claim_windows, claimed_by_others, windows
from ntanalytics.lake import DeltaLake
from ntanalytics.ledger import CoverageDay, ExtractionResult, Ledger
from ntanalytics.ledger.snapshots import nearest
from ntanalytics.periods import days_between, local_window
from ntanalytics.redaction import redact
from ntanalytics.settings import Settings
from ntanalytics.sources import Source, check_read_hours, open_sources

log = structlog.get_logger(__name__)

#: Called as (what is being taken, rows so far) while a window is read.
Progress = Callable[[str, int], None]

#: A failure that may pass is tried again; a refusal is not.
_ATTEMPTS = 3


class Extractor:
    """Takes windows of datasets from the sources of a site into its lake.

    Args:
        settings: the site.
        ledger: where it is recorded.
        progress: told how far it is.
        clock: tells the time, as an aware moment; the demo city and tests have days of their own.

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
        self._progress = progress or _silent
        self._clock = clock or _now
        self._lake = DeltaLake.of(settings, ledger.lease)
        self.sources = open_sources(settings, site_catalog(settings.queries))

    @cached_property
    def _key(self) -> bytes:
        """The site's key for what is kept as a hash only; all hosts of a lake have the same."""
        return self._lake.shared_file(KEY_NAME, site_key)

    def feeding(self, dataset: str) -> list[Source]:
        """The sources whose product feeds a dataset."""
        return [source for source in self.sources.values() if dataset in source.product.datasets]

    def extract(self, datasets: Iterable[str], first: dt.date, last: dt.date) -> list[ExtractionResult]:
        """Take the days from ``first`` to ``last`` of each dataset from each source that feeds it.

        Args:
            datasets: names; empty for every dataset that a source feeds.
            first: the first local day.
            last: the last local day, included.

        Returns:
            What was taken, one entry a source and dataset (and chunk of the window); a failed one
            carries its error.

        Raises:
            UnknownName: there is no such dataset.
            UsageError: no source feeds it.
        """
        named = [dataset_named(name).name for name in datasets]
        names = named or [name for name in sorted(DATASETS) if self.feeding(name)]
        unfed = [name for name in named if not self.feeding(name)]
        if unfed or not names:
            raise UsageError(
                f"no source feeds {', '.join(unfed) or 'anything'}",
                where=str(self.settings.file),
                todo="add a source whose product has a mapping for it (docs/settings.md)",
            )
        mark = self.ledger.coverage.last_extraction_id()
        days = days_between(first, last)
        return self._take_all(
            (
                window
                for name in names
                for source in self.feeding(name)
                for window in windows(DATASETS[name], source, self._askable(DATASETS[name], days))
            ),
            mark,
        )

    def ensure(
        self,
        needs: Map[str, int],
        first: dt.date,
        last: dt.date,
        *,
        patience: RetryBudget | None = None,
        only: Collection[tuple[str, str]] | None = None,
    ) -> list[ExtractionResult]:
        """Take what the lake lacks for a window, and again the days that had not settled.

        Of a state, today's snapshot is taken, where none that is held was taken as near to the window's end. A case is
        taken up to today, since its record tells of the window only as it was last changed.

        Args:
            needs: dataset → how many days before ``first`` are wanted too.
            first: the first local day of the window.
            last: its last one; days that have not begun are left out.
            patience: in which those that failed by a passing cause are tried again, after all the others; but for
                those that had failed the last time, too: who has been down since yesterday delays no report today.
            only: (dataset, source) of what is asked; by default all that is needed.

        Returns:
            As :meth:`extract`.
        """
        was_down = self._down(needs) if patience is not None else set()
        taken, rounds = self._ensure(needs, first, last, only), 1
        while (down := {(each.dataset, each.source) for each in taken if each.is_retryable} - was_down) and (
            patience is not None and patience.waits(rounds)
        ):
            kept = [each for each in taken if not (each.error and (each.dataset, each.source) in down)]
            taken, rounds = kept + self._ensure(needs, first, last, down), rounds + 1
        return taken

    def _down(self, needs: Iterable[str]) -> set[tuple[str, str]]:
        """(dataset, source) of what failed when it was taken last."""
        names = {name: [source.name for source in self.feeding(name)] for name in needs}
        causes = {name: self.ledger.coverage.last_causes(name, sources) for name, sources in names.items()}
        return {(name, source) for name, failed in causes.items() for source in failed}

    def _ensure(
        self, needs: Map[str, int], first: dt.date, last: dt.date, only: Collection[tuple[str, str]] | None
    ) -> list[ExtractionResult]:
        """One round of :meth:`ensure`."""
        mark, today = self.ledger.coverage.last_extraction_id(), self._today()
        lacking = []
        for name, history in needs.items():
            contract = dataset_named(name)
            # A case that changed after the window stands in its source as it is now: without the later changes it would
            # be missing from the days before them.
            until = today if contract.kind is Kind.CASE else min(last, today)
            wanted = days_between(first - dt.timedelta(days=history), until)
            # Asked of every source before the first is taken: the lake tells which days it holds, and not whose.
            for source in self.feeding(name):
                if only is None or (name, source.name) in only:
                    days = (
                        self._lacking_snapshot(contract, source, first, last)
                        if contract.kind is Kind.STATE
                        else self._lacking(contract, source, wanted)
                    )
                    lacking += windows(contract, source, days)
        return self._take_all(lacking, mark)

    def _askable(self, contract: Dataset, days: list[dt.date]) -> list[dt.date]:
        """The days to ask for: a state is as it is today, whichever days are asked for."""
        return [self._today()] if contract.kind is Kind.STATE else days

    def _take_all(self, wanted: Iterable[Window], mark: int) -> list[ExtractionResult]:
        """Take windows, but what another process has taken since ``mark``; of a source, up to the first that fails.

        A source that is down is asked once. So is one whose hours are over: the windows before are whole, and stay.
        """
        taken: list[ExtractionResult] = []
        failed = set()
        with closing(
            claim_windows(wanted, self.ledger.lease, self._rest)
        ) as turns:  # what is held is given back at once
            for window in turns:
                if window.of in failed:
                    continue
                there = self.ledger.coverage.days_extracted_since(mark, *window.of, window.first, window.last)
                taken += claimed_by_others(window, there)
                for left in window.without(there):
                    taken.append(self._take(left.contract, left.source, left.first, left.last))
                    if taken[-1].error:
                        failed.add(window.of)
                        break
        return taken

    def _rest(self, window: Window) -> None:
        """Wait a moment for another process, which is at a window or was killed at it a while ago."""
        self._progress(f"{window.contract.name} ← {window.source.name}: another process is at it", 0)
        time.sleep(PAUSE_S)

    def _lacking(self, contract: Dataset, source: Source, wanted: list[dt.date]) -> list[dt.date]:
        """The days that were never taken, or before they had settled, or that the lake holds no more.

        Nor is a day known that was taken in the future: by a clock that was ahead, and tells of no settling.
        """
        if not wanted:
            return []
        now = self._clock()
        known = {day.day: day for day in self._known(contract, source, wanted[0], wanted[-1])}
        margin = dt.timedelta(days=contract.settles_after)

        def lacks(day: dt.date) -> bool:
            _, ends = local_window(day, day, self.settings.zone)
            return day not in known or not ends + margin <= known[day].taken_at <= now

        return [day for day in wanted if lacks(day)]

    def _lacking_snapshot(self, contract: Dataset, source: Source, first: dt.date, last: dt.date) -> list[dt.date]:
        """Today, where a snapshot taken now would tell of the window's end better than those since ``first``.

        Never twice a day: the second would only replace the first.
        """
        now, today = self._clock(), self._today()
        known = self._known(contract, source, first, today)
        _, ends = local_window(last, last, self.settings.zone)
        best = nearest(known, ends)
        if any(each.day == today for each in known):
            return []
        return [today] if best is None or abs(now - ends) < abs(best.taken_at - ends) else []

    def _known(self, contract: Dataset, source: Source, first: dt.date, last: dt.date) -> list[CoverageDay]:
        """The days of a source that were taken and that the lake holds."""
        held = self._lake.days(contract.name, self._lake.version(contract.name))
        days = self.ledger.coverage.days(contract.name, first, last)
        return [day for day in days if day.source == source.name and (not day.rows or day.day in held)]

    def _today(self) -> dt.date:
        return self._clock().astimezone(self.settings.zone).date()

    def _take(self, contract: Dataset, source: Source, first: dt.date, last: dt.date) -> ExtractionResult:
        what = f"{contract.name} ← {source.name} {first}…{last}"
        taken_at = self._clock().astimezone(dt.UTC)
        begun = time.monotonic()
        try:
            for attempt in stamina.retry_context(on=_is_retryable, attempts=_ATTEMPTS, wait_initial=0.5, wait_max=5.0):
                with attempt:
                    rows, rejected, source_rows, absent, masked = self._load(contract, source, first, last, what)
        except (NtaError, pa.ArrowException, duckdb.Error, OSError, UnicodeError) as error:
            log.warning("extraction failed", dataset=contract.name, source=source.name, error=redact(str(error)))
            taken = ExtractionResult(
                dataset=contract.name,
                source=source.name,
                first=first,
                last=last,
                taken_at=taken_at,
                seconds=time.monotonic() - begun,
                error=redact(str(error)) or type(error).__name__,
                cause=error.public_message if isinstance(error, NtaError) else SourceError.public_message,
                exit_code=error.exit_code if isinstance(error, NtaError) else SourceError.exit_code,
                is_retryable=isinstance(error, OSError) or getattr(error, "retryable", False),
            )
        else:
            seconds = time.monotonic() - begun
            taken = ExtractionResult(
                dataset=contract.name,
                source=source.name,
                first=first,
                last=last,
                taken_at=taken_at,
                seconds=seconds,
                rows=rows,
                absent_days=absent,
                source_rows=source_rows,
                rejected=rejected,
                masked=masked,
            )
        self.ledger.coverage.record(taken)
        return taken

    def _load(
        self, contract: Dataset, source: Source, first: dt.date, last: dt.date, what: str
    ) -> tuple[
        Counter[dt.date], Counter[tuple[dt.date | None, str]], Counter[dt.date], frozenset[dt.date], Counter[str]
    ]:
        check_read_hours(self.settings, source.name, self._clock())
        mapping = source.mapping(contract.name)
        days = days_between(first, last)
        absent = source.absent_days(mapping, days)
        key = self._key
        with Spool(self._lake.folder / ".spool", contract) as spool:
            source_rows, masked = fill_spool(
                spool,
                source,
                mapping,
                first,
                last,
                site_zone=self.settings.zone,
                key=key,
                progress=lambda rows: self._progress(what, rows),
            )
            if source.empty_means_absent:
                absent |= {day for day in days if not spool.rows[day]}
            self._lake.replace(contract, spool.files(), source.name, first, last)
            rejects = spool.rejects()
            self._lake.replace_rejects(contract.name, rejects, source.name, first, last)
            return spool.rows, _counted(rejects), source_rows, frozenset(absent), masked


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _silent(what: str, rows: int) -> None:
    """The progress of who does not ask for it."""


def _counted(rejects: pa.Table) -> Counter[tuple[dt.date | None, str]]:
    counted: Counter[tuple[dt.date | None, str]] = Counter()
    for row in rejects.select(["day", "reason", "source_rows"]).to_pylist():
        counted[row["day"], row["reason"]] += row["source_rows"]
    return counted


def _is_retryable(error: Exception) -> bool:
    return isinstance(error, SourceError) and error.retryable
