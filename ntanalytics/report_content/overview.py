"""All subsystems at a glance: a line each, the headline figures of the platform, and the clocks of its incidents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from ntanalytics.checks.section import SubsystemSummary
from ntanalytics.findings.finding import Finding, ranked
from ntanalytics.findings.sentences import exception, spaced
from ntanalytics.metrics import MEASURES
from ntanalytics.metrics.desk.obligations import PROMISE
from ntanalytics.metrics.number_format import format_number
from ntanalytics.recommendations.with_cause import with_cause
from ntanalytics.report_content import weekly_text
from ntanalytics.reports import Kpis, Sentence, Table, inline_bars, inline_lines, kpi, kpis, table
from ntanalytics.reports.blocks.kpis import change_format
from ntanalytics.reports.formats import display
from ntanalytics.reports.record import Field

#: What a reader is told of each subsystem, in this order.
_FIELDS = (
    Field("subsystem", "string", "系统"),
    Field("state", "string", "状态", format="state"),
    Field("availability", "number", "可用率", format="rate:2"),
    Field("points", "string", "本期要点"),
    Field("change", "string", "较上期"),
)

_CLOCK = ["began_at", "subsystem", "cause", "clock_s", "clock"]

#: So many exceptions open the weekly report.
MOST_EXCEPTIONS = 3

#: The figures that open the weekly report, each with its subsystem and the words of its card.
_HEADLINES = (
    ("infra", "platform_availability", ""),
    ("oa", "active", "协同办公活跃"),
    ("docexchange", "signed_in_time_rate", "公文按时签收率"),
    ("sms", "delivery_rate", "短信送达率"),
    ("desk", "closed_tickets", "工单关闭"),
)


def findings_of(looks: Mapping[str, SubsystemSummary]) -> list[Finding]:
    """The findings of all looks, in their order, with what their causes say of them."""
    return with_cause(finding for look in looks.values() for finding in look.findings)


def summary(looks: Mapping[str, SubsystemSummary]) -> list[Sentence]:
    """What the manager reads first: the worst of up to three subsystems, then what changed in use.

    One sentence a subsystem, with its subject in bold; what a sentence on use says already is not said twice.
    """
    worst = [
        next(each for each in ranked(look.findings) if each.state == look.state)
        for look in looks.values()
        if look.state in ("critical", "warning") and look.subsystem not in ("docexchange", "desk")
    ]
    said = [Sentence(*_parted(exception(each), each), each.state) for each in ranked(worst)[:MOST_EXCEPTIONS]]
    oa, papers = looks["oa"], looks["docexchange"]
    editions, overdue = oa.tables.get("editions"), papers.tables.get("overdue")
    if editions is not None and oa.is_complete:
        said.append(Sentence(weekly_text.adoption(oa.total, editions)))
    if overdue is not None:
        said.append(Sentence(weekly_text.documents(papers.total, overdue)))
    return said


def _parted(sentence: str, finding: Finding) -> tuple[str, str]:
    """A sentence without its subject, and the subject."""
    return sentence.removeprefix(finding.subject).lstrip(), finding.subject


def systems(looks: Mapping[str, SubsystemSummary], *, id: str = "systems", title: str = "") -> Table:
    """A line for each subsystem: its state, availability, what is worth knowing, its change, its last four weeks."""
    up = _availability(looks)
    rows = tuple(
        {
            "subsystem": look.name,
            "state": look.state,
            "availability": up.get(name),
            "points": _points(look),
            "change": change_words(look),
        }
        for name, look in looks.items()
    )
    drawn = inline_lines("近四周", [look.recent for look in looks.values()])
    return Table(id, title, fields=_FIELDS, rows=rows, inline_charts=drawn)


def _points(look: SubsystemSummary) -> str:
    """What is worth knowing of a subsystem; where something is wrong, that first."""
    if look.state in ("ok", "unknown"):
        return look.points
    worst = next(each for each in ranked(look.findings) if each.state == look.state)
    unit = MEASURES[worst.code.partition(".")[2]].unit if worst.code.partition(".")[2] in MEASURES else ""
    seen = spaced(worst.subject, worst.check) if worst.subject != look.name else worst.check
    return f"{seen} {format_number(worst.value, worst.format, unit)}；{look.points.partition('，')[0]}"


def _availability(looks: Mapping[str, SubsystemSummary]) -> dict[str, float | None]:
    checked = looks["infra"].tables.get("availability")
    rows = checked.to_pylist() if checked is not None and looks["infra"].is_complete else []
    return {row["subsystem"]: row["availability"] for row in rows}


def change_words(look: SubsystemSummary) -> str:
    """How far the lead figure moved: ``▲ 3.2%``, ``▼ 1.1 个百分点``; ``—`` where that cannot be said."""
    measure, name = look.measure, look.lead
    value = look.total.get(f"{name}_change" if measure.is_rate else f"{name}_change_rate")
    if value is None or not (look.is_complete and look.was_complete):
        return "—"
    shown = display(value, change_format(measure))
    if not any(digit in shown for digit in "123456789"):
        return "持平"
    return f"{'▲' if value > 0 else '▼'} {shown[1:]}"


def headlines(looks: Mapping[str, SubsystemSummary]) -> Kpis:
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
                is_complete=look.is_complete,
                was_complete=look.was_complete,
                spark=look.recent if is_lead else look.others.get(name, ()),
                label=label,
            )
        )
    return kpis(cards, id="headlines")


def clocks(looks: Mapping[str, SubsystemSummary], *, most: int = 3) -> Table:
    """The longest incidents of the period, each with its recovery clock against the four hours that are promised."""
    found = looks["desk"].tables.get("clocks", _no_clocks()).select(_CLOCK).slice(0, most)
    rows = found.to_pylist()
    clocks_table = table(found, "事件与恢复时钟", id="clocks", note="" if rows else "本期没有系统崩溃事件。")
    shares = [row["clock_s"] / PROMISE.total_seconds() for row in rows]
    return clocks_table.with_inline_charts(inline_bars("4 小时时钟", shares))


def _no_clocks() -> pa.Table:
    return pa.table(
        {name: pa.array([], pa.string()) for name in ("began_at", "subsystem", "cause", "clock_s", "clock")}
    )
