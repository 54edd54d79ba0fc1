"""Acceptance of a contract year, or of the days of it so far: O1 to O18, each with its evidence and a verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from ntanalytics.findings.phrases import listed
from ntanalytics.metrics.desk.duties import VERDICTS, Verdict
from ntanalytics.periods.day_text import day_words
from ntanalytics.report_content.detection_grade import DetectionGrade, grade_detection
from ntanalytics.report_content.duties.duty import DutyRecord
from ntanalytics.report_content.duties.listing import OBLIGATIONS, ObligationRecord, obligation_records
from ntanalytics.report_content.duties.opening import contract_span, days_of_year, open_span
from ntanalytics.report_content.duties.plan_duties import plans_of_year
from ntanalytics.report_content.duties.span import DutySpan
from ntanalytics.report_content.duty_blocks import obligation_table
from ntanalytics.report_content.earlier_records import earlier_records
from ntanalytics.report_content.scoring import SheetScore, judge_by_sheet
from ntanalytics.report_content.service_quality import platform_availability
from ntanalytics.reports import Kpis, Sentence, Table, kpi, kpis
from ntanalytics.reports.blocks.block import Block
from ntanalytics.reports.data import plain_row
from ntanalytics.reports.record import Field, Record
from ntanalytics.workspace.report import Report

#: Block of a published acceptance with its verdicts.
_VERDICT_BLOCK = "obligations"

#: Obligations named in one sentence, cards of the first page, and lines of the progress: duty → its words.
_NAMED = 6
_CARDS = {"attendance": "驻场率", "inspections": "检查完成率", "deadlines": "工单按时办结率"}
_PROGRESS = {
    "attendance": "工作日驻场",
    "inspections": "工作日检查",
    "weekly_reports": "服务周报出具",
    "signoffs": "服务周报确认",
    "trainings": "培训",
    "restore_drills": "恢复演练",
    "emergency_drills": "应急演练",
}

#: Kinds of plans of the lines of the progress.
_PLANS = {"trainings": "training", "restore_drills": "restore_drill", "emergency_drills": "emergency_drill"}

_PROGRESS_FIELDS = (
    Field("item", "string", "项目"),
    Field("done", "integer", "已完成", format="integer"),
    Field("due", "integer", "至今应完成", format="integer"),
    Field("planned", "integer", "全年计划", format="integer"),
    Field("rate", "number", "完成率", format="rate:1"),
    Field("verdict", "string", "结论"),
)

_CHANGED = (
    Field("id", "string", "编号"),
    Field("obligation", "string", "合同义务"),
    Field("then", "string", "上次结论"),
    Field("now", "string", "本次结论"),
)


@dataclass(frozen=True)
class Acceptance:
    """Content of the report.

    Attributes:
        report: the report.
        span: the contract year so far.
        records: the records of all duties by id.
        score: the score of the span; None without a scoring sheet.
    """

    report: Report
    span: DutySpan
    records: Mapping[str, DutyRecord]
    score: SheetScore | None

    @cached_property
    def obligations(self) -> list[ObligationRecord]:
        """The obligations with their verdicts, in the contract's order."""
        return obligation_records(self.records)

    @property
    def proven(self) -> list[DutyRecord]:
        """The records of the duties that prove the obligations, in their order."""
        return [self.records[name] for name in dict.fromkeys(name for item in OBLIGATIONS for name in item.duties)]

    @cached_property
    def detection(self) -> DetectionGrade:
        """Grade of the detection: the year's failures that the inspections told before anybody called."""
        return grade_detection(self.span)


def accept(report: Report) -> Acceptance:
    """Return the acceptance of a report's period.

    Raises:
        SettingsError: the site's rules or its scoring sheet cannot be used.
        UnknownName: a clause of the sheet measures something that no duty is.
    """
    return _accepted(report, open_span(report))


def _accepted(report: Report, span: DutySpan) -> Acceptance:
    return Acceptance(report, span, *judge_by_sheet(span, report.workspace.settings))


