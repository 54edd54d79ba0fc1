"""Overview: a line for each subsystem, the headline figures of the platform, the clocks of its incidents."""

from __future__ import annotations

from ntanalytics.checks.engine import Evaluation
from ntanalytics.checks.section import SubsystemSummary
from ntanalytics.findings.finding import Finding, ranked, worst_first
from ntanalytics.findings.phrases import spaced, value_words
from ntanalytics.findings.threshold import VIOLATIONS
from ntanalytics.metrics import MEASURES
from ntanalytics.metrics.desk.obligations import PROMISE
from ntanalytics.metrics.figures import FigureRow
from ntanalytics.metrics.infra.availability import METHOD
from ntanalytics.metrics.number_format import format_number
from ntanalytics.metrics.quantity import Quantity
from ntanalytics.report_content import weekly_text
from ntanalytics.reports import Kpis, Sentence, Table, inline_bars, inline_lines, kpi, kpis, table
from ntanalytics.reports.blocks.kpis import change_format
from ntanalytics.reports.data import plain_row
from ntanalytics.reports.formats import display
from ntanalytics.reports.record import Field
from ntanalytics.subsystems import word
from ntanalytics.subsystems.infra.availability_checks import target

#: Columns of the overview of subsystems.
_FIELDS = (
    Field("subsystem", "string", "系统"),
    Field("state", "string", "状态", format="state"),
    Field("availability", "number", "可用率", format="rate:2"),
    Field("points", "string", "本期要点"),
    Field("change", "string", "较上期"),
)

_AVAILABLE = [
    "subsystem", "availability", "availability_low", "target_met", "available_s", "planned_s", "unplanned_s",
    "unmeasured_s", "failures", "longest_s", "mtbf_s", "mttr_s",
]  # fmt: skip

_CLOCK = ["began_at", "subsystem", "cause", "clock_s", "clock"]

#: Number of exceptions that open the weekly report.
MAX_EXCEPTIONS = 3

#: The figures that open the weekly report, each with its subsystem and the words of its card.
_HEADLINES = (
    ("infra", "platform_availability", ""),
    ("oa", "active", "协同办公活跃"),
    ("docexchange", "signed_in_time_rate", "公文按时签收率"),
    ("sms", "delivery_rate", "短信送达率"),
    ("desk", "closed_tickets", "工单关闭"),
)


def summary(evaluation: Evaluation) -> list[Sentence]:
    """Return what the manager reads first: the worst finding of up to three subsystems, then what changed in use.

    One sentence for each subsystem, with its entity in bold; no fact is in two sentences.
    """
    summaries = evaluation.summaries
    worst_findings = [
        next(finding for finding in worst_first(item.findings) if finding.status == item.status)
        for item in summaries.values()
        if item.status in VIOLATIONS and item.subsystem not in ("docexchange", "desk")
    ]
    sentences = [_exception(finding) for finding in ranked(worst_findings)[:MAX_EXCEPTIONS]]
    oa, documents = summaries["oa"], summaries["docexchange"]
    overdue = documents.quantity("overdue_deliveries")
    return [
        *sentences,
        Sentence(weekly_text.adoption(oa.total, oa.tables["editions"])),
        Sentence(weekly_text.documents(overdue, documents.tables["overdue"])),
    ]


def _exception(finding: Finding) -> Sentence:
    wording = word(finding)
    text = wording.sentence.removeprefix(wording.entity).lstrip()
    return Sentence(text, wording.entity, finding.status)


def systems(evaluation: Evaluation, *, id: str = "systems", title: str = "") -> Table:
    """Return a line for each subsystem: status, availability, highlights, change, and the last four weeks."""
    summaries = evaluation.summaries
    availability = {row["subsystem"]: _available(row) for row in summaries["infra"].tables["availability"]}
    rows = tuple(
        plain_row(
            {
                "subsystem": item.name,
                "state": item.status,
                "availability": availability.get(name),
                "points": _highlights(item),
                "change": change_words(item),
            }
        )
        for name, item in summaries.items()
    )
    recent = inline_lines("近四周", [item.recent for item in summaries.values()])
    return Table(id, title, fields=_FIELDS, rows=rows, inline_charts=recent)


def _available(row: FigureRow) -> Quantity:
    """Return the availability of a subsystem; its bound where too little was measured."""
    low = row["availability_low"]
    if low is None:
        return row.quantity("availability")
    return FigureRow({"availability_low": low}, is_complete=False).quantity("availability_low")


def available_time(evaluation: Evaluation) -> Table:
    """Return the time of each subsystem in four parts, its availability, and whether the target was met."""
    infra = evaluation.summaries["infra"]
    note = f"目标 {format_number(target(evaluation.context), 'rate:1')}。{METHOD}"
    return table(
        infra.tables["availability"], "可用率", id="availability", columns=_AVAILABLE, note=note, origin=infra.origin
    )


def _highlights(summary: SubsystemSummary) -> str:
    """Return the highlights of a subsystem; where a limit is broken, its worst finding first."""
    if summary.status not in VIOLATIONS:
        return summary.highlights
    finding = next(finding for finding in worst_first(summary.findings) if finding.status == summary.status)
    wording, unit = word(finding), MEASURES[finding.rule.measure].unit
    check = wording.check if finding.is_of_whole_subsystem else spaced(wording.entity, wording.check)
    return f"{check} {value_words(finding, unit=unit)}；{summary.highlights.split('，', 1)[0]}"


def change_words(summary: SubsystemSummary) -> str:
    """Return the change of the lead figure: ``▲ 3.2%``, ``▼ 1.1 个百分点``; ``—`` where it is unknown."""
    measure, name = summary.measure, summary.lead
    value = summary.total.exact(f"{name}_change" if measure.is_rate else f"{name}_change_rate")
    if value is None:
        return "—"
    shown = display(value, change_format(measure))
    if not any(digit in shown for digit in "123456789"):
        return "持平"
    return f"{'▲' if value > 0 else '▼'} {shown[1:]}"


def headlines(evaluation: Evaluation) -> Kpis:
    """Return the five figures that open the weekly report, each with its change and its last weeks."""
    cards = []
    for subsystem, name, label in _HEADLINES:
        item = evaluation.summaries[subsystem]
        cards.append(kpi(item.quantity(name), item.before(name), spark=item.daily.quantities(name), label=label))
    return kpis(cards, id="headlines")


def clocks(evaluation: Evaluation) -> Table:
    """Return the incidents of the period, the longest first, each with its clock against the promised four hours."""
    incidents = evaluation.summaries["desk"].tables["clocks"]
    note = "" if incidents or not incidents.is_complete else "本期没有系统崩溃事件。"
    listed = table(incidents, "事件与恢复时钟", id="clocks", columns=_CLOCK, note=note)
    bars = inline_bars("4 小时时钟", incidents.quantities("clock_s"), PROMISE.total_seconds())
    return listed.with_inline_charts(bars)
