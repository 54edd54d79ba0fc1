"""Days of which a source gave only a part, or whose times are off: held, and not complete (docs/domain.md, Gaps)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from ntanalytics.contract import Dataset, Kind
from ntanalytics.contract import dataset as dataset_named
from ntanalytics.detectors.comparable_days import COMPARABLE_DAYS, comparable_days_of
from ntanalytics.detectors.day_profile import (
    MIN_PART_ROWS,
    ProfileDamage,
    empty_day,
    missing_parts,
    profile_damage,
    shifted_parts,
)
from ntanalytics.detectors.detection import Floats
from ntanalytics.findings.phrases import day_words
from ntanalytics.workspace.rows_by_hour import BySource, Parts, count_rows_by_hour

if TYPE_CHECKING:
    from ntanalytics.workspace.site import Workspace

#: Days before a day among which comparable ones are looked for.
HISTORY_DAYS = 28

#: Rows that a book has at least, in all its registers together, on each day on which it is kept.
_BOOK_ROWS = 10

#: Damages of a source that gives nothing more from an hour on.
_STOPS = ("ends_early", "no_rows")

#: (source, day) → its damage.
Damages = Mapping[tuple[str, dt.date], ProfileDamage]


class RowsByHour:
    """Rows of the datasets by source, day and local hour, read once for all periods that need them.

    Args:
        workspace: the site.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._read: dict[str, tuple[dt.date, dt.date, BySource]] = {}
        self._known: dict[tuple[str, str, dt.date], _DayTotals] = {}
        self._judged: dict[tuple[str, str, dt.date, tuple[dt.date, ...]], ProfileDamage | None] = {}
        self._unkept_days: dict[tuple[str, dt.date, dt.date], Damages] = {}
        #: Dataset and the days that were judged → the damages.
        self.damages_by_days: dict[tuple[str, tuple[dt.date, ...]], Damages] = {}

    def damages(self, dataset: Dataset, held: Mapping[str, Collection[dt.date]], days: Sequence[dt.date]) -> Damages:
        """Return what :func:`damaged_days` does, worked out once for the same days."""
        key = dataset.name, tuple(days)
        if key not in self.damages_by_days:
            self.damages_by_days[key] = damaged_days(self, dataset, held, days)
        return self.damages_by_days[key]

    def stops(
        self, cases: Dataset, held_of: Callable[[Dataset], Mapping[str, Collection[dt.date]]], days: Sequence[dt.date]
    ) -> Damages:
        """Return the days on which the sources of a dataset of cases gave nothing more, by the events that they give.

        A case may change at any time and has no profile. What the same source tells of events has: where one of them
        ends early, or is not there, and nothing else comes after that hour, the source has stopped.

        Args:
            cases: the dataset of cases.
            held_of: tells the complete days of each source of a dataset.
            days: the days that are judged.
        """
        key = cases.name, tuple(days)
        if key not in self.damages_by_days:
            self.damages_by_days[key] = self._stops(cases, held_of, days)
        return self.damages_by_days[key]

    def _stops(
        self, cases: Dataset, held_of: Callable[[Dataset], Mapping[str, Collection[dt.date]]], days: Sequence[dt.date]
    ) -> Damages:
        first = min(days) - dt.timedelta(days=HISTORY_DAYS)
        timed = [cases] if cases.time.endswith("_at") else []
        stopped: dict[tuple[str, dt.date], ProfileDamage] = {}
        for source in self.workspace.sources_by_dataset.get(cases.name, ()):
            events = self._events_of(source)
            if not events:
                stopped |= {key: damage for key, damage in self._unkept(source, days).items() if key[1] in set(days)}
                continue
            damages = [self.damages(event, held_of(event), days) for event in events]
            rows = [self.of(dataset, first, max(days)).get(source, {}) for dataset in (*timed, *events)]
            for day in days:
                ends = [known for own in damages if (known := own.get((source, day))) and known.kind in _STOPS]
                hour = max((end.hour for end in ends), default=24)
                if ends and not any(_rows_from(by_day.get(day, {}), hour) for by_day in rows):
                    stopped[source, day] = max(ends, key=lambda end: end.hour)
        return stopped

    def _unkept(self, source: str, days: Sequence[dt.date]) -> Damages:
        """Return two or more days in turn on which nobody wrote anything into a book that is kept on every such day.

        Its registers have no hours, and few rows each. Whether nothing happened, or nobody wrote it down, is unknown;
        a single day may have been quiet.
        """
        key = source, min(days), max(days)
        if key not in self._unkept_days:
            first = min(days) - dt.timedelta(days=HISTORY_DAYS)
            rows: Counter[dt.date] = Counter()
            held: set[dt.date] = set()
            for name, sources in self.workspace.sources_by_dataset.items():
                if source not in sources or dataset_named(name).kind is Kind.STATE:
                    continue
                for day in self.workspace.covered_days(name, first, max(days)):
                    if day.source == source and day.is_held:
                        held.add(day.day)
                        rows[day.day] += day.rows
            by_day: dict[dt.date, Parts] = {day: {"": np.array([float(count)])} for day, count in rows.items() if count}
            empty = _empty_days(self.workspace, by_day, held, _BOOK_ROWS)
            judged = [day for day in sorted(held) if day in empty or rows[day] >= _BOOK_ROWS]
            turns = [list(turn) for is_empty, turn in groupby(judged, empty.__contains__) if is_empty]
            unkept = [day for turn in turns if len(turn) > 1 for day in turn]
            self._unkept_days[key] = {(source, day): empty[day] for day in unkept}
        return self._unkept_days[key]

    def _events_of(self, source: str) -> list[Dataset]:
        """Return the datasets of a source whose days have a profile."""
        datasets = self.workspace.sources_by_dataset.items()
        named = [dataset_named(name) for name, sources in datasets if source in sources]
        return [dataset for dataset in named if has_profile(dataset)]

    def of(self, dataset: Dataset, first: dt.date, last: dt.date) -> BySource:
        """Return source → day → part → rows by local hour, of the days asked for and perhaps of others."""
        known = self._read.get(dataset.name)
        if known is None or first < known[0] or last > known[1]:
            if known is not None:
                first, last = min(first, known[0]), max(last, known[1])
            known = first, last, count_rows_by_hour(self.workspace, dataset, first, last)
            self._read[dataset.name] = known
        return known[2]

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
            self._judged[key] = _damage(today, others) if usual else None
        return self._judged[key]

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
        known = [
            {"day": day, "is_covered": True, "is_working_day": _is_working_day(workspace, day)}
            for day in sorted(set(by_day) & set(held.get(source, ())))
        ]
        for day, usual in comparable_days_of(known, sorted(set(days) & set(by_day))).items():
            damage = rows_by_hour.damage(dataset, source, day, usual, by_day)
            if damage is not None:
                damages[source, day] = damage
        damages |= _beside_shifted(source, damages, set(days) & set(by_day))
        empty = _empty_days(workspace, by_day, held.get(source, ()))
        damages |= {(source, day): damage for day, damage in empty.items() if day in set(days)}
    return damages


