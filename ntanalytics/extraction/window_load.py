"""Load of one window into the lake: retried, all or nothing, recorded in the ledger."""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import duckdb
import pyarrow as pa
import stamina
import structlog
from stamina.instrumentation import RetryDetails, set_on_retry_hooks

from ntanalytics.errors import NtaError, SourceError, SourceLocked, SourceTooSlow
from ntanalytics.extraction.filling import fill_spool
from ntanalytics.extraction.pseudonym import hashing_key
from ntanalytics.extraction.source_states import SourceStates
from ntanalytics.extraction.spool import Spool
from ntanalytics.extraction.work_claims import ExtractionWindow
from ntanalytics.lake import DeltaLake
from ntanalytics.ledger import ExtractionResult, Ledger
from ntanalytics.periods import days_between
from ntanalytics.redaction import redact
from ntanalytics.settings import Settings
from ntanalytics.sources import check_read_hours

log = structlog.get_logger(__name__)


def _is_retryable_at_once(error: Exception) -> bool:
    """Return True for a failure of a moment; whoever waited for a lock or a slow statement waits for the next round."""
    is_slow = isinstance(error, (SourceLocked, SourceTooSlow))
    return isinstance(error, SourceError) and error.retryable and not is_slow


def _log_retry(details: RetryDetails) -> None:
    """Log a retry as a sentence for an operator."""
    wait_s = round(details.wait_for, 1)
    log.warning("tried again in a moment", wait_s=wait_s, error=redact(str(details.caused_by)).partition("\n")[0])


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

    def load(self, window: ExtractionWindow) -> ExtractionResult:
        """Load a window and record the result; a failure leaves the lake as it was."""
        taken_at, started = self.clock().astimezone(dt.UTC), time.monotonic()
        state = self.states.now(window.source.name)
        try:
            # no decorator: its warnings would log the arguments, and with them the settings
            for attempt in stamina.retry_context(on=_is_retryable_at_once, attempts=3, wait_initial=0.5, wait_max=5.0):
                with attempt:
                    result = self._replace_days(window, taken_at, started)
        except (NtaError, pa.ArrowException, duckdb.Error, OSError, UnicodeError) as error:
            result = self._failure(window, taken_at, started, error)
        extraction_id = self.ledger.coverage.record(result)
        if not result.error:
            self.states.keep(*window.names, extraction_id, taken_at, state)
        return result

    @cached_property
    def _key(self) -> bytes:
        """The site's key for hashes, the same on all hosts of a lake."""
        return hashing_key(self.lake, self.settings)

    def _replace_days(self, window: ExtractionWindow, taken_at: dt.datetime, started: float) -> ExtractionResult:
        dataset, source, first, last = window.contract.name, window.source, window.first, window.last
        check_read_hours(self.settings, source.name, self.clock())
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
            self.lake.replace(window.contract, spool.files(), source.name, first, last, outdated=spool.outdated())
            rejects = spool.rejects()
            self.lake.replace_rejects(dataset, rejects, source.name, first, last)
            return ExtractionResult(
                dataset=dataset,
                source=source.name,
                first=first,
                last=last,
                taken_at=taken_at,
                seconds=time.monotonic() - started,
                rows=spool.rows,
                absent_days=frozenset(absent),
                source_rows=counts.source_rows,
                rejected=_count(rejects),
                masked=counts.masked,
                unknown_words=counts.unknown_words,
                withdrawn=counts.withdrawn,
                is_backlog=window.is_backlog,
            )

    def _failure(
        self, window: ExtractionWindow, taken_at: dt.datetime, started: float, error: Exception
    ) -> ExtractionResult:
        dataset, source = window.names
        text = redact(str(error))
        log.warning("extraction failed", dataset=dataset, source=source, error=text)
        known = error if isinstance(error, NtaError) else SourceError
        return ExtractionResult(
            dataset=dataset,
            source=source,
            first=window.first,
            last=window.last,
            taken_at=taken_at,
            seconds=time.monotonic() - started,
            error=text or type(error).__name__,
            cause=known.public_message,
            exit_code=known.exit_code,
            is_retryable=isinstance(error, OSError) or getattr(error, "retryable", False),
        )


def _title(window: ExtractionWindow) -> str:
    return f"{window.contract.name} ← {window.source.name} {window.first}…{window.last}"


def _count(rejects: pa.Table) -> Counter[tuple[dt.date | None, str]]:
    """Return (day, reason) → rows or lines of the source that were rejected."""
    counts: Counter[tuple[dt.date | None, str]] = Counter()
    for row in rejects.select(["day", "reason", "source_rows"]).to_pylist():
        counts[row["day"], row["reason"]] += row["source_rows"]
    return counts
