"""Declaration of a dataset: kind, columns, key and time.

Everything else is generated from it: the Arrow schema, the check of a mapping, the documents, and the labels in reports
(``label``, ``unit``, ``values``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    import pyarrow as pa

#: Optional columns of a mapping that control loading and are not stored with the rows.
#: ``rejected_because``: if not null, the row is rejected with that reason.
#: ``withdrawn_because``: of a case, if not null, the case is no more (deleted, merged, refused): its former version
#: leaves the lake's current state.
#: ``rejected_at``: position of a rejected row in the source (file and line), stored with the rejects.
#: ``source_rows``: number of rows or lines of the source that the row stands for.
CONTROL_COLUMNS = ("rejected_because", "withdrawn_because", "rejected_at", "source_rows")


#: Span of an aggregated time: a row stands for all that happened within one.
Grain: TypeAlias = Literal["hour", "minute"]


class Kind(StrEnum):
    """Lifecycle of the rows of a dataset (docs/architecture.md, "The contract")."""

    EVENT = "event"  #: immutable once settled; the last ``settles_after`` days are extracted again
    STATE = "state"  #: a full snapshot, one partition per day
    CASE = "case"  #: a record that changes over time; merged by key


class Type(StrEnum):
    """Type of a column, independent of the source's driver."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    TIMESTAMP = "timestamp"  #: UTC, microseconds
    DATE = "date"  #: a local calendar day

    @property
    def arrow(self) -> pa.DataType:
        """Arrow type in the lake."""
        return _arrow_types()[self]


@cache
def _arrow_types() -> dict[Type, pa.DataType]:
    import pyarrow as pa  # most readers of the contract have no rows at hand, and it takes a tenth of a second

    return {
        Type.TEXT: pa.string(),
        Type.INTEGER: pa.int64(),
        Type.NUMBER: pa.float64(),
        Type.BOOLEAN: pa.bool_(),
        Type.TIMESTAMP: pa.timestamp("us", tz="UTC"),
        Type.DATE: pa.date32(),
    }


class Privacy(StrEnum):
    """Privacy class of a column (docs/domain.md, Privacy and safety)."""

    OPEN = "open"  #: no information about a person
    PSEUDONYM = "pseudonym"  #: a keyed hash or an account number; never shown in a report
    ROSTER = "roster"  #: a name of the contractor's staff, shown in the desk's reports only


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a dataset. The first four arguments may be positional.

    Args:
        name: snake_case with the unit (``latency_s``); times end in ``_at``, days in ``_on``.
        type: type of the column.
        label: Chinese header in a report.
        meaning: English definition.
        unit: unit shown with the label (``条``, ``s``), if any.
        values: for an enumeration, code → Chinese word. Another value becomes null if that may be, else ``other`` if
            there is one; else its row is rejected.
        nullable: whether the value may be null.
        minimum: smallest valid value; a row with a smaller one is rejected, a derived duration (``elapsed``) is null.
        maximum: largest valid value.
        maximum_of: for a maximum that holds for some rows alone, an enumeration of the dataset that stands before this
            column, and those of its codes for which it holds.
        privacy: privacy class.
        is_hashed: whether the loader replaces the value (an address, a number) by a keyed hash before storing, so that
            only equality is preserved.
        elapsed: for a derived duration in seconds, the names of the start and end timestamps. The loader computes it; a
            mapping does not select it.
        grain: for the time of an aggregated dataset, ``hour`` or ``minute``: a later moment within it is truncated if
            the dataset adds up its counts (``Dataset.counts``), else its row is rejected.
        is_planned: of a time, whether it may lie ahead: a plan, a deadline, an expiry. Any other one states what has
            happened, and rejects its row where it is more than a day later than the extraction.
    """

    name: str = field(kw_only=False)
    type: Type = field(kw_only=False)
    label: str = field(kw_only=False)
    meaning: str = field(kw_only=False)
    unit: str = ""
    values: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    nullable: bool = False
    minimum: float | None = None
    maximum: float | None = None
    maximum_of: tuple[str, tuple[str, ...]] | None = None
    privacy: Privacy = Privacy.OPEN
    is_hashed: bool = False
    elapsed: tuple[str, str] | None = None
    grain: Grain | None = None
    is_planned: bool = False


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """A canonical dataset.

    Args:
        name: ``<subsystem>.<noun>``.
        label: Chinese name.
        kind: event, state or case.
        meaning: English definition of a row.
        columns: columns in the order of a mapping, without ``source`` and ``day``.
        key: columns that, with ``source``, identify a row.
        time: column whose local day is the partition of the row (for a case, its opening); empty for a state, whose
            partition is the day of the snapshot. A new row must have it, even where the column may be null: then rows
            that an older version took are without it.
        changed: for a case, the column with the time of the last change.
        ended: for a case, the columns with the time of its end: as long as all are null, it may be open.
        settles_after: number of last days that are extracted again at each extraction.
        part: column whose values come in files of their own, such as the log of a service: where one of them has no row
            on a day, though it always had many, a part of the source is missing.
        delivery_reports: of events that somebody else reports on later, the column of what was reported, and that of
            the channel over which it comes.
        acted_in: of a state, the dataset of what its rows did: a source that gave some of it feeds the state, too, or
            lacks it.
        counts: column with a count, if several codes of a product map to one of ours: rows with the same key are summed
            and not rejected.
    """

    name: str
    label: str
    kind: Kind
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    time: str = ""
    changed: str = ""
    ended: tuple[str, ...] = ()
    settles_after: int = 0
    part: str = ""
    delivery_reports: tuple[str, str] | None = None
    acted_in: str = ""
    counts: str = ""

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        for name in (
            *self.key,
            self.time,
            self.changed,
            self.counts,
            self.part,
            *self.ended,
            *(self.delivery_reports or ()),
        ):
            if name and name not in names:
                raise ValueError(f"{self.name}: {name!r} is not one of its columns")
        if not (self.kind is Kind.CASE) == bool(self.changed) == bool(self.ended):
            raise ValueError(f"{self.name}: a case, and only a case, names its change time and its end")
        if (self.kind is Kind.STATE) == bool(self.time):
            raise ValueError(f"{self.name}: a state, and only a state, has no time")

    @property
    def subsystem(self) -> str:
        """Id of the subsystem: ``sms`` of ``sms.messages``."""
        return self.name.partition(".")[0]

    @property
    def mapped(self) -> tuple[Column, ...]:
        """Columns that a mapping selects: all but the derived ones."""
        return tuple(column for column in self.columns if column.elapsed is None)

    @property
    def window(self) -> str:
        """Column of the extraction window: the change time of a case, else the time; empty for a state."""
        return self.changed or self.time

    def column(self, name: str) -> Column:
        """Return the column of a name.

        Raises:
            KeyError: no column has the name.
        """
        return {column.name: column for column in self.columns}[name]

    def schema(self) -> pa.Schema:
        """Return the Arrow schema in the lake: the columns, then ``source`` and ``day``."""
        import pyarrow as pa

        fields = [pa.field(column.name, column.type.arrow, column.nullable) for column in self.columns]
        return pa.schema([*fields, pa.field("source", pa.string(), False), pa.field("day", pa.date32(), False)])
