"""The head of a report: its subject, the time of its data, and the gaps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar

from ntanalytics.periods import Period
from ntanalytics.reports.blocks.block import Block, to_json


@dataclass(frozen=True, kw_only=True)
class SnapshotLoss:
    """The loss of a damaged snapshot, which lacks a large part of its rows and counts for nothing.

    Attributes:
        day: its day.
        rows: number of rows that it has less than the last whole one before it.
        rows_read: number of rows that it has.
        whole_on: the day of that one.
        stands_on: the day of the snapshot that stands for the period's end in its place; None when none does.
        kinds: Chinese words of the kinds of which it has no row; empty where it lost rows of all.
    """

    day: date
    rows: int
    rows_read: int
    whole_on: date
    stands_on: date | None = None
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AsOf:
    """The state of one dataset's data from one source.

    Attributes:
        source: the source's name in the settings.
        dataset: the dataset's name.
        label: the dataset's Chinese name.
        taken_at: the time of the latest extraction; None when the source gave nothing.
        rows: number of rows or lines of the source in the period; None when that is not known.
        rejected: number of rejected rows, those of a damaged snapshot included.
        missing_days: days of the report's span without data.
        error: the reason why the source gave nothing, or empty.
        loss: the loss of its snapshot of the period's end; None when that is whole, and for events and cases.
    """

    source: str
    dataset: str
    label: str
    taken_at: datetime | None = None
    rows: int | None = None
    rejected: int = 0
    missing_days: tuple[date, ...] = ()
    error: str = ""
    loss: SnapshotLoss | None = None


@dataclass(frozen=True)
class RejectedRows:
    """Number of rows of one dataset that were rejected for one reason."""

    dataset: str
    label: str
    source: str
    reason: str
    rows: int


@dataclass(frozen=True, kw_only=True)
class Head(Block):
    """The head block; a report shows it exactly once.

    Attributes:
        title: the report's title.
        subtitle: the line below it, or empty.
        period: the report's period.
        generated_at: the time at which the notebook ran.
        as_of: the state of the data by source.
        versions: dataset → version of the lake's table that was read.
        gaps: one Chinese sentence for each gap, with its effect on the figures.
        rejected: the rejected rows by reason.
        notes: one Chinese sentence for each remark that makes no figure wrong.
        timezone: the zone in which instants are shown.
        ledger_anchor: number and digest of the last entry in the ledger's chain; None without one.
    """

    kind: ClassVar[str] = "head"

    id: str = "head"
    subtitle: str = ""
    period: Period
    generated_at: datetime
    as_of: tuple[AsOf, ...] = ()
    versions: Mapping[str, int] = field(default_factory=dict)
    gaps: tuple[str, ...] = ()
    rejected: tuple[RejectedRows, ...] = ()
    notes: tuple[str, ...] = ()
    timezone: str = "Asia/Shanghai"
    ledger_anchor: tuple[int, str] | None = None

    def body(self) -> dict[str, Any]:
        """See ``Block.body``."""
        period = self.period
        anchor = {"entry": self.ledger_anchor[0], "sha256": self.ledger_anchor[1]} if self.ledger_anchor else None
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
            "as_of": [_line(line) for line in self.as_of],
            "versions": dict(self.versions),
            "gaps": list(self.gaps),
            "notes": list(self.notes),
            "rejected": [to_json(vars(line)) for line in self.rejected],
            **({"ledger_anchor": anchor} if anchor else {}),
        }


def _line(line: AsOf) -> Any:
    """Return the state of a dataset's data as JSON; a whole snapshot has no loss."""
    known = {name: value for name, value in vars(line).items() if name != "loss"}
    return to_json({**known, **({"loss": vars(line.loss)} if line.loss else {})})
