"""The head of a report: what it is about, as of when, and what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar

from ntanalytics.periods import Period
from ntanalytics.reports.blocks.block import Block, plain


@dataclass(frozen=True)
class AsOf:
    """What one source gave for one dataset.

    Attributes:
        source: the source's name in the settings.
        dataset: the dataset's name.
        label: the dataset's Chinese name.
        taken_at: when the latest of its data were taken; None when it gave nothing.
        rows: how many rows or lines of the source the period has; None when that is not known.
        rejected: how many rows were set aside.
        missing_days: days of the report's span that were not taken.
        error: why the source gave nothing, or empty.
    """

    source: str
    dataset: str
    label: str
    taken_at: datetime | None = None
    rows: int | None = None
    rejected: int = 0
    missing_days: tuple[date, ...] = ()
    error: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing."""
        return self.taken_at is not None and not self.missing_days and not self.error


@dataclass(frozen=True)
class Rejected:
    """Rows of one dataset that were set aside for one reason."""

    dataset: str
    label: str
    source: str
    reason: str
    rows: int


@dataclass(frozen=True)
class Head(Block):
    """The head block; a report shows it exactly once.

    Attributes:
        title: the report's title.
        subtitle: said below it, or empty.
        period: the report's period.
        generated_at: when the notebook ran.
        as_of: what each source gave.
        versions: dataset → version of the lake's table that was read.
        holes: one Chinese sentence for each thing that is missing, and what it does to the figures.
        rejected: the rows that were set aside, by reason.
        notes: one Chinese sentence for each thing to know that makes no figure wrong.
        timezone: in which instants are shown.
    """

    kind: ClassVar[str] = "head"

    id: str = field(default="head", kw_only=True)
    subtitle: str = field(default="", kw_only=True)
    period: Period = field(kw_only=True)
    generated_at: datetime = field(kw_only=True)
    as_of: tuple[AsOf, ...] = field(default=(), kw_only=True)
    versions: Mapping[str, int] = field(default_factory=dict, kw_only=True)
    gaps: tuple[str, ...] = field(default=(), kw_only=True)
    rejected: tuple[Rejected, ...] = field(default=(), kw_only=True)
    notes: tuple[str, ...] = field(default=(), kw_only=True)
    timezone: str = field(default="Asia/Shanghai", kw_only=True)

    def body(self) -> dict[str, Any]:
        """See ``Block.body``."""
        period = self.period
        return {
            "subtitle": self.subtitle,
            "period": {
                "kind": str(period.kind),
                "text": period.text,
                "label": period.label,
                "first": period.first.isoformat(),
                "last": period.last.isoformat(),
            },
            "generated_at": self.generated_at.isoformat(),
            "timezone": self.timezone,
            "as_of": [plain(vars(each)) for each in self.as_of],
            "versions": dict(self.versions),
            "gaps": list(self.gaps),
            "notes": list(self.notes),
            "rejected": [plain(vars(each)) for each in self.rejected],
        }
