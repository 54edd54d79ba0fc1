"""The contract as documents: what ``ntanalytics contract`` prints and what docs/datasets.md holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ntanalytics.contract import DATASETS
from ntanalytics.contract.dataset import STEERING, Column, Dataset, Kind, Privacy

_KINDS = {
    Kind.EVENT: "event (immutable once settled)",
    Kind.STATE: "state (a full snapshot each day)",
    Kind.CASE: "case (a record that lives and changes, merged by key)",
}
_PRIVACY = {
    Privacy.OPEN: "",
    Privacy.PSEUDONYM: "Pseudonym: never shown in a report.",
    Privacy.ROSTER: "Name of the contractor's staff: shown in the desk's reports only.",
}
_HEADER = ("column", "type", "unit", "null", "label", "meaning")


def document(dataset: Dataset) -> str:
    """One dataset as a Markdown section: its kind, key and times, then a table of its columns.

    The columns stand in the order in which a mapping selects them; the derived ones, which the
    loader computes, say so in their meaning.
    """
    lines = [
        f"## {dataset.name} {dataset.label}",
        "",
        dataset.meaning,
        "",
        f"- Kind: {_KINDS[dataset.kind]}.",
        f"- Key, together with the source: {_code(dataset.key)}.",
        f"- A row belongs to the local day of `{dataset.time}`; a mapping bounds its window by `{dataset.window}`.",
        f"- {_settling(dataset.settles_after)}",
        "",
        *_table(_HEADER, [_row(column) for column in dataset.columns]),
    ]
    enumerations = [column for column in dataset.columns if column.values]
    if enumerations:
        lines += ["", "Values (any other sets the row aside):", ""]
        lines += [f"- `{column.name}`: {_values(column)}" for column in enumerations]
    return "\n".join(lines) + "\n"


def as_data(dataset: Dataset) -> dict[str, object]:
    """One dataset as JSON, for machines."""
    return {
        "name": dataset.name,
        "label": dataset.label,
        "kind": dataset.kind,
        "meaning": dataset.meaning,
        "key": list(dataset.key),
        "time": dataset.time,
        "window": dataset.window,
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
                "privacy": column.privacy,
                "derived": column.elapsed is not None,
            }
            for column in dataset.columns
        ],
    }


def page() -> str:
    """The whole of docs/datasets.md: how to read it, then every dataset in the order of its declaration."""
    head = [
        "# The datasets",
        "",
        '<!-- Written by "make docs" from ntanalytics/contract; a test compares the two. -->',
        "",
        "What a mapping under `queries/` must deliver, and what a metric may count on. In the lake every dataset also",
        "has `source` (the name of the source in ntanalytics.yml) and `day` (the local day), which the loader writes.",
        f"A mapping may select {', '.join(map(_quoted, STEERING))} beside the columns.",
        "The first, when it is not null, sets the row aside with that reason; the second says how many rows or lines",
        "of the source the row stands for.",
        "",
        "Times are kept in UTC with microseconds; rates are fractions from 0 to 1.",
        "",
    ]
    return "\n".join(head) + "\n" + "\n".join(document(dataset) for dataset in DATASETS.values())


def _settling(days: int) -> str:
    if not days:
        return "A day is final as soon as it is extracted."
    return (
        f"The last {days} days are taken again at each extraction."
        if days > 1
        else ("The last day is taken again at each extraction.")
    )


def _row(column: Column) -> tuple[str, ...]:
    notes = [column.meaning]
    if column.elapsed is not None:
        notes.append("Computed by the loader; a mapping does not select it.")
    if column.minimum is not None or column.maximum is not None:
        notes.append(_range(column.minimum, column.maximum))
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
    return ", ".join(_quoted(name) for name in names)


def _quoted(name: str) -> str:
    return f"`{name}`"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A Markdown table; a bar within a text is escaped, since it would end the cell."""
    body = [[cell.replace("|", r"\|") for cell in row] for row in rows]
    return [_line(header), _line(["---"] * len(header)), *(_line(row) for row in body)]


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
