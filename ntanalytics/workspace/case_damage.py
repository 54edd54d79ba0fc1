"""Days of cases on which their source gave nothing in hours that have many rows, or rows that could not be read."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from ntanalytics.contract import Dataset, Kind
from ntanalytics.contract import dataset as dataset_named
from ntanalytics.detectors.day_profile import MIN_PART_ROWS, ProfileDamage
from ntanalytics.workspace.day_damage import HISTORY_DAYS, Damages, RowsByHour, empty_days
from ntanalytics.workspace.lost_rows import lost_days
from ntanalytics.workspace.stopped_source import HeldOf, events_of, silent_days

if TYPE_CHECKING:
    from ntanalytics.workspace.rows_by_hour import Parts
    from ntanalytics.workspace.site import Workspace

#: Rows that a book has at least, in all its registers together, on each day on which it is kept.
_BOOK_ROWS = 10

#: Share of the rows of a usual day below which a book was not kept on a day beside one without any.
_FEW_SHARE = 0.1

#: Rejected rows of a day, and their share of its rows, from which the others are only a part of it: a row that cannot
#: be read may be the one that is overdue. Of a day without any other row one is enough.
_FEWEST_REJECTED, _REJECTED_SHARE = 3, 0.1


def damaged_case_days(rows_by_hour: RowsByHour, cases: Dataset, held_of: HeldOf, days: Sequence[dt.date]) -> Damages:
    """Return the damage of each day of a dataset of cases, worked out once for the same days.

    A case may change at any time and has no profile. What the same source tells of events has: where one of them lacks
    hours, and nothing else comes in these hours, the source has stopped. A day of which many rows were rejected is
    known for a part, too.

    Args:
        rows_by_hour: the rows of the site's lake.
        cases: the dataset of cases.
        held_of: tells the complete days of each source of a dataset.
        days: the days that are judged.
    """
    key = cases.name, tuple(days)
    if key not in rows_by_hour.damages_by_days:
        workspace = rows_by_hour.workspace
        covered = workspace.covered_days(cases.name, min(days), max(days))
        damages = lost_days(covered, days, _REJECTED_SHARE, _FEWEST_REJECTED)
        for source in workspace.sources_by_dataset.get(cases.name, ()):
            events = events_of(workspace, source)
            if events:
                silent = silent_days(rows_by_hour, source, cases, events, held_of, days)
                damages |= {key: _of_cases(damage) for key, damage in silent.items()}
            else:
                register = _unkept_register(workspace, cases, source, days)
                unkept = {**_unkept(rows_by_hour, source, days), **register}
                damages |= {key: known for key, known in unkept.items() if key[1] in days}
        rows_by_hour.damages_by_days[key] = damages
    return rows_by_hour.damages_by_days[key]


def _of_cases(damage: ProfileDamage) -> ProfileDamage:
    """Return what a damage of events is for cases: those that began before the hours may have changed in them."""
    if damage.kind != "begins_late":
        return damage
    return replace(damage, kind="hours_missing", hour=damage.missing_hours.start, share=0.0)


def _unkept(rows_by_hour: RowsByHour, source: str, days: Sequence[dt.date]) -> Damages:
    """Return two or more days in turn on which nobody wrote anything into a book that is kept on every such day.

    Its registers have no hours, and few rows each. Whether nothing happened, or nobody wrote it down, is unknown;
    a single day may have been quiet. A row or two beside such days keep no book.
    """
    key = source, min(days), max(days)
    if key not in rows_by_hour.unkept_days:
        workspace = rows_by_hour.workspace
        first = min(days) - dt.timedelta(days=HISTORY_DAYS)
        rows: Counter[dt.date] = Counter()
        held: set[dt.date] = set()
        for name, sources in workspace.sources_by_dataset.items():
            if source not in sources or dataset_named(name).kind is Kind.STATE:
                continue
            for day in workspace.covered_days(name, first, max(days)):
                if day.source == source and day.is_held:
                    held.add(day.day)
                    rows[day.day] += day.rows
        few = _few_rows(workspace, {day: count for day, count in rows.items() if count})
        by_day = {day: {"": np.array([float(count)])} for day, count in rows.items() if count and day not in few}
        empty = empty_days(workspace, by_day, held, _BOOK_ROWS)
        judged = [day for day in sorted(held) if day in empty or rows[day] >= _BOOK_ROWS]
        turns = [list(turn) for is_empty, turn in groupby(judged, empty.__contains__) if is_empty]
        turns = [turn for turn in turns if len(turn) > 1 and not few.issuperset(turn)]
        unkept = {day: empty[day] for turn in turns for day in turn}
        rows_by_hour.unkept_days[key] = _going_on(workspace, source, unkept, {day: rows[day] for day in held})
    return rows_by_hour.unkept_days[key]


def _few_rows(workspace: Workspace, rows: Mapping[dt.date, int]) -> set[dt.date]:
    """Return the days with less than a tenth of the rows that days of their kind (worked or not) have."""
    few = set()
    for kind in (True, False):
        own = {day: count for day, count in rows.items() if workspace.calendar.is_likely_worked(day) == kind}
        least = _FEW_SHARE * median(own.values()) if own else 0.0
        few |= {day for day, count in own.items() if count < least}
    return few


def _unkept_register(workspace: Workspace, cases: Dataset, source: str, days: Sequence[dt.date]) -> Damages:
    """Return the days in turn on which nobody wrote into a register that has rows on each such day, twenty in as many.

    Others bring what a register of cases holds, such as tickets; of one that tells what was done (checks, attendance) a
    day without a row is what it tells.
    """
    if cases.kind is not Kind.CASE:
        return {}
    covered = workspace.covered_days(cases.name, min(days) - dt.timedelta(days=HISTORY_DAYS), max(days))
    rows = {day.day: float(day.rows) for day in covered if day.source == source and day.is_held}
    by_day: dict[dt.date, Parts] = {day: {"": np.array([count])} for day, count in rows.items() if count}
    empty = empty_days(workspace, by_day, rows, 1.0)
    unkept: dict[dt.date, ProfileDamage] = {}
    for is_empty, turn in groupby((day for day in sorted(rows) if rows[day] or day in empty), empty.__contains__):
        own = list(turn)
        if not is_empty or len(own) == 1:  # a single day may have been quiet
            continue
        is_worked = workspace.calendar.is_likely_worked(own[0])
        usual = [rows[day] for day in by_day if day < own[0] and workspace.calendar.is_likely_worked(day) == is_worked]
        if sum(usual) / len(usual) * len(own) >= MIN_PART_ROWS:
            unkept |= {day: empty[day] for day in own}
    return _going_on(workspace, source, unkept, rows)


def _going_on(
    workspace: Workspace, source: str, unkept: Mapping[dt.date, ProfileDamage], rows: Mapping[dt.date, float]
) -> Damages:
    """Return days without a row, with those after them until one comes, unless days of that kind never have one."""
    damages, kinds = dict(unkept), {workspace.calendar.is_likely_worked(day) for day, count in rows.items() if count}
    for day in sorted(rows):
        before = damages.get(day - dt.timedelta(days=1))
        if before and not rows[day] and workspace.calendar.is_likely_worked(day) in kinds:
            damages.setdefault(day, before)
    return {(source, day): damage for day, damage in damages.items()}
