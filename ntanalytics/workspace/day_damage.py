"""Days of which a source gave only a part, or whose times are off: held, and not complete (docs/domain.md, Gaps)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ntanalytics.contract import Dataset, Kind
from ntanalytics.detectors.comparable_days import COMPARABLE_DAYS, comparable_days_of
from ntanalytics.detectors.day_profile import MIN_PART_ROWS, ProfileDamage, empty_day, profile_damage, shifted_parts
from ntanalytics.detectors.day_screen import may_be_damaged
from ntanalytics.detectors.detection import Floats
from ntanalytics.detectors.missing_hours import hours_missing, partial_parts
from ntanalytics.detectors.missing_parts import missing_parts
from ntanalytics.workspace.known_outages import down_hours
from ntanalytics.workspace.rows_by_hour import BySource, Parts, count_rows_by_hour, utc_offset_s

if TYPE_CHECKING:
    from ntanalytics.workspace.site import Workspace

#: Days before a day among which comparable ones are looked for.
HISTORY_DAYS = 28

#: Datasets of what is sampled at a steady pace: their figures know the time that was not measured.
_SAMPLED = frozenset({"infra.checks", "infra.metrics"})

_DAY = dt.timedelta(days=1)

#: First day, last day, and the rows between them.
_HourlyRows = tuple[dt.date, dt.date, BySource]

#: (source, day) → its damage.
Damages = Mapping[tuple[str, dt.date], ProfileDamage]


class RowsByHour:
    """Rows of the datasets by source, day and local hour, read once for all periods that need them.

    Args:
        workspace: the site.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._read: dict[str, _HourlyRows] = {}
        self._known: dict[tuple[str, str, dt.date], _DayTotals] = {}
        self._judged: dict[tuple[str, str, dt.date, tuple[dt.date, ...]], ProfileDamage | None] = {}
        #: Dataset and the days that were judged → the damages.
        self.damages_by_days: dict[tuple[str, tuple[dt.date, ...]], Damages] = {}
        #: The same of the days on which the source of a dataset gave nothing else either.
        self.stopped_by_days: dict[tuple[str, tuple[dt.date, ...]], Damages] = {}
        #: Source, first and last day → the days on which nobody wrote into a book.
        self.unkept_days: dict[tuple[str, dt.date, dt.date], Damages] = {}

    def damages(self, dataset: Dataset, held: Mapping[str, Collection[dt.date]], days: Sequence[dt.date]) -> Damages:
        """Return what :func:`damaged_days` does, worked out once for the same days."""
        key = dataset.name, tuple(days)
        if key not in self.damages_by_days:
            self.damages_by_days[key] = damaged_days(self, dataset, held, days)
        return self.damages_by_days[key]

    def of(self, dataset: Dataset, first: dt.date, last: dt.date) -> BySource:
        """Return source → day → part → rows by local hour, of the days asked for that have rows.

        What is judged by them is the same whoever has asked for more days before.
        """
        asked, known = (first, last), self._read.get(dataset.name)
        if known is None:
            known = first, last, count_rows_by_hour(self.workspace, dataset, first, last)
        else:
            known = self._with_more_days(dataset, first, last, known)
        self._read[dataset.name] = known
        return {
            source: {day: parts for day, parts in by_day.items() if asked[0] <= day <= asked[1]}
            for source, by_day in known[2].items()
        }

    def _with_more_days(self, dataset: Dataset, first: dt.date, last: dt.date, known: _HourlyRows) -> _HourlyRows:
        """Return the rows that are known, and those of the days before and after them that are asked for."""
        since, until, by_source = known
        if since <= first and last <= until:
            return known
        begin, end = min(first, since), max(last, until)
        if utc_offset_s(self.workspace, end) != utc_offset_s(self.workspace, until):  # all hours have one offset
            return begin, end, count_rows_by_hour(self.workspace, dataset, begin, end)
        spans = [span for span in ((begin, since - _DAY), (until + _DAY, end)) if span[0] <= span[1]]
        more = [count_rows_by_hour(self.workspace, dataset, *span, offset_day=end) for span in spans]
        sources = dict.fromkeys(source for rows in (by_source, *more) for source in rows)
        merged = {
            source: {day: parts for rows in (by_source, *more) for day, parts in rows.get(source, {}).items()}
            for source in sources
        }
        return begin, end, merged

    def damage(
        self, dataset: Dataset, source: str, day: dt.date, usual: Sequence[dt.date], by_day: Mapping[dt.date, Parts]
    ) -> ProfileDamage | None:
        """Return the damage of a day held against others, which is judged once for all periods that look at it.

        Args:
            dataset: the dataset.
            source: the source.
            day: the day.
            usual: the comparable days before it.
            by_day: day → part → rows by local hour of the source.
        """
        key = (dataset.name, source, day, tuple(usual))
        if key not in self._judged:
            today, *others = (self._totals(dataset.name, source, known, by_day[known]) for known in (day, *usual))
            damage = _damage(today, others) if usual else None
            self._judged[key] = damage or self._lacks_hours(dataset, day, today, others)
        return self._judged[key]

    def _lacks_hours(
        self, dataset: Dataset, day: dt.date, today: _DayTotals, usual: Sequence[_DayTotals]
    ) -> ProfileDamage | None:
        """Return hours of which the source or a part of it gave nothing, unless the system is known to have been down.

        Whether the system or its source stopped is unknown else.
        """
        if not usual or dataset.name in _SAMPLED:
            return None
        whole = hours_missing(today.by_hour, np.array([day.by_hour for day in usual]))
        of_parts = partial_parts(today.parts, [day.parts for day in usual]) if dataset.part and not whole else []
        for damage in [whole] if whole else of_parts:
            down = down_hours(self.workspace, dataset, day, damage.parts or today.parts)
            if not down.issuperset(damage.missing_hours):
                return damage
        return None

    def missing_parts(
        self, dataset: Dataset, source: str, held: Sequence[dt.date], by_day: Mapping[dt.date, Parts]
    ) -> dict[dt.date, ProfileDamage]:
        """Return the days on which parts of a source gave nothing; none of a dataset without parts.

        Args:
            dataset: the dataset.
            source: the source.
            held: its complete days with rows.
            by_day: day → part → rows by local hour of the source.
        """
        if not dataset.part:
            return {}
        rows = {day: self._totals(dataset.name, source, day, by_day[day]).by_part for day in held}
        return missing_parts(rows, self.workspace.calendar.is_likely_worked)

    def _totals(self, dataset: str, source: str, day: dt.date, parts: Parts) -> _DayTotals:
        """Return the sums of a day, which is held against some twenty days after it."""
        return self._known.setdefault((dataset, source, day), _DayTotals(parts))


