"""Names of the files of a table's log, read without the libraries of the lake: these take longer to import."""

from __future__ import annotations

import re
from pathlib import Path

#: A commit, or a checkpoint of a version (the Delta protocol, Delta Log Entries and Checkpoints).
_OF_VERSION = re.compile(r"(\d{20})\.(json|checkpoint\..*parquet|checkpoint\.parquet)")


def newest_version(table: Path) -> int | None:
    """Return the newest version of a table of this host, as Delta does; None if it does not exist."""
    try:
        names = [path.name for path in (table / "_delta_log").iterdir()]
    except FileNotFoundError:
        return None
    return max((int(match[1]) for name in names if (match := _OF_VERSION.fullmatch(name))), default=None)
