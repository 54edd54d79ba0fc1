"""Reaching the ledger's database: what it says when it fails is an error of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from ntanalytics.errors import LakeError


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A connection to read by.

    Raises:
        LakeError: the ledger cannot be reached, or another process holds it too long.
    """
    with _explained(engine), engine.connect() as connection:
        yield connection


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction to write in: all of it, or nothing when it raises.

    Raises:
        LakeError: the ledger cannot be written, or another process holds it too long.
    """
    with _explained(engine), engine.begin() as connection:
        yield connection


@contextmanager
def _explained(engine: sa.Engine) -> Iterator[None]:
    try:
        yield
    except sa.exc.SQLAlchemyError as error:
        said = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
        raise LakeError(
            f"the ledger failed: {said}",
            where=engine.url.render_as_string(hide_password=True),
            todo="does another process hold it, is its disk full, may this user write it? see `ledger:` in "
            "ntanalytics.yml",
        ) from error
