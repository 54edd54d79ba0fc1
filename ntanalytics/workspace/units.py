"""The units of a site as of a day, and the names that other subsystems use for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cached_property, reduce
from pathlib import Path
from typing import TYPE_CHECKING

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import pyarrow as pa

from ntanalytics.contract import Dataset, dataset
from ntanalytics.errors import NtaError, SettingsError
from ntanalytics.language import tr
from ntanalytics.metrics.identity import units as metric
from ntanalytics.metrics.identity.directory import directory_order
from ntanalytics.metrics.rows import in_memory
from ntanalytics.settings.csv_files import read_csv
from ntanalytics.workspace.daily_aggregates import DailyAggregate, aggregate_by_day

if TYPE_CHECKING:
    from datetime import date

    from ntanalytics.workspace.daily_counts import CountedLake

_ALIASES = pa.schema([pa.field("theirs", pa.string(), False), pa.field("ours", pa.string(), False)])
#: Columns of the names that units had.
_NAMED = ("source", "unit_id", "unit")

#: Number of names in a sentence, and characters of each.
_MOST_NAMES, _MOST_CHARACTERS = 3, 20


def names_ever(workspace: CountedLake, first: date, last: date) -> ir.Table:
    """Return the names of units in the snapshots of some days: ``source``, ``unit_id`` and ``unit``.

    The snapshot of the first day is read; of the later ones is kept which names were new.

    Args:
        workspace: the site.
        first: the first local day.
        last: the last local day, included.
    """
    new = aggregate_by_day(workspace, dataset("identity.units"), first, last, DailyAggregate(metric.new_names, reach=1))
    oldest = workspace.table("identity.units", first, first)
    # a table without a file has columns that cannot be null, which no union takes beside others
    return ir.Table.union(
        *(table.select(**{name: table[name].cast("string") for name in _NAMED}) for table in (oldest, new))
    )


class Units:
    """The units and the site's aliases, which resolve the unit names of any dataset.

    Args:
        rows: rows of identity.units, one snapshot of each source.
        aliases: the site's aliases: ``theirs``, ``ours`` (:func:`read_aliases`).
        ever: the names of these snapshots and of earlier ones (:func:`names_ever`); None where no source has any.

    Attributes:
        table: one row for each unit of each identity source (:func:`ntanalytics.metrics.identity.units.units`).
        aliases: the aliases, as an Ibis table, with the names that units have in the other snapshots.
    """

    def __init__(self, rows: ir.Table, aliases: pa.Table, ever: ir.Table | None = None) -> None:
        self.aliases: ir.Table = ibis.memtable(aliases)
        # Small, needed for every figure and slow to compute: computed once.
        self.table: ir.Table = in_memory(metric.units(rows, self.aliases))
        if ever is not None:
            others = metric.other_names(ever, rows, self.table, aliases)
            self.aliases = ibis.memtable(pa.concat_tables([aliases, others]))
        self._meanings: dict[tuple[ops.Node, str], ir.Table] = {}

    def names(self) -> ir.Table:
        """Return the units, one row each (:func:`ntanalytics.metrics.identity.units.names`)."""
        return metric.names(self.table)

    @cached_property
    def _places(self) -> dict[str, int]:
        return dict(directory_order(self.table))

    def in_order(self, rows: pa.Table) -> pa.Table:
        """Return rows with a column ``unit`` in the order of the unit directory; names that it lacks come last."""
        names = rows["unit"].to_pylist()
        last = len(self._places)
        order = sorted(
            range(len(names)), key=lambda number: (self._places.get(names[number] or "", last), names[number] or "")
        )
        return rows.take(pa.array(order, pa.int64()))

    def resolve(self, table: ir.Table, column: str = "unit") -> ir.Table:
        """Return rows with our names of their units (:func:`ntanalytics.metrics.identity.units.resolve_units`).

        The names are read at once, and compared once for all figures that are made of the rows.
        """
        key = (table.op(), column)
        if key not in self._meanings:
            self._meanings[key] = in_memory(metric.meanings(table, self.table, self.aliases, column))
        return metric.with_meanings(table, self._meanings[key], column)

    def canonical_names(self, names: ir.Table) -> pa.Table:
        """Return each name of a column ``unit`` with ours: ``unit`` and ``canonical``; null stays out."""
        given = names.select("unit").distinct().filter(names.unit.notnull())
        resolved = self.resolve(given.mutate(_raw=given.unit))
        return resolved.select(unit="_raw", canonical="unit").to_pyarrow()

    def identify(self, table: ir.Table) -> ir.Table:
        """Return rows that have a ``unit_id`` with the unit's name (``metrics.identity.units.add_unit_names``)."""
        return metric.add_unit_names(table, self.table)

    def unmatched(self, table: ir.Table, column: str = "unit") -> ir.Table:
        """Return the names that match no unit (:func:`ntanalytics.metrics.identity.units.unmatched`)."""
        return metric.unmatched(table, self.table, self.aliases, column)

    def unused_aliases(self) -> ir.Table:
        """Return the aliases whose unit does not exist (:func:`ntanalytics.metrics.identity.units.unused_aliases`)."""
        return metric.unused_aliases(self.aliases, self.table)

    def notes(self, tables: Iterable[tuple[Dataset, ir.Table]]) -> list[str]:
        """Return Chinese notes for a report's head on unmatched names; none if the site has no list of units.

        Args:
            tables: datasets, each with its rows of the report's period.
        """
        if not self.table.count().name("units").to_pyarrow().as_py():  # Ibis' own name differs with each process
            return []
        named = [
            # a table without a file has columns that cannot be null, which no union takes beside others
            table.select(source=table.source.cast("string"), unit=table[column].cast("string"))
            for contract, table in tables
            for column in unit_columns(contract)
        ]
        rows_by_name: Counter[str] = Counter()
        # one statement for all datasets: each takes longer to make than to run
        for row in self.unmatched(reduce(ir.Table.union, named)).to_pyarrow().to_pylist() if named else ():
            rows_by_name[row["unit"]] += row["rows"]
        notes = []
        if rows_by_name:
            names = [name for name, _ in sorted(rows_by_name.items(), key=lambda item: (-item[1], item[0]))]
            notes.append(f"有 {len(names):,} 个单位名称不在单位目录中（{_few(names)}），按原名统计，请补充单位对照表。")
        unused = [f"{row['theirs']}→{row['ours']}" for row in self.unused_aliases().to_pyarrow().to_pylist()]
        if unused:
            notes.append(f"单位对照表有 {len(unused):,} 行所指的单位不在单位目录中（{_few(unused)}）。")
        return notes


