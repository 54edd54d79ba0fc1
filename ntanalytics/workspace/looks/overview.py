"""All subsystems at a glance: a line each, the headline figures of the platform, and the clocks of its incidents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from ntanalytics.findings.finding import Finding
from ntanalytics.metrics import MEASURES
from ntanalytics.metrics.duties import PROMISE
from ntanalytics.reports import Kpis, Table, bars, kpi, kpis, lines, table
from ntanalytics.reports.formats import display
from ntanalytics.reports.kpis import change_format
from ntanalytics.reports.record import Field
from ntanalytics.workspace.looks.look import Look

#: What a reader is told of each subsystem, in this order.
_FIELDS = (
    Field("subsystem", "string", "系统"),
    Field("state", "string", "状态", format="state"),
    Field("availability", "number", "可用率", format="rate:2"),
    Field("points", "string", "本期要点"),
    Field("change", "string", "较上期"),
)

#: The figures that open the weekly report, each with its subsystem and the words of its card.
_HEADLINES = (
    ("infra", "platform_availability", ""),
    ("oa", "active", "协同办公活跃"),
    ("docexchange", "signed_in_time_rate", "公文按时签收率"),
    ("sms", "delivery_rate", "短信送达率"),
    ("desk", "closed_tickets", "工单关闭"),
)


def findings_of(looks: Mapping[str, Look]) -> list[Finding]:
    """The findings of all looks, in their order."""
    return [finding for look in looks.values() for finding in look.findings]


def systems(looks: Mapping[str, Look], *, id: str = "systems", title: str = "各系统运行状况") -> Table:
    """A line for each subsystem: its state, availability, what is worth knowing, its change, its last four weeks."""
    up = _availability(looks)
    rows = tuple(
        {
            "subsystem": look.name,
            "state": look.state,
            "availability": up.get(name),
            "points": look.points,
            "change": change_words(look),
        }
        for name, look in looks.items()
    )
    drawn = lines("近四周", [look.recent for look in looks.values()])
    return Table(id, title, fields=_FIELDS, rows=rows, drawn=drawn, origin=looks["infra"].origin or None)


def _availability(looks: Mapping[str, Look]) -> dict[str, float | None]:
    checked = looks["infra"].tables.get("availability")
    rows = checked.to_pylist() if checked is not None and looks["infra"].is_complete else []
    return {row["subsystem"]: row["availability"] for row in rows}


def change_words(look: Look) -> str:
    """How far the lead figure moved: ``▲ 3.2%``, ``▼ 1.1 个百分点``; ``—`` where that cannot be said."""
    measure, name = look.measure, look.lead
    value = look.total.get(f"{name}_change" if measure.is_rate else f"{name}_change_rate")
    if value is None or not (look.is_complete and look.was_complete):
        return "—"
    shown = display(value, change_format(measure))
    if not any(digit in shown for digit in "123456789"):
        return "持平"
    return f"{'▲' if value > 0 else '▼'} {shown[1:]}"


def headlines(looks: Mapping[str, Look]) -> Kpis:
    """The five figures that open the weekly report, each with its change and its last weeks."""
    cards = []
    for subsystem, name, label in _HEADLINES:
        look = looks[subsystem]
        row: Mapping[str, Any] = look.total
        is_lead = name == look.lead
        cards.append(
            kpi(
                MEASURES[name],
                row.get(name),
                row.get(f"{name}_before"),
                complete=look.is_complete,
                was_complete=look.was_complete,
                spark=look.recent if is_lead else look.others.get(name, ()),
                label=label,
            )
        )
    return kpis(cards, id="headlines")


def clocks(looks: Mapping[str, Look], *, is_half: bool = False) -> Table:
    """The incidents of the period, each with its recovery clock against the four hours that are promised."""
    found = looks["desk"].tables.get("clocks")
    rows = found.to_pylist() if found is not None else []
    return table(
        found.select(["began_at", "subsystem", "cause", "clock_s", "clock"]) if found is not None else _no_clocks(),
        "事件与恢复时钟",
        id="clocks",
        drawn=bars("4 小时时钟", [row["clock_s"] / PROMISE.total_seconds() for row in rows]),
        note="" if rows else "本期没有系统崩溃事件。",
        is_half=is_half,
        origin=looks["desk"].origin or None,
    )


def _no_clocks() -> pa.Table:
    return pa.table(
        {name: pa.array([], pa.string()) for name in ("began_at", "subsystem", "cause", "clock_s", "clock")}
    )
