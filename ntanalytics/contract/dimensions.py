"""Dimensions and values of a dataset, derived from its columns: by what its rows are counted, and what they measure."""

from __future__ import annotations

from dataclasses import dataclass

from ntanalytics.contract import DATASETS
from ntanalytics.contract.dataset import Column, Dataset, Kind, Privacy, Type

#: Columns of free text, which name no member of anything.
_FREE_TEXT = frozenset({"remark"})

#: Units of events.
_COUNTED = frozenset({"次", "条"})

#: Columns of a case that change while it lives: those of the last days would differ from those of older cases.
_CHANGING = frozenset({"state", "decision", "result", "step", "close_code"})

#: Column of how many measurements a row stands for.
MEASUREMENTS = "samples"

#: Column that is true of a case that was given up, whose last change is its end.
GIVEN_UP = "is_cancelled"


@dataclass(frozen=True)
class Breakdown:
    """Columns that divide the rows of a dataset, and those that measure them.

    Attributes:
        dimensions: the columns whose values are members: units, applications, outcomes, status codes.
        values: the columns that measure each event: durations, sizes, levels.
        weight: column that counts the events of a row; empty where a row is one event.
    """

    dimensions: tuple[Column, ...] = ()
    values: tuple[Column, ...] = ()
    weight: str = ""


def state_of(identifier: str) -> tuple[Dataset, str] | None:
    """Return the dataset of states that an identifier refers to, which last, and its column with their names.

    The column is empty where the states have no name, as ``app`` of ``app_id``; None where no state has such a key.
    """
    for dataset in DATASETS.values():
        if dataset.kind is Kind.STATE and dataset.key == (identifier,):
            name = identifier.removesuffix("_id")
            return dataset, name if name in {column.name for column in dataset.columns} else ""
    return None


def counts_pieces(column: Column) -> bool:
    """Return whether a value is a number of pieces, such as the parts of a message, which a text decides for all."""
    return column.unit in _COUNTED


def breakdown(dataset: Dataset) -> Breakdown:
    """Return the dimensions and values of a dataset of events or cases; both are empty for a state.

    A dimension is an enumeration, a flag, a name in plain text, a code without a unit, or an identifier of something
    that lasts. No dimension are keys, numbers of other cases, values of a person, free text, and what changes during
    the life of a case. A value is a number with a unit, or a bucket of durations; a number of pieces is one where a row
    is one event, such as a message of three parts. The elapsed time of a case up to its end is none, since slow ones
    have not ended yet.

    Args:
        dataset: the dataset.
    """
    if dataset.kind is Kind.STATE:
        return Breakdown()
    weight = dataset.counts or next((column.name for column in dataset.columns if _is_weight(dataset, column)), "")
    return Breakdown(
        tuple(column for column in dataset.columns if _is_dimension(dataset, column)),
        tuple(column for column in dataset.columns if _is_value(dataset, column)),
        weight,
    )


def planned_terms(dataset: Dataset) -> tuple[Column, ...]:
    """Return the terms of a dataset of cases: the time from the begin of a case to its deadline, given in advance.

    Of a dataset of states they are how long a row is valid: from its first moment, such as its issue, to its expiry.
    They are no columns of its rows. What tells when something expires that is only looked at, such as a certificate
    that is probed, is no term.

    Args:
        dataset: the dataset.
    """
    moments = [column for column in dataset.columns if column.type is Type.TIMESTAMP]
    if dataset.kind is Kind.EVENT or not moments:
        return ()
    begin = dataset.time if dataset.kind is Kind.CASE else moments[0].name
    return tuple(
        Column(
            f"{column.name}_term_s",
            Type.NUMBER,
            _term_label(dataset, column),
            f"{column.name} − {begin}{', without the days off between them' if dataset.kind is Kind.CASE else ''}.",
            unit="秒",
            nullable=True,
            elapsed=(begin, column.name),
        )
        for column in moments
        if column.is_planned and column.name != begin
    )


