"""Hours in which a source gave nothing at all: what one of its datasets shows holds for the others, too."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from ntanalytics.contract import Dataset, Kind
from ntanalytics.contract import dataset as dataset_named
from ntanalytics.detectors.comparable_days import comparable_days_of
from ntanalytics.detectors.day_profile import MIN_EXPECTED, ProfileDamage
from ntanalytics.workspace.day_damage import HISTORY_DAYS, Damages, RowsByHour, has_profile

if TYPE_CHECKING:
    from ntanalytics.detectors.detection import Floats
    from ntanalytics.workspace.rows_by_hour import Parts
    from ntanalytics.workspace.site import Workspace

#: Tells the complete days of each source of a dataset.
HeldOf: TypeAlias = Callable[[Dataset], Mapping[str, Collection[dt.date]]]

#: Rows that a dataset usually has in some hours, from which it lacks some where its source gave nothing in them.
_MIN_LOST = 1.0

_NO_ROWS: Floats = np.zeros(24)


def stopped_days(
    rows_by_hour: RowsByHour, events: Dataset, held_of: HeldOf, days: Sequence[dt.date], damages: Damages
) -> Damages:
    """Return the days on which a dataset of events lacks rows, since its source gave nothing of the others either.

    Of a few rows a day no profile tells whether hours without any lack some; what the same source tells of more does.

    Args:
        rows_by_hour: the rows of the site's lake.
        events: the dataset.
        held_of: tells the complete days of each source of a dataset.
        days: the days that are judged.
        damages: what its own rows show, which is not judged again.
    """
    key = events.name, tuple(days)
    if key not in rows_by_hour.stopped_by_days:
        rows_by_hour.stopped_by_days[key] = {
            (source, day): damage
            for source in rows_by_hour.workspace.sources_by_dataset.get(events.name, ())
            for day, damage in _stopped_of(rows_by_hour, source, events, held_of, days).items()
            if (source, day) not in damages
        }
    return rows_by_hour.stopped_by_days[key]


def _stopped_of(
    rows_by_hour: RowsByHour, source: str, events: Dataset, held_of: HeldOf, days: Sequence[dt.date]
) -> dict[dt.date, ProfileDamage]:
    """Return the days on which a dataset of one source lacks rows with all others of it."""
    workspace, first = rows_by_hour.workspace, min(days) - dt.timedelta(days=HISTORY_DAYS)
    others = [dataset for dataset in events_of(workspace, source) if dataset.name != events.name]
    if not others:
        return {}
    by_day = rows_by_hour.of(events, first, max(days)).get(source, {})
    held = set(held_of(events).get(source, ())).intersection(days)
    usual_of = _usual_rows(workspace, {day: _rows(by_day, day) for day in held.union(by_day)}, held)
    if all(usual[_rows(by_day, day) == 0].sum() < _MIN_LOST for day, usual in usual_of.items()):
        return {}
    cases = next((dataset for dataset in _datasets_of(workspace, source) if dataset.kind is Kind.CASE), None)
    stopped = {}
    for (_, day), damage in silent_days(rows_by_hour, source, cases, [events, *others], held_of, days).items():
        usual = usual_of.get(day, _NO_ROWS)
        lost = float(usual[list(damage.missing_hours)].sum())
        if lost >= _MIN_LOST:
            stopped[day] = replace(damage, share=lost / float(usual.sum()))
    return stopped


def silent_days(
    rows_by_hour: RowsByHour,
    source: str,
    cases: Dataset | None,
    events: Sequence[Dataset],
    held_of: HeldOf,
    days: Sequence[dt.date],
) -> Damages:
    """Return the days on which a source gave nothing in hours in which one of its datasets of events always has rows.

    Args:
        rows_by_hour: the rows of the site's lake.
        source: the source.
        cases: its dataset of cases, if it has one.
        events: its datasets of events.
        held_of: tells the complete days of each source of a dataset.
        days: the days that are judged.
    """
    first = min(days) - dt.timedelta(days=HISTORY_DAYS)
    damages = [rows_by_hour.damages(event, held_of(event), days) for event in events]
    changed = rows_by_hour.of(cases, first, max(days)).get(source, {}) if cases else {}
    rows = [rows_by_hour.of(event, first, max(days)).get(source, {}) for event in events]
    silent: dict[tuple[str, dt.date], ProfileDamage] = {}
    for day in days:
        known = [damage for own in damages if (damage := own.get((source, day))) and damage.missing_hours]
        for damage in sorted(known, key=lambda damage: -len(damage.missing_hours)):
            if _has_stopped(day, damage.missing_hours, changed, *rows):
                silent[source, day] = damage
                break
    return silent


def events_of(workspace: Workspace, source: str) -> list[Dataset]:
    """Return the datasets of a source whose days have a profile."""
    return [dataset for dataset in _datasets_of(workspace, source) if has_profile(dataset)]


def _datasets_of(workspace: Workspace, source: str) -> list[Dataset]:
    datasets = workspace.sources_by_dataset.items()
    return [dataset_named(name) for name, sources in datasets if source in sources]


def _has_stopped(day: dt.date, hours: range, cases: Mapping[dt.date, Parts], *events: Mapping[dt.date, Parts]) -> bool:
    """Return whether a source gave nothing in some hours.

    Cases that changed in them show that it did not stop, unless several datasets of events that usually have rows then
    have none: what the lake has of the cases may be what an earlier extraction took.
    """
    if any(_rows_in(by_day, day, hours) for by_day in events):
        return False
    if not _rows_in(cases, day, hours):
        return True
    usual = [[_rows_in(by_day, before, hours) for before in by_day if before < day] for by_day in events]
    return sum(bool(rows) and sum(rows) / len(rows) >= MIN_EXPECTED for rows in usual) > 1


def _rows_in(by_day: Mapping[dt.date, Parts], day: dt.date, hours: range) -> float:
    """Return the rows of a day in some of its hours."""
    return float(_rows(by_day, day)[hours.start : hours.stop].sum())


def _rows(by_day: Mapping[dt.date, Parts], day: dt.date) -> Floats:
    """Return the rows of a day by hour; zeros of one without any."""
    total = _NO_ROWS
    for rows in by_day.get(day, {}).values():
        total = total + rows
    return total


def _usual_rows(
    workspace: Workspace, rows: Mapping[dt.date, Floats], days: Collection[dt.date]
) -> dict[dt.date, Floats]:
    """Return the mean rows by hour of the comparable days before each of some days; zeros without any."""
    is_worked = workspace.calendar.is_likely_worked
    known = [{"day": day, "is_covered": bool(rows[day].any()), "is_working_day": is_worked(day)} for day in rows]
    alike = comparable_days_of(known, days)
    return {day: np.mean([rows[before] for before in alike[day]] or [_NO_ROWS], axis=0) for day in days}
