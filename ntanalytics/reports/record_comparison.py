"""Two records of one report compared value by value: that of a published report, and one made again on its data."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from ntanalytics.reports.correction import own_blocks, own_subtitle
from ntanalytics.reports.record import Heading, Record, RecordedBlock

#: Relative difference up to which two numbers are equal: sums of the same rows in another order differ by less.
_TOLERANCE = 1e-9
_QUOTED = 60


def value_differences(published: Record, made: Record) -> list[str]:
    """Return the values of a record that differ from the published one: figures, texts, findings, gaps.

    Args:
        published: the record of the published report.
        made: the record that was made again.
    """
    then, now = ({block.id: block for block in (record.head, *own_blocks(record))} for record in (published, made))
    differences = [f"block {name} is not there" for name in then if name not in now]
    differences += [f"block {name} is new" for name in now if name not in then]
    for name, block in then.items():
        if name in now:
            old, new = _content(block), _content(now[name])
            if block is published.head:
                old["subtitle"] = own_subtitle(published)
            differences += [f"block {name}, {text}" for text in _differences(old, new, "")]
    if _headings(published) != _headings(made):
        differences.append("the headings differ")
    return differences


def _content(block: RecordedBlock) -> dict[str, object]:
    body = {name: value for name, value in block.body.items() if name not in ("block", "id")}
    return {
        **body,
        "columns": [field.to_json() for field in block.fields],
        "row": list(block.rows),
        "figure": block.figure,
        "finding": block.findings_json,
    }


def _headings(record: Record) -> list[str]:
    return [item.markdown.strip() for item in record.items if isinstance(item, Heading)]


def _differences(then: object, now: object, place: str) -> Iterator[str]:
    """Yield each value that differs, with its place such as ``row 3 submitted``."""
    if isinstance(then, Mapping) and isinstance(now, Mapping):
        for name in [*then, *(name for name in now if name not in then)]:
            yield from _differences(then.get(name), now.get(name), f"{place} {name}".strip())
    elif _is_list(then) and _is_list(now) and len(then) == len(now):  # type: ignore[arg-type]  # both are lists
        for number, (old, new) in enumerate(zip(then, now, strict=True), 1):  # type: ignore[call-overload]
            yield from _differences(old, new, f"{place} {number}")
    elif not _are_equal(then, now):
        yield f"{place}: {_quoted(now)} instead of {_quoted(then)}"


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _are_equal(then: object, now: object) -> bool:
    if isinstance(then, float) and isinstance(now, (int, float)) and not isinstance(now, bool):
        return math.isclose(then, now, rel_tol=_TOLERANCE, abs_tol=1e-12)
    return type(then) is type(now) and then == now


def _quoted(value: object) -> str:
    text = f"{len(value)} entries" if _is_list(value) else repr(value)  # type: ignore[arg-type]  # it is a list
    return text if len(text) <= _QUOTED else f"{text[:_QUOTED]}…"
