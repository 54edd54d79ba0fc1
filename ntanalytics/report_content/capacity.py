"""Forecasts: the days on which disks are full, messages by month, certificates to be renewed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from ntanalytics.checks.section import SubsystemSummary
from ntanalytics.detectors.forecast import CONFIDENCE, Forecast
from ntanalytics.detectors.forecast_volume import volume
from ntanalytics.metrics.figures import Figures
from ntanalytics.metrics.infra.standstill import dead_series
from ntanalytics.metrics.rows import rows
from ntanalytics.periods.day_text import day_words
from ntanalytics.recommendations import text
from ntanalytics.report_content.capacity_text import REASONS, forecast_words, lost_words, volume_words
from ntanalytics.reports import Axes, Chart, Table, chart, sentences, table, without_source
from ntanalytics.reports.blocks.block import Block
from ntanalytics.reports.record import Field
from ntanalytics.subsystems.infra.disk_forecasts import disk_forecasts
from ntanalytics.subsystems.sms.daily_volume import daily_volume
from ntanalytics.workspace.report import Report

#: Number of months in the forecast of renewals.
MONTHS = 12

#: Fewest listed disks, those that are full first; usage from which further ones are listed.
MOST_DISKS, NOTABLE = 8, 0.7

#: Number of charts of disks, and days of the forecast in them.
MOST_DRAWN, DAYS_DRAWN = 2, 120

_DISKS = (
    Field("host", "string", "主机"),
    Field("part", "string", "部位"),
    Field("used", "number", "当前使用率", format="rate:1"),
    Field("per_day", "number", "日增", format="points:2"),
    Field("words", "string", "推算"),
    Field("days", "integer", "依据天数", unit="天", format="integer"),
)

_LINES = (
    Field("day", "date", "日期", format="date"),
    Field("used", "number", "每日峰值", format="rate:0"),
    Field("expected", "number", "推算", format="rate:0"),
    Field("low", "number", "最慢", format="rate:0"),
    Field("high", "number", "最快", format="rate:0"),
)


@dataclass(frozen=True)
class Disk:
    """Disk with its daily peaks, oldest first, and the forecast of the day on which it is full, as of the last day."""

    host: str
    part: str
    peaks: tuple[tuple[date, float], ...]
    forecast: Forecast
    last_day: date

    @property
    def used(self) -> float:
        """The last peak, as a share of the disk."""
        return self.peaks[-1][1]

    @property
    def measured_on(self) -> date:
        """The day of the last peak."""
        return self.peaks[-1][0]

    @property
    def used_now(self) -> float | None:
        """The peak of the last day; None within a gap."""
        return self.used if self.measured_on == self.last_day else None


def disks(report: Report, history: int) -> list[Disk]:
    """Return the disks measured up to the report's end, the soonest full first, then the fullest.

    Args:
        report: the forecast begins at the end of its period.
        history: days of history before the period.
    """
    metrics = report.dataset("infra.metrics", history=history)
    last = report.period.last
    forecasts = disk_forecasts(metrics, last, rows(dead_series(metrics.recent, last))).items()
    with_forecast = [Disk(*name, disk.peaks, not_before(disk.forecast, last), last) for name, disk in forecasts]
    return sorted(with_forecast, key=lambda disk: (disk.forecast.full_on or date.max, -disk.used))


def not_before(expected: Forecast, last: date) -> Forecast:
    """Return a forecast without a day before the last one of the report: a disk may not be measured any more."""
    days = (expected.full_on, expected.earliest_on, expected.latest_on)
    full_on, earliest_on, latest_on = (day and max(day, last) for day in days)
    return replace(expected, full_on=full_on, earliest_on=earliest_on, latest_on=latest_on)


def disks_table(disks: Sequence[Disk], origin: dict[str, object], *, id: str = "disks") -> Table:
    """Return the table of disks with a forecast, and the fullest."""
    listed = [disk for disk in disks if disk.forecast.full_on is not None or disk.used >= NOTABLE]
    listed += [disk for disk in disks if disk not in listed][: max(0, MOST_DISKS - len(listed))]
    rows = tuple(
        {
            "host": disk.host,
            "part": disk.part,
            "used": disk.used_now,
            "per_day": disk.forecast.per_day,
            "words": forecast_words(disk.forecast, disk.last_day),
            "days": len(disk.peaks),
        }
        for disk in listed
    )
    left = [disk for disk in disks if disk not in listed]
    far = sum(disk.forecast.reason == "far" for disk in left)
    note = f"按每日峰值的稳健趋势推算，区间为 {CONFIDENCE:.0%} 置信。"
    if left:
        note += f"另有 {len(left)} 个磁盘未列出" + (f"，其中 {far} 个{REASONS['far']}" if far else "") + "。"
    if earlier := [disk.measured_on for disk in listed if disk.used_now is None]:
        since = f"在{day_words(max(earlier))}以后没有完整的数据"
        note += f"{len(earlier)} 个磁盘{since}，当前使用率未知，推算由有数据的日子算起。"
    if not disks:
        note = f"{REASONS['short_history']}：没有磁盘数据。"
    return Table(id, "磁盘", fields=_DISKS, rows=rows, note=note, origin=origin)


def disk_charts(disks: Sequence[Disk], origin: dict[str, object]) -> list[Chart]:
    """Return charts of the disks that are full first, with forecast and interval; none without a forecast."""
    stated = [disk for disk in disks if disk.forecast.full_on is not None and not disk.forecast.reason]
    return [
        Chart(
            f"disk-{number}",
            f"{disk.host} {disk.part} {forecast_words(disk.forecast, disk.last_day)}",
            form="line",
            x="day",
            fields=_LINES,
            rows=tuple(_drawn(disk)),
            subject="磁盘使用率（按日期）",
            interval=("low", "high"),
            note=f"推算线与区间画到写满为止。{_days_without(disk)}",
            origin=origin,
        )
        for number, disk in enumerate(stated[:MOST_DRAWN], 1)
    ]


def _days_without(disk: Disk) -> str:
    missing = (disk.last_day - disk.peaks[0][0]).days + 1 - len(disk.peaks)
    return f"其间 {missing} 天没有数据。" if missing else ""


def _drawn(disk: Disk) -> list[dict[str, Any]]:
    """Return the peaks, and the lines from the last peak to a full disk: expected, soonest, latest."""
    last, used = disk.peaks[-1]
    ends = {"expected": disk.forecast.full_on, "high": disk.forecast.earliest_on, "low": disk.forecast.latest_on}
    known = dict(disk.peaks)
    farthest = max(end for end in ends.values() if end is not None)
    until = min(farthest, last + timedelta(days=DAYS_DRAWN))
    first = disk.peaks[0][0]
    rows = []
    for day in (first + timedelta(days=number) for number in range((until - first).days + 1)):
        row: dict[str, Any] = {"day": day.isoformat(), "used": known.get(day)}
        for name, end in ends.items():
            row[name] = None if day < last else _on_line(day, last, used, end)
        rows.append(row)
    return rows


def _on_line(day: date, last: date, used: float, end: date | None) -> float:
    """Return the value on a day of the line from the last peak to a full disk; constant without an end."""
    if end is None:
        return used
    share = 1.0 if end <= last else min(1.0, (day - last) / (end - last))
    return used + (1.0 - used) * share


def messages_words(report: Report, history: int) -> str:
    """Return the sentence on the segments of the coming months, from the working days of each."""
    sent = report.dataset("sms.messages", history=history)
    if not sent.sources:
        return "短信：没有配置数据源，用量无法推算。"
    daily = rows(daily_volume(sent, report.utc_offset_h))
    calendar, month = report.workspace.calendar, (report.period.last + timedelta(days=1)).replace(day=1)
    following = (month + timedelta(days=31)).replace(day=1)
    days = [month + timedelta(days=number) for number in range((following - month).days)]
    if not calendar.has_year(month.year):
        return f"短信：{month.year} 年的工作日历未发布，用量无法推算。"
    forecast_volume = volume(daily, "segments", [calendar.is_working_day(day) for day in days])
    words = volume_words(forecast_volume, month, "条") + lost_words(forecast_volume, daily)
    return f"短信计费条数：{words}；套餐额度未接入，不推算用尽日期。"


def capacity(report: Report, summaries: Mapping[str, SubsystemSummary], renewals: Figures, history: int) -> list[Block]:
    """Return the forecasts: disks, messages, certificates by month, accounts by edition.

    Args:
        report: the report.
        summaries: the subsystems' summaries, by id.
        renewals: certificates to be renewed by month.
        history: days of history before the period.
    """
    ca, oa = (summaries[name] for name in ("ca", "oa"))
    metrics = report.dataset("infra.metrics", history=history)
    origin = report.origin("disks.peaks", metrics)
    disk_forecasts = disks(report, history)
    is_measured = bool(metrics.sources)
    full = disks_table(disk_forecasts, origin) if is_measured else without_source("磁盘", id="disks")
    blocks: list[Block] = [full, *disk_charts(disk_forecasts, origin)]
    blocks.append(sentences([messages_words(report, history)], "短信用量", id="volume"))
    coming = renewals[:MONTHS]
    title = text.busiest_month(coming)
    blocks.append(
        chart(coming, "bar", Axes(x="renewal_month", y="renewals"), title=title, id="renewals", origin=ca.origin)
    )
    columns = ["edition", "enabled", "active", "active_rate"]
    note = "授权数未接入，不推算授权用尽日期，只列开通与活跃账号。"
    blocks.append(
        table(oa.tables["editions"], "各版本账号", id="accounts", columns=columns, note=note, origin=oa.origin)
    )
    return blocks
