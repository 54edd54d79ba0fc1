"""Maintenance of the lake: fewer files, and none that nobody needs.

The versions that published reports name stay readable, and so does every version that was current in the last days:
for runs and analysts that began on it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import asdict

from ntanalytics.errors import LakeError
from ntanalytics.extraction.spool import sweep
from ntanalytics.lake import DeltaLake
from ntanalytics.lake.maintenance import TableMaintenance, maintain_table
from ntanalytics.ledger import Ledger
from ntanalytics.operations.retained_versions import retained_versions
from ntanalytics.settings import Settings

#: So long every version stays readable that was once current.
KEEP = dt.timedelta(days=7)

#: Called as (table, tables done so far).
Progress = Callable[[str, int], None]


def maintain(
    settings: Settings, ledger: Ledger, now: dt.datetime, progress: Progress | None = None, *, dry_run: bool = False
) -> list[TableMaintenance]:
    """Compact the lake's tables, and remove what no version names that is needed; extractions and readers may go on.

    Args:
        settings: the site.
        ledger: its ledger; what was removed is noted in its audit trail.
        now: the moment (aware).
        progress: told which table is looked at.
        dry_run: whether to change nothing.

    Returns:
        What was done to each table, or would be.

    Raises:
        LakeError: a manifest cannot be read, so that nobody knows what it needs; another process maintains the same
            lake; a table cannot be read or written. What was done before stays.
    """
    needed = retained_versions(settings.outputs)
    if needed.unreadable:
        raise LakeError(
            "cannot be read, and may name versions of the lake that must stay: nothing was removed",
            where=", ".join(str(path) for path in needed.unreadable[:5]),
            todo="correct its permissions, restore it, or remove the report that it belongs to",
        )
    lake = DeltaLake.of(settings, ledger.lease)
    with ledger.lease(f"maintain {settings.lake}"[:200]) as lease:
        if lease is None:
            raise LakeError("another process maintains this lake", where=str(settings.lake), todo="let it end")
        if not dry_run:
            sweep(settings.lake / ".spool")
        done = []
        for number, name in enumerate(lake.tables()):
            if progress:
                progress(name, number)
            done.append(
                maintain_table(lake, name, needed.versions.get(name, frozenset()), now, keep=KEEP, dry_run=dry_run)
            )
            lease.check()
        if not dry_run:
            ledger.audit.record("maintain", str(settings.lake), summary(done))
    return done


def summary(done: list[TableMaintenance]) -> dict[str, object]:
    """What was done to all tables together, as JSON holds it: counts, bytes, and versions that reports miss."""
    return {
        "tables": len(done),
        **{name: sum(asdict(each)[name] for each in done) for name in ("compacted", "removed", "logs", "freed_bytes")},
        "lost": {each.table: list(each.lost) for each in done if each.lost},
    }
