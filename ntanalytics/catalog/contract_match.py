"""Check of a mapping against its dataset, before it reaches a source."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from collections.abc import Mapping as Map
from pathlib import Path

from ntanalytics.catalog.product import TIME_FORMS
from ntanalytics.contract import CONTROL_COLUMNS, Dataset, Kind, Type
from ntanalytics.errors import ContractError, UnknownName
from ntanalytics.language import tr


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
