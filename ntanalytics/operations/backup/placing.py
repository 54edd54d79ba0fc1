"""Places of the files of a backup on another host. What is there and the same stays; anything else is refused."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from ntanalytics.errors import BackupError
from ntanalytics.lake import DeltaLake
from ntanalytics.lake.log_files import LOG
from ntanalytics.lake.table_location import TableLocation
from ntanalytics.language import tr
from ntanalytics.operations.backup.repository import Repository
from ntanalytics.operations.backup.site_files import PLACES, QUERIES, output_files
from ntanalytics.operations.backup.snapshot import BackedUpFile, Snapshot
from ntanalytics.settings import Settings

_PARALLEL = 8


def place_site_files(repository: Repository, snapshot: Snapshot, settings: Settings) -> list[str]:
    """Write the jobs, the calendar, the unit names and the mappings; return the files that were there and stay.

    Raises:
        BackupError: a content is damaged or missing.
        OSError: a file cannot be written.
    """
    targets = {
        PLACES["jobs"]: settings.jobs,
        PLACES["calendar"]: settings.calendar_file,
        PLACES["unit_aliases"]: settings.site.unit_aliases,
    }
    kept = []
    for path, file in snapshot.of_area("site").items():
        target = targets.get(path)
        if path.startswith(f"{QUERIES}/") and settings.queries:
            target = _below(settings.queries, path.removeprefix(f"{QUERIES}/"))
        if target is None:  # the settings, or what the settings of this host do not name
            continue
        if not target.exists():
            repository.fetch(file.sha256, target)
        elif _digest(target) != file.sha256:
            kept.append(str(target))
    return kept


def place_outputs(repository: Repository, snapshot: Snapshot, outputs: Path) -> None:
    """Write the reports.

    Raises:
        BackupError: other files are there; a content is damaged or missing.
        OSError: a file cannot be written.
    """
    wanted = snapshot.of_area("outputs")
    foreign = [
        present.file
        for present in output_files(outputs)
        if (file := wanted.get(present.path.removeprefix("outputs/"))) is None or _digest(present.file) != file.sha256
    ]
    if foreign:
        raise BackupError(
            tr(
                "{count} file(s) are there that are not of the backup, such as {name}: nothing was changed",
                count=len(foreign),
                name=foreign[0].name,
            ),
            where=str(foreign[0].parent),
            todo=tr("restore into a new folder"),
        )
    _fetch_all(repository, {_below(outputs, path): file for path, file in wanted.items()})


def place_lake(repository: Repository, snapshot: Snapshot, lake: DeltaLake) -> None:
    """Write the tables of the lake, each with its data before its log.

    A table that is there must be that of the backup, or a later state of it, such as in an object store that outlived
    its host.

    Raises:
        BackupError: another table is there; a content is damaged or missing.
        LakeError: the store cannot be reached.
        OSError: a file cannot be written.
    """
    by_table: dict[str, dict[str, BackedUpFile]] = {}
    for path, file in snapshot.of_area("lake").items():
        table, _, name = path.partition("/")
        by_table.setdefault(table, {})[name] = file
    for table, files in by_table.items():
        location = lake.location(table)
        present = {file.name: file.size for file in location.list_files()}
        log = {name: file for name, file in files.items() if name.startswith(f"{LOG}/")}
        _require_same_table(location, log, present)
        missing = {name: file for name, file in files.items() if present.get(name) != file.size}
        _write(repository, location, {name: file for name, file in missing.items() if name not in log})
        for name in sorted(log.keys() & missing.keys()):
            _write(repository, location, {name: missing[name]})


def prove_lake(snapshot: Snapshot, lake: DeltaLake) -> None:
    """Open each table at the version of the backup, and compare the number of its rows.

    Raises:
        BackupError: a table has another number of rows.
        LakeError: a table cannot be read.
    """
    for table, (version, rows) in snapshot.tables.items():
        present = lake.rows(table, version)
        if present != rows:
            raise BackupError(
                tr("{table} has {present} rows, and {rows} in the backup", table=table, present=present, rows=rows),
                where=lake.address,
            )


def _require_same_table(location: TableLocation, log: Mapping[str, BackedUpFile], present: Mapping[str, int]) -> None:
    for name in sorted(log.keys() & present.keys()):
        if name.endswith(".json") and hashlib.sha256(location.read(name).encode()).hexdigest() != log[name].sha256:
            raise BackupError(
                tr("another table is there: nothing of it was changed"),
                where=str(location),
                todo=tr("empty the lake's folder"),
            )


def _write(repository: Repository, location: TableLocation, files: Mapping[str, BackedUpFile]) -> None:
    if not location.bucket:
        _fetch_all(repository, {_below(location.folder, name): file for name, file in files.items()})
        return
    bucket = location.bucket

    def upload(item: tuple[str, BackedUpFile]) -> None:
        with TemporaryDirectory(prefix="ntanalytics-restore-") as folder:
            local = Path(folder) / "file"
            repository.fetch(item[1].sha256, local)
            bucket.put(local, f"{location.folder.name}/{item[0]}")

    with ThreadPoolExecutor(_PARALLEL, "restore") as pool:
        list(pool.map(upload, files.items()))


def _fetch_all(repository: Repository, files: Mapping[Path, BackedUpFile]) -> None:
    """Write files that are not there yet; one that is there is the same."""
    missing: Iterable[Path] = [target for target in files if not target.exists()]
    with ThreadPoolExecutor(_PARALLEL, "restore") as pool:
        list(pool.map(lambda target: repository.fetch(files[target].sha256, target), missing))


def _below(folder: Path, name: str) -> Path:
    """Return a path below a folder; a snapshot is a file that others may have changed.

    Raises:
        BackupError: the name leads elsewhere.
    """
    target = folder / name
    if ".." in Path(name).parts or Path(name).is_absolute():
        raise BackupError(
            tr("{name!r} leads out of the folder", name=name), where=str(folder), todo=tr("the snapshot was changed")
        )
    return target


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
