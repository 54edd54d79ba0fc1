"""Backup of a site while its reports run: ledger, reports, lake, settings and mappings.

The order makes it consistent. The reports are copied first and the ledger after them, again if a report was published
meanwhile: both tell of the same publications. The lake comes last, so that it has every day that the ledger says it
has; a day that was extracted meanwhile is a gap to the restored site, and is extracted again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import ntanalytics
from ntanalytics.delivery.manifest import read_manifest
from ntanalytics.delivery.report_folder import folder_name
from ntanalytics.errors import BackupError, LakeError
from ntanalytics.lake import DeltaLake
from ntanalytics.lake.table_files import table_files
from ntanalytics.language import tr
from ntanalytics.ledger import Ledger
from ntanalytics.ledger.copying import copy_ledger
from ntanalytics.ledger.upgrading import plan_upgrade
from ntanalytics.operations.backup import keys as site_keys
from ntanalytics.operations.backup.pruning import PrunedBackups, prune
from ntanalytics.operations.backup.repository import Repository
from ntanalytics.operations.backup.site_files import SourceFile, output_files, site_files
from ntanalytics.operations.backup.snapshot import BackedUpFile, Snapshot
from ntanalytics.operations.backup.writer import BackupWriter
from ntanalytics.operations.maintenance import lease_name
from ntanalytics.operations.retained_versions import retained_versions
from ntanalytics.runner.abandoned_runs import reap_abandoned_runs
from ntanalytics.runner.run_context import RunContext

#: Passes over the outputs while reports are published; all but the first read only what is new.
_PASSES = 20


@dataclass(frozen=True, kw_only=True)
class BackupResult:
    """Backup that was made.

    Attributes:
        snapshot: its snapshot.
        new_files: number of contents that were written.
        new_bytes: their size; the rest was in the backup already.
        keys: names of the keys that were saved apart.
        has_key: whether the site has a key of pseudonyms, without which it cannot go on elsewhere.
        problems: sentences on damaged contents, if all were read again.
        pruned: what was removed of earlier backups.
    """

    snapshot: Snapshot
    new_files: int
    new_bytes: int
    keys: tuple[str, ...]
    has_key: bool
    problems: tuple[str, ...] = ()
    pruned: PrunedBackups = field(default_factory=PrunedBackups)


def back_up(
    context: RunContext, address: str, *, keys: Path | None = None, verify: bool = False, keep_days: int | None = None
) -> BackupResult:
    """Write a backup of a site; broken off at any moment, it is typed again and goes on.

    Args:
        context: the site.
        address: folder of the backups, or ``s3://BUCKET/PREFIX``.
        keys: folder for the keys, outside of the backup; None: they are not saved.
        verify: whether all files of the backup are read again, not only the new ones.
        keep_days: days after which earlier snapshots are removed; None: they stay.

    Raises:
        BackupError: the backup cannot be written, or something in it is damaged; reports are published all the time.
        LakeError: the lake or the ledger cannot be read, or the lake is being maintained.
    """
    settings, ledger = context.settings, context.ledger
    _require_apart(context, address, keys)
    repository = Repository(address, is_new=True)
    former = repository.snapshots()
    writer = BackupWriter(repository, repository.load(former[-1]) if former else None)
    reap_abandoned_runs(context.outputs, ledger)
    lake = DeltaLake.of(settings, ledger.lease)
    with TemporaryDirectory(prefix="ntanalytics-backup-") as folder, _no_maintenance(context):
        snapshot = _snapshot(context, lake, writer, Path(folder) / "ledger.sqlite")
        repository.save(snapshot)
        pruned = prune(repository, keep_days, context.clock()) if keep_days else PrunedBackups()
    saved = site_keys.save_keys(settings, lake, keys) if keys else []
    problems = repository.check_all(sorted({file.sha256 for file in snapshot.files})) if verify else []
    counts = {"files": len(snapshot.files), "new_files": writer.new_files, "new_bytes": writer.new_bytes}
    details = {"snapshot": snapshot.name, **counts, "keys": saved, "problems": len(problems)}
    details |= {"removed": list(pruned.snapshots)} if pruned.snapshots else {}
    ledger.audit.record("backup", address, details)
    return BackupResult(
        snapshot=snapshot,
        new_files=writer.new_files,
        new_bytes=writer.new_bytes,
        keys=tuple(saved),
        has_key=bool(snapshot.keys),
        problems=tuple(problems),
        pruned=pruned,
    )


def _snapshot(context: RunContext, lake: DeltaLake, writer: BackupWriter, file: Path) -> Snapshot:
    """Write all files of the site, and return the snapshot; the ledger is copied to ``file``."""
    files, moment = _outputs_and_ledger(context, writer, file)
    tables, lost, lake_files = _lake(context, lake, writer)
    roles, own = site_files(context.settings)
    key = site_keys.pseudonym_key(lake)
    copy = f"sqlite:///{file}"
    return Snapshot(
        name=f"{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S.%fZ}",
        created_at=moment.isoformat(),
        code_version=ntanalytics.__version__,
        host=socket.gethostname(),
        outputs=str(context.outputs),
        ledger_rows=plan_upgrade(copy).rows,
        ledger_entries=Ledger(copy).chain.verify()[0],
        tables=tables,
        lost=lost,
        site_files=roles,
        keys={site_keys.PSEUDONYMS: hashlib.sha256(key).hexdigest()} if key else {},
        files=(*files, *lake_files, *writer.add(own)),
    )


def _require_apart(context: RunContext, address: str, keys: Path | None) -> None:
    """Refuse a backup inside of what it backs up, and keys inside of the backup."""
    if address.startswith("s3://"):
        return
    target = Path(address).resolve()
    for folder in (context.outputs, context.settings.lake.resolve()):
        if target.is_relative_to(folder):
            raise BackupError(
                tr("the backup would be inside of {folder}", folder=folder),
                where=address,
                todo=tr("name another folder"),
            )
    if keys is not None and keys.resolve().is_relative_to(target):
        raise BackupError(
            tr("the keys would be inside of the backup"), where=str(keys), todo=tr("name a folder elsewhere")
        )


@contextmanager
def _no_maintenance(context: RunContext) -> Iterator[None]:
    """Keep maintenance from removing files of the lake meanwhile."""
    with context.ledger.lease(lease_name(context.settings)) as lease:
        if lease is None:
            raise LakeError(tr("the lake is being maintained"), where=str(context.settings.lake), todo=tr("let it end"))
        yield


def _outputs_and_ledger(
    context: RunContext, writer: BackupWriter, copy: Path
) -> tuple[list[BackedUpFile], dt.datetime]:
    """Write the outputs and the ledger, both with the same publications; return them and the ledger's moment."""
    ledger = context.ledger
    for _ in range(_PASSES):
        before = ledger.publications.last()
        files = writer.add(output_files(context.outputs))
        copy.unlink(missing_ok=True)
        moment = context.clock()
        copy_ledger(context.settings.ledger, copy)
        frozen = Ledger(f"sqlite:///{copy}")
        if frozen.publications.last() == before and not _is_publishing(frozen, context.outputs):
            return [*files, *writer.add([SourceFile("ledger/ledger.sqlite", copy)])], moment
    raise BackupError(
        tr("reports are published all the time"), where=str(context.outputs), todo=tr("run the command again later")
    )


