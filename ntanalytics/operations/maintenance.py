"""Maintenance of the lake: fewer files, and no files that are not needed.

Versions that published reports name stay readable, and so does every version that was current in the last days, for
runs and analysts that began on it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict

from ntanalytics import event_log
from ntanalytics.errors import LakeError
from ntanalytics.extraction.spool import sweep
from ntanalytics.lake import DeltaLake
from ntanalytics.lake.maintenance import TableMaintenance, maintain_table
from ntanalytics.language import tr
from ntanalytics.operations.retained_versions import retained_versions
from ntanalytics.runner.run_context import RunContext
from ntanalytics.settings import Settings

#: Time for which every former version stays readable.
KEEP = dt.timedelta(days=7)


def maintain(context: RunContext, *, dry_run: bool = False) -> list[TableMaintenance]:
    """Compact the lake's tables, and remove files of versions that are not needed; extractions and readers may go on.

    Args:
        context: the site; its ledger records the removals in the audit trail.
        dry_run: whether to change nothing.

    Returns:
        The result of each table.

    Raises:
        LakeError: a manifest cannot be read, so that its versions are not known; another process maintains the same
            lake; a table cannot be read or written. Earlier tables stay changed.
    """
    settings, ledger, now = context.settings, context.ledger, context.clock()
    needed = retained_versions(settings.outputs)
    if needed.unreadable:
        raise LakeError(
            tr("cannot be read, and may name versions of the lake that must stay: nothing was removed"),
            where=", ".join(str(path) for path in needed.unreadable[:5]),
            todo=tr("correct its permissions, restore it, or remove the report that it belongs to"),
        )
    lake = DeltaLake.of(settings, ledger.lease)
    with ledger.lease(lease_name(settings)) as lease:
        if lease is None:
            raise LakeError(tr("another process maintains this lake"), where=str(settings.lake), todo=tr("let it end"))
        if not dry_run:
            sweep(settings.lake / ".spool")
            event_log.remove_old_files(context.outputs, context.today)
        results = []
        for number, name in enumerate(lake.tables()):
            context.progress(name, number)
            versions = needed.versions.get(name, frozenset())
            results.append(maintain_table(lake, name, versions, now, keep=KEEP, dry_run=dry_run))
            lease.check()
        if not dry_run:
            ledger.audit.record("maintain", str(settings.lake), summary(results))
    return results


def lease_name(settings: Settings) -> str:
    """Return the name of the lease of whoever removes files of the lake, or needs all of them to stay."""
    return f"maintain {settings.lake}"[:200]


def summary(results: list[TableMaintenance]) -> dict[str, object]:
    """Return the results of all tables together as JSON: counts, bytes, and versions that reports miss."""
    counts = ("compacted", "removed", "logs", "freed_bytes")
    return {
        "tables": len(results),
        **{name: sum(asdict(result)[name] for result in results) for name in counts},
        "lost": {result.table: list(result.lost) for result in results if result.lost},
    }
