"""Runs of reports: start, end and publication."""

from __future__ import annotations

import datetime as dt
import getpass
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from ntanalytics.ledger import tables
from ntanalytics.ledger.access import reading, records_of, utc_now, writing


@dataclass(frozen=True, kw_only=True)
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
    """Runs in the ledger; see :class:`ntanalytics.ledger.Ledger`."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def start(self, report: str, period: str, parameters: Mapping[str, Any]) -> str:
        """Record the start of a run; return its id. Ids sort by time."""
        now = utc_now()
        run_id = f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
        row = {"id": run_id, "report": report, "period": period, "parameters": dict(parameters), "started_at": now}
        with writing(self._engine) as connection:
            connection.execute(tables.runs.insert().values(row | {"status": "running", "who": user_name()}))
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
        """Record the end of a run.

        Args:
            run_id: id of the run.
            status: result of the run.
            version: number of the publication.
            error: reason of a failure.
            path: folder of the published report, or of the evidence of a failure.
        """
        this = tables.runs.update().where(tables.runs.c.id == run_id)
        with writing(self._engine) as connection:
            connection.execute(
                this.values(ended_at=utc_now(), status=status, version=version, error=error[:4000], path=path)
            )

    def next_version(self, report: str, period: str, parameters: Mapping[str, Any]) -> int:
        """Return the number of the next publication of a report, period and parameters; the first is 1."""
        table = tables.runs
        query = sa.select(table.c.version, table.c.parameters).where(
            table.c.report == report, table.c.period == period, table.c.status == "published"
        )
        with reading(self._engine) as connection:
            versions = [row.version for row in connection.execute(query) if row.parameters == dict(parameters)]
        return max(versions, default=0) + 1

    def published(self, ids: sa.Select[tuple[str]]) -> list[Run]:
        """Return the published runs among the ids of a query, newest first."""
        return self._read(sa.select(tables.runs).where(tables.runs.c.id.in_(ids), tables.runs.c.status == "published"))

    def of_report(self, report: str, period: str, parameters: Mapping[str, Any]) -> list[Run]:
        """Return the published runs of a report, period and parameters, newest first."""
        table = tables.runs
        runs = self._read(sa.select(table).where(table.c.report == report, table.c.period == period))
        return [run for run in runs if run.status == "published" and dict(run.parameters) == dict(parameters)]

    def published_with(self, report: str, parameters: Mapping[str, Any]) -> list[Run]:
        """Return the published runs of a report with these parameters, of all periods, newest first."""
        runs = self._read(sa.select(tables.runs).where(tables.runs.c.report == report))
        return [run for run in runs if run.status == "published" and dict(run.parameters) == dict(parameters)]

    def newest_by_path(self) -> dict[str, str]:
        """Return the folder of each published report → the id of the run that published it last."""
        table = tables.runs
        query = sa.select(table.c.path, table.c.id).where(table.c.status == "published")
        with reading(self._engine) as connection:
            return {row.path: row.id for row in connection.execute(query.order_by(table.c.version))}

    def get(self, run_id: str) -> Run | None:
        """Return the run of an id; None if the ledger does not know it."""
        return next(iter(self._read(sa.select(tables.runs).where(tables.runs.c.id == run_id))), None)

    def running(self) -> list[Run]:
        """Return the runs without an end, newest first; the process of one may have been killed."""
        return self._read(sa.select(tables.runs).where(tables.runs.c.status == "running"))

    def history(self, limit: int = 50) -> list[Run]:
        """Return the latest runs, newest first."""
        return self._read(sa.select(tables.runs).limit(limit))

    def _read(self, query: sa.Select[Any]) -> list[Run]:
        ordered = query.order_by(tables.runs.c.started_at.desc(), tables.runs.c.id.desc())
        with reading(self._engine) as connection:
            return records_of(Run, connection.execute(ordered))


def user_name() -> str:
    """Return the name of the user of this process."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user id without a name, as in some containers
        return "unknown"
