"""Tests of the package, and what each of their processes does first."""

from __future__ import annotations

import sqlite3
from contextlib import suppress

import sqlalchemy as sa

from ntanalytics.kernels.unused_imports import skip_unused_imports

# before anything imports nbformat
skip_unused_imports()


@sa.event.listens_for(sa.Engine, "connect")
def _leave_to_the_system(connection: object, _record: object) -> None:
    """Have SQLite wait for no disk: no test cuts the power, and each commit would take longer than all else of it."""
    if isinstance(connection, sqlite3.Connection):
        with suppress(sqlite3.Error):  # of a file that is no database, or one that is held: the test's own matter
            connection.execute("PRAGMA synchronous = OFF")
