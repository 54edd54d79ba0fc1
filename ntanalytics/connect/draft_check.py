"""Check of a draft: loaded by the catalog, run over a window, and judged column by column."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import sqlglot
from sqlglot import exp

from ntanalytics.catalog import Mapping as CatalogMapping
from ntanalytics.catalog import Product, load_product
from ntanalytics.connect.draft_columns import SURE, TODO
from ntanalytics.connect.flags import is_doubtful
from ntanalytics.contract import Column, Dataset, Type
from ntanalytics.errors import ContractError, NtaError
from ntanalytics.extraction.conformance import Conformance, conform
from ntanalytics.language import CHINESE, language, tr
from ntanalytics.periods import local_window
from ntanalytics.settings.csv_files import csv_text
from ntanalytics.sources import Source

Days = tuple[dt.date, dt.date]

#: What a draft leaves to do, in a comment.
_TODO_COMMENT = re.compile(rf"(?<=--)\s*{TODO}\b.*")
_SURE_COMMENT = re.compile(rf"--\s*{SURE}\s*(\w+)")


@dataclass(frozen=True)
class ColumnState:
    """State of one column of a draft.

    Attributes:
        name: the contract's column.
        state: ok, empty (which the contract allows), words, doubtful, rejected, or missing.
        problem: description of what is missing; empty for ok.
    """

    name: str
    state: str
    problem: str = ""


@dataclass(frozen=True, kw_only=True)
class DatasetState:
    """State of one dataset of a draft.

    Attributes:
        dataset: its name.
        days: the first and the last local day that were read; None if nothing was.
        rows: valid rows.
        rejected: rejected rows.
        problems: problems that concern no single column.
        columns: the state of each column.
        slow: a warning if a log is read slowly, which does no other harm.
    """

    dataset: str
    days: Days | None = None
    rows: int = 0
    rejected: int = 0
    problems: tuple[str, ...] = ()
    columns: tuple[ColumnState, ...] = ()
    slow: str = ""

    @property
    def fits(self) -> bool:
        """True if nothing is missing."""
        return not self.problems and all(column.state in ("ok", "empty") for column in self.columns)

    @property
    def is_usable(self) -> bool:
        """True if its valid rows can be taken, whatever else is to be done."""
        return bool(self.rows) and all(column.state not in ("missing", "doubtful") for column in self.columns)

    def as_data(self) -> dict[str, object]:
        """Return plain values, for JSON."""
        first, last = self.days or (None, None)
        return {
            "dataset": self.dataset,
            "first": first,
            "last": last,
            "rows": self.rows,
            "rejected": self.rejected,
            "problems": self.problems,
            "columns": [
                {"name": column.name, "state": column.state, "said": column.problem} for column in self.columns
            ],
            "slow": self.slow,
            "fits": self.fits,
            "usable": self.is_usable,
        }


def check_dataset(
    source: Source, mapping: CatalogMapping, days: Days, zone: ZoneInfo, open_words: Mapping[str, list[str]]
) -> DatasetState:
    """Run one mapping over a window, and judge it column by column.

    Args:
        source: the source.
        mapping: the draft.
        days: the window's first and last local day.
        zone: the site's zone.
        open_words: column → words of its table without a translation.
    """
    dataset = mapping.dataset
    todos = tuple(_open_todos(mapping))
    nulls = null_columns(mapping)
    if dataset.window in nulls:
        problem = tr(
            "{column} is NULL: without the time that bounds the window nothing can be read", column=dataset.window
        )
        columns = _column_states(mapping, None, nulls, open_words)
        return DatasetState(dataset=dataset.name, problems=(problem, *todos), columns=columns)
    try:
        now = dt.datetime.now(dt.UTC)
        conformance = conform(source, mapping, *local_window(*days, zone), zone, with_lines=True, taken_at=now)
    except NtaError as error:
        columns = _column_states(mapping, None, nulls, open_words)
        problem = f"{mapping.path.name}{_line_of(error.where)}: {error.what}"
        return DatasetState(dataset=dataset.name, days=days, problems=(problem, *todos), columns=columns)
    return DatasetState(
        dataset=dataset.name,
        days=days,
        rows=conformance.rows,
        rejected=sum(conformance.rejected.values()),
        problems=(*_problems(dataset, conformance, nulls), *todos),
        columns=_column_states(mapping, conformance, nulls, open_words),
        slow=conformance.lines.slow if conformance.lines is not None else "",
    )


def null_columns(mapping: CatalogMapping) -> set[str]:
    """Return the columns that a mapping selects as a plain NULL."""
    nulls = set()
    for expression in selected_expressions(mapping):
        inner = expression.unalias()
        while isinstance(inner, exp.Cast):
            inner = inner.this
        if isinstance(inner, exp.Null):
            nulls.add(expression.alias_or_name.lower())
    return nulls


def selected_expressions(mapping: CatalogMapping) -> list[exp.Expr]:
    """Return the expressions that a mapping selects."""
    query = sqlglot.parse_one(mapping.sql, dialect=mapping.dialects[0])
    return list(query.selects) if isinstance(query, exp.Query) else []


@contextmanager
def loadable_copy(home: Path) -> Iterator[tuple[Path, dict[str, list[str]]]]:
    """Copy a product's folder without the words that are still TODO, so that the rest can be checked.

    Yields:
        The copy, and the words that were left out, by file.
    """
    open_words: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory(prefix="ntanalytics-") as temporary:
        copy = Path(temporary) / home.name
        copy.mkdir()
        for file in sorted(home.iterdir()):
            if not file.is_file():
                continue
            if file.suffix != ".csv":
                shutil.copyfile(file, copy / file.name)
                continue
            words = _copy_without_todo(file, copy / file.name)
            if words:
                open_words[file.name] = words
        yield copy, open_words


def load_draft(home: Path, copy: Path) -> Product:
    """Return the product in the copy; a message has the path of the folder itself.

    Raises:
        ContractError: the draft breaks the contract.
    """
    try:
        return load_product(copy)
    except ContractError as error:
        raise ContractError(error.what, where=error.where.replace(str(copy), str(home)), todo=error.todo) from None


def _copy_without_todo(file: Path, target: Path) -> list[str]:
    """Copy a table of words, and return the words that are still TODO, which are left out."""
    try:
        rows = list(csv.reader(io.StringIO(csv_text(file), newline="")))
    except (NtaError, csv.Error):
        shutil.copyfile(file, target)  # the catalog will report the error
        return []
    todo = [row[0] for row in rows[1:] if len(row) > 1 and row[1].strip() == TODO]
    with target.open("w", encoding="utf-8", newline="") as lines:
        # an empty line in its place, so that messages have the number of the site's line
        csv.writer(lines).writerows(row if len(row) < 2 or row[1].strip() != TODO else [] for row in rows)
    return todo


def _problems(dataset: Dataset, conformance: Conformance, nulls: set[str]) -> Iterator[str]:
    """Yield the problems that concern no single column."""
    is_complete = not any(column.name in nulls and not column.nullable for column in dataset.mapped)
    if not conformance.rows and not conformance.rejected:
        yield tr("no row in these days: nothing is proven; name other days with --from and --to")
    elif not conformance.rows and is_complete:
        yield tr("not one row fits")
    if conformance.duplicates:
        yield tr("{rows:,} row(s) repeat the key {key}", rows=conformance.duplicates, key=", ".join(dataset.key))
    lines = conformance.lines
    if lines is not None and lines.unmatched:
        yield tr(
            "{unmatched:,} of {wanted:,} lines match no regular expression of the mapping, such as {sample}",
            unmatched=lines.unmatched,
            wanted=lines.wanted,
            sample=lines.samples[0],
        )
    for reason, rows in conformance.rejected.items():
        if not any(f"（{column.name}）" in reason for column in dataset.columns):
            yield tr("{rows:,} rejected: {reason}", rows=rows, reason=reason)


def _open_todos(mapping: CatalogMapping) -> Iterator[str]:
    """Yield what a mapping's comments still leave to do, with its line."""
    for number, line in enumerate(mapping.sql.splitlines(), 1):
        if match := _TODO_COMMENT.search(line):
            yield f"{mapping.path.name}:{number}: {match[0].strip()}"


