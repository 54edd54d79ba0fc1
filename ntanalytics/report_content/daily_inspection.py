"""Daily inspection: every subsystem, every host, and whether the data came."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ntanalytics.checks.check import DAY
from ntanalytics.checks.engine import Evaluation
from ntanalytics.checks.section import HISTORY, SubsystemSummary
from ntanalytics.contract.enumerations import subsystem_label
from ntanalytics.contract.infra import HOST_METRICS
from ntanalytics.detectors.forecast import HORIZON_DAYS
from ntanalytics.findings.dispositions import Dispositions
from ntanalytics.findings.finding import Finding, count_by_status, violations
from ntanalytics.findings.lifecycle import LifecycleState
from ntanalytics.findings.lifecycle_text import opening
from ntanalytics.findings.rule import Rule
from ntanalytics.findings.text import WordedFinding
from ntanalytics.findings.threshold import ORDER, worst
from ntanalytics.findings.topology import Topology, host_of
from ntanalytics.findings.week_strip import LEGEND
from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.metrics.figures import Figures
from ntanalytics.metrics.number_format import close_up
from ntanalytics.metrics.quantity import Quantity
from ntanalytics.recommendations.with_cause import word_with_assignment, worded
from ntanalytics.report_content.capacity_text import FORESEEN_NOTE
from ntanalytics.report_content.contents import evaluate_report
from ntanalytics.report_content.day_events import day_events, day_events_table
from ntanalytics.report_content.details import BOARD, INSPECTION, details_of
from ntanalytics.report_content.dispositions import dispositions_of, muted_sentence
from ntanalytics.report_content.finding_history import inspection_lifecycle, inspection_strips
from ntanalytics.report_content.incidents import (
    DeskIncident,
    incident_assignments,
    incidents_of,
    opening_incidents,
    unknown_incidents,
)
from ntanalytics.report_content.open_items import open_items
from ntanalytics.report_content.overview import availability_findings
from ntanalytics.reports import Board, Sentence, Table, board, no_rows, without_source
from ntanalytics.reports.data import plain_row
from ntanalytics.reports.record import DETAIL, Field
from ntanalytics.subsystems import subsystem, topology
from ntanalytics.subsystems.infra.load_checks import load
from ntanalytics.workspace.report import Report

#: The subsystem of the checks of the data themselves.
DATA = "data"

_SYSTEMS = (
    Field("subsystem", "string", "系统"),
    Field("state", "string", "状态", format="state"),
    Field("checks", "integer", "检查", unit="项", format="integer"),
    Field("wrong", "integer", "异常", format="integer"),
    Field("watched", "integer", "关注", format="integer"),
    Field("not_known", "integer", "未知", format="integer"),
    Field("unjudged", "integer", "不作判断", format="integer"),
    Field("points", "string", "当日要点"),
)

_HOSTS = (
    Field("host", "string", "主机"),
    Field("state", "string", "状态", format="state"),
    Field("checks", "integer", "检查", unit="项", format="integer"),
    Field("cpu", "number", "处理器（95%以内）", format="rate:1"),
    Field("memory", "number", "内存（95%以内）", format="rate:1"),
    Field("swap", "number", "交换区（95%以内）", format="rate:1"),
    Field("disk", "number", "最满磁盘", format="rate:1"),
    Field("days", "number", "预计写满", unit="天", format="number:0"),
)

#: Unknown checks that the line of a system names, at most.
_MOST_NAMED = 3

#: Datasets that tell the state of a host.
_OF_HOSTS = ("infra.hosts", "infra.checks", "infra.metrics", "infra.problems", "infra.backups")


@dataclass(frozen=True, kw_only=True)
class DayInspection:
    """Everything that an inspection of a day shows.

    Attributes:
        evaluation: findings and summaries.
        findings: the findings in Chinese, with what their causes tell.
        loads: load of each host, by metric.
        happened: what happened on the day, from monitoring, the service desk and the probes.
        checks: the manual checks of the service desk.
        origin: origin of what happened.
        topology: what depends on what.
        lifecycles: what became of the findings since the inspections before.
        dispositions: what the desk decided about them.
        events: the desk's incidents of the day, with the findings that they explain.
        unexplained: the findings that no incident explains.
    """

    evaluation: Evaluation
    findings: tuple[WordedFinding, ...]
    loads: Figures
    happened: Figures
    checks: Figures
    origin: Mapping[str, object]
    topology: Topology
    lifecycles: LifecycleState
    dispositions: Dispositions
    events: tuple[DeskIncident, ...]
    unexplained: tuple[Finding, ...]

    @property
    def summaries(self) -> Mapping[str, SubsystemSummary]:
        """The summaries by subsystem id."""
        return self.evaluation.summaries


def inspect(report: Report) -> DayInspection:
    """Return everything that an inspection of a day shows.

    Args:
        report: a report of a day.
    """
    evaluation = evaluate_report(report)
    lifecycles = inspection_lifecycle(report, evaluation)
    known_topology = topology(evaluation.context)
    events, left = incidents_of(evaluation, known_topology.places)
    context = evaluation.context
    metrics, checks = context.dataset("infra.metrics"), context.dataset("desk.checks")
    happened = day_events(context, evaluation.summaries["infra"].tables["outages"], report.begins_at, report.ends_at)
    recorded = (context.dataset(name, HISTORY) for name in ("infra.problems", "desk.incidents"))
    return DayInspection(
        evaluation=evaluation,
        findings=tuple(worded(evaluation.findings, report.period.last, lifecycles, incident_assignments(events))),
        loads=metrics.figures([row for metric in HOST_METRICS for row in context.shared(load, metric)]),
        happened=happened,
        checks=checks.figures(checks.table.select("subsystem", "item", "result", "remark")),
        origin=report.origin("findings.inspection", *recorded),
        topology=known_topology,
        lifecycles=lifecycles,
        dispositions=dispositions_of(evaluation, lifecycles),
        events=tuple(events),
        unexplained=tuple(left),
    )


def opening_sentences(inspection: DayInspection) -> list[Sentence | str]:
    """Return the sentences that open the inspection: the incidents, what is open, what changed, what is muted."""
    state, dispositions = inspection.lifecycles, inspection.dispositions
    on = inspection.evaluation.context.on
    word = word_with_assignment(on, state)
    loud = [finding for finding in inspection.unexplained if finding.identity not in dispositions.muted]
    changes, *rest = opening(loud, state, word, topology=inspection.topology)
    unknown = unknown_incidents(inspection.evaluation)
    return [*opening_incidents(inspection.events, word, on), *unknown, *rest, changes, muted_sentence(dispositions)]


def status_board(report: Report, inspection: DayInspection) -> Board:
    """Return every check of the day, with what the issued inspections of the last seven days said of it."""
    strips = inspection_strips(report, inspection.evaluation)
    shown = board(inspection.findings, note=LEGEND, is_folded=True, lifecycles=inspection.lifecycles)
    return shown.with_strips(strips).with_details(details_of(inspection.evaluation.findings, INSPECTION))


def open_items_table(inspection: DayInspection) -> Table:
    """Return the open items with columns to write in and to tick."""
    return open_items(
        inspection.findings,
        inspection.lifecycles,
        inspection.dispositions,
        None if unknown_incidents(inspection.evaluation) else inspection.events,
        is_to_write=True,
        details=INSPECTION,
    )


def incidents_board(inspection: DayInspection) -> Table:
    """Return the events of the day, oldest first."""
    return day_events_table(inspection.evaluation.context, inspection.happened, inspection.origin)


def systems_board(inspection: DayInspection, *, id: str = "systems") -> Table:
    """Return a line for each subsystem: its status and the number of its checks; the data come last."""
    by_subsystem: dict[str, list[Finding]] = {name: [] for name in (*inspection.summaries, DATA)}
    for finding in inspection.evaluation.findings:
        by_subsystem[finding.subsystem].append(finding)
    rows = [
        _counted(
            summary.name, by_subsystem[name], summary.highlights, availability_findings(inspection.evaluation, name)
        )
        for name, summary in inspection.summaries.items()
    ]
    open_data = sum(finding.status != "ok" for finding in by_subsystem[DATA])
    highlights = f"{open_data} 项有缺失或剔除" if open_data else "各数据源当日数据完整"
    rows.append(_counted(subsystem_label(DATA), by_subsystem[DATA], highlights))
    rows.sort(key=lambda row: ORDER.index(row["state"]))
    # a working day calls for every check
    fields = tuple(field for field in _SYSTEMS if field.name != "unjudged" or any(row["unjudged"] for row in rows))
    return Table(id, "各系统状态", fields=fields, rows=tuple(rows))


def _counted(
    name: str, findings: Sequence[Finding], highlights: str, availability: Sequence[Finding] = ()
) -> dict[str, Any]:
    """Return the line of a subsystem; its availability counts for its status, and among the checks of ``infra``."""
    count = count_by_status(findings)
    state = worst(finding.status for finding in (*findings, *availability) if finding.is_applicable)
    unknown = _unknown_words((*availability, *findings)) if state == "unknown" else ""
    unjudged = sum(not finding.is_applicable for finding in findings)
    return {
        "subsystem": name,
        "state": state,
        "checks": sum(count.values()) + unjudged,
        "wrong": count["critical"],
        "watched": count["warning"],
        "not_known": count["unknown"],
        "unjudged": unjudged,
        "points": close_up("；".join(filter(None, (highlights, unknown)))),
        **({DETAIL: BOARD} if violations((*findings, *availability)) else {}),
    }


def _unknown_words(findings: Sequence[Finding]) -> str:
    """Return which checks are unknown, by which a system is; that is its availability, too; empty without any."""
    names = list(dict.fromkeys(item.rule.check for item in findings if item.status == "unknown" and item.is_applicable))
    if not names:
        return ""
    more = f"等{len(names)}类检查" if len(names) > _MOST_NAMED else ""
    return f"{'、'.join(names[:_MOST_NAMED])}{more}未知"


def hosts_board(inspection: DayInspection, *, id: str = "hosts") -> Table:
    """Return a line for each host, the worst first: its checks and what was measured."""
    infra = inspection.summaries["infra"]
    load = {(row["host"], row["metric"]): row.quantity("load_p95") for row in inspection.loads}
    unmeasured = FigureRow({}, is_complete=inspection.loads.is_complete).quantity("load_p95")
    asked = _asked_of_hosts(inspection.evaluation.context.rules)
    findings = [finding for finding in inspection.evaluation.findings if finding.code in asked]
    # a switch answers and is not measured
    watched = {finding.entity.key for finding in findings if finding.entity.kind == "host"}
    # surveillance reads every dataset, and says itself what it could not look at
    read = {name for rule, names in asked.items() if rule != "infra.surveillance" for name in names}
    views = [inspection.evaluation.context.dataset(name) for name in _OF_HOSTS if name in read]
    missing = [view.contract.label for view in views if not view.sources or not view.is_complete]
    rows = []
    for host in sorted({row["host"] for row in inspection.loads} | watched):
        own = [finding for finding in findings if host_of(finding.entity) == host]
        state = worst(finding.status for finding in own)
        disks = [row for row in infra.tables["disks"] if row["host"] == host]
        soon = [row for row in disks if _is_foreseen(row["days_until_full"]) or not row.is_complete]
        rows.append(
            plain_row(
                {
                    "host": host,
                    "state": "unknown" if state == "ok" and missing else state,
                    "checks": len(own),
                    "cpu": load.get((host, "cpu_rate"), unmeasured),
                    "memory": load.get((host, "memory_rate"), unmeasured),
                    "swap": load.get((host, "swap_rate"), unmeasured),
                    "disk": _outermost(disks, "disk_used", max),
                    "days": _outermost(soon, "days_until_full", min),
                }
            )
        )
    if not rows and not any(view.sources for view in views):
        return without_source("主机", id=id)
    rows.sort(key=lambda row: ORDER.index(row["state"]))
    note = f"{FORESEEN_NOTE}{inspection.loads.note}"
    if missing:
        note += f"{'、'.join(missing)}不全：未见异常的主机状态未知，可能有主机未列出。"
    origin = inspection.evaluation.context.origin("hosts.load", *views) if views else infra.origin
    return Table(id, "主机", fields=_HOSTS, rows=tuple(rows), note=note, origin=origin, empty=no_rows(not missing))


def _asked_of_hosts(rules: Mapping[str, Rule]) -> dict[str, set[str]]:
    """Return the checks that tell the state of hosts → the datasets of hosts that each reads.

    Those that the site has switched off are left out.
    """
    daily = (check for check in subsystem("infra").checks if DAY in check.every and rules[check.rule].enabled)
    asked = {check.rule: {name for name in _OF_HOSTS if name in check.reads} for check in daily}
    return {rule: names for rule, names in asked.items() if names}


def _is_foreseen(days: float | None) -> bool:
    return days is not None and days <= HORIZON_DAYS


def _outermost(rows: Sequence[FigureRow], name: str, of: Callable[..., FigureRow]) -> Quantity | None:
    """Return the largest or smallest figure of some rows; None where no row has it.

    What is not known of one row may be larger than what is known of the others.
    """
    known = [row for row in rows if row[name] is not None or not row.is_complete]
    if not known:
        return None
    outermost: FigureRow = of(known, key=lambda row: row[name] or 0)
    if of is max and not all(row.is_complete for row in known):
        outermost = FigureRow({name: outermost[name]}, is_complete=False)
    return outermost.quantity(name)