def _term_label(dataset: Dataset, column: Column) -> str:
    if dataset.kind is Kind.STATE:
        return "有效期"
    return f"{column.label.removesuffix('时间')}时长" if column.label.endswith("时间") else column.label


def lasting_kinds(dataset: Dataset) -> tuple[str, ...]:
    """Return the columns of a dataset of states that tell what kind of thing a row is, as long as it lasts.

    Args:
        dataset: the dataset.
    """
    return tuple(column.name for column in dataset.columns if column.values and column.name not in _CHANGING)


def bundle_size(dataset: Dataset) -> Column | None:
    """Return how many cases of a dataset belong to one and the same on a day, such as the deliveries of a document.

    It is no column of its rows. None where they belong to nothing (:func:`referred`).

    Args:
        dataset: the dataset.
    """
    belongs = referred(dataset)
    if belongs is None:
        return None
    column, other, _ = belongs
    meaning = f"Number of rows of a day with one {column.name}."
    return Column(f"{column.name}_size", Type.INTEGER, f"每件{other.label}记录数", meaning)


def value_named(dataset: Dataset, value: str) -> Column:
    """Return the column of a value of a dataset: its own, a term of its cases, or how many belong together."""
    made = (*planned_terms(dataset), *filter(None, [bundle_size(dataset)]))
    return next((column for column in made if column.name == value), None) or dataset.column(value)


def referred(dataset: Dataset) -> tuple[Column, Dataset, tuple[Column, ...]] | None:
    """Return what the cases of a dataset belong to: the column that refers to it, its dataset, and names in it.

    A delivery does not name its sender; its document does. None where no column is the key of such events.

    Args:
        dataset: the dataset.
    """
    own = {column.name for column in dataset.columns}
    for column in dataset.columns:
        for other in DATASETS.values():
            if other.kind is not Kind.EVENT or other.key != (column.name,) or other.name == dataset.name:
                continue
            names = (item for item in other.columns if item.type is Type.TEXT and not item.values)
            return column, other, tuple(item for item in names if item.name not in own and _is_dimension(other, item))
    return None


def column_named(dataset: Dataset, dimension: str) -> Column | None:
    """Return the column of a dimension: its own, or that of what its rows belong to; None where there is neither."""
    known = referred(dataset)
    columns = (*dataset.columns, *(known[2] if known else ()))
    return next((column for column in columns if column.name == dimension), None)


def _is_weight(dataset: Dataset, column: Column) -> bool:
    """Return whether a column counts the events of a row of an aggregated dataset."""
    is_aggregated = dataset.column(dataset.time).grain is not None
    return is_aggregated and column.type is Type.INTEGER and column.unit in _COUNTED


def _is_dimension(dataset: Dataset, column: Column) -> bool:
    if column.privacy is not Privacy.OPEN or column.name in _FREE_TEXT or dataset.key == (column.name,):
        return False
    if dataset.kind is Kind.CASE and (column.name in _CHANGING or column.type is Type.BOOLEAN):
        return False
    if dataset.kind is Kind.CASE and column.name == "cause" and column.nullable:
        return False  # found in the end
    if column.name.endswith(("_id", "_no")):
        return state_of(column.name) is not None
    if column.type is Type.INTEGER:
        return not column.unit and not _is_bucket(column) and column.name != MEASUREMENTS
    return column.type in (Type.TEXT, Type.BOOLEAN)


def _is_value(dataset: Dataset, column: Column) -> bool:
    is_of_end = column.elapsed is not None and column.elapsed[1] in dataset.ended
    if dataset.kind is Kind.CASE and (is_of_end or counts_pieces(column)):
        return False
    if counts_pieces(column) and dataset.column(dataset.time).grain is not None:
        return False  # that is the number of events
    is_measured = bool(column.unit) or _is_bucket(column) or column.name == MEASUREMENTS
    return column.type is Type.NUMBER or (column.type is Type.INTEGER and is_measured)


def _is_bucket(column: Column) -> bool:
    return column.name.endswith("_bucket")
