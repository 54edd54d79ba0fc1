"""Names of the files of a table's log, read without the libraries of the lake: these take longer to import."""

from __future__ import annotations

import re
from pathlib import Path

#: Folder of the log, below that of the table.
LOG = "_delta_log"

#: Files of a version: its commit, and a checkpoint; both are named below the folder of the table.
COMMIT = re.compile(LOG + r"/(\d{20})\.json")
CHECKPOINT = re.compile(LOG + r"/(\d{20})\.checkpoint(\.\d+\.\d+)?\.parquet")


def newest_version(table: Path) -> int | None:
    """Return the newest version of a table of this host, as Delta does; None if it does not exist."""
    try:
        names = [f"{LOG}/{path.name}" for path in (table / LOG).iterdir()]
    except FileNotFoundError:
        return None
    matches = (COMMIT.fullmatch(name) or CHECKPOINT.fullmatch(name) for name in names)
    return max((int(match[1]) for match in matches if match), default=None)
