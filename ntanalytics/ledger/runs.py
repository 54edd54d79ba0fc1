"""Runs of reports, as their supervisor saw them."""

from __future__ import annotations

import datetime as dt
import getpass
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from ntanalytics.ledger import tables
from ntanalytics.ledger.access import reading, writing


@dataclass(frozen=True)
class Run:
    """One run of a report; see ``tables.runs``. Times are aware UTC."""

    id: str
    report: str
    period: str
    parameters: Mapping[str, Any]
    started_at: dt.datetime
    ended_at: dt.datetime | None
    status: str
    version: int | None
    path: str
    error: str
    who: str


class Runs:
    """Writes and reads runs; get one from :class:`ntanalytics.ledger.Ledger`."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def start(self, report: str, period: str, parameters: Mapping[str, Any]) -> str:
        """Note that a run begins; returns its id, which sorts by time."""
        now = _now()
        run_id = f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
        with writing(self._engine) as connection:
            connection.execute(
                tables.runs.insert().values(
                    id=run_id,
                    report=report,
                    period=period,
                    parameters=dict(parameters),
                    started_at=now,
                    status="running",
                    who=who(),
                )
            )
        return run_id

    def finish(
        self,
        run_id: str,
        status: Literal["published", "failed"],
        *,
        version: int | None = None,
        error: str = "",
        path: str = "",
    ) -> None:
        """Note how a run ended: where its report is, or why it failed and where its evidence is."""
        with writing(self._engine) as connection:
            connection.execute(
                tables.runs.update()
                .where(tables.runs.c.id == run_id)
                .values(ended_at=_now(), status=status, version=version, error=error[:4000], path=path)
            )

    def next_version(self, report: str, period: str, parameters: Mapping[str, Any]) -> int:
        """1 for a first publication of a report, period and parameters, else one more than the last."""
        table = tables.runs
        query = sa.select(table.c.version, table.c.parameters).where(
            table.c.report == report, table.c.period == period, table.c.status == "published"
        )
        with reading(self._engine) as connection:
            same = [row.version for row in connection.execute(query) if row.parameters == dict(parameters)]
        return max(same, default=0) + 1

    def published(self, ids: sa.Select[tuple[str]]) -> list[Run]:
        """Of the runs that a query names, those that were published, newest first."""
        return self._read(sa.select(tables.runs).where(tables.runs.c.id.in_(ids), tables.runs.c.status == "published"))

    def get(self, run_id: str) -> Run | None:
        """Return the run of an id; None if the ledger does not know it."""
        return next(iter(self._read(sa.select(tables.runs).where(tables.runs.c.id == run_id))), None)

    def history(self, limit: int = 50) -> list[Run]:
        """The latest runs, newest first."""
        return self._read(sa.select(tables.runs).limit(limit))

    def _read(self, query: sa.Select[Any]) -> list[Run]:
        ordered = query.order_by(tables.runs.c.started_at.desc(), tables.runs.c.id.desc())
        with reading(self._engine) as connection:
            return [
                Run(
                    row.id,
                    row.report,
                    row.period,
                    row.parameters,
                    row.started_at.replace(tzinfo=dt.UTC),
                    row.ended_at.replace(tzinfo=dt.UTC) if row.ended_at else None,
                    row.status,
                    row.version,
                    row.path,
                    row.error,
                    row.who,
                )
                for row in connection.execute(ordered)
            ]


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)


def who() -> str:
    """Who runs this process: a user's name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user id without a name, as in some containers
        return "unknown"
