"""Planned work: maintenance and mailings that the buyer confirmed, and the downtime within them.

Definitions: docs/domain.md, Availability.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from ntanalytics.contract.enumerations import SUBSYSTEMS
from ntanalytics.metrics.rows import Rows, rows

#: Kind of planned work; the last is a change that a unit goes through, such as an office that moves.
KindOfWork = Literal["maintenance", "mailing", "unit_work"]

_MOMENT = pa.timestamp("us", "UTC")


@dataclass(frozen=True)
class PlannedWork:
    """Work that the buyer confirmed before it began: maintenance, a mailing, or whatever a unit has to go through.

    Attributes:
        change_number: number of its change.
        subsystem: the subsystem that is worked on; ``infra`` stands for all.
        begin: its planned begin (aware).
        end: its planned end (aware); where none was agreed, its recorded one.
        named: the host, application or unit that it is about alone; empty for the whole subsystem.
    """

    change_number: str
    subsystem: str
    begin: datetime
    end: datetime
    named: str = ""


def confirmed_work(changes: Rows, kind: KindOfWork = "maintenance") -> list[PlannedWork]:
    """Return the work of a kind that the buyer confirmed before it began, earliest first.

    A change without an end, or without a planned begin, is none: nobody knows what it covers. So is a mailing that
    names no application. What goes on after the planned end is no longer planned.

    Args:
        changes: rows of ``desk.changes``.
        kind: the kind of the changes; ``unit_work`` are those of any kind but a mailing that name a unit.
    """
    planned = []
    for row in rows(changes):
        confirmed, begin, end = row["confirmed_at"], row["planned_at"], row["planned_until_at"] or row["finished_at"]
        is_of_unit = kind == "unit_work"
        named = str((row["unit"] if is_of_unit else row["host"] or row["application"]) or "").strip()
        is_of_kind = row["kind"] != "mailing" if is_of_unit else row["kind"] == kind
        if (
            is_of_kind
            and (named or kind == "maintenance")
            and row["result"] != "cancelled"
            and None not in (begin, end, confirmed)
            and confirmed < begin
        ):
            planned.append(PlannedWork(str(row["change_no"]), row["subsystem"], begin, end, named))
    return sorted(planned, key=lambda item: (item.begin, item.change_number))


def days_with_work(planned: Sequence[PlannedWork], utc_offset_h: int) -> frozenset[date]:
    """Return the local days that planned work touches."""
    offset = timedelta(hours=utc_offset_h)
    days: set[date] = set()
    for item in planned:
        first, last = ((moment.astimezone(UTC) + offset).date() for moment in (item.begin, item.end))
        days.update(first + timedelta(days=number) for number in range((last - first).days + 1))
    return frozenset(days)


def planned_downtime(spans: ir.Table, planned: Sequence[PlannedWork], keys: Sequence[str]) -> ir.Table:
    """Return the seconds of downtime within maintenance windows, of the targets that have some."""
    kind = spans["_from_at"].type()
    names = sorted({item.named for item in planned if item.named})
    merged = [
        (system, name, *window)
        for system in SUBSYSTEMS
        for name in ("", *names)
        for window in _merged(planned, system, name)
    ]
    columns = zip(*merged, strict=True) if merged else ([], [], [], [])
    types = {"_system": pa.string(), "_named": pa.string(), "_begin": _MOMENT, "_end": _MOMENT}
    windows = ibis.memtable(
        pa.table({name: pa.array(list(column), types[name]) for name, column in zip(types, columns, strict=True)})
    )
    windows = windows.mutate(_begin=windows["_begin"].cast(kind), _end=windows["_end"].cast(kind))
    down = spans.filter(~spans.is_up)
    named = ibis.cases(*((down.target.contains(name), name) for name in names), else_="") if names else ibis.literal("")
    down = down.mutate(_name=named)
    on = [
        down.subsystem == windows["_system"],
        down["_name"] == windows["_named"],
        down["_from_at"] < windows["_end"],
        down["_until_at"] > windows["_begin"],
    ]
    both = down.inner_join(windows, on)
    until, since = ibis.least(both["_until_at"], both["_end"]), ibis.greatest(both["_from_at"], both["_begin"])
    both = both.mutate(_within_s=(until.epoch_seconds() - since.epoch_seconds()).cast("float64"))
    return both.group_by(*keys).aggregate(_planned_s=both["_within_s"].sum())


def _merged(planned: Sequence[PlannedWork], subsystem: str, named: str) -> list[tuple[datetime, datetime]]:
    """Return the windows of what is named in a subsystem, each moment in one of them at most; ``infra`` is all."""
    merged: list[tuple[datetime, datetime]] = []
    wanted = [item for item in planned if item.subsystem in ("infra", subsystem) and item.named in ("", named)]
    for begin, end in sorted((item.begin, item.end) for item in wanted):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged
