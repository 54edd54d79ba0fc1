"""The base of every block: an immutable value that displays itself as a part of the record."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, ClassVar, Self

from ntanalytics.errors import UsageError
from ntanalytics.language import tr
from ntanalytics.metrics.number_format import close_up
from ntanalytics.reports import fragments
from ntanalytics.reports.data import clean_text
from ntanalytics.reports.formats import is_nan
from ntanalytics.reports.record import BLOCK, DATA, FIGURE, FINDINGS, read_block

_SLUG = re.compile(r"[a-z][a-z0-9_-]*")


@dataclass(frozen=True)
class Block(ABC):
    """A part of a report.

    Attributes:
        id: a slug, unique in the report.
        title: the heading, or empty.
        origin: the source of its figures: metric, datasets (name → version), rows, as_of; or None.
        is_half_width: the block takes half the width and stands beside its neighbour.
    """

    kind: ClassVar[str]

    id: str
    title: str = ""
    origin: Mapping[str, Any] | None = field(default=None, kw_only=True)
    is_half_width: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        if not _SLUG.fullmatch(self.id):
            raise UsageError(
                tr("{id!r} is no block id", id=self.id),
                todo=tr("use small letters, digits, - and _, such as by-carrier"),
            )

    @abstractmethod
    def body(self) -> dict[str, Any]:
        """Return the content that only this kind of block has, as JSON."""

    def data(self) -> dict[str, Any] | None:
        """Return the data as a Table Schema resource, or None."""
        return None

    def figure(self) -> dict[str, Any] | None:
        """Return the Plotly figure, or None."""
        return None

    def findings_json(self) -> dict[str, Any] | None:
        """Return the findings that the block shows, with all their fields (reports/findings_json.py), or None."""
        return None

    def half_width(self) -> Self:
        """Return the block at half the width, so that it stands beside the block before or after it."""
        return replace(self, is_half_width=True)

    def _repr_mimebundle_(self, **_options: object) -> dict[str, Any]:
        """Return the display bundle: the record (four JSON types) and a preview for JupyterLab."""
        content: dict[str, Any] = {
            "block": self.kind,
            "id": self.id,
            **_closed_up({"title": self.title, **self.body()}),
        }
        if self.is_half_width:
            content["is_half"] = True
        if self.origin is not None:
            content["origin"] = self.origin
        bundle: dict[str, Any] = {BLOCK: to_json(content)}
        if (data := self.data()) is not None:
            bundle[DATA] = to_json(data)
        if (figure := self.figure()) is not None:
            bundle[FIGURE] = to_json(figure)
        if (findings := self.findings_json()) is not None:
            bundle[FINDINGS] = to_json(findings)
        bundle["text/plain"] = f"{self.kind} {self.id}: {self.title}"
        bundle["text/html"] = fragments.preview(read_block(bundle))
        return bundle


def _closed_up(value: Any) -> Any:
    """Return the texts that a block says itself without spaces at their figures; its data stay as they came."""
    if isinstance(value, Mapping):
        return {key: _closed_up(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_closed_up(item) for item in value]
    return close_up(value) if isinstance(value, str) else value


def show(*blocks: Block) -> None:
    """Display several blocks from one cell, in order."""
    display(*blocks)


def display(*items: object) -> None:
    """Display items in a notebook; a program that renders a record does without IPython."""
    from IPython import display as shell

    shell.display(*items)  # type: ignore[no-untyped-call]


def to_json(value: Any) -> Any:
    """Return a value as JSON: times and days as ISO texts, NaN and NaT as null, texts without control characters."""
    if isinstance(value, Mapping):
        return {clean_text(str(key)): to_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [to_json(item) for item in value]
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, (bool, int)) or value is None:
        return value
    if is_nan(value):
        return None
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if hasattr(value, "item"):  # a NumPy scalar
        return to_json(value.item())
    return value
