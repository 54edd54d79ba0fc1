"""Corrections: reports issued with a gap, and the attempts to fill it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from ntanalytics.ledger.access import from_stored, reading, to_stored, writing
from ntanalytics.ledger.schedule_tables import corrections

#: Status of a correction; ``failed``: the data came, and the report could not be made again.
CorrectionStatus = Literal["open", "corrected", "failed", "given up"]

#: (dataset, source) → local days that a report lacks.
Gaps = Mapping[tuple[str, str], Sequence[dt.date]]


@dataclass(frozen=True, kw_only=True)
class Correction:
    """A scheduled run whose report has a gap; see ``schedule_tables.corrections``. Times are aware UTC."""

    job: str
    scheduled_at: dt.datetime
    status: CorrectionStatus
    since: dt.datetime
    gaps: Gaps
    tries: int
    tried_at: dt.datetime | None
    why: str


class Corrections:
    """Corrections in the ledger; see :class:`ntanalytics.ledger.Ledger`."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def open(self, job: str, scheduled_at: dt.datetime, gaps: Gaps, now: dt.datetime) -> None:
        """Record that a report was issued with gaps that may still be filled."""
        stored = [[dataset, source, [f"{day}" for day in days]] for (dataset, source), days in gaps.items()]
        values = {"status": "open", "since": to_stored(now), "gaps": stored, "why": ""}
        with writing(self._engine) as connection:
            if connection.execute(_update(job, scheduled_at).values(values)).rowcount == 0:
                row = {"job": job, "scheduled_at": to_stored(scheduled_at), "tries": 0, **values}
                connection.execute(corrections.insert().values(row))

    def record_attempt(self, job: str, scheduled_at: dt.datetime, now: dt.datetime) -> None:
        """Record a new attempt to extract the missing data."""
        tries = {"tries": corrections.c.tries + 1, "tried_at": to_stored(now)}
        with writing(self._engine) as connection:
            connection.execute(_update(job, scheduled_at).values(tries))

    def close(self, job: str, scheduled_at: dt.datetime, status: CorrectionStatus, why: str = "") -> None:
        """Record the end of a correction, with the reason."""
        with writing(self._engine) as connection:
            connection.execute(_update(job, scheduled_at).values(status=status, why=why[:4000]))

    def for_job(self, job: str) -> list[Correction]:
        """Return the corrections of a job, oldest scheduled run first."""
        query = sa.select(corrections).where(corrections.c.job == job).order_by(corrections.c.scheduled_at)
        with reading(self._engine) as connection:
            return [
                Correction(
                    job=row.job,
                    scheduled_at=from_stored(row.scheduled_at),
                    status=row.status,
                    since=from_stored(row.since),
                    gaps={(name, source): tuple(map(dt.date.fromisoformat, days)) for name, source, days in row.gaps},
                    tries=row.tries,
                    tried_at=from_stored(row.tried_at),
                    why=row.why,
                )
                for row in connection.execute(query)
            ]


def _update(job: str, scheduled_at: dt.datetime) -> sa.Update:
    return corrections.update().where(corrections.c.job == job, corrections.c.scheduled_at == to_stored(scheduled_at))
