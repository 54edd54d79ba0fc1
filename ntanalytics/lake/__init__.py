"""The lake: Delta tables, a partition a day, read through Ibis. Nothing else knows its paths and engines."""

from __future__ import annotations

from ntanalytics.lake.backends.duckdb import DuckReader
from ntanalytics.lake.backends.reader import Reader
from ntanalytics.lake.delta import DeltaLake
from ntanalytics.lake.engines import open_reader

__all__ = ["DeltaLake", "DuckReader", "Reader", "open_reader"]