def _line_of(where: str) -> str:
    """Return the line at the end of a place, with its colon; empty if there is none."""
    match = re.search(r":\d+$", where)
    return match[0] if match else ""


def _column_states(
    mapping: CatalogMapping, conformance: Conformance | None, nulls: set[str], open_words: Mapping[str, list[str]]
) -> tuple[ColumnState, ...]:
    sure = set(_SURE_COMMENT.findall(mapping.sql))
    states = []
    for column in mapping.dataset.mapped:
        if column.name in mapping.absent:
            state, problem = "empty", tr("listed under absent: unknown of this source")
        else:
            state, problem = _state(column, conformance, nulls, open_words.get(column.name, []))
        if state == "ok" and conformance is not None and column.type is Type.BOOLEAN:
            state, problem = _flag_state(column, conformance, is_sure=column.name in sure)
        states.append(ColumnState(column.name, state, problem))
    return tuple(states)


def _label(column: Column) -> str:
    """Return what a column means, for the reader: its Chinese label, or its English definition."""
    return column.label if language() == CHINESE else column.meaning


def _flag_state(column: Column, conformance: Conformance, *, is_sure: bool) -> tuple[str, str]:
    """Return the state of a flag, with the number of rows that have it."""
    facts = next(facts for facts in conformance.columns if facts.name == column.name)
    counts = tr("yes: {yes:,} rows, no: {no:,}", yes=facts.yes, no=facts.no)
    if is_doubtful(column, facts.yes, facts.yes + facts.no) and not is_sure:
        comment = f"-- {SURE} {column.name}"
        doubt = tr(
            "{counts}: the other way round? If it is right, write the comment {comment}", counts=counts, comment=comment
        )
        return "doubtful", doubt
    return "ok", counts


def _state(column: Column, conformance: Conformance | None, nulls: set[str], open_words: list[str]) -> tuple[str, str]:
    """Return the state of a column and its worst problem."""
    if column.name in nulls:
        if column.nullable:
            return "empty", tr("selected as NULL, which the contract allows")
        return "missing", tr("selected as NULL, and every row must have it: {label}", label=_label(column))
    choices = tr("; ours are {words}", words=", ".join(column.values)) if column.values else ""
    if open_words:
        return "words", tr("no word of ours yet for {words}", words=", ".join(open_words)) + choices
    if conformance is None:
        return "ok", ""
    facts = next((facts for facts in conformance.columns if facts.name == column.name), None)
    reasons = [
        f"{rows:,} × {reason}" for reason, rows in conformance.rejected.items() if f"（{column.name}）" in reason
    ]
    unseen = ", ".join(f"{word} {rows:,}" for word, rows in facts.unseen.items()) if facts else ""
    words = tr("; words never seen before: {words}", words=unseen) + choices if unseen else ""
    if reasons:
        return "rejected", "; ".join(reasons) + words
    if replaced := conformance.replaced_words.get(column.name):
        return "words", tr("{rows:,} row(s) kept without their word", rows=replaced) + words
    if facts and facts.null_share == 1:
        return "empty", tr("null in every row, which the contract allows")
    return "ok", ""
