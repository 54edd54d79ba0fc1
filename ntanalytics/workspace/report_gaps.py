"""Days of which the delivery reports of a source did not come, though its messages did (docs/domain.md, Gaps).

A product may keep its reports in a table, or in shards, of their own. Where these are lost, each message looks as if
no carrier had reported it: what became of it is unknown, and how many were submitted is not touched.
"""

from __future__ import annotations

import datetime as dt
import statistics
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ntanalytics.contract import Dataset
from ntanalytics.metrics.rows import rows
from ntanalytics.periods.day_text import day_words
from ntanalytics.workspace.daily_counts import Count, DailyCount, count_by_day

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from ntanalytics.workspace.site import Workspace

#: Messages that a day needs to be judged, and those that it needs where few days before it are known.
_MIN_EVENTS, _MANY_EVENTS = 5, 20

#: Days before a day that tell the usual share of reported messages, and the fewest of them.
_USUAL_DAYS, _MIN_DAYS = 20, 5

#: Share of the usual reports from which a channel is not without them, and share of reports that is practically none.
_HALF, _NONE = 0.5, 0.02

#: Share of a day's messages below which a channel tells nothing of the others.
_SMALL = 0.05

#: Smallest usual share of reported messages of a source that gives reports at all.
_GIVES_REPORTS = 0.5


@dataclass(frozen=True)
class Unreported:
    """Measures that need delivery reports, and where these did not come.

    Attributes:
        measures: the measures.
        days: the days without reports, of the period and before it.
        is_now: whether one of them lies in the period.
        was_before: whether one of them lies in the period before.
    """

    measures: frozenset[str] = frozenset()
    days: frozenset[dt.date] = frozenset()
    is_now: bool = False
    was_before: bool = False


@dataclass
class _Channels:
    """Messages of a day by channel, and those of them that were reported."""

    events: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    reported: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def total(self) -> int:
        return sum(self.events.values())

    @property
    def share(self) -> float:
        return sum(self.reported.values()) / self.total

    def shares(self) -> list[float]:
        """Return the share of reported messages of each channel that has more than a few."""
        least = _SMALL * self.total
        return [self.reported[name] / events for name, events in self.events.items() if events >= least]


def count_reports(workspace: Workspace, dataset: Dataset, first: dt.date, last: dt.date) -> Sequence[Count]:
    """Return ``source``, ``day``, ``channel``, ``events`` and ``reported``: the events that the channel reported.

    Args:
        workspace: the site.
        dataset: a dataset with delivery reports.
        first: the first local day.
        last: the last local day, included.
    """
    counted = ("reports", *(dataset.delivery_reports or ()))
    return count_by_day(
        workspace, dataset, first, last, DailyCount(counted, lambda events: reports_of(events, dataset))
    )


def reports_of(events: ir.Table, dataset: Dataset) -> Sequence[Count]:
    """Return what :func:`count_reports` does, of some events; nothing of a dataset without delivery reports."""
    if dataset.delivery_reports is None:
        return []
    outcome, channel = dataset.delivery_reports
    by_channel = events.group_by("source", "day", channel=events[channel])
    return rows(by_channel.aggregate(events=events.count(), reported=events[outcome].count()))


def days_without_reports(
    reports: Iterable[Count], held: Mapping[str, Collection[dt.date]]
) -> frozenset[tuple[str, dt.date]]:
    """Return source and day of those on which all channels lack the reports that they usually have.

    That one channel of several has none is a fault of its carrier; that all lose most of theirs at once is one of the
    source, or nobody knows.

    Args:
        reports: what :func:`count_reports` returns, of the days that are judged and of some weeks before them.
        held: source → its complete days; no other day is judged, or tells what is usual.
    """
    by_source: dict[str, dict[dt.date, _Channels]] = defaultdict(lambda: defaultdict(_Channels))
    for row in reports:
        if row["day"] in held.get(row["source"], ()):
            day = by_source[row["source"]][row["day"]]
            day.events[row["channel"]] += row["events"]
            day.reported[row["channel"]] += row["reported"]
    return frozenset((source, day) for source, days in by_source.items() for day in _unreported(days))


def _unreported(days: Mapping[dt.date, _Channels]) -> list[dt.date]:
    """Return the days of a source without reports, each held against those before it that have them."""
    judged = {day: days[day] for day in sorted(days) if days[day].total >= _MIN_EVENTS}
    usual: list[float] = []
    missing = []
    for day, own in judged.items():
        if len(usual) >= _MIN_DAYS:
            is_missing = _lacks_reports(own, statistics.median(usual[-_USUAL_DAYS:]))
        else:  # a young source: any other day tells whether it gives reports
            most = max((other.share for known, other in judged.items() if known != day), default=0.0)
            is_missing = most >= _GIVES_REPORTS and own.total >= _MANY_EVENTS and own.share <= _NONE
        if is_missing:
            missing.append(day)
        else:
            usual.append(own.share)
    return missing


def _lacks_reports(day: _Channels, usual: float) -> bool:
    """Return whether every channel of a day lost most of its reports; a single channel, all of them."""
    shares = day.shares()
    limit = usual * _HALF if len(shares) > 1 else _NONE
    return usual >= _GIVES_REPORTS and max(shares) <= limit


def unreported_sentence(label: str, source: str, day: dt.date) -> str:
    """Return a day without delivery reports in Chinese, for the reader of a report."""
    return (
        f"{label}：数据源 {source} {day_words(day)}的回执没有取到（各运营商同时缺失），按缺数据处理："
        "当日及含当日各期的送达、失败与回执时延未知，提交量与计费条数不受影响。"
    )
