"""Backends of the lake: DuckDB, Spark and object stores."""
