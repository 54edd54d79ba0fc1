"""The lake: Delta tables, a partition a day, read through Ibis. Nothing else knows its paths."""

from __future__ import annotations

from ntanalytics.lake.delta import DeltaLake
from ntanalytics.lake.duck import DuckReader

__all__ = ["DeltaLake", "DuckReader"]
