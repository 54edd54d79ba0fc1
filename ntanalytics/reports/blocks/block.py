"""What every block is: an immutable value that displays itself as a part of the record."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar

import pandas as pd
from IPython.display import display

from ntanalytics.errors import UsageError
from ntanalytics.reports import fragments
from ntanalytics.reports.data import clean
from ntanalytics.reports.record import BLOCK, DATA, FIGURE, FINDINGS, recorded

_SLUG = re.compile(r"[a-z][a-z0-9_-]*")


@dataclass(frozen=True)
class Block(ABC):
    """A part of a report.

    Attributes:
        id: a slug, unique in the report.
        title: what it says, or empty.
        origin: where its figures come from: metric, datasets (name → version), rows, as_of; or None.
    """

    kind: ClassVar[str]

    id: str
    title: str = ""
    origin: Mapping[str, Any] | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        if not _SLUG.fullmatch(self.id):
            raise UsageError(
                f"{self.id!r} is no block id", todo="use small letters, digits, - and _, such as by-carrier"
            )

    @abstractmethod
    def body(self) -> dict[str, Any]:
        """What is particular to this kind of block, as JSON."""

    def data(self) -> dict[str, Any] | None:
        """Its data as a Table Schema resource, or None."""
        return None

    def figure(self) -> dict[str, Any] | None:
        """Its Plotly figure, or None."""
        return None

    def found(self) -> dict[str, Any] | None:
        """The findings that it shows, complete (``reports.found.found``), or None."""
        return None

    def _repr_mimebundle_(self, **_choice: object) -> dict[str, Any]:
        """The display bundle: the record (four JSON types) and a preview for JupyterLab."""
        content: dict[str, Any] = {"block": self.kind, "id": self.id, "title": self.title, **self.body()}
        if self.origin is not None:
            content["origin"] = self.origin
        bundle: dict[str, Any] = {BLOCK: plain(content)}
        if (data := self.data()) is not None:
            bundle[DATA] = plain(data)
        if (figure := self.figure()) is not None:
            bundle[FIGURE] = plain(figure)
        if (found := self.found()) is not None:
            bundle[FINDINGS] = plain(found)
        bundle["text/plain"] = f"{self.kind} {self.id}: {self.title}"
        bundle["text/html"] = fragments.preview(recorded(bundle))
        return bundle


def show(*blocks: Block) -> None:
    """Display several blocks from one cell, in order."""
    display(*blocks)  # type: ignore[no-untyped-call]


def plain(value: Any) -> Any:
    """A value as JSON: times and days as ISO texts, null for NaN and NaT, texts without control characters."""
    if isinstance(value, Mapping):
        return {clean(str(key)): plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(each) for each in value]
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, (bool, int)) or value is None:
        return value
    if pd.isna(value):  # NaN, NaT
        return None
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if hasattr(value, "item"):  # a NumPy scalar
        return plain(value.item())
    return value
