"""Load of one window into the lake: retried, all or nothing, recorded in the ledger."""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import stamina
import structlog
from stamina.instrumentation import RetryDetails, set_on_retry_hooks

from ntanalytics.contract import Kind
from ntanalytics.errors import NtaError, SourceError, SourceLocked, SourceTooSlow
from ntanalytics.extraction.filling import fill_spool
from ntanalytics.extraction.lost_rows import kept_days
from ntanalytics.extraction.pii import mask_text
from ntanalytics.extraction.pseudonym import hashing_key
from ntanalytics.extraction.source_states import SourceStates
from ntanalytics.extraction.spool import Spool
from ntanalytics.extraction.work_claims import ExtractionWindow
from ntanalytics.lake import DeltaLake
from ntanalytics.lake.parts import day_of
from ntanalytics.ledger import CoverageDay, ExtractionResult, Ledger
from ntanalytics.periods import days_between
from ntanalytics.redaction import redact
from ntanalytics.settings import Settings
from ntanalytics.sources import check_read_hours

log = structlog.get_logger(__name__)

K = TypeVar("K")


def _is_retryable_at_once(error: Exception) -> bool:
    """Return True for a failure of a moment; whoever waited for a lock or a slow statement waits for the next round."""
    is_slow = isinstance(error, (SourceLocked, SourceTooSlow))
    return isinstance(error, SourceError) and error.retryable and not is_slow


def _log_retry(details: RetryDetails) -> None:
    """Log a retry as a sentence for an operator."""
    wait_s = round(details.wait_for, 1)
    log.warning("tried again in a moment", wait_s=wait_s, error=_without_secrets(details.caused_by).partition("\n")[0])


# stamina would log the representation of the call and of the error
set_on_retry_hooks([_log_retry])


@dataclass(frozen=True, kw_only=True)
class WindowLoad:
    """The load of windows into a site's lake.

    Attributes:
        settings: the site.
        ledger: the record of every load.
        lake: the site's lake.
        clock: the current time, an aware moment.
        progress: called with a text and the number of rows so far.
        states: the states of the sources' files.
    """

    settings: Settings
    ledger: Ledger
    lake: DeltaLake
    clock: Callable[[], dt.datetime]
    progress: Callable[[str, int], None]
    states: SourceStates

    def load(self, window: ExtractionWindow, *, keeps_rows: bool) -> list[ExtractionResult]:
        """Load a window and record the result; a failure leaves each day whole, as it was or as it is now.

        Args:
            window: the days of a dataset that are read from a source.
            keeps_rows: whether days of events stay as they were read where the source has lost rows of them.

        Returns:
            One result. If a file is damaged, a second one of the days that it may hold, which are the earlier ones.
        """
        taken_at, started = self.clock().astimezone(dt.UTC), time.monotonic()
        state = self.states.now(window.source.name)
        try:
            # no decorator: its warnings would log the arguments, and with them the settings
            for attempt in stamina.retry_context(on=_is_retryable_at_once, attempts=3, wait_initial=0.5, wait_max=5.0):
                with attempt:
                    result = self._replace_days(window, taken_at, started, keeps_rows=keeps_rows)
        except (NtaError, pa.ArrowException, duckdb.Error, OSError, UnicodeError) as error:
            doubtful, rest = self._parted(window, error)
            # the failure is recorded last: reports tell the cause of the latest extraction
            results = self.load(rest, keeps_rows=keeps_rows) if rest else []
            result = _failure(window.names, (doubtful.first, doubtful.last), taken_at, started, error)
            self.ledger.coverage.record(result)
            return [*results, result]
        extraction_id = self.ledger.coverage.record(result)
        self.states.keep(*window.names, extraction_id, taken_at, state)
        return [result]

    def _parted(self, window: ExtractionWindow, error: Exception) -> tuple[ExtractionWindow, ExtractionWindow | None]:
        """Return the days that cannot be read because of an error, and the later ones that can."""
        last_written = getattr(error, "last_written", None)
        if last_written is None:
            return window, None
        last = max(last_written.astimezone(self.settings.zone).date(), window.first)
        if last >= window.last:
            return window, None
        return replace(window, last=last), replace(window, first=last + dt.timedelta(days=1))

    @cached_property
    def _key(self) -> bytes:
        """The site's key for hashes, the same on all hosts of a lake."""
        return hashing_key(self.lake, self.settings)

    def _replace_days(
        self, window: ExtractionWindow, taken_at: dt.datetime, started: float, *, keeps_rows: bool
    ) -> ExtractionResult:
        dataset, source, first, last = window.contract.name, window.source, window.first, window.last
        check_read_hours(self.settings, source.name, self.clock())
        if self.ledger.coverage.has_given_rows(dataset, source.name):
            source.require_rows(source.mapping(dataset))
        days = days_between(first, last)
        absent = source.absent_days(source.mapping(dataset), days)
        with Spool(self.lake.folder / ".spool", window.contract) as spool:
            counts = fill_spool(
                spool,
                window,
                site_zone=self.settings.zone,
                key=self._key,
                taken_at=taken_at,
                progress=lambda rows: self.progress(_title(window), rows),
            )
            if source.empty_means_absent:
                absent |= {day for day in days if not spool.rows[day]}
            kept = self._kept(window, spool.rows, taken_at) if keeps_rows else {}
            rejects = spool.rejects()
            self._store(window, spool, rejects, kept)
            return ExtractionResult(
                dataset=dataset,
                source=source.name,
                first=first,
                last=last,
                taken_at=taken_at,
                seconds=time.monotonic() - started,
                rows=_without(kept, spool.rows),
                absent_days=frozenset(absent - kept.keys()),
                source_rows=_without(kept, counts.source_rows),
                rejected=_without(kept, _count(rejects)),
                masked=counts.masked,
                unknown_values=_without(kept, counts.unknown_values),
                withdrawn=counts.withdrawn,
                kept=kept,
                is_backlog=window.is_backlog,
            )

    def _kept(
        self, window: ExtractionWindow, rows: Mapping[dt.date, int], taken_at: dt.datetime
    ) -> dict[dt.date, CoverageDay]:
        """Return day → what stays of it, of the days of which the source has lost rows since it was read alike."""
        contract, source = window.contract, window.source
        if contract.kind is not Kind.EVENT:  # cases are merged by their key, and a state is as it is now
            return {}
        days = self.ledger.coverage.days(contract.name, window.first, window.last)
        shrunk = [day for day in days if day.source == source.name and rows.get(day.day, 0) < day.rows]
        held = [day for day in shrunk if self.states.was_read_alike(contract.name, day)]
        if not held:
            return {}
        in_lake = self.lake.days_of(contract.name, source.name)
        kept = kept_days(held, rows, in_lake, taken_at, self.settings.zone, is_written=source.is_read_whole)
        for day in kept.values():
            counts = {"rows": rows.get(day.day, 0), "kept": day.rows}
            log.warning("rows were lost", dataset=contract.name, source=source.name, day=str(day.day), **counts)
        return kept

    def _store(
        self, window: ExtractionWindow, spool: Spool, rejects: pa.Table, kept: Mapping[dt.date, CoverageDay]
    ) -> None:
        """Store what was read, but for the days that stay as they were read before."""
        dataset, source = window.names
        for part in window.without(kept.values()):
            files, own = spool.files(), rejects
            if kept:
                files = [file for file in files if part.first <= day_of(file) <= part.last]
                day = rejects["day"]
                is_own = pc.and_kleene(pc.greater_equal(day, part.first), pc.less_equal(day, part.last))
                own = rejects.filter(pc.or_kleene(pc.is_null(day), is_own))
            self.lake.replace(window.contract, files, source, part.first, part.last, outdated=spool.outdated())
            self.lake.replace_rejects(dataset, own, source, part.first, part.last)