def unit_columns(contract: Dataset) -> list[str]:
    """Return the columns of a dataset with unit names of another subsystem; none for the list of units itself."""
    if contract.name == "identity.units":
        return []
    return [column.name for column in contract.columns if column.name == "unit" or column.name.endswith("_unit")]


def read_aliases(path: Path | None) -> pa.Table:
    """Return the site's table of aliases: ``theirs``, ``ours``; an empty one without a path.

    Args:
        path: a CSV with these columns (:func:`ntanalytics.settings.csv_files.read_csv`).

    Raises:
        SettingsError: the file is missing, lacks a column, or gives one name two meanings.
    """
    if path is None:
        return _ALIASES.empty_table()
    try:
        return _checked(read_csv(path, _ALIASES.names))
    except NtaError as error:
        raise SettingsError(
            tr("cannot read the table of unit names: {what}", what=error.what),
            where=str(path),
            todo=error.todo or tr("see docs/settings.md"),
        ) from error


def _checked(lines: Iterable[tuple[int, tuple[str, ...]]]) -> pa.Table:
    meanings: dict[str, str] = {}
    rows = []
    for number, (theirs, ours) in lines:
        key, meaning = metric.spelling(theirs), metric.spelling(ours)
        if not key and not meaning:
            continue
        if not key or not meaning:
            raise NtaError(tr("line {number}: one of the two names is empty", number=number))
        if meanings.setdefault(key, meaning) != meaning:
            raise NtaError(
                tr(
                    "line {number}: {theirs!r} stands there twice, for two different units",
                    number=number,
                    theirs=theirs,
                )
            )
        rows.append({"theirs": theirs, "ours": ours})
    for row in rows:
        meaning = metric.spelling(row["ours"])
        if meanings.get(meaning, meaning) != meaning:
            raise NtaError(
                tr(
                    "{row!r} is what {row2!r} means, and has another meaning itself",
                    row=row["ours"],
                    row2=row["theirs"],
                )
            )
    return pa.Table.from_pylist(rows, schema=_ALIASES)


def _few(names: list[str]) -> str:
    short = (name if len(name) <= _MOST_CHARACTERS else f"{name[:_MOST_CHARACTERS]}…" for name in names[:_MOST_NAMES])
    return "、".join(short) + ("等" if len(names) > _MOST_NAMES else "")
