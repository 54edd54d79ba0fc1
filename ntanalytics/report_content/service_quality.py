"""Service quality of a month: the buyer's duties, the report plan, the score, and the figures behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from ntanalytics.findings.phrases import listed
from ntanalytics.metrics.desk import service_levels
from ntanalytics.metrics.desk.duties import NOTHING_DUE, Verdict
from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.metrics.figures import Figures, figures
from ntanalytics.metrics.quantity import Quantity
from ntanalytics.metrics.rows import rows
from ntanalytics.report_content.detection_grade import DetectionGrade, grade_detection
from ntanalytics.report_content.duties.duty import DutyRecord, judge
from ntanalytics.report_content.duties.listing import DUTIES
from ntanalytics.report_content.duties.opening import open_span
from ntanalytics.report_content.duties.span import DutySpan
from ntanalytics.report_content.duty_blocks import shortfall_count
from ntanalytics.report_content.scoring import SheetScore, judge_by_sheet
from ntanalytics.reports import Kpis, Sentence, Table, kpi, kpis, table, without_source
from ntanalytics.subsystems.infra.section import platform_row
from ntanalytics.workspace.report import Report

#: Duties that the first page lists, in its order.
FIRST_PAGE = (
    "availability", "deadlines", "first_response", "off_hours", "recovery", "reported_incidents", "attendance",
    "inspections", "all_reports", "delivered_reports", "signoffs", "confirmed_changes", "change_results", "trainings",
    "restore_drills", "emergency_drills", "online_backups", "offline_backups", "patches", "access_grants",
    "onboarding",
)  # fmt: skip

#: Cards of the first page: duty → its words.
_CARDS = {"deadlines": "工单按时办结率", "attendance": "驻场率", "all_reports": "报告按时出具率"}

#: Duties named in one sentence.
_NAMED = 5


@dataclass(frozen=True)
class ServiceQuality:
    """Content of the report.

    Attributes:
        span: the month.
        records: the records of all duties by id.
        before: the records of the cards' duties in the month before.
        score: the score; None without a scoring sheet.
    """

    span: DutySpan
    records: Mapping[str, DutyRecord]
    before: Mapping[str, DutyRecord]
    score: SheetScore | None

    @property
    def shown(self) -> list[DutyRecord]:
        """The records of the first page."""
        return [self.records[name] for name in FIRST_PAGE]

    @cached_property
    def tickets(self) -> Figures:
        """Answers, solutions and marks of the tickets, in one row."""
        view = self.span.view("desk.tickets", 70)
        return figures(service_levels.ticket_levels(view.cases, self.span.begins_at, self.span.ends_at), view)

    @cached_property
    def detection(self) -> DetectionGrade:
        """Grade of the detection: the month's failures that the inspections told before anybody called."""
        return grade_detection(self.span)


def assess(report: Report) -> ServiceQuality:
    """Return the service quality of a report's month.

    Raises:
        SettingsError: the site's rules or its scoring sheet cannot be used.
        UnknownName: a clause of the sheet measures something that no duty is.
    """
    span = open_span(report)
    earlier = open_span(Report(report.workspace, report.name, report.title, report.previous))
    records, score = judge_by_sheet(span, report.workspace.settings)
    before = {name: judge(DUTIES[name], earlier) for name in _CARDS}
    return ServiceQuality(span, records, before, score)


def headlines(quality: ServiceQuality) -> Kpis:
    """Return the five figures that open the report."""
    cards, against = [kpi(platform_availability(quality.span))], quality.span.context.period.before_word
    for name, label in _CARDS.items():
        now, then = (records[name].row.quantity("duty_rate") for records in (quality.records, quality.before))
        cards.append(kpi(replace(now, against=against), then, label=label))
    if quality.score is not None:
        cards.append(kpi(quality.score.row.quantity("score")))
    return kpis(cards, id="headlines")


def platform_availability(span: DutySpan) -> Quantity:
    """Return the availability of the platform; its bound where too little was measured (docs/domain.md)."""
    has_source = bool(span.view("infra.checks", 28).sources)
    row = platform_row(span.context) if has_source else FigureRow.without_source()
    return row.quantity("platform_availability")


def opening(quality: ServiceQuality) -> list[Sentence]:
    """Return what the manager reads first: what was kept, what was not, what cannot be shown, and the score."""
    sentences = [_counted(quality)]
    broken = [record for record in quality.shown if record.verdict == "not_met"]
    if broken:
        named = listed([f"{record.duty.label}（{shortfall_count(record)}）" for record in broken], _NAMED)
        sentences.append(Sentence(f"{named}，逐项见“不符合事项”。", "未达到：", "critical"))
    unshown = [record for record in quality.shown if record.verdict == "not_shown"]
    if unshown:
        named = listed([record.duty.label for record in unshown], _NAMED)
        sentences.append(Sentence(f"{named}，所需证据见“尚需补充的证据”。", "无法证明：", "unknown"))
    sentences.append(Sentence(quality.detection.words))
    if quality.score is not None:
        sentences.append(Sentence(quality.score.words))
    return sentences


def _counted(quality: ServiceQuality) -> Sentence:
    counts: dict[Verdict, int] = {"met": 0, "not_met": 0, "not_shown": 0}
    for record in quality.shown:
        counts[record.verdict] += 1
    idle = sum(record.is_idle for record in quality.shown)
    return Sentence(
        f"本月{len(quality.shown)}项服务要求中，达到{counts['met'] - idle}项，{NOTHING_DUE}{idle}项，"
        f"未达到{counts['not_met']}项，无法证明{counts['not_shown']}项。"
    )


def ticket_table(quality: ServiceQuality) -> Table:
    """Return how tickets were answered, solved and marked."""
    note = "解决率按已登记关闭结果的工单计算，不含用户撤销和重复工单；缺一件结果即不予计算。"
    origin = quality.span.context.origin("service_levels.ticket_levels", quality.span.view("desk.tickets", 70))
    return table(quality.tickets, "工单响应与解决", id="ticket-levels", note=note, origin=origin)


def cause_table(quality: ServiceQuality) -> Table:
    """Return the causes that came again."""
    view = quality.span.view("desk.tickets", 70)
    repeated = figures(service_levels.repeated_causes(view.table), view)
    note = f"同一系统同一原因{service_levels.REPEATED}件及以上。"
    return table(repeated, "重复发生的原因", id="repeated", note=note)


def change_table(quality: ServiceQuality) -> Table:
    """Return the changes that ended, by kind, and the shares that went wrong."""
    view = quality.span.view("desk.changes", 70)
    shares = service_levels.change_shares(view.cases, quality.span.begins_at, quality.span.ends_at, ["kind"])
    return table(figures(shares, view), "变更情况", id="changes")


def access_table(quality: ServiceQuality) -> Table:
    """Return the rights granted, changed, removed and held, by kind of holder."""
    view = quality.span.view("desk.access_grants")
    if not view.sources:
        return without_source("权限复核", id="access")
    units = quality.span.view("identity.units")
    closed = [row["unit"] for row in rows(units.table.filter(~units.table.is_enabled).select("unit"))]
    span = quality.span
    rights = service_levels.access_rights(view.cases, closed, span.begins_at, span.ends_at, ["holder"])
    return table(figures(rights, view).made_of(["closed_unit_rights"], units, beside=True), "权限复核", id="access")
