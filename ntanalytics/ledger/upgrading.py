"""Upgrade of the ledger's tables to the present revision by Alembic, proven by the number of rows of each table.

On SQLite and PostgreSQL all of it is one transaction. MariaDB commits each change of a table by itself: there each step
looks first for what is done already, so that an upgrade that was broken off is typed again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from ntanalytics.errors import LakeError
from ntanalytics.language import tr
from ntanalytics.ledger.access import reading, unpooled_engine, writing
from ntanalytics.ledger.schema_version import PRESENT, UNVERSIONED, SchemaAge, lock, revision, schema_age
from ntanalytics.ledger.tables import metadata

if TYPE_CHECKING:
    from alembic.config import Config

#: Former name of a table → its present name: rows of both are counted together.
_RENAMED: Mapping[str, str] = {"findings": "inspection_findings"}

#: Tables to which a step adds rows.
_GROWING = {"chain", "chain_head"}


@dataclass(frozen=True)
class LedgerUpgrade:
    """Way from the revision of a ledger to the present one.

    Attributes:
        before: its revision; ``0.1.0`` for a ledger before the revisions, empty for a new one.
        after: the present revision.
        steps: descriptions of the steps, in order; empty if there is nothing to do.
        rows: table → its number of rows.
    """

    before: str
    after: str
    steps: tuple[str, ...]
    rows: Mapping[str, int]


def plan_upgrade(url: str) -> LedgerUpgrade:
    """Return what an upgrade of a ledger would do; nothing is changed.

    Raises:
        LakeError: the ledger cannot be read, or is newer than this program.
    """
    with reading(unpooled_engine(url)) as connection:
        return _plan(connection)


def upgrade_ledger(url: str) -> tuple[LedgerUpgrade, Mapping[str, int]]:
    """Upgrade a ledger; one of the present revision stays as it is.

    Returns:
        What was done, and the number of rows of each table afterwards.

    Raises:
        LakeError: the ledger cannot be written, is newer than this program, or a table has another number of rows or
            lacks a column afterwards; on SQLite and PostgreSQL it is as before then.
    """
    from alembic import command

    with writing(unpooled_engine(url)) as connection:
        lock(connection)
        plan = _plan(connection)
        if not plan.steps:
            return plan, plan.rows
        command.upgrade(_config(connection), "head")
        rows = _rows(connection)
        _require_same_rows(plan.rows, rows)
        _require_columns(connection)
        return plan, rows


def _plan(connection: sa.Connection) -> LedgerUpgrade:
    from alembic.script import ScriptDirectory

    before, age = revision(connection), schema_age(connection)
    if age is SchemaAge.NEWER:
        raise LakeError(
            tr(
                "the ledger is of revision {before}, newer than this program, which has {present}: nothing was changed",
                before=before,
                present=PRESENT,
            ),
            todo=tr("use the version of ntanalytics that wrote it, or a newer one"),
        )
    steps: tuple[str, ...] = ()
    if age is SchemaAge.OLDER:
        script = ScriptDirectory.from_config(_config(connection))
        known = {step.revision for step in script.walk_revisions()}
        steps = tuple(
            f"{step.revision}: {step.doc}"
            for step in reversed(list(script.iterate_revisions("head", before if before in known else "base")))
        )
    return LedgerUpgrade(before, PRESENT, steps, _rows(connection))


def _rows(connection: sa.Connection) -> dict[str, int]:
    """Return the number of rows of each table of the ledger, by its present name."""
    names = set(sa.inspect(connection).get_table_names())
    counts: dict[str, int] = {}
    for name in sorted(names & {*metadata.tables, *_RENAMED} - {"ledger_version"}):
        number = connection.scalar(sa.select(sa.func.count()).select_from(sa.table(name))) or 0
        present = _RENAMED.get(name, name)
        # after an upgrade that was broken off on MariaDB, the rows may stand in both
        counts[present] = max(counts.get(present, 0), number)
    return counts


def _require_same_rows(before: Mapping[str, int], after: Mapping[str, int]) -> None:
    wrong = [
        tr("{name} had {rows} and has {after}", name=name, rows=rows, after=after.get(name, 0))
        for name, rows in before.items()
        if name not in _GROWING and after.get(name, 0) != rows
    ]
    if wrong:
        raise LakeError(
            tr("the upgrade of the ledger lost rows: {wrong}", wrong="; ".join(wrong)),
            todo=tr("report this, with the backup"),
        )


def _require_columns(connection: sa.Connection) -> None:
    inspector = sa.inspect(connection)
    for table in metadata.sorted_tables:
        names = {column["name"] for column in inspector.get_columns(table.name)}
        if missing := [column.name for column in table.columns if column.name not in names]:
            raise LakeError(
                tr(
                    "the ledger is older than {unversioned}: {table} has no {missing}",
                    unversioned=UNVERSIONED,
                    table=table.name,
                    missing=", ".join(missing),
                ),
                todo=tr("report this, with the ledger"),
            )


def _config(connection: sa.Connection) -> Config:
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