@dataclass(frozen=True)
class _DayTotals:
    """Rows of a day of a source: by part and hour, by hour, and by part."""

    parts: Parts

    @cached_property
    def by_hour(self) -> Floats:
        by_hour: Floats = np.sum(list(self.parts.values()), axis=0)
        return by_hour

    @cached_property
    def by_part(self) -> dict[str, float]:
        return {part: float(hours.sum()) for part, hours in self.parts.items()}


def damaged_days(
    rows_by_hour: RowsByHour, dataset: Dataset, held: Mapping[str, Collection[dt.date]], days: Collection[dt.date]
) -> Damages:
    """Return the damage of each day of each source that has one.

    Only events with a time of day have a profile; cases change later, and states have no hours.

    Args:
        rows_by_hour: the rows of the site's lake.
        dataset: the dataset.
        held: source → its complete days, those without a row, too.
        days: the days that are judged.
    """
    if not has_profile(dataset) or not days:
        return {}
    first = min(days) - dt.timedelta(days=HISTORY_DAYS)
    workspace = rows_by_hour.workspace
    by_source = rows_by_hour.of(dataset, first, max(days))
    damages = {}
    for source, by_day in by_source.items():
        whole = sorted(set(by_day) & set(held.get(source, ())))
        known = [
            {"day": day, "is_covered": True, "is_working_day": workspace.calendar.is_likely_worked(day)}
            for day in whole
        ]
        usual_of = comparable_days_of(known, sorted(set(days) & set(by_day)))
        gone = rows_by_hour.missing_parts(dataset, source, whole, by_day)
        for day, usual in usual_of.items() if dataset.part else _doubtful(usual_of, by_day):
            damage = _of_day(rows_by_hour.damage(dataset, source, day, usual, by_day), gone.get(day))
            if damage is not None:
                damages[source, day] = damage
        damages |= _beside_shifted(source, damages, set(days) & set(by_day))
        empty = empty_days(workspace, by_day, held.get(source, ()), goes_on=True)
        damages |= {(source, day): damage for day, damage in empty.items() if day in set(days)}
    return damages


