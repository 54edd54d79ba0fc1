"""Shortfalls planted in the desk's records: duties that were not done, each with its truth.

Each kind is planted once in every year of the records. Without one of them the records show every duty as done.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import TypeAlias, cast

import numpy as np

from ntanalytics.demo.arrays import Rng
from ntanalytics.demo.products.desk_workbook.cells import Cell

_STREAM = 9031

#: Row of a sheet, column → value; rows by dataset.
Record: TypeAlias = dict[str, Cell]
Sheets: TypeAlias = dict[str, list[Record]]

#: Time of a late recovery, members of a team that is too small, and days of a year.
_LATE, _SMALL_TEAM, _YEAR = dt.timedelta(hours=5, minutes=25), 5, 365


@dataclass(frozen=True, kw_only=True)
class Shortfall:
    """One duty that was not done.

    Attributes:
        kind: key of :data:`KINDS`.
        obligation: obligation of the contract (docs/domain.md, Contract obligations).
        day: day of the duty, or first day of its month.
        dataset: dataset whose rows show it, or lack it.
        key: key of the row that shows it, or of the missing one; ISO days and months.
        description: one Chinese sentence.
    """

    kind: str
    obligation: str
    day: dt.date
    dataset: str
    key: str
    description: str

    def record(self) -> dict[str, str]:
        """Return the entry of ``shortfalls.json``."""
        return {
            name: value.isoformat() if isinstance(value, dt.date) else value for name, value in asdict(self).items()
        }


def plant(
    sheets: Sheets, kinds: Collection[str], first: dt.date, until: dt.date, *, seed: int
) -> tuple[Shortfall, ...]:
    """Plant shortfalls in the rows, and return their truth in order of their days.

    Args:
        sheets: rows of all sheets, which are changed.
        kinds: keys of :data:`KINDS`.
        first: first day of the records.
        until: last day.
        seed: seed of the choice.

    Raises:
        KeyError: there is no such kind.
    """
    planted: list[Shortfall] = []
    for kind in kinds:
        for year, begins in enumerate(_years(first, until)):
            rng = np.random.default_rng([seed, _STREAM, list(KINDS).index(kind), year])
            shortfall = KINDS[kind](sheets, begins, min(begins + dt.timedelta(days=_YEAR - 1), until), rng)
            planted += [shortfall] if shortfall is not None else []
    return tuple(sorted(planted, key=lambda shortfall: (shortfall.day, shortfall.kind)))


def _years(first: dt.date, until: dt.date) -> Iterable[dt.date]:
    return (first + dt.timedelta(days=_YEAR * year) for year in range(-(-((until - first).days + 1) // _YEAR)))


def _pick(rng: Rng, rows: Sequence[Record]) -> Record | None:
    return rows[int(rng.integers(len(rows)))] if rows else None


def _within(rows: Iterable[Record], column: str, first: dt.date, last: dt.date) -> list[Record]:
    return [row for row in rows if row[column] is not None and first <= _day(row[column]) <= last]


def _day(value: Cell) -> dt.date:
    return value.date() if isinstance(value, dt.datetime) else cast("dt.date", value)


def _time(value: Cell) -> dt.datetime:
    return cast("dt.datetime", value)


def _inspection_missed(sheets: Sheets, first: dt.date, last: dt.date, rng: Rng) -> Shortfall | None:
    row = _pick(rng, _within(sheets["desk.checks"], "checked_on", first, last))
    if row is None:
        return None
    day = _day(row["checked_on"])
    sheets["desk.checks"] = [other for other in sheets["desk.checks"] if other["checked_on"] != day]
    return Shortfall(
        kind="inspection_missed",
        obligation="O12",
        day=day,
        dataset="desk.checks",
        key=day.isoformat(),
        description="当日无人工检查记录。",
    )


def _plan_missed(sheets: Sheets, dataset: str, first: dt.date, last: dt.date, rng: Rng) -> Record | None:
    """Remove what was held of one plan, and return the row; none is left of its plan."""
    held = _within((row for row in sheets[dataset] if row["plan_no"] is not None), "held_on", first, last)
    row = _pick(rng, held)
    if row is not None:
        sheets[dataset] = [other for other in sheets[dataset] if other["plan_no"] != row["plan_no"]]
    return row


def _drill_missed(sheets: Sheets, first: dt.date, last: dt.date, rng: Rng) -> Shortfall | None:
    row = _plan_missed(sheets, "desk.drills", first, last, rng)
    if row is None:
        return None
    return Shortfall(
        kind="drill_missed",
        obligation="O13" if row["kind"] == "restore_drill" else "O15",
        day=_day(row["held_on"]),
        dataset="desk.plans",
        key=str(row["plan_no"]),
        description=f"计划的演练（{row['topic']}）未举行。",
    )


def _training_missed(sheets: Sheets, first: dt.date, last: dt.date, rng: Rng) -> Shortfall | None:
    row = _plan_missed(sheets, "desk.trainings", first, last, rng)
    if row is None:
        return None
    return Shortfall(
        kind="training_missed",
        obligation="O18",
        day=_day(row["held_on"]),
        dataset="desk.plans",
        key=str(row["plan_no"]),
        description=f"计划的培训（{row['topic']}）未举行。",
    )


def _change_unconfirmed(sheets: Sheets, first: dt.date, last: dt.date, rng: Rng) -> Shortfall | None:
    made = [row for row in sheets["desk.changes"] if row["kind"] == "workflow" and row["confirmed_at"] is not None]
    row = _pick(rng, _within(made, "finished_at", first, last))
    if row is None:
        return None
    row["confirmed_at"] = row["confirmed_by"] = None
    return Shortfall(
        kind="change_unconfirmed",
        obligation="O7",
        day=_day(row["finished_at"]),
        dataset="desk.changes",
        key=str(row["change_no"]),
        description="流程调整未取得用户书面确认。",
    )


def _late_recovery(sheets: Sheets, first: dt.date, last: dt.date, rng: Rng) -> Shortfall | None:
    crashes = [row for row in sheets["desk.incidents"] if row["is_crash"] and row["cause"] == "vendor_software"]
    row = _pick(rng, _within(crashes, "began_at", first, last))
    if row is None:
        return None
    row |= {"restored_at": _time(row["began_at"]) + _LATE, "level": "larger", "has_bad_effect": True}
    row |= {"reported_at": _time(row["discovered_at"]) + dt.timedelta(minutes=40), "reported_to": "市大数据管理中心"}
    for ticket in sheets["desk.tickets"]:
        if ticket["incident_no"] == row["incident_no"]:
            ticket["closed_at"] = _time(row["restored_at"]) + dt.timedelta(minutes=15)
    return Shortfall(
        kind="late_recovery",
        obligation="O15",
        day=_day(row["began_at"]),
        dataset="desk.incidents",
        key=str(row["incident_no"]),
        description="供应商软件故障，5小时25分恢复，超过4小时承诺。",
    )


def _incident_unreported(sheets: Sheets, first: dt.date, last: dt.date, rng: Rng) -> Shortfall | None:
    larger = [row for row in sheets["desk.incidents"] if row["level"] == "larger" and row["cause"] != "vendor_software"]
    row = _pick(rng, _within(larger, "began_at", first, last))
    if row is None:
        return None
    row["reported_at"] = row["reported_to"] = None
    return Shortfall(
        kind="incident_unreported",
        obligation="O15",
        day=_day(row["began_at"]),
        dataset="desk.incidents",
        key=str(row["incident_no"]),
        description="较大事件未按规定报告。",
    )


def _team_short(sheets: Sheets, first: dt.date, last: dt.date, rng: Rng) -> Shortfall | None:
    row = _pick(rng, _within(sheets["desk.roster"], "month_on", first, last))
    if row is None:
        return None
    month = _day(row["month_on"])
    team = [member for member in sheets["desk.roster"] if member["month_on"] == month]
    others = [member for member in sheets["desk.roster"] if member["month_on"] != month]
    sheets["desk.roster"] = sorted([*others, *team[:_SMALL_TEAM]], key=lambda member: _day(member["month_on"]))
    return Shortfall(
        kind="team_short",
        obligation="O1",
        day=month,
        dataset="desk.roster",
        key=f"{month:%Y-%m}",
        description=f"当月团队{_SMALL_TEAM}人，少于6人。",
    )


#: Kind → the function that plants it within a year; None where the year has nothing to take it from.
KINDS: Mapping[str, Callable[[Sheets, dt.date, dt.date, Rng], Shortfall | None]] = MappingProxyType(
    {
        "inspection_missed": _inspection_missed,
        "drill_missed": _drill_missed,
        "change_unconfirmed": _change_unconfirmed,
        "late_recovery": _late_recovery,
        "incident_unreported": _incident_unreported,
        "team_short": _team_short,
        "training_missed": _training_missed,
    }
)
