"""Lake of Delta tables, partitioned by day and read through Ibis. Its paths and engines are hidden here.

The readers are in ``lake.engines`` and ``lake.backends``: extraction writes alone, and does without what they import.
The lake itself is imported at its first use: a report that is up to date needs the names of some files alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ntanalytics.lake.delta import DeltaLake

__all__ = ["DeltaLake"]


def __getattr__(name: str) -> object:
    """Return the lake, which is imported now."""
    if name != "DeltaLake":
        raise AttributeError(name)
    from ntanalytics.lake.delta import DeltaLake

    return DeltaLake
