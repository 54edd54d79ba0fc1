"""Does a draft fit yet? Loaded by the catalog, run over a window, and told column by column."""

from __future__ import annotations

import csv
import datetime as dt
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlglot
from sqlglot import exp

from ntanalytics.catalog import Mapping, Product, load_product
from ntanalytics.connect.drafting import TODO
from ntanalytics.contract import Column
from ntanalytics.errors import ContractError, NtaError
from ntanalytics.extraction.conformance import Conformance, conform
from ntanalytics.sources import Source


@dataclass(frozen=True)
class ColumnState:
    """How far one column is.

    Attributes:
        name: the contract's column.
        state: ok, empty (which the contract allows), words, set aside, or missing.
        said: what is missing, in words; empty for what is ok.
    """

    name: str
    state: str
    said: str = ""


@dataclass(frozen=True)
class DatasetState:
    """How far one dataset is.

    Attributes:
        dataset: its name.
        first: the first local day that was read; None where nothing was.
        last: the last one.
        rows: rows that fit.
        set_aside: rows that do not.
        problems: what concerns no single column.
        columns: column by column.
        slow: a warning where a log is read slowly; it fits all the same.
    """

    dataset: str
    first: dt.date | None
    last: dt.date | None
    rows: int
    set_aside: int
    problems: tuple[str, ...]
    columns: tuple[ColumnState, ...]
    slow: str = ""

    @property
    def fits(self) -> bool:
        """Whether nothing is missing."""
        return not self.problems and all(each.state in ("ok", "empty") for each in self.columns)

    def as_data(self) -> dict[str, Any]:
        """Plain values, for machines."""
        return {**asdict(self), "fits": self.fits}


def check_dataset(
    source: Source,
    mapping: Mapping,
    days: tuple[dt.date, dt.date],
    window: tuple[dt.datetime, dt.datetime],
    zone: ZoneInfo,
    unsaid: dict[str, list[str]],
) -> DatasetState:
    """Run one mapping over a window and say what is missing, column by column.

    Args:
        source: what to read.
        mapping: the draft.
        days: the window's local days, both included.
        window: the same, as moments.
        zone: the site's.
        unsaid: column → words of its table that have no word of ours yet.
    """
    dataset = mapping.dataset
    nulls = null_columns(mapping)
    missing = [column.name for column in dataset.mapped if column.name in nulls and not column.nullable]
    if dataset.window in nulls:
        states = tuple(_state(column, None, nulls, unsaid) for column in dataset.mapped)
        said = f"{dataset.window} is NULL: without the time that bounds the window nothing can be read"
        return DatasetState(dataset.name, None, None, 0, 0, (said,), states)
    try:
        found = conform(source, mapping, *window, zone, with_lines=True)
    except NtaError as error:
        states = tuple(_state(column, None, nulls, unsaid) for column in dataset.mapped)
        return DatasetState(dataset.name, *days, 0, 0, (error.what,), states)
    problems = []
    set_aside = sum(found.rejected.values())
    if not found.rows and not set_aside:
        problems.append("no row in these days: nothing is proven; name other days with --from and --to")
    elif not found.rows and not missing:
        problems.append("not one row fits")
    if found.duplicates:
        problems.append(f"{found.duplicates:,} row(s) repeat the key {', '.join(dataset.key)}")
    if found.lines is not None and found.lines.unmatched:
        read = found.lines
        problems.append(
            f"{read.unmatched:,} of {read.wanted:,} lines match no regular expression of the mapping, "
            f"such as {read.samples[0]}"
        )
    slow = found.lines.slow if found.lines is not None else ""
    named = {f"（{column.name}）" for column in dataset.columns}
    problems += [
        f"{rows:,} set aside: {reason}"
        for reason, rows in found.rejected.items()
        if not any(name in reason for name in named)
    ]
    states = tuple(_state(column, found, nulls, unsaid) for column in dataset.mapped)
    return DatasetState(dataset.name, *days, found.rows, set_aside, tuple(problems), states, slow)


def null_columns(mapping: Mapping) -> set[str]:
    """The columns that a mapping selects as a bare NULL."""
    found = set()
    for select in selected(mapping):
        inner = select.unalias()
        while isinstance(inner, exp.Cast):
            inner = inner.this
        if isinstance(inner, exp.Null):
            found.add(select.alias_or_name.lower())
    return found


def selected(mapping: Mapping) -> list[exp.Expr]:
    """What a mapping selects, as expressions."""
    query = sqlglot.parse_one(mapping.sql, dialect=mapping.dialects[0])
    return list(query.selects) if isinstance(query, exp.Query) else []


@contextmanager
def loadable_copy(home: Path) -> Iterator[tuple[Path, dict[str, list[str]]]]:
    """The folder, without the rows of its tables of words that still say TODO, so that the rest can be checked.

    Yields:
        A copy of the folder, and what was left out: file → words.
    """
    unsaid: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory(prefix="ntanalytics-") as place:
        copy = Path(place) / home.name
        copy.mkdir()
        for file in sorted(home.iterdir()):
            if not file.is_file():
                continue
            if file.suffix != ".csv":
                shutil.copyfile(file, copy / file.name)
                continue
            words = _without_todo(file, copy / file.name)
            if words:
                unsaid[file.name] = words
        yield copy, unsaid


def load_draft(home: Path, copy: Path) -> Product:
    """The product in the copy; a message names the folder itself.

    Raises:
        ContractError: it does not fit.
    """
    try:
        return load_product(copy)
    except ContractError as error:
        raise ContractError(error.what, where=error.where.replace(str(copy), str(home)), todo=error.todo) from None


def _without_todo(file: Path, to: Path) -> list[str]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.reader(lines))
    except (OSError, UnicodeDecodeError, csv.Error):
        shutil.copyfile(file, to)  # the catalog says what is wrong with it
        return []
    todo = [row[0] for row in rows[1:] if len(row) > 1 and row[1].strip() == TODO]
    with to.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows(row for row in rows if len(row) < 2 or row[1].strip() != TODO)
    return todo


def _state(column: Column, found: Conformance | None, nulls: set[str], unsaid: dict[str, list[str]]) -> ColumnState:
    """One column: the worst that can be said of it."""
    if column.name in nulls:
        if column.nullable:
            return ColumnState(column.name, "empty", "selected as NULL, which the contract allows")
        said = f"selected as NULL, and every row must have it: {column.meaning}"
        return ColumnState(column.name, "missing", said)
    choices = f"; ours are {', '.join(column.values)}" if column.values else ""
    if words := unsaid.get(column.name):
        return ColumnState(column.name, "words", f"no word of ours yet for {', '.join(words)}{choices}")
    if found is None:
        return ColumnState(column.name, "ok")
    unseen = next((each.unseen for each in found.columns if each.name == column.name), {})
    reasons = [f"{rows:,} × {reason}" for reason, rows in found.rejected.items() if f"（{column.name}）" in reason]
    if reasons:
        listed = ", ".join(f"{word} {rows:,}" for word, rows in unseen.items())
        told = f"; words never seen before: {listed}{choices}" if listed else ""
        return ColumnState(column.name, "set aside", "; ".join(reasons) + told)
    share = next((each.null_share for each in found.columns if each.name == column.name), None)
    if share == 1:
        return ColumnState(column.name, "empty", "null in every row, which the contract allows")
    return ColumnState(column.name, "ok")
