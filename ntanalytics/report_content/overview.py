"""Overview: a line for each subsystem, the headline figures of the platform, the clocks of its incidents."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from ntanalytics.checks.engine import Evaluation
from ntanalytics.checks.entities import places
from ntanalytics.checks.section import SubsystemSummary
from ntanalytics.contract.enumerations import subsystem_label
from ntanalytics.detectors.forecast import HORIZON_DAYS
from ntanalytics.findings.correlation import IncidentGroup, correlate
from ntanalytics.findings.event_text import event_day
from ntanalytics.findings.finding import Finding, violations, worst_first
from ntanalytics.findings.lifecycle_text import group_sentence, onset_words
from ntanalytics.findings.phrases import named, value_words
from ntanalytics.findings.related_subjects import LASTING
from ntanalytics.findings.threshold import ORDER, worst
from ntanalytics.metrics import MEASURES
from ntanalytics.metrics.desk.obligations import PROMISE
from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.metrics.infra.availability import LOW_METHOD, METHOD
from ntanalytics.metrics.noise import is_steady
from ntanalytics.metrics.number_format import close_up, format_number
from ntanalytics.metrics.quantity import UNKNOWN, Quantity
from ntanalytics.recommendations.with_cause import cause_of, named_alone, word_with_assignment, worded
from ntanalytics.report_content import weekly_text
from ntanalytics.report_content.capacity_text import FORESEEN_NOTE
from ntanalytics.report_content.details import WEEKLY, detail_of, details_of
from ntanalytics.report_content.dispositions import dispositions_of
from ntanalytics.report_content.finding_history import period_lifecycles
from ntanalytics.report_content.incidents import (
    hazards_left_open,
    incident_assignments,
    incidents_of,
    opening_incidents,
    unknown_ends,
    unknown_incidents,
)
from ntanalytics.report_content.open_items import open_items, unknown_checks
from ntanalytics.report_content.unusual_points import unusual_days, unusual_leads
from ntanalytics.reports import Board, Kpis, Sentence, Table, board, inline_bars, inline_lines, kpi, kpis, table
from ntanalytics.reports.blocks.kpis import change_format
from ntanalytics.reports.data import plain_row
from ntanalytics.reports.formats import display
from ntanalytics.reports.record import DETAIL, Field
from ntanalytics.subsystems import topology, word
from ntanalytics.subsystems.infra.availability_checks import is_surely_missed, measured_from, target

#: Columns of the overview of subsystems.
_FIELDS = (
    Field("subsystem", "string", "系统"),
    Field("state", "string", "状态", format="state"),
    Field("availability", "number", "可用率", format="rate:2"),
    Field("points", "string", "要点"),
    Field("change", "string", "增减"),
)

_AVAILABLE = [
    "subsystem", "availability", "availability_low", "target_met", "available_s", "planned_s", "unplanned_s",
    "unmeasured_s", "failures", "longest_s", "mtbf_s", "mttr_s",
]  # fmt: skip

#: The subsystem whose availability no check measures, since it is a ledger.
_DESK = "desk"

#: Disks of the weekly report, the first to be full.
_MOST_DISKS = 8

_CLOCK = ["began_at", "subsystem", "cause", "clock_s", "lasted_s", "clock"]

#: Incidents that open the weekly report; all of them with what lasts; and what lasts at least.
MAX_INCIDENTS, MAX_EXCEPTIONS, MIN_LASTING = 3, 4, 1

#: Why a check is unknown for want of data; what a source never has is told in the line of its subsystem alone.
_MISSING = ("no_source", "missing", "incomplete")

#: The figures that open the weekly report, each with its subsystem and the words of its card.
_HEADLINES = (
    ("infra", "platform_availability", ""),
    ("oa", "active", "协同办公活跃"),
    ("docexchange", "signed_in_time_rate", "公文按时签收率"),
    ("sms", "delivery_rate", "短信送达率"),
    ("desk", "closed_tickets", "工单关闭"),
)


def summary(evaluation: Evaluation) -> list[Sentence]:
    """Return what the manager reads first: the incidents, the worst of what they do not explain, what changed in use.

    No fact is in two sentences.
    """
    summaries, period = evaluation.summaries, evaluation.context.period
    word_in_full = word_with_assignment(period.last, period_lifecycles(evaluation))
    incidents, left = incidents_of(evaluation, places(evaluation.context))
    opened = opening_incidents(incidents, word_in_full, period.last)[:MAX_INCIDENTS]
    room = MAX_EXCEPTIONS - len(opened)
    groups = correlate(violations(left), topology(evaluation.context), needs_days=True)
    worst = _worst_of_each(groups)[: max(room, MIN_LASTING)]
    sentences = [Sentence(_of_period(group.root, period.word) + group_sentence(group, word_in_full)) for group in worst]
    oa, documents = summaries["oa"], summaries["docexchange"]
    overdue = documents.quantity("overdue_deliveries")
    return [
        *opened,
        *map(Sentence, unknown_incidents(evaluation)),
        *sentences,
        Sentence(weekly_text.adoption(oa.total, oa.tables["editions"], period.word)),
        Sentence(weekly_text.documents(overdue, documents.tables["overdue"], period.last)),
        *map(Sentence, _not_seen(evaluation.findings)),
    ]


def _not_seen(findings: Sequence[Finding]) -> list[str]:
    """Return the sentence that data are missing, of which the others say nothing; none where none are."""
    missing = _missing_checks(findings, _MISSING)
    others = unknown_checks(findings) - missing  # the head of the report counts them all
    beside = f"（另有 {others} 项因其他原因未知）" if others else ""
    return [f"数据有缺失，{missing} 项检查未知{beside}，详见检查与建议。"] if missing else []


def _missing_checks(findings: Iterable[Finding], reasons: Collection[str] = (*_MISSING, "not_in_source")) -> int:
    """Return the number of checks that are unknown since data are missing."""
    return unknown_checks(finding for finding in findings if finding.unknown in reasons)


def _of_period(finding: Finding, span: str) -> str:
    """Return the word of the period for what it measured: ``本周``; nothing for what has a day, or lasts."""
    is_dated = finding.since is not None or finding.window is not None or event_day(finding) is not None
    return "" if is_dated or finding.rule.kind in LASTING else span


def open_items_table(evaluation: Evaluation) -> Table:
    """Return the open items of a period: who sees to each, by when, and what is being done."""
    period = evaluation.context.period
    state = period_lifecycles(evaluation)
    incidents, _ = incidents_of(evaluation, places(evaluation.context))
    inspected = hazards_left_open(evaluation, incidents)
    findings = worded(evaluation.findings, period.last, state, incident_assignments(incidents))
    recorded = [named_alone(finding, period.last, state) for finding in inspected]
    known = None if unknown_incidents(evaluation) else incidents
    return open_items(
        [*findings, *recorded], state, dispositions_of(evaluation, state, inspected), known, details=WEEKLY
    )


def _worst_of_each(groups: Sequence[IncidentGroup]) -> list[IncidentGroup]:
    """Return the worst incident that begins in each subsystem, the worst first; of one status by weight."""
    by_subsystem: dict[str, IncidentGroup] = {}
    by_root = {id(group.root): group for group in groups}
    for root in worst_first(group.root for group in groups):
        if root.subsystem not in ("docexchange", "desk", "data"):
            kept = by_subsystem.setdefault(root.subsystem, by_root[id(root)])
            if _rank(by_root[id(root)]) < _rank(kept):
                by_subsystem[root.subsystem] = by_root[id(root)]
    return sorted(by_subsystem.values(), key=_rank)


def _rank(group: IncidentGroup) -> tuple[int, int]:
    cause = cause_of(group.root)
    return ORDER.index(group.status), -(cause.weight if cause is not None else 0)


def systems(evaluation: Evaluation, *, id: str = "systems", title: str = "") -> Table:
    """Return a line for each subsystem: status, availability, highlights, change, and the last four weeks."""
    summaries = evaluation.summaries
    measured = summaries["infra"].tables["availability"]
    availability = {row["subsystem"]: _available(row) for row in measured}
    unmeasured = FigureRow({}, is_complete=measured.is_complete).quantity("availability")
    rows = tuple(
        plain_row(
            {
                "subsystem": item.name,
                "state": worst([item.status, *(finding.status for finding in availability_findings(evaluation, name))]),
                "availability": availability.get(name, None if name == _DESK else unmeasured),
                "points": (points := _highlights(item, availability_findings(evaluation, name))),
                "change": _named_change(item, points),
                **_detail((*item.findings, *availability_findings(evaluation, name))),
            }
        )
        for name, item in summaries.items()
    )
    period = evaluation.context.period
    marks = unusual_leads(summaries, period.first)
    recent = inline_lines("近四周", [item.recent for item in summaries.values()], marks)
    titles = {"points": f"{period.word}要点", "change": f"较{period.before_word}"}
    fields = tuple(replace(field, title=titles.get(field.name, field.title)) for field in _FIELDS)
    return Table(id, title, fields=fields, rows=rows, inline_charts=recent, note=_unmeasured_note(evaluation))


def _unmeasured_note(evaluation: Evaluation) -> str:
    """Return of which systems the availability of the platform tells nothing; empty where all or none were checked."""
    checked, lacking = len(evaluation.summaries["infra"].tables["availability"]), _unchecked(evaluation)
    if not checked or not lacking:
        return ""
    return f"平台可用率只是有可用性检查的 {checked} 个系统的平均，不含{'、'.join(lacking)}。"


def _unchecked(evaluation: Evaluation) -> list[str]:
    """Return the names of the systems whose availability no check measured; the desk is none."""
    checked = {row["subsystem"] for row in evaluation.summaries["infra"].tables["availability"]}
    return [item.name for name, item in evaluation.summaries.items() if name not in {*checked, _DESK}]


def availability_findings(evaluation: Evaluation, subsystem: str) -> list[Finding]:
    """Return the findings on the availability of another subsystem, which ``infra`` measures."""
    return [
        finding
        for finding in evaluation.findings
        if finding.code == "infra.availability" and finding.entity.key == subsystem != finding.subsystem
    ]


def _detail(findings: Sequence[Finding]) -> dict[str, str]:
    """Return the block behind the worst violation, under the key of a row; empty where none is open."""
    broken = worst_first(violations(findings))
    return {DETAIL: detail_of(broken[0], WEEKLY)} if broken else {}


def checks_board(evaluation: Evaluation) -> Board:
    """Return all checks of a period; those that are not in order lead to their detail."""
    assignments = incident_assignments(incidents_of(evaluation, places(evaluation.context))[0])
    state = period_lifecycles(evaluation)
    findings = [
        replace(item, wording=replace(item.wording, since=onset_words(item.finding, state)))
        for item in worded(evaluation.findings, evaluation.context.period.last, state, assignments)
    ]
    shown = board(findings, "检查与建议", is_folded=True)
    return shown.with_details(details_of(evaluation.findings, WEEKLY))


def _available(row: FigureRow) -> Quantity:
    """Return the availability of a subsystem; its bound where too little was measured."""
    low = row["availability_low"]
    if low is None:
        return row.quantity("availability")
    return FigureRow({"availability_low": low}, is_complete=False).quantity("availability_low")


def available_time(evaluation: Evaluation) -> Table:
    """Return the time of each subsystem in four parts, its availability, and whether the target was met."""
    infra = evaluation.summaries["infra"]
    measured, goal = infra.tables["availability"], target(evaluation.context)
    note = f"目标 {format_number(goal, 'rate:1')}。{METHOD}"
    if any(row["availability_low"] is not None for row in measured):
        note += LOW_METHOD
    others = [
        f"{subsystem_label(row['subsystem'])}为 {row['low_target']}"
        for row in measured
        if row["low_target"] not in (None, row["target"])
    ]
    note += f"其中{'、'.join(others)}。" if others else ""
    missed = FigureRow({"target_met": "not_met"})
    views = measured_from(evaluation.context)
    rows = [row | missed if is_surely_missed(row, goal, *views) and not row.is_complete else row for row in measured]
    judged = replace(measured, items=tuple(rows))
    return table(judged, "可用率", id="availability", columns=_AVAILABLE, note=note, origin=infra.origin)


def outages(evaluation: Evaluation) -> Table:
    """Return the outages of a period, and of which systems nobody would have seen one."""
    seen, unchecked = evaluation.summaries["infra"].tables["outages"], _unchecked(evaluation)
    if not seen.columns or not unchecked:
        return table(seen, "服务中断", id="outages")
    note = f"{'、'.join(unchecked)}没有可用性检查，有无中断未知。"
    return table(replace(seen, is_complete=False), "服务中断", id="outages", note=note)


def soonest_disks(evaluation: Evaluation) -> Table:
    """Return the disks that are full first; no day of one that its trend does not fill within a year."""
    disks = evaluation.summaries["infra"].tables["disks"][:_MOST_DISKS]
    far = FigureRow({"days_until_full": None})
    rows = (row | far if (row.exact("days_until_full") or 0) > HORIZON_DAYS else row for row in disks)
    return table(replace(disks, items=tuple(rows)), "磁盘容量预警", id="disks", note=FORESEEN_NOTE if disks else "")


def _highlights(summary: SubsystemSummary, availability: Sequence[Finding]) -> str:
    """Return the highlights of a subsystem; where a limit is broken, its worst known finding first.

    Args:
        summary: the subsystem.
        availability: findings on its availability.
    """
    # a subsystem without any source says so already
    missing = _missing_checks(finding for finding in summary.findings if finding.details.get("is_part", True))
    broken = worst_first(violations((*availability, *summary.findings)))
    if not broken:
        # its state is that of its availability, too, which is a check of the platform
        alone = "；可用率未知" if any(finding.status == "unknown" for finding in availability) else ""
        return close_up(summary.highlights + (f"；{missing} 项检查未知" if missing else alone))
    finding = broken[0]
    wording, unit = word(finding), MEASURES[finding.rule.measure].unit
    check = wording.check if finding.is_of_whole_subsystem else named(wording.entity, wording.check)
    unknown = f"；另有 {missing} 项检查未知" if missing else ""
    figures = summary.highlights.split("，")
    led = next((figure for figure in figures if figure.startswith(summary.measure.label)), figures[0])
    return close_up(f"{check} {value_words(finding, unit=unit)}；{led}{unknown}")


def _named_change(summary: SubsystemSummary, points: str) -> str:
    """Return the change of the lead figure, with its name where the highlights do not have it."""
    words, label = change_words(summary), summary.measure.label
    return words if words in ("—", UNKNOWN) or label in points else f"{label}{words}"


def change_words(summary: SubsystemSummary) -> str:
    """Return the change of the lead figure: ``▲ 3.2%``, ``▼ 1.1个百分点``; ``—`` where there is nothing to compare."""
    measure, name = summary.measure, summary.lead
    change = f"{name}_change" if measure.is_rate else f"{name}_change_rate"
    value = summary.total.exact(change)
    if value is None:
        return "—" if summary.total.certainty(change) == "exact" else UNKNOWN
    now, before = summary.quantity(name).exact, summary.before(name).exact
    if now is not None and before is not None and is_steady(measure, now, before):
        return "基本持平"
    shown = display(value, change_format(measure))
    if not any(digit in shown for digit in "123456789"):
        return "持平"
    return f"{'▲' if value > 0 else '▼'} {shown[1:]}"


def headlines(evaluation: Evaluation) -> Kpis:
    """Return the five figures that open the weekly report, each with its change and its last weeks."""
    cards = []
    for subsystem, name, label in _HEADLINES:
        item = evaluation.summaries[subsystem]
        spark = item.daily.quantities(name)
        marks = unusual_days(item, evaluation.context.period.first, name)
        cards.append(kpi(item.quantity(name), item.before(name), spark=spark, marks=marks, label=label))
    return kpis(cards, id="headlines")


def clocks(evaluation: Evaluation) -> Table:
    """Return the incidents of the period, the longest first, each with its clock against the promised four hours."""
    incidents = evaluation.summaries["desk"].tables["clocks"]
    note = unknown_ends(evaluation)
    if not (note or incidents) and incidents.is_complete:
        note = f"{evaluation.context.period.word}没有登记故障事件。"
    lengths = ["clock_s" if row["lasted_s"] is None else "lasted_s" for row in incidents]
    shown = [name for name in _CLOCK if name != "lasted_s" or name in lengths]  # most weeks nothing lasts
    listed = table(incidents, "故障事件及恢复用时", id="clocks", columns=shown, note=note)
    used = [row.quantity(name) for row, name in zip(incidents, lengths, strict=True)]
    bars = inline_bars("4小时恢复时限", used, PROMISE.total_seconds())
    return listed.with_inline_charts(bars)