def opening(accepted: Acceptance) -> list[Sentence]:
    """Return what the manager reads first: how far the year is, the verdicts, and the score."""
    contract = accepted.report.workspace.settings.site.contract
    number = f"合同{contract.number}，" if contract is not None and contract.number else ""
    days = days_of_year(accepted.span)
    passed = f"合同年度共{days[1]}天，已过{days[0]}天，" if days else ""
    groups: dict[Verdict, list[str]] = {"met": [], "not_met": [], "not_shown": []}
    for item in accepted.obligations:
        groups[item.verdict].append(f"{item.obligation.id} {item.obligation.label}")
    counts = "，".join(f"{VERDICTS[verdict]}{len(names)}项" for verdict, names in groups.items())
    sentences = [Sentence(f"{number}{passed}{len(accepted.obligations)}项合同义务中{counts}。")]
    if groups["not_met"]:
        sentences.append(Sentence(f"{listed(groups['not_met'], _NAMED)}。", "未达到：", "critical"))
    if groups["not_shown"]:
        sentences.append(Sentence(f"{listed(groups['not_shown'], _NAMED)}。", "无法证明：", "unknown"))
    sentences.append(Sentence(accepted.detection.words))
    if accepted.score is not None:
        sentences.append(Sentence(accepted.score.words))
    return sentences


def headlines(accepted: Acceptance) -> Kpis:
    """Return the figures that open the report."""
    cards = [kpi(platform_availability(accepted.span))]
    cards += [kpi(accepted.records[name].row.quantity("duty_rate"), label=label) for name, label in _CARDS.items()]
    if accepted.score is not None:
        cards.append(kpi(accepted.score.row.quantity("score")))
    return kpis(cards, id="headlines")


def progress_table(accepted: Acceptance, *, id: str = "progress") -> Table:
    """Return how far the year's work is: done, due so far, and planned for the whole year."""
    listed_rows = []
    days = days_of_year(accepted.span)
    for name, label in _PROGRESS.items():
        record = accepted.records[name]
        listed_rows.append(
            plain_row(
                {
                    "item": label,
                    "done": record.done,
                    "due": record.row.quantity("duty_facts"),
                    "planned": _planned(accepted.span, name),
                    "rate": record.row.quantity("duty_rate"),
                    "verdict": record.verdict_words,
                }
            )
        )
    note = f"合同年度共{days[1]}天，已过{days[0]}天。" if days else "没有配置合同年度。"
    return Table(id, "合同进度", fields=_PROGRESS_FIELDS, rows=tuple(listed_rows), note=note)


def _planned(span: DutySpan, name: str) -> int | None:
    """Return the number of items that the plan has for the whole contract year; None where it is not known."""
    year, view = span.context.calendar.contract_year, span.view("desk.plans")
    if name not in _PLANS or year is None or not view.sources or not view.is_complete:
        return None
    return len(plans_of_year(span, (_PLANS[name],)))


def contract_progress(report: Report) -> list[Block]:
    """Return the contract progress up to the end of another report's period; nothing without a contract year.

    Its lines are those of the acceptance of the same days.

    Raises:
        SettingsError: the site's rules or its scoring sheet cannot be used.
    """
    span = contract_span(report)
    if span is None:
        return []
    accepted = _accepted(report, span)
    lines = obligation_table(accepted.obligations, "合同义务履行情况", id=_VERDICT_BLOCK)
    return [progress_table(accepted), lines]


def changed_table(accepted: Acceptance, *, id: str = "changed") -> Table:
    """Return the obligations whose verdict differs from the last acceptance of the same contract year."""
    title, period = "与上次验收相比", accepted.report.period
    earlier = earlier_records(accepted.report, _verdicts, before=period.last, periods=f"{period.first}_*")
    if earlier is None:
        return Table(id, title, note="本合同年度更早的验收报告无法读取，各项结论有无变化未知。")
    if not earlier:
        return Table(id, title, note="本合同年度没有更早的验收报告。")
    last, verdicts = earlier[-1]
    changed = tuple(
        plain_row({"id": item.obligation.id, "obligation": item.obligation.label, "then": then, "now": now})
        for item in accepted.obligations
        if (then := verdicts.get(item.obligation.id, "")) != (now := VERDICTS[item.verdict])
    )
    note = f"上次验收截至{last.year}年{day_words(last)}。" + ("" if changed else "各项结论没有变化。")
    return Table(id, title, fields=_CHANGED, rows=changed, note=note)


def _verdicts(record: Record) -> dict[str, str]:
    blocks = {block.id: block for block in record.blocks}
    return {str(row["id"]): str(row["verdict"]) for row in blocks[_VERDICT_BLOCK].rows}