def _is_publishing(ledger: Ledger, outputs: Path) -> bool:
    """Return True if a report is in the outputs whose publication the ledger does not know yet."""
    for run in ledger.runs.running():
        manifest = read_manifest(outputs / run.report / folder_name(run.period, run.parameters))
        if manifest is not None and manifest.get("run_id") == run.id:
            return True
    return False


def _lake(
    context: RunContext, lake: DeltaLake, writer: BackupWriter
) -> tuple[dict[str, tuple[int, int | None]], dict[str, list[int]], list[BackedUpFile]]:
    """Write the tables of the lake; return their versions and rows, what reports miss already, and their files."""
    needed = retained_versions(context.outputs)
    if needed.unreadable:
        listed = ", ".join(str(path) for path in needed.unreadable[:5])
        raise LakeError(
            tr("cannot be read, and may name versions of the lake"), where=listed, todo=tr("restore or remove it")
        )
    tables: dict[str, tuple[int, int | None]] = {}
    lost: dict[str, list[int]] = {}
    files: list[BackedUpFile] = []
    for name in lake.tables():
        context.progress(name, len(files))
        table = table_files(lake, name, needed.versions.get(name, frozenset()))
        files += writer.add_table(lake.location(name), [*table.data, *table.log])
        tables[name] = (table.version, table.rows)
        if table.lost:
            lost[name] = list(table.lost)
    return tables, lost, files
