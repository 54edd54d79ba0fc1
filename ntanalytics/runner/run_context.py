"""Context of the runs of one command: made once by the caller and handed down."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ntanalytics.runner.engine import Limits
from ntanalytics.settings import Settings

if TYPE_CHECKING:
    from ntanalytics.extraction.retry_budget import RetryBudget
    from ntanalytics.ledger import Ledger

#: Called as (step, amount) while a run goes on.
Progress = Callable[[str, int], None]
#: Requester of a run, for the audit trail: a person, a job or a backfill.
RequestedBy = Literal["hand", "job", "backfill"]


def discard_progress(_step: str, _amount: int) -> None:
    """Discard the progress of a run that nobody watches."""


def machine_clock() -> dt.datetime:
    """Return the present moment (aware UTC) by the clock of this machine."""
    return dt.datetime.now(dt.UTC)


def allow_publishing(_run_id: str) -> None:
    """Allow a report to be published without a condition."""


@dataclass(frozen=True, kw_only=True)
class RunContext:
    """Site, clock and conditions of the runs of one command.

    The command line, the scheduler, a backfill and the demo make one each; ``dataclasses.replace`` derives a context
    with another condition from it.

    Attributes:
        settings: the site.
        requested_by: the requester, for the audit trail.
        clock: returns the present moment (aware): the day of "last-week", and the moment at which data are extracted.
        progress: called with each step.
        notebooks: the folder of the reports; None for the project's.
        limits: time and memory of a notebook; None for the defaults and the site's ``report_memory_mb``.
        retry_budget: time in which sources that are down are tried again; None where they are not waited for.
        data_since: an extraction's id, where the reports of one morning share their data: a day that was extracted
            after it is not extracted again for the next report. None: each run takes what had not settled.
        before_publishing: called with the run's id right before its report is published; an error that it raises
            prevents that.
    """

    settings: Settings
    requested_by: RequestedBy = "hand"
    clock: Callable[[], dt.datetime] = machine_clock
    progress: Progress = discard_progress
    notebooks: Path | None = None
    limits: Limits | None = None
    retry_budget: RetryBudget | None = None
    data_since: int | None = None
    before_publishing: Callable[[str], None] = allow_publishing

    @cached_property
    def ledger(self) -> Ledger:
        """The site's ledger, opened on first use: a wrong command leaves none behind.

        Raises:
            LakeError: it cannot be opened.
        """
        from ntanalytics.ledger import Ledger

        return Ledger(self.settings.ledger)

    @property
    def outputs(self) -> Path:
        """The absolute folder of the issued reports."""
        return self.settings.outputs.resolve()

    @property
    def today(self) -> dt.date:
        """The local day of the site."""
        return self.settings.local_day(self.clock())
