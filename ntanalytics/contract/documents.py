"""Documents of the contract, for ``ntanalytics contract`` and docs/datasets.md."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ntanalytics.contract import DATASETS
from ntanalytics.contract.dataset import CONTROL_COLUMNS, Column, Dataset, Kind, Privacy

_KINDS = {
    Kind.EVENT: "event (immutable once settled)",
    Kind.STATE: "state (a full snapshot each day)",
    Kind.CASE: "case (a record that changes over time, merged by key)",
}
_PRIVACY = {
    Privacy.OPEN: "",
    Privacy.PSEUDONYM: "Pseudonym: never shown in a report.",
    Privacy.ROSTER: "Name of the contractor's staff: shown in the desk's reports only.",
}
_HEADER = ("column", "type", "unit", "null", "label", "meaning")


def document(dataset: Dataset) -> str:
    """Return a Markdown section about a dataset: kind, key and times, and a table of the columns in mapping order."""
    if dataset.time:
        day = f"the local day of `{dataset.time}`; a mapping bounds its window by `{dataset.window}`"
    else:
        day = "the local day of its snapshot; a mapping has no window"
    lines = [
        f"## {dataset.name} {dataset.label}",
        "",
        dataset.meaning,
        "",
        f"- Kind: {_KINDS[dataset.kind]}.",
        f"- Key, together with the source: {_code(dataset.key)}.",
        f"- A row belongs to {day}.",
        f"- {_settling(dataset.settles_after)}",
        *([f"- It may be open as long as {_code(dataset.ended)} has no value."] if dataset.ended else []),
        "",
        *_table(_HEADER, [_row(column) for column in dataset.columns]),
    ]
    enumerations = [column for column in dataset.columns if column.values]
    if enumerations:
        lines += ["", "Values (a row with another value is rejected):", ""]
        lines += [f"- `{column.name}`: {_values(column)}" for column in enumerations]
    return "\n".join(lines) + "\n"


def as_data(dataset: Dataset) -> dict[str, object]:
    """Return a dataset as JSON data."""
    return {
        "name": dataset.name,
        "label": dataset.label,
        "kind": dataset.kind,
        "meaning": dataset.meaning,
        "key": list(dataset.key),
        "time": dataset.time,
        "window": dataset.window,
        "ended": list(dataset.ended),
        "settles_after": dataset.settles_after,
        "columns": [
            {
                "name": column.name,
                "type": column.type,
                "label": column.label,
                "meaning": column.meaning,
                "unit": column.unit,
                "values": dict(column.values),
                "nullable": column.nullable,
                "minimum": column.minimum,
                "maximum": column.maximum,
                "maximum_of": column.maximum_of and {"column": column.maximum_of[0], "values": [*column.maximum_of[1]]},
                "privacy": column.privacy,
                "derived": column.elapsed is not None,
                "planned": column.is_planned,
            }
            for column in dataset.columns
        ],
    }


def page() -> str:
    """Return the text of docs/datasets.md: an introduction, and every dataset in the order of declaration."""
    head = [
        "# The datasets",
        "",
        '<!-- Written by "make docs" from ntanalytics/contract; a test compares the two. -->',
        "",
        "Output of a mapping under `queries/`, and input of the metrics. In the lake every dataset also has `source`",
        "(name of the source in ntanalytics.yml) and `day` (local day), written by the loader.",
        f"A mapping may select {_code(CONTROL_COLUMNS)} beside the columns: a row with a reason in the first",
        "is rejected; a case with one in the second is no more, and leaves the lake; the third is the position of a",
        "rejected row in the source; the fourth is the number of rows or lines of the source that a row stands for.",
        "",
        "Times are stored in UTC with microseconds; rates are fractions from 0 to 1. A time that is more than a day",
        "later than its extraction rejects its row, unless it may lie ahead or ends a duration that has a maximum.",
        "",
    ]
    return "\n".join(head) + "\n" + "\n".join(document(dataset) for dataset in DATASETS.values())


def _settling(days: int) -> str:
    if not days:
        return "A day is final after its extraction."
    last = f"The last {days} days are" if days > 1 else "The last day is"
    return f"{last} extracted again at each extraction."


def _row(column: Column) -> tuple[str, ...]:
    notes = [column.meaning]
    if column.elapsed is not None:
        notes.append("Computed by the loader, not selected by a mapping.")
    if column.minimum is not None or column.maximum is not None:
        notes.append(_range(column.minimum, column.maximum))
    if column.maximum_of is not None:
        notes.append(f"The maximum holds for {_code(column.maximum_of[1])} alone.")
    if column.is_planned:
        notes.append("May lie ahead.")
    if _PRIVACY[column.privacy]:
        notes.append(_PRIVACY[column.privacy])
    null = "yes" if column.nullable else ""
    return f"`{column.name}`", column.type.value, column.unit, null, column.label, " ".join(notes)


def _range(minimum: float | None, maximum: float | None) -> str:
    if maximum is None:
        return f"At least {minimum:,.12g}."
    if minimum is None:
        return f"At most {maximum:,.12g}."
    return f"From {minimum:,.12g} to {maximum:,.12g}."


def _values(column: Column) -> str:
    return ", ".join(f"`{code}`" if code == word else f"`{code}` {word}" for code, word in column.values.items())


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return a Markdown table; bars within texts are escaped."""
    body = [[cell.replace("|", r"\|") for cell in row] for row in rows]
    return [_line(header), _line(["---"] * len(header)), *(_line(row) for row in body)]


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
