"""Hours of the quarter in which a host or a service behaved as never before: hints for an investigation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import ibis.expr.types as ir
from ibis import _

from ntanalytics.checks.covered_days import rows_of_whole_days
from ntanalytics.contract.infra import HOST_METRICS
from ntanalytics.detectors.novelty import LEARNING_DAYS, NovelHours, novel_hours
from ntanalytics.metrics.number_format import format_number
from ntanalytics.metrics.slots import by_slot
from ntanalytics.reports import Table, without_source
from ntanalytics.reports.data import json_value
from ntanalytics.reports.record import Field
from ntanalytics.workspace.dataset_view import DatasetView
from ntanalytics.workspace.report import Report

_TITLE = "主机与服务异动时段"

#: Number of listed rows, the latest.
MOST = 12

_FIELDS = (
    Field("at", "datetime", "开始", format="datetime"),
    Field("subject", "string", "对象"),
    Field("what", "string", "指标"),
    Field("lasted", "number", "持续", format="seconds"),
    Field("extreme", "string", "极值"),
    Field("usual", "string", "通常"),
)

_HOUR, _QUARTER_S = timedelta(hours=1), 900
#: Fewest failed requests in a quarter of an hour.
_FEWEST_ERRORS = 20


def unusual_hours(report: Report, history: int, *, id: str = "unusual") -> Table:
    """Return the hours of processors, memory and failed requests that were as never before, the latest first.

    Args:
        report: the report.
        history: days of history before the period; the first four weeks of them only train the detector.
        id: a slug, unique in the report.
    """
    metrics = report.dataset("infra.metrics", history=history)
    web = report.dataset("infra.requests", history=history)
    if not metrics.sources and not web.sources:
        return without_source(_TITLE, id=id)
    rows: list[dict[str, Any]] = []
    for metric in ("cpu_rate", "memory_rate"):
        hourly = rows_of_whole_days(metrics).filter(_.metric == metric).select("host", "hour_at", "mean")
        rows += _rows(novel_hours(_by_host(hourly), _HOUR), HOST_METRICS[metric], "rate:0", "")
    failed = rows_of_whole_days(web).filter(_.status >= 500)
    errors = novel_hours(_by_service(report, failed), timedelta(seconds=_QUARTER_S), least=_FEWEST_ERRORS)
    rows += _rows(errors, "失败请求（每刻钟）", "integer", "次")
    rows.sort(key=lambda row: row["at"], reverse=True)
    note = f"与自身以往 {LEARNING_DAYS} 天以上的规律相比从未出现的时段，供进一步查看，不作判断；批处理和活动也会如此。"
    if not rows:
        shown_days = "所示期间" if metrics.is_complete and web.is_complete else "所示期间有数据的部分"
        note = f"{shown_days}没有与以往规律不同的时段。"
    for scope in (metrics, web):
        if scope.sources and (lost := len(scope.missing)):
            note += f"{scope.contract.label}{report.period.word}缺 {lost} 天完整数据，其中的时段未能查看。"
    learnt = {scope.contract.label: _whole_days(scope) for scope in (metrics, web)}
    short = [label for label, days in learnt.items() if days <= LEARNING_DAYS]
    if short:
        lacking = f"{'、'.join(short)}的完整数据不足 {LEARNING_DAYS} 天，未能查看。"
        note = lacking if len(short) == len(learnt) else f"{note}{lacking}"
    if len(rows) > MOST:
        note += f"只列最近 {MOST} 段，共 {len(rows)} 段。"
    shown = tuple({name: json_value(value) for name, value in row.items()} for row in rows[:MOST])
    origin = report.origin("findings.unusual_hours", metrics, web)
    return Table(id, _TITLE, fields=_FIELDS, rows=shown, note=note, origin=origin)


def _whole_days(scope: DatasetView) -> int:
    return sum(scope.days.to_pyarrow()["is_covered"].to_pylist()) if scope.sources else 0


def _by_host(hourly: ir.Table) -> dict[str, list[tuple[datetime, float]]]:
    values: dict[str, list[tuple[datetime, float]]] = {}
    for row in hourly.order_by("hour_at").to_pyarrow().to_pylist():
        values.setdefault(row["host"], []).append((row["hour_at"], row["mean"]))
    return values


def _by_service(report: Report, failed: ir.Table) -> dict[str, list[tuple[datetime, float]]]:
    """Return failed requests by service and quarter of an hour, with the quarters without any."""
    offset = timedelta(hours=report.utc_offset_h)
    slots = by_slot(failed, "minute_at", report.utc_offset_h, ["service"], count="requests", slot_s=_QUARTER_S)
    counts: dict[str, dict[datetime, float]] = {}
    for row in slots.to_pyarrow().to_pylist():
        at = datetime.combine(row["day"], datetime.min.time(), UTC) - offset
        at += timedelta(seconds=row["slot"] * _QUARTER_S)
        counts.setdefault(row["service"], {})[at] = float(row["events"])
    step = timedelta(seconds=_QUARTER_S)
    values: dict[str, list[tuple[datetime, float]]] = {}
    for service, events in counts.items():
        first, last = min(events), max(events)
        moments = [first + number * step for number in range(int((last - first) / step) + 1)]
        values[service] = [(moment, events.get(moment, 0.0)) for moment in moments]
    return values


def _rows(spans: Sequence[NovelHours], what: str, form: str, unit: str) -> list[dict[str, Any]]:
    return [
        {
            "at": span.begins_at,
            "subject": span.subject,
            "what": what,
            "lasted": (span.ends_at - span.begins_at).total_seconds(),
            "extreme": format_number(span.extreme, form, unit),
            "usual": format_number(span.usual, form, unit),
        }
        for span in spans
    ]