def _failure(
    names: tuple[str, str], days: tuple[dt.date, dt.date], taken_at: dt.datetime, started: float, error: Exception
) -> ExtractionResult:
    """Return the result of an extraction that failed."""
    (dataset, source), (first, last) = names, days
    text = _without_secrets(error)
    log.warning("extraction failed", dataset=dataset, source=source, error=text)
    known = error if isinstance(error, NtaError) else SourceError
    return ExtractionResult(
        dataset=dataset,
        source=source,
        first=first,
        last=last,
        taken_at=taken_at,
        seconds=time.monotonic() - started,
        error=text or type(error).__name__,
        cause=known.public_message,
        exit_code=known.exit_code,
        ends_source=getattr(error, "last_written", None) is None,
        is_retryable=isinstance(error, OSError) or getattr(error, "retryable", False),
    )


def _without_secrets(error: Exception) -> str:
    """Return the message of an error; that of a driver may quote a password, or the value that it cannot convert."""
    return mask_text(redact(str(error)))


def _without(kept: Collection[dt.date], counts: Mapping[K, int]) -> Counter[K]:
    """Return counts by day, or by a tuple that begins with one, without those of some days."""
    return Counter({key: n for key, n in counts.items() if (key[0] if isinstance(key, tuple) else key) not in kept})


def _title(window: ExtractionWindow) -> str:
    return f"{window.contract.name} ← {window.source.name} {window.first}…{window.last}"


def _count(rejects: pa.Table) -> Counter[tuple[dt.date | None, str]]:
    """Return (day, reason) → rows or lines of the source that were rejected."""
    counts: Counter[tuple[dt.date | None, str]] = Counter()
    for row in rejects.select(["day", "reason", "source_rows"]).to_pylist():
        counts[row["day"], row["reason"]] += row["source_rows"]
    return counts
