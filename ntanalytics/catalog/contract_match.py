"""Check of a mapping against its dataset, before it reaches a source."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from collections.abc import Mapping as Map
from functools import lru_cache
from pathlib import Path

import sqlglot
import sqlglot.errors
from sqlglot import exp

from ntanalytics.catalog.parameters import bound_names
from ntanalytics.catalog.product import TIME_FORMS
from ntanalytics.catalog.read_only import check_reads
from ntanalytics.contract import CONTROL_COLUMNS, Dataset, Kind, Type
from ntanalytics.errors import ContractError, UnknownName
from ntanalytics.language import tr

#: Texts, quoted names and comments; a comment of one line ends before its line's end.
_QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`|--[^\n]*|/\*.*?\*/", re.DOTALL)


def check_times(window: str, times: Map[str, str], dataset: Dataset, path: Path, absent: Collection[str] = ()) -> None:
    """Check the window and the time forms of a mapping's header.

    Raises:
        ContractError: they do not fit the dataset; the message names file and column.
    """
    if window != dataset.window:
        raise ContractError(
            tr("the window must be {window!r}, not {window2!r}", window=dataset.window, window2=window), where=str(path)
        )
    expected = {column.name for column in dataset.mapped if column.type in (Type.TIMESTAMP, Type.DATE)} - set(absent)
    for name in sorted(expected - set(times)):
        raise ContractError(
            tr("the header does not say how {name!r} is written", name=name),
            where=str(path),
            todo=tr("add it under times:"),
        )
    for name, form in times.items():
        if name not in expected:
            raise ContractError(
                tr("times: {name!r} is not a time of {dataset}", name=name, dataset=dataset.name), where=str(path)
            )
        if form not in TIME_FORMS and not form.startswith("text:"):
            raise ContractError(
                str(UnknownName(tr("form of time"), form, (*TIME_FORMS, "text:<format>"))), where=str(path)
            )
        is_date = dataset.column(name).type is Type.DATE
        if is_date != (form == "date"):
            raise ContractError(
                tr(
                    "times: {name!r} is a {type}, it cannot be {form!r}",
                    name=name,
                    type=dataset.column(name).type,
                    form=form,
                ),
                where=str(path),
            )


@lru_cache(maxsize=1024)
def selected_columns(sql: str, dialects: tuple[str, ...], path: Path, wanted: frozenset[str]) -> tuple[str, ...]:
    """Return the output columns of a mapping, and check that it is one plain SELECT in every dialect.

    The result is cached: parsing takes most of the time of opening the sources.

    Args:
        sql: text of the mapping.
        dialects: dialects of the header.
        path: file of the mapping, for messages.
        wanted: exactly the parameters that it must bind.

    Raises:
        ContractError: a check fails.
    """
    columns: tuple[str, ...] = ()
    for dialect in dialects:
        statements = _statements(sql, dialect, path)
        if len(statements) != 1 or not isinstance(statements[0], exp.Query):
            raise ContractError(tr("the file must hold one SELECT and nothing else"), where=str(path))
        query = statements[0]
        check_reads(query, sql, dialect, path)
        bound = bound_names(sql)
        if bound != wanted:
            raise ContractError(
                tr(
                    "it binds {bound}, not {wanted}",
                    bound=sorted(bound) or tr("nothing"),
                    wanted=sorted(wanted) or tr("nothing"),
                ),
                where=str(path),
            )
        columns = tuple(name.lower() for name in query.named_selects)
        if "*" in columns:
            raise ContractError(tr("name the columns: SELECT * follows every change of the source"), where=str(path))
    return columns


def _unclosed_line(sql: str) -> int:
    """Return the line of a quotation mark or comment that is not closed: most likely a text that goes over lines."""
    rest = 0
    for token in _QUOTED.finditer(sql):
        if "\n" in token[0] and not token[0].startswith("/*"):
            return sql.count("\n", 0, token.start()) + 1
        rest = token.end()
    opened = re.search(r"['\"`]|/\*", sql[rest:])
    return sql.count("\n", 0, rest + (opened.start() if opened else 0)) + 1


def _statements(sql: str, dialect: str, path: Path) -> list[exp.Expr]:
    """Return the parsed statements of a mapping.

    Raises:
        ContractError: it is no SQL of the dialect; the message names the line.
    """
    try:
        return [tree for tree in sqlglot.parse(sql, dialect=dialect) if tree is not None]
    except sqlglot.errors.ParseError as error:
        details = error.errors[0] if error.errors else {}
        near = str(details.get("highlight") or "").strip()
        what = tr("not SQL of {dialect}: {details}", dialect=dialect, details=details.get("description") or error) + (
            tr(" near {near!r}", near=near) if near else ""
        )
        line = details.get("line")
        raise ContractError(what, where=f"{path}:{line}" if line else str(path)) from error
    except sqlglot.errors.TokenError as error:
        what = tr("not SQL of {dialect}: a quotation mark or a comment is not closed", dialect=dialect)
        raise ContractError(what, where=f"{path}:{_unclosed_line(sql)}") from error


def check_absent(absent: Iterable[str], dataset: Dataset, path: Path) -> None:
    """Check that the columns that a product lacks are columns of the dataset that may be null.

    Raises:
        ContractError: one is unknown, or must be there.
    """
    nullable = [column.name for column in dataset.mapped if column.nullable and column.name != dataset.time]
    for name in absent:
        if name not in nullable:
            raise ContractError(
                tr("absent: {name!r} is no column of {dataset} that may be null", name=name, dataset=dataset.name),
                where=str(path),
                todo=tr("those are {nullable}", nullable=", ".join(nullable) or tr("none")),
            )


def check_columns(columns: Sequence[str], dataset: Dataset, path: Path, absent: Collection[str] = ()) -> None:
    """Check that a mapping selects the columns of the contract that its product has, each once.

    Raises:
        ContractError: a column is missing, unknown, repeated, or selected and absent.
    """
    wanted = [column.name for column in dataset.mapped]
    for name in wanted:
        if name not in columns and name not in absent:
            raise ContractError(
                tr("column {name!r} of {dataset} is missing", name=name, dataset=dataset.name),
                where=str(path),
                todo=tr("select … AS {name}", name=name)
                + (tr(", or add it under absent: if the product has none") if dataset.column(name).nullable else ""),
            )
        if name in columns and name in absent:
            raise ContractError(
                tr("column {name!r} is selected, and is listed under absent:", name=name),
                where=str(path),
                todo=tr("drop one of the two"),
            )
    for name in columns:
        if name not in wanted and name not in CONTROL_COLUMNS:
            raise ContractError(
                tr("column {name!r} is not in {dataset}", name=name, dataset=dataset.name),
                where=str(path),
                todo=tr("known: {wanted}", wanted=", ".join(wanted)),
            )
        if name == "withdrawn_because" and dataset.kind is not Kind.CASE:
            raise ContractError(
                tr("only a case is withdrawn; {dataset} is a {kind}", dataset=dataset.name, kind=dataset.kind),
                where=str(path),
            )
        if columns.count(name) > 1:
            raise ContractError(tr("column {name!r} is selected twice", name=name), where=str(path))