def _of_day(damage: ProfileDamage | None, gone: ProfileDamage | None) -> ProfileDamage | None:
    """Return the damage of a day: a part of which nothing came is more than hours that it or another one lacks."""
    if damage is None or damage.kind == "hours_missing" or (damage.parts and damage.kind != "shifted"):
        return gone or damage
    return damage


def _doubtful(
    usual_of: Mapping[dt.date, Sequence[dt.date]], by_day: Mapping[dt.date, Parts]
) -> list[tuple[dt.date, Sequence[dt.date]]]:
    """Return the days of a source without parts that may be damaged, each with its comparable days."""
    if not usual_of:
        return []
    place = {day: number for number, day in enumerate(by_day)}
    rows = np.array([*(sum(parts.values()) for parts in by_day.values()), np.zeros(24)])
    no_day = [len(place)] * COMPARABLE_DAYS
    usual = [([place[day] for day in days] + no_day)[:COMPARABLE_DAYS] for days in usual_of.values()]
    flags = may_be_damaged(rows[[place[day] for day in usual_of]], rows[np.array(usual)])
    return [known for known, is_doubtful in zip(usual_of.items(), flags, strict=True) if is_doubtful]


def has_profile(dataset: Dataset) -> bool:
    """Return whether the days of a dataset have hours that stay as they are."""
    return dataset.kind is Kind.EVENT and dataset.time.endswith("_at")


def empty_days(
    workspace: Workspace,
    by_day: Mapping[dt.date, Parts],
    held: Collection[dt.date],
    least: float = MIN_PART_ROWS,
    *,
    goes_on: bool = False,
) -> dict[dt.date, ProfileDamage]:
    """Return the held days without a row on which a source that always had many gave none: it has stopped.

    Args:
        workspace: the site.
        by_day: day → part → rows by local hour of the source, of the days with rows.
        held: its complete days, those without a row, too.
        least: rows that each comparable day before has.
        goes_on: whether a day after such a day is one, too, as long as no row comes: who has stopped gives none
            on days of few rows either. One that never has a row on such days is not missed.
    """
    damages: dict[dt.date, ProfileDamage] = {}
    rows: dict[bool, list[float]] = {True: [], False: []}  # of days that are worked, and of days off, in their order
    first = min(by_day, default=None)
    for day in sorted(day for day in held if first is not None and day > first):
        usual = rows[workspace.calendar.is_likely_worked(day)]
        if day not in by_day:
            damage = empty_day(usual[-COMPARABLE_DAYS:], least)
            if damage is None and goes_on and any(usual[-COMPARABLE_DAYS:]):
                damage = damages.get(day - _DAY)
            if damage is not None:
                damages[day] = damage
                continue
        usual.append(sum(float(hours.sum()) for hours in by_day.get(day, {}).values()))
    return damages


def _beside_shifted(source: str, damages: Damages, days: Collection[dt.date]) -> Damages:
    """Return the days beside those whose times are off: rows of the one stand on the other."""
    off = [day for (owner, day), damage in damages.items() if owner == source and damage.kind == "shifted"]
    beside = {day + dt.timedelta(days=step) for day in off for step in (-1, 1)}
    return {
        (source, day): ProfileDamage("beside_shifted", 0, 0.0)
        for day in beside & set(days)
        if (source, day) not in damages
    }


def _damage(today: _DayTotals, usual: Sequence[_DayTotals]) -> ProfileDamage | None:
    whole = profile_damage(today.by_hour, np.array([day.by_hour for day in usual]))
    if whole is not None or len({part for day in (today, *usual) for part in day.parts}) == 1:
        return whole  # the only part is the whole
    return shifted_parts(today.parts, [day.parts for day in usual])
