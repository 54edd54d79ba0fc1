"""Files of a table for a backup: those of its newest version, and of the versions that reports name."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from deltalake.exceptions import DeltaError

from ntanalytics.errors import LakeError
from ntanalytics.lake.delta import DeltaLake
from ntanalytics.lake.table_location import StoredFile
from ntanalytics.lake.versions import checkpoints, commits, retained_files
from ntanalytics.language import tr


@dataclass(frozen=True)
class TableFiles:
    """Files of a table at one version.

    Attributes:
        version: the version.
        rows: its number of rows by the log; None if the log has none.
        data: its data files, and those of the wanted versions.
        log: commits and checkpoints up to the version, ascending.
        lost: wanted versions that cannot be read any more.
    """

    version: int
    rows: int | None
    data: Sequence[StoredFile]
    log: Sequence[StoredFile]
    lost: Sequence[int]


def table_files(lake: DeltaLake, name: str, wanted: Collection[int]) -> TableFiles:
    """Return the files of a table; others may write to it meanwhile, but no maintenance may remove files.

    Args:
        lake: the lake.
        name: name of the table.
        wanted: versions that reports name.

    Raises:
        LakeError: the table cannot be read.
    """
    location, version = lake.location(name), lake.version(name)
    if version is None:
        raise LakeError(tr("there is no such table"), where=str(location))
    try:
        stored = location.list_files()
        by_version = {number: [file] for number, file in commits(stored).items() if number <= version}
        for number, files in checkpoints(stored).items():
            if number <= version:
                by_version.setdefault(number, []).extend(files)
        log = [file for number in sorted(by_version) for file in by_version[number]]
        names = {file.name for file in log}
        # a commit or a file of a later version, which is being written, does not belong to this one
        earlier = [file for file in stored if file.name in names or file.name.endswith(".parquet")]
        retained = retained_files(location, earlier, {*wanted, version})
    except (DeltaError, OSError, ValueError) as error:
        raise LakeError(tr("cannot read its log: {error}", error=error), where=str(location)) from error
    data = [file for file in stored if file.name in retained.files]
    if missing := retained.files - {file.name for file in data}:
        raise LakeError(
            tr("{count} file(s) are gone, such as {missing}", count=len(missing), missing=min(missing)),
            where=str(location),
        )
    return TableFiles(version, lake.rows(name, version), data, log, sorted(retained.lost))
