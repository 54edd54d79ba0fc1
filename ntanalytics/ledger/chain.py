"""Chain over the ledger's entries: each holds the SHA-256 of the one before, so that no change stays unseen.

An entry covers a row of the audit trail, of its prunings or of the publications. Whoever changes, removes or inserts a
row has to change its entry and every later one; and an anchor, the digest of a later entry, stands outside of the
ledger, in each manifest and on the weekly report.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from ntanalytics.language import tr
from ntanalytics.ledger.access import reading, to_stored, utc_now, writing
from ntanalytics.ledger.audit_tables import events, prunings, publications
from ntanalytics.ledger.chain_tables import chain, chain_head

#: Table → columns that its entries cover; a column that a later version adds is not one of them.
_COLUMNS: Mapping[sa.Table, tuple[str, ...]] = MappingProxyType(
    {
        events: ("id", "at", "kind", "subject", "details", "account", "sudo_user", "host", "process"),
        prunings: ("id", "before", "at"),
        publications: ("id", "run_id", "at", "manifest_sha256", "chain_sha256"),
    }
)


@dataclass(frozen=True)
class Anchor:
    """Place in the chain, written down outside of the ledger.

    Attributes:
        entry: number of the entry.
        sha256: its digest, which covers all entries up to it.
    """

    entry: int
    sha256: str


def append(connection: sa.Connection, table: sa.Table, row_id: int) -> None:
    """Append the entry of a row that this transaction has inserted.

    Writers wait for each other at the row of ``chain_head``: the chain cannot fork.
    """
    connection.execute(chain_head.update().values(seq=chain_head.c.seq + 1))
    head = connection.execute(sa.select(chain_head)).one()
    # The row is read back: a database may keep a time, a text or JSON in another form than it was given.
    row = connection.execute(sa.select(table).where(table.c.id == row_id)).mappings().one()
    digest = _row_digest(table, row)
    link = _link(head.sha256, head.seq, table.name, row_id, digest)
    values = {"seq": head.seq, "at": utc_now(), "table_name": table.name, "row_id": row_id, "row_at": row["at"]}
    connection.execute(chain.insert().values(**values, row_sha256=digest, sha256=link))
    connection.execute(chain_head.update().values(sha256=link))


def adopt(connection: sa.Connection) -> int:
    """Append the entries of all rows that were written before the ledger had a chain; return their number."""
    if connection.execute(sa.select(chain.c.seq).limit(1)).first() is not None:
        return 0
    older = [
        (row.at, table.name, row.id, table)
        for table in _COLUMNS
        for row in connection.execute(sa.select(table.c.id, table.c.at))
    ]
    for _at, _name, row_id, table in sorted(older, key=lambda item: item[:3]):
        append(connection, table, row_id)
    return len(older)


class Chain:
    """Chain of the ledger; see :class:`ntanalytics.ledger.Ledger`."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def anchor(self, moment: dt.datetime | None = None) -> Anchor | None:
        """Return the last entry, or the last one before the second of a moment (aware); None for an empty chain."""
        query = sa.select(chain.c.seq, chain.c.sha256).order_by(chain.c.seq.desc()).limit(1)
        if moment is not None:  # MariaDB keeps whole seconds
            query = query.where(chain.c.at < to_stored(moment.replace(microsecond=0)))
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        return Anchor(row.seq, row.sha256) if row else None

    def differs_from(self, anchor: Anchor) -> str:
        """Return a sentence if the entry of an anchor has another digest, or is gone; else an empty text."""
        with reading(self._engine) as connection:
            digest = connection.scalar(sa.select(chain.c.sha256).where(chain.c.seq == anchor.entry))
        if digest == anchor.sha256:
            return ""
        state = tr("is gone") if digest is None else tr("has another digest")
        return tr(
            "entry {entry} of the chain {state}: the ledger was changed after this anchor was written",
            entry=anchor.entry,
            state=state,
        )

    def verify(self) -> tuple[int, list[str]]:
        """Compare every entry with the one before and with its row.

        Returns:
            The number of entries, and a sentence on each changed, removed or inserted row or entry.

        Raises:
            LakeError: the ledger cannot be read.
        """
        # the chain stands still while it is read: a writer waits at the head
        with writing(self._engine) as connection:
            connection.execute(chain_head.update().values(seq=chain_head.c.seq))
            entries = list(connection.execute(sa.select(chain).order_by(chain.c.seq)))
            head = connection.execute(sa.select(chain_head)).first()
            problems = [*_broken_links(entries, head), *_changed_rows(connection, entries)]
        return len(entries), problems


def _broken_links(entries: list[sa.Row[Any]], head: sa.Row[Any] | None) -> Iterator[str]:
    before, number = "", 0
    for entry in entries:
        if entry.seq > number + 1:
            missing = f"{number + 1}" if entry.seq == number + 2 else f"{number + 1} to {entry.seq - 1}"
            yield tr("entry {missing} of the chain was removed", missing=missing)
        elif entry.sha256 != _link(before, entry.seq, entry.table_name, entry.row_id, entry.row_sha256):
            yield tr(
                "entry {seq} of the chain, of {table_name} {row_id}, was changed",
                seq=entry.seq,
                table_name=entry.table_name,
                row_id=entry.row_id,
            )
        before, number = entry.sha256, entry.seq
    if head is None:
        yield tr("the head of the chain was removed")
    elif head.seq > number:
        yield tr(
            "the last {seq} entries of the chain were removed, from {number} on",
            seq=head.seq - number,
            number=number + 1,
        )
    elif (head.seq, head.sha256) != (number, before):
        yield tr(
            "the head of the chain was changed: it is at entry {seq}, and the last one is {number}",
            seq=head.seq,
            number=number,
        )


def _changed_rows(connection: sa.Connection, entries: list[sa.Row[Any]]) -> Iterator[str]:
    """Yield the rows that differ from their entry, are gone without a pruning, or have no entry."""
    pruned = connection.scalar(sa.select(sa.func.max(prunings.c.before)))
    for table in _COLUMNS:
        known = {entry.row_id: entry for entry in entries if entry.table_name == table.name}
        for row in connection.execute(sa.select(table).order_by(table.c.id)).mappings():
            entry = known.pop(row["id"], None)
            if entry is None:
                yield tr("{table} {row} was inserted: the chain has no entry of it", table=table.name, row=row["id"])
            elif entry.row_sha256 != _row_digest(table, row):
                yield tr(
                    "{table} {row} was changed; its entry is {seq}", table=table.name, row=row["id"], seq=entry.seq
                )
        for entry in known.values():
            if table is not events or pruned is None or entry.row_at >= pruned:
                yield tr(
                    "{table} {row_id} was removed; its entry is {seq}",
                    table=table.name,
                    row_id=entry.row_id,
                    seq=entry.seq,
                )


def _row_digest(table: sa.Table, row: sa.RowMapping) -> str:
    values = [row[name] for name in _COLUMNS[table]]
    return _sha256([value.isoformat() if isinstance(value, dt.datetime) else value for value in values])


def _link(before: str, seq: int, table: str, row_id: int, row_sha256: str) -> str:
    return _sha256([before, seq, table, row_id, row_sha256])


def _sha256(values: list[Any]) -> str:
    text = json.dumps(values, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
