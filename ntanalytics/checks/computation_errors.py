"""Errors of a computation: one check or section of a report fails, is told as unknown, and the others come out.

An error of the lake, the memory or the settings is none of them: it ends the report, and the run says what to do.
"""

from __future__ import annotations

import traceback
from pathlib import Path

import duckdb
from ibis.common.exceptions import IbisError

#: Errors that a value of the data, or a mistake in a check, causes.
COMPUTATION_ERRORS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
    IbisError,
    duckdb.DataError,
    duckdb.ProgrammingError,
)


def error_place(error: BaseException) -> str:
    """Return the kind and the place of an error in the package, without any value: ``KeyError, falls.py:31``."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "ntanalytics" in frame.filename]
    place = f", {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"
