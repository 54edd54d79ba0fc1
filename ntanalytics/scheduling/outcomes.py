"""Outcome of a scheduled run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ntanalytics.ledger.scheduled_runs import ScheduledRunStatus


@dataclass(frozen=True, kw_only=True)
class RunOutcome:
    """Outcome of a scheduled run.

    Attributes:
        job: the job's name.
        period: the period of the report; empty if it cannot be determined.
        status: ``issued``, ``skipped``, ``failed``, ``retry`` (it failed, and the cause may pass) or ``corrected`` (it
            had been issued with a gap, and the missing data came).
        why: the place of the report, or the reason why there is none.
        exit_code: the exit code of the error; 0 without an error.
        was_cut: whether an earlier process was killed, or could not record the end.
        is_elsewhere: whether it failed only because another process is at the same task.
        advice: the cause of a failure and its remedy, in Chinese; empty without a failure.
    """

    job: str
    period: str
    status: ScheduledRunStatus | Literal["corrected"]
    why: str
    exit_code: int = 0
    was_cut: bool = False
    is_elsewhere: bool = False
    advice: str = ""
