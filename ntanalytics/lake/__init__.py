"""The lake: Delta tables, a partition a day, read through Ibis. Nothing else knows its paths and engines."""

from __future__ import annotations

from ntanalytics.lake.delta import DeltaLake
from ntanalytics.lake.duck import DuckReader
from ntanalytics.lake.engines import open_reader
from ntanalytics.lake.reader import Reader

__all__ = ["DeltaLake", "DuckReader", "Reader", "open_reader"]
