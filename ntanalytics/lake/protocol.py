"""Protocol of a Delta table: one that is newer than this program reads is refused, and never read in part.

The file list of a version is the table only without deletion vectors and column mapping, which a foreign writer may
have switched on: rows that it deleted would be counted.
"""

from __future__ import annotations

from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from ntanalytics.errors import LakeError
from ntanalytics.language import tr

#: Features of readers that change nothing for whoever reads the files of a version.
_HARMLESS = {"timestampNtz", "vacuumProtocolCheck"}

_TODO = (
    "another program changed the table. Use a version of ntanalytics that reads it, or let that program undo the "
    "feature and rewrite the table; `ntanalytics restore` brings back the table of a backup"
)


def open_table(uri: str, version: int | None, options: dict[str, str] | None) -> DeltaTable:
    """Return a version of a table.

    Raises:
        DeltaError, OSError: it cannot be read.
        LakeError: it is of a newer protocol than this program reads.
    """
    try:
        table = DeltaTable(uri, version=version, storage_options=options)
    except DeltaError as error:
        if "Unsupported" in str(error):
            raise LakeError(
                tr("the table is of a newer protocol: {error}", error=error), where=uri, todo=tr(_TODO)
            ) from error
        raise
    require_readable(table)
    return table


def require_readable(table: DeltaTable) -> None:
    """Refuse a table with a feature that this program does not read.

    Raises:
        LakeError: it has one.
    """
    protocol = table.protocol()
    if protocol.min_reader_version <= 1:
        return
    features = set(protocol.reader_features or ())
    if protocol.min_reader_version < 3 or features - _HARMLESS:
        listed = ", ".join(sorted(features - _HARMLESS)) or "column mapping"
        raise LakeError(
            tr(
                "the table needs a reader of Delta's version {min_reader_version} with {listed}",
                min_reader_version=protocol.min_reader_version,
                listed=listed,
            ),
            where=table.table_uri,
            todo=tr(_TODO),
        )
