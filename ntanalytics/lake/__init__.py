"""Lake of Delta tables, partitioned by day and read through Ibis. Its paths and engines are hidden here.

The readers are in ``lake.engines`` and ``lake.backends``: extraction writes alone, and does without what they import.
"""

from __future__ import annotations

from ntanalytics.lake.delta import DeltaLake

__all__ = ["DeltaLake"]