def has_profile(dataset: Dataset) -> bool:
    """Return whether the days of a dataset have hours that stay as they are."""
    return dataset.kind is Kind.EVENT and dataset.time.endswith("_at")


def _rows_from(parts: Parts, hour: int) -> float:
    """Return the rows of a day from an hour on."""
    return sum(float(hours[hour:].sum()) for hours in parts.values())


def _empty_days(
    workspace: Workspace, by_day: Mapping[dt.date, Parts], held: Collection[dt.date], least: float = MIN_PART_ROWS
) -> dict[dt.date, ProfileDamage]:
    """Return the held days without a row on which a source that always had many gave none: it has stopped."""
    damages: dict[dt.date, ProfileDamage] = {}
    rows: dict[bool, list[float]] = {True: [], False: []}  # of days that are worked, and of days off, in their order
    first = min(by_day, default=None)
    for day in sorted(day for day in held if first is not None and day > first):
        usual = rows[_is_working_day(workspace, day)]
        if day not in by_day:
            damage = empty_day(usual[-COMPARABLE_DAYS:], least)
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
    return (
        whole
        or shifted_parts(today.parts, [day.parts for day in usual])
        or missing_parts(today.by_part, [day.by_part for day in usual])
    )


def damage_sentence(label: str, source: str, day: dt.date, damage: ProfileDamage) -> str:
    """Return the damage of a day in Chinese, for the reader of a report."""
    whose = f"{label}：数据源 {source} {day_words(day)}"
    if damage.kind == "shifted":
        hours = f"{'晚' if damage.hour > 0 else '早'} {abs(damage.hour)} 小时"
        which = f"{'、'.join(damage.parts)} " if damage.parts else ""
        return f"{whose}的{which}时间比平日整体{hours}，疑为时钟或时区有误，按缺数据处理。"
    if damage.kind == "beside_shifted":
        return f"{whose}与时间有误的日子相邻，有的行记在另一天，按缺数据处理。"
    if damage.kind == "part_missing":
        return (
            f"{whose}没有{'、'.join(damage.parts)}的数据（平日约占 {damage.share:.0%}），按缺数据处理，相关合计为下限。"
        )
    missing = f"{damage.hour} 时以后" if damage.kind == "ends_early" else f"{damage.hour} 时以前"
    return f"{whose} {missing}没有数据（平日约占 {damage.share:.0%}），按缺数据处理，相关合计为下限。"


def _is_working_day(workspace: Workspace, day: dt.date) -> bool:
    """Return whether a day is worked; where its year is unknown, whether it lies between Monday and Friday."""
    calendar = workspace.calendar
    return calendar.is_working_day(day) if calendar.knows(day) else day.weekday() < 5
