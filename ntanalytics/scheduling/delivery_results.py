"""Results of a delivery run, and deliveries that did not arrive."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from ntanalytics.ledger import Delivery, Ledger


@dataclass
class DeliveryRun:
    """Results of one delivery run.

    Attributes:
        deliveries: each attempt, as it stands now.
        interrupted: sendings of killed processes, which may have arrived.
        failed_jobs: job → reason why its reports could not be delivered.
        finished_jobs: the jobs without such a reason.
    """

    deliveries: list[Delivery] = field(default_factory=list)
    interrupted: Sequence[Delivery] = ()
    failed_jobs: dict[str, str] = field(default_factory=dict)
    finished_jobs: list[str] = field(default_factory=list)


def undelivered(ledger: Ledger, days: int = 10) -> Sequence[Delivery]:
    """Return the deliveries of the last days that did not arrive, or may not have; the oldest first."""
    since = dt.datetime.now(dt.UTC) - dt.timedelta(days=days)
    return ledger.deliveries.with_status("retry", "failed", "ambiguous", since=since)
