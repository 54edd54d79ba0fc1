"""The units of a site, as of a day, and the names that other subsystems give them."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from ntanalytics.contract import Dataset
from ntanalytics.errors import NtaError, SettingsError
from ntanalytics.metrics.identity import units as metric

_ALIASES = pa.schema([pa.field("theirs", pa.string(), False), pa.field("ours", pa.string(), False)])
#: How many names a sentence gives, and how long each may be.
_NAMED, _LENGTH = 3, 20


class Units:
    """The units and the site's aliases: what resolves the unit names of any dataset.

    Args:
        listed: rows of identity.units, of one snapshot a source.
        aliases: the site's aliases: ``theirs``, ``ours`` (:func:`read_aliases`).

    Attributes:
        table: one row for each unit of each identity source (:func:`ntanalytics.metrics.identity.units.units`).
        aliases: the aliases, as an Ibis table.
    """

    def __init__(self, listed: ir.Table, aliases: pa.Table) -> None:
        self.aliases: ir.Table = ibis.memtable(aliases)
        # Small, asked for by every figure, and long to reckon: it is worked out once.
        self.table: ir.Table = ibis.memtable(metric.units(listed, self.aliases).to_pyarrow())

    def names(self) -> ir.Table:
        """The units, one row each (:func:`ntanalytics.metrics.identity.units.names`)."""
        return metric.names(self.table)

    def resolve(self, table: ir.Table, column: str = "unit") -> ir.Table:
        """Rows with their units by our names (:func:`ntanalytics.metrics.identity.units.resolved`)."""
        return metric.resolved(table, self.table, self.aliases, column)

    def identify(self, table: ir.Table) -> ir.Table:
        """Return rows that have a ``unit_id`` with their units' names (``metrics.identity.units.identified``)."""
        return metric.identified(table, self.table)

    def unmatched(self, table: ir.Table, column: str = "unit") -> ir.Table:
        """The names that are no unit (:func:`ntanalytics.metrics.identity.units.unmatched`)."""
        return metric.unmatched(table, self.table, self.aliases, column)

    def unused_aliases(self) -> ir.Table:
        """The aliases that lead to no unit (:func:`ntanalytics.metrics.identity.units.idle`)."""
        return metric.idle(self.aliases, self.table)

    def notes(self, tables: Iterable[tuple[Dataset, ir.Table]]) -> list[str]:
        """What a report's head says of the names in its data: Chinese sentences; none where there is no list of units.

        Args:
            tables: rows of the report's period and the dataset that they are of.
        """
        if not self.table.count().to_pyarrow().as_py():
            return []
        rows: Counter[str] = Counter()
        for contract, table in tables:
            for column in unit_columns(contract):
                for found in self.unmatched(table, column).to_pyarrow().to_pylist():
                    rows[found["unit"]] += found["rows"]
        said = []
        if rows:
            names = [name for name, _ in sorted(rows.items(), key=lambda item: (-item[1], item[0]))]
            said.append(f"单位目录中没有 {len(names):,} 个单位名称（{_few(names)}），按原名统计，请补充单位对照表。")
        idle = [f"{row['theirs']}→{row['ours']}" for row in self.unused_aliases().to_pyarrow().to_pylist()]
        if idle:
            said.append(f"单位对照表有 {len(idle):,} 行所指的单位不在单位目录中（{_few(idle)}）。")
        return said


def unit_columns(contract: Dataset) -> list[str]:
    """The columns of a dataset that name a unit as another subsystem writes it; none of the list of units itself."""
    if contract.name == "identity.units":
        return []
    return [each.name for each in contract.columns if each.name == "unit" or each.name.endswith("_unit")]


def read_aliases(path: Path | None) -> pa.Table:
    """The site's table of aliases: ``theirs``, ``ours``; empty where there is none.

    Args:
        path: a CSV with these columns, UTF-8 with or without a byte order mark; further columns are left alone.

    Raises:
        SettingsError: it is missing, is of another shape, or says two things of one name.
    """
    if path is None:
        return _ALIASES.empty_table()
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            return _checked(csv.DictReader(lines))
    except UnicodeDecodeError as error:
        raise SettingsError(
            "the table of unit names is not UTF-8", where=str(path), todo="save it as “CSV UTF-8”"
        ) from error
    except (OSError, csv.Error, NtaError) as error:
        raise SettingsError(
            f"cannot read the table of unit names: {error}", where=str(path), todo="see docs/settings.md"
        ) from error


def _checked(lines: csv.DictReader[str]) -> pa.Table:
    missing = [name for name in _ALIASES.names if name not in (lines.fieldnames or ())]
    if missing:
        raise NtaError(f"there is no column {missing[0]!r}; it has {', '.join(lines.fieldnames or ()) or 'none'}")
    meant: dict[str, str] = {}
    rows = []
    for line in lines:
        theirs, ours = (line["theirs"] or "").strip(), (line["ours"] or "").strip()
        key, meaning = metric.spelling(theirs), metric.spelling(ours)
        if not key and not meaning:
            continue
        if not key or not meaning:
            raise NtaError(f"line {lines.line_num}: one of the two names is empty")
        if meant.setdefault(key, meaning) != meaning:
            raise NtaError(f"line {lines.line_num}: {theirs!r} stands there twice, for two different units")
        rows.append({"theirs": theirs, "ours": ours})
    for row in rows:
        meaning = metric.spelling(row["ours"])
        if meant.get(meaning, meaning) != meaning:
            raise NtaError(f"{row['ours']!r} is what {row['theirs']!r} means, and has another meaning itself")
    return pa.Table.from_pylist(rows, schema=_ALIASES)


def _few(names: list[str]) -> str:
    shown = "、".join(name if len(name) <= _LENGTH else f"{name[:_LENGTH]}…" for name in names[:_NAMED])
    return f"{shown}等" if len(names) > _NAMED else shown
