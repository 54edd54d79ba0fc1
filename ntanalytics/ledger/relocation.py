"""The ledger of a lost host, prepared for another one: its work is closed, and the paths are those here."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import sqlalchemy as sa

from ntanalytics.ledger.access import unpooled_engine, utc_now, writing
from ntanalytics.ledger.audit import Audit
from ntanalytics.ledger.schedule_tables import leases
from ntanalytics.ledger.tables import runs

_LOST = "the run was broken off: its host was lost, and the site was restored elsewhere"


def relocate(url: str, before: Path, after: Path) -> int:
    """Close the runs of a lost host, free its leases, and move the paths of its reports.

    Scheduled runs and deliveries that it was at need nothing: without a lease, the next call takes up the first, and
    records the second as ambiguous.

    Args:
        url: URL of the ledger.
        before: folder of the reports on the lost host.
        after: their folder here.

    Returns:
        The number of runs that the host was at.
    """
    with writing(unpooled_engine(url)) as connection:
        connection.execute(leases.delete())
        for run_id, path in connection.execute(sa.select(runs.c.id, runs.c.path)).all():
            if Path(path).is_relative_to(before):
                moved = str(after / Path(path).relative_to(before))
                connection.execute(runs.update().where(runs.c.id == run_id).values(path=moved))
        broken = runs.update().where(runs.c.status == "running")
        return connection.execute(broken.values(status="failed", ended_at=utc_now(), error=_LOST)).rowcount


def lost_until(audit: Audit) -> dt.datetime | None:
    """Return the moment (aware) up to which the site may have sent what its ledger does not know; None if none.

    A host that was lost after its last backup may have sent reports meanwhile.
    """
    windows = [
        (dt.datetime.fromisoformat(event.details["backup_at"]), dt.datetime.fromisoformat(event.details["lost_at"]))
        for event in audit.events(["restore"])
    ]
    return max((lost_at for backup_at, lost_at in windows if lost_at > backup_at), default=None)
