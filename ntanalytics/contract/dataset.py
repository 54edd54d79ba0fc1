"""What a dataset is: its kind, its columns, its key and its time.

A dataset is declared once, in Python, and everything else is generated from it: the Arrow schema,
the check of a mapping, the documents, and the words that a report shows (``label``, ``unit``,
``values``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

import pyarrow as pa

#: Written by the loader, not by a mapping: which source a row came from, and its local day.
STAMPED = ("source", "day")

#: A mapping may select these beside the contract's columns; they steer loading and are not kept.
#: ``rejected_because``: not null sets the row aside with that reason.
#: ``rejected_at``: where such a row stands in the source (a file and line), kept with it.
#: ``source_rows``: how many rows or lines of the source this row stands for.
STEERING = ("rejected_because", "rejected_at", "source_rows")


class Kind(StrEnum):
    """How a dataset's rows live (docs/architecture.md, "The contract")."""

    EVENT = "event"  #: immutable once settled; ``settles_after`` trailing days are taken again
    STATE = "state"  #: a full snapshot, one partition a day
    CASE = "case"  #: a record that lives and changes; merged by key on its change time


class Type(StrEnum):
    """The type of a column, whatever the source's driver delivers."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    TIMESTAMP = "timestamp"  #: UTC, microseconds
    DATE = "date"  #: a local calendar day

    @property
    def arrow(self) -> pa.DataType:
        """The Arrow type in which the lake keeps it."""
        return _ARROW[self]


_ARROW: dict[Type, pa.DataType] = {
    Type.TEXT: pa.string(),
    Type.INTEGER: pa.int64(),
    Type.NUMBER: pa.float64(),
    Type.BOOLEAN: pa.bool_(),
    Type.TIMESTAMP: pa.timestamp("us", tz="UTC"),
    Type.DATE: pa.date32(),
}


class Privacy(StrEnum):
    """What a column may tell about a person (docs/domain.md, Privacy and safety)."""

    OPEN = "open"  #: tells nothing about a person
    PSEUDONYM = "pseudonym"  #: a keyed hash or an account number; never shown in a report
    ROSTER = "roster"  #: a name of the contractor's own staff, shown in the desk's reports only


@dataclass(frozen=True)
class Column:
    """One column of a dataset.

    Args:
        name: snake_case; units in the name (``latency_s``), times end in ``_at``, days in ``_on``.
        type: the column's type.
        label: the Chinese words that head it in a report.
        meaning: one English sentence that defines it.
        unit: the unit shown with the label (``条``, ``s``), if any.
        values: for an enumeration, code → Chinese word; other values are set aside.
        nullable: whether a row may lack it.
        minimum: the smallest value that is believable; smaller ones are set aside.
        maximum: the largest value that is believable.
        privacy: what it may tell about a person.
        is_hashed: the value that a mapping delivers (an address, a number) is replaced by the loader with a hash under
            the site's key before anything is stored; equal values stay equal, and nothing else can be told.
        elapsed: for a derived duration in seconds, the names of the start and end timestamps.
            The loader computes it; a mapping does not select it.
    """

    name: str
    type: Type
    label: str
    meaning: str
    unit: str = ""
    values: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    nullable: bool = False
    minimum: float | None = None
    maximum: float | None = None
    privacy: Privacy = Privacy.OPEN
    is_hashed: bool = False
    elapsed: tuple[str, str] | None = None


@dataclass(frozen=True)
class Dataset:
    """A canonical dataset.

    Args:
        name: ``<subsystem>.<noun>``; the path of everything about it.
        label: Chinese name.
        kind: event, state or case.
        meaning: one English sentence: what one row is.
        columns: what a mapping selects, in this order, without ``source`` and ``day``.
        key: columns that, with ``source``, identify a row.
        time: the column whose local day is the row's partition (a case's is its opening); a state has none: its day is
            the day on which the snapshot was taken.
        changed: for a case, the column that says when the record last changed.
        settles_after: how many trailing days are taken again at each extraction.
        counts: the column that counts, where several words of a product can be one of ours: rows of one key are added
            up, and none is set aside.
    """

    name: str
    label: str
    kind: Kind
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    time: str = ""
    changed: str = ""
    settles_after: int = 0
    counts: str = ""

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        for name in (*self.key, self.time, self.changed, self.counts):
            if name and name not in names:
                raise ValueError(f"{self.name}: {name!r} is not one of its columns")
        if (self.kind is Kind.CASE) != bool(self.changed):
            raise ValueError(f"{self.name}: a case, and only a case, names its change time")
        if (self.kind is Kind.STATE) == bool(self.time):
            raise ValueError(f"{self.name}: a state, and only a state, has no time")

    @property
    def subsystem(self) -> str:
        """The subsystem's id: ``sms`` of ``sms.messages``."""
        return self.name.partition(".")[0]

    @property
    def mapped(self) -> tuple[Column, ...]:
        """The columns that a mapping selects: all but the derived ones."""
        return tuple(column for column in self.columns if column.elapsed is None)

    @property
    def window(self) -> str:
        """The column that bounds an extraction's window: a case's change time, else its time; empty for a state."""
        return self.changed or self.time

    def column(self, name: str) -> Column:
        """The column of that name; KeyError when there is none."""
        return next(column for column in self.columns if column.name == name)

    def schema(self) -> pa.Schema:
        """The Arrow schema of the dataset in the lake: its columns, then ``source`` and ``day``."""
        fields = [pa.field(column.name, column.type.arrow, column.nullable) for column in self.columns]
        return pa.schema([*fields, pa.field("source", pa.string(), False), pa.field("day", pa.date32(), False)])
