"""Snapshot: the list of all files of a backup, and the figures by which a restored site is proven."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from ntanalytics.errors import BackupError
from ntanalytics.language import tr

#: Version of the form of a snapshot; a program refuses a newer one.
FORMAT = 1


@dataclass(frozen=True)
class BackedUpFile:
    """File of a backup.

    Attributes:
        path: its area (``outputs``, ``lake``, ``site``, ``ledger``) and its path below it.
        size: size in bytes.
        modified: its last modification when it was read, in nanoseconds of the epoch.
        sha256: its digest, which names its content in the backup.
    """

    path: str
    size: int
    modified: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """State of a site at the moment of a backup.

    Attributes:
        name: its name, which begins with its moment (UTC).
        created_at: the moment of the copy of the ledger, in ISO format (UTC).
        code_version: version of the suite that made it.
        host: the machine.
        outputs: folder of the reports on that machine.
        ledger_rows: table of the ledger → its number of rows.
        ledger_entries: number of entries of the ledger's chain.
        tables: table of the lake → its version and its number of rows.
        lost: table of the lake → versions that reports name and that could not be read any more.
        site_files: role (``settings``, ``jobs``, ``calendar``, ``unit_aliases``) → path below the area ``site``.
        keys: key that is not in the backup → its digest: the key of the pseudonyms, and secrets in files.
        files: all files.
    """

    name: str
    created_at: str
    code_version: str
    host: str
    outputs: str
    ledger_rows: Mapping[str, int]
    ledger_entries: int
    tables: Mapping[str, tuple[int, int | None]]
    lost: Mapping[str, Sequence[int]] = field(default_factory=dict)
    site_files: Mapping[str, str]
    keys: Mapping[str, str]
    files: Sequence[BackedUpFile]

    @property
    def size_bytes(self) -> int:
        """Size of all files."""
        return sum(file.size for file in self.files)

    def of_area(self, area: str) -> dict[str, BackedUpFile]:
        """Return the files of an area by their path below it."""
        prefix = f"{area}/"
        return {file.path.removeprefix(prefix): file for file in self.files if file.path.startswith(prefix)}

    def to_json(self) -> str:
        """Return the snapshot as JSON text; a file is a list, since there may be many."""
        files = [[file.path, file.size, file.modified, file.sha256] for file in self.files]
        content = {"format": FORMAT, **asdict(self), "files": files}
        return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def parse_snapshot(text: bytes, where: str) -> Snapshot:
    """Return the snapshot of a JSON text.

    Raises:
        BackupError: the text is damaged, or of a newer form.
    """
    try:
        content = json.loads(text)
        number = content.pop("format")
        if number > FORMAT:
            raise BackupError(
                tr("the backup has form {number}, and this program knows form {format}", number=number, format=FORMAT),
                where=where,
                todo=tr("use the version of ntanalytics that made it, or a newer one"),
            )
        files = tuple(BackedUpFile(*row) for row in content.pop("files"))
        tables = {name: (version, rows) for name, (version, rows) in content.pop("tables").items()}
        return Snapshot(**content, files=files, tables=tables)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BackupError(
            tr("the snapshot is damaged: {error}", error=error), where=where, todo=tr("take an earlier one")
        ) from error
