"""Volumes of the year: each beside the same period of the year before 同比, and the year to date 年累计."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import ibis.expr.types as ir

from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.engine import Evaluation
from ntanalytics.contract import dataset as dataset_named
from ntanalytics.contract.enumerations import subsystem_label
from ntanalytics.file_cache import digest_of_code
from ntanalytics.metrics import MEASURES
from ntanalytics.metrics.desk import tickets
from ntanalytics.metrics.docexchange import documents
from ntanalytics.metrics.figures import figures
from ntanalytics.metrics.identity import logins
from ntanalytics.metrics.im import messages
from ntanalytics.metrics.oa import task_duration
from ntanalytics.metrics.quantity import Quantity
from ntanalytics.metrics.rows import rows
from ntanalytics.metrics.seal import seals
from ntanalytics.metrics.sms import volume as sms_volume
from ntanalytics.metrics.sso import accesses
from ntanalytics.metrics.year import YEAR_ON_YEAR, year_on_year
from ntanalytics.periods import Period
from ntanalytics.periods.day_text import day_words
from ntanalytics.reports import Table
from ntanalytics.reports.data import plain_row
from ntanalytics.reports.record import Field
from ntanalytics.workspace.daily_counts import Count, DailyCount, count_by_day
from ntanalytics.workspace.span_view import SpanView

#: Volumes are counted by day.
_BY_DAY = ("day",)

#: Datasets of which a case counts on another day than that of its row, thus perhaps years later.
_OF_ENDS = frozenset({"oa.tasks"})

#: Begin and end of all times.
_ALL_TIMES = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


@dataclass(frozen=True)
class AnnualMeasure:
    """A figure that adds up over days.

    Attributes:
        dataset: the dataset that it is counted from.
        measure: its name.
        count: the metric that counts it by ``day``, that of the rows; of what has another day, by ``day`` and ``on``.
    """

    dataset: str
    measure: str
    count: Callable[[CheckContext, ir.Table], ir.Table]

    @property
    def subsystem(self) -> str:
        """The subsystem of the dataset."""
        return self.dataset.partition(".")[0]


def _logins(_: CheckContext, table: ir.Table) -> ir.Table:
    return logins.logins(table, _BY_DAY)


def _accesses(_: CheckContext, table: ir.Table) -> ir.Table:
    return accesses.accesses(table, _BY_DAY)


def _documents(_: CheckContext, table: ir.Table) -> ir.Table:
    return documents.documents(table, _BY_DAY)


def _signings(_: CheckContext, table: ir.Table) -> ir.Table:
    return seals.signings(table, _BY_DAY)


def _messages(context: CheckContext, table: ir.Table) -> ir.Table:
    return sms_volume.volume(table, context.ends_at, _BY_DAY)


def _sent(context: CheckContext, table: ir.Table) -> ir.Table:
    # who was active is not asked for
    no_sessions = context.workspace.table("im.sessions", date.max, date.max)
    return messages.volume(table, no_sessions, _BY_DAY)


def _finished_tasks(context: CheckContext, table: ir.Table) -> ir.Table:
    # their number needs no calendar, which a year before may lack
    finished = task_duration.task_duration_by_day(
        table.mutate(row_on=table.day), [context.on], date.min, date.max, context.utc_offset_h, ["row_on"]
    )
    return finished.select(day="row_on", on=finished.day.cast("string"), tasks="tasks")


def _opened(_: CheckContext, table: ir.Table) -> ir.Table:
    return tickets.flow(table, *_ALL_TIMES, _BY_DAY)  # a ticket stands on the day on which it was opened


#: The volumes, by the subsystem of their dataset.
VOLUMES = (
    AnnualMeasure("identity.logins", "logins", _logins),
    AnnualMeasure("sso.accesses", "accesses", _accesses),
    AnnualMeasure("docexchange.documents", "documents_sent", _documents),
    AnnualMeasure("oa.tasks", "tasks", _finished_tasks),
    AnnualMeasure("im.messages", "im_messages", _sent),
    AnnualMeasure("sms.messages", "submitted", _messages),
    AnnualMeasure("sms.messages", "segments", _messages),
    AnnualMeasure("seal.signings", "signings", _signings),
    AnnualMeasure("desk.tickets", "opened_tickets", _opened),
)

#: Subsystems that have a volume.
WITH_VOLUME = tuple(dict.fromkeys(volume.subsystem for volume in VOLUMES))


@dataclass(frozen=True, kw_only=True)
class AnnualVolume:
    """One volume in its year.

    Attributes:
        volume: the volume.
        now: that of the period.
        before: that of the same period of the year before; None where the lake holds nothing of it.
        total: that of the year to date.
        since: the day from which the year is held: 1 January, or the first day of the data.
    """

    volume: AnnualMeasure
    now: Quantity
    before: Quantity | None
    total: Quantity
    since: date


def year_volumes(evaluation: Evaluation, id: str = "year-volumes") -> Table:
    """Return the volumes of a report's subsystems in their year; those that no source feeds are left out.

    Where the lake holds nothing of the year before, for any of them, there is no comparison.
    """
    context = evaluation.context
    shown = [name for name in WITH_VOLUME if name in evaluation.summaries]
    known = [item for name in shown for item in context.shared(volumes_of_year, name)]
    has_before = any(item.before is not None for item in known)
    period = context.period
    fields = [Field("subsystem", "string", "系统"), Field("volume", "string", "指标")]
    fields += [Field("now", "integer", period.word, format="integer")]
    if has_before:
        fields += [Field("before", "integer", "上年同期", format="integer")]
        fields += [Field("growth", "number", YEAR_ON_YEAR.label, format="+rate:1")]
    fields += [Field("total", "integer", "年累计", format="integer")]
    lines = [
        {
            "subsystem": subsystem_label(item.volume.subsystem),
            "volume": f"{MEASURES[item.volume.measure].label}（{MEASURES[item.volume.measure].unit}）",
            "now": item.now,
            "before": item.before,
            "growth": year_on_year(item.now, item.before),
            "total": item.total,
        }
        for item in known
    ]
    names = {field.name for field in fields}
    records = tuple(plain_row({name: value for name, value in row.items() if name in names}) for row in lines)
    title = "业务量同比与年累计" if has_before else "业务量年累计"
    january = date(period.last.year, 1, 1)
    note = _turn(period) + _note(known, january) + _left_out(known, evaluation.summaries)
    return Table(id, title, fields=tuple(fields), rows=records, note=note)


def _turn(period: Period) -> str:
    """Return that the year to date lacks days of a period that began in the year before: it may be the smaller one."""
    if period.first.year == period.last.year:
        return ""
    return f"年累计自{period.last.year}年1月1日起，不含{period.word}在{period.first.year}年的日子。"


def _left_out(known: Sequence[AnnualVolume], subsystems: Iterable[str]) -> str:
    """Return which of the subsystems have a volume of which the lake holds nothing."""
    held = {item.volume for item in known}
    missing = {volume.subsystem for volume in VOLUMES if volume not in held}
    names = [subsystem_label(subsystem) for subsystem in subsystems if subsystem in missing]
    return f"没有数据的未列：{'、'.join(names)}。" if names else ""


def _note(known: Sequence[AnnualVolume], january: date) -> str:
    later = sorted({item.since for item in known if item.since > january})
    if not later:
        return ""
    begins = day_words(later[0])
    begins = f"为{begins}" if len(later) == 1 else f"不一（{begins}至{day_words(later[-1])}）"
    return f"数据起始日{begins}，年累计为下限。"


def volumes_of_year(context: CheckContext, subsystem: str) -> list[AnnualVolume]:
    """Return the volumes of a subsystem in their year.

    One without a source, or of which the lake holds nothing, is left out.
    """
    volumes = [volume for volume in VOLUMES if volume.subsystem == subsystem]
    fed = [volume for volume in volumes if context.workspace.sources_by_dataset.get(volume.dataset)]
    return [item for volume in fed if (item := _year(context, volume)) is not None]


def _year(context: CheckContext, volume: AnnualMeasure) -> AnnualVolume | None:
    period, january = context.period, date(context.period.last.year, 1, 1)
    year = context.shared(_span, volume.dataset, january, period.last)
    now = context.shared(_span, volume.dataset, period.first, period.last)
    # a week may have days of the year before, and none of this one
    if not (year.held or now.held):
        return None
    was = period.year_before()
    before = None if was is None else context.shared(_span, volume.dataset, was.first, was.last)
    return AnnualVolume(
        volume=volume,
        now=_counted(context, volume, now),
        before=_counted(context, volume, before) if before is not None and before.held else None,
        total=_counted(context, volume, year),
        since=year.held[0] if year.held else january,
    )


def _span(context: CheckContext, dataset: str, first: date, last: date) -> SpanView:
    return SpanView(context.report.rows_by_hour, dataset_named(dataset), first, last)


def _counted(context: CheckContext, volume: AnnualMeasure, view: SpanView) -> Quantity:
    """Return a volume over a span: over a gap a lower bound, unknown where a source lacks a column of it."""
    value = context.shared(_counts, volume.count, view)[volume.measure]
    return figures([{volume.measure: value or 0}], view).total.quantity(volume.measure)


def _counts(
    context: CheckContext, count: Callable[[CheckContext, ir.Table], ir.Table], view: SpanView
) -> Mapping[str, Any]:
    """Return the volumes that one metric counts over a span: a year is the sum of its days."""
    first, last = view.period.first, view.period.last
    if view.contract.name in _OF_ENDS:
        ends = context.shared(_days, count, view.contract.name, date.min, context.period.last)
        days = [row for row in ends if f"{first}" <= row["on"] <= f"{last}"]
    else:
        days = _days(context, count, view.contract.name, first, last)
    return {name: sum(row[name] or 0 for row in days) for name in _names(count)}


def _names(count: Callable[[CheckContext, ir.Table], ir.Table]) -> list[str]:
    return [volume.measure for volume in VOLUMES if volume.count is count]


#: Digest of what chooses the metrics, as it was imported: what another program counted is counted again.
_PROGRAM = digest_of_code([Path(__file__)])


def _days(
    context: CheckContext, count: Callable[[CheckContext, ir.Table], ir.Table], dataset: str, first: date, last: date
) -> list[Count]:
    """Return what a metric counts of each day, counted once for each day's files."""
    # the local day of an end depends on the site's zone
    ends = {"on": str(context.utc_offset_h)} if dataset in _OF_ENDS else {}
    columns = [*ends, *_names(count)]

    def by_day(table: ir.Table) -> Iterable[Count]:
        return rows(count(context, table).select("day", *columns))

    counted = ("volumes of a day", *columns, *ends.values())
    counting = DailyCount(counted, by_day, _PROGRAM)
    return count_by_day(context.workspace, dataset_named(dataset), first, last, counting)
