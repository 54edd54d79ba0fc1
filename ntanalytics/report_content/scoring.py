"""Score of a span by the site's scoring sheet: each deduction names its facts; what cannot be shown deducts nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ntanalytics.errors import UnknownName
from ntanalytics.findings.phrases import listed
from ntanalytics.metrics.desk.scores import deduction
from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.metrics.number_format import format_set_share
from ntanalytics.report_content.duties.duty import DutyRecord, Fact, judge_all
from ntanalytics.report_content.duties.listing import DUTIES
from ntanalytics.report_content.duties.span import DutySpan
from ntanalytics.report_content.duty_blocks import fact_cells
from ntanalytics.reports import Table
from ntanalytics.reports.data import plain_row
from ntanalytics.reports.record import Field
from ntanalytics.settings import Settings
from ntanalytics.settings.scoring import Clause, ScoringSheet, read_scoring

_CLAUSES = (
    Field("number", "string", "条款"),
    Field("clause", "string", "考核内容"),
    Field("standard", "string", "扣分标准"),
    Field("points_off", "number", "扣分", unit="分", format="number:1"),
    Field("basis", "string", "依据"),
)

_DEDUCTIONS = (
    Field("number", "string", "条款"),
    Field("on", "date", "日期", format="date"),
    Field("subject", "string", "对象"),
    Field("description", "string", "事实"),
    Field("reason", "string", "扣分原因"),
)

#: Subjects that the basis of a deduction names; all stand in the table of deductions.
_NAMED = 6


@dataclass(frozen=True, kw_only=True)
class ScoredClause:
    """One clause with its deduction.

    Attributes:
        number: its number.
        clause: the clause.
        points_off: the points taken off.
        facts: the facts that the deduction rests on.
        unshown: why it cannot be shown; empty where it can.
    """

    number: str
    clause: Clause
    points_off: float
    facts: tuple[Fact, ...]
    unshown: str = ""


@dataclass(frozen=True)
class SheetScore:
    """Score of a span."""

    sheet: ScoringSheet
    clauses: tuple[ScoredClause, ...]

    @property
    def row(self) -> FigureRow:
        """The score; an upper bound where a clause cannot be shown."""
        points = max(0.0, self.sheet.full - sum(item.points_off for item in self.clauses))
        return FigureRow({"score": points}, is_complete=not any(item.unshown for item in self.clauses))

    @property
    def grade(self) -> str:
        """The grade of the points."""
        return self.sheet.grade_of(self.row["score"])

    @property
    def words(self) -> str:
        """The score in one sentence; the grade of an upper bound is one that it is not above."""
        unshown = [item.number for item in self.clauses if item.unshown]
        sentence, grade = self.row.quantity("score").named(self.sheet.title), f"等级{self.grade}"
        if not unshown:
            return f"{sentence}，{grade}。"
        if self.grade != self.sheet.grade_of(0):
            grade = f"等级不高于{self.grade}"
        return f"{sentence}，{grade}；其中条款{listed(unshown, _NAMED)}共{len(unshown)}条无法证明，未扣分，得分为上限。"


def judge_by_sheet(span: DutySpan, settings: Settings) -> tuple[dict[str, DutyRecord], SheetScore | None]:
    """Return the records of all duties in a span, and their score; None where the site has no scoring sheet.

    A share that a clause of the sheet demands is the target of its duty.

    Raises:
        SettingsError: the sheet cannot be used.
        UnknownName: a clause measures something that no duty is.
    """
    sheet = read_scoring(settings.scoring_file)
    records = judge_all(DUTIES.values(), span, sheet.least_rates if sheet is not None else {})
    return records, None if sheet is None else score(sheet, records, where=str(settings.scoring_file))


def score(sheet: ScoringSheet, records: Mapping[str, DutyRecord], *, where: str = "") -> SheetScore:
    """Return the score of the records of all duties.

    Raises:
        UnknownName: a clause measures something that no duty is.
    """
    for number, clause in sheet.clauses.items():
        if clause.measure not in DUTIES:
            raise UnknownName("measure", clause.measure, DUTIES, where=f"{where}: clauses.{number}")
    return SheetScore(
        sheet, tuple(_scored(number, clause, records[clause.measure]) for number, clause in sheet.clauses.items())
    )


def _scored(number: str, clause: Clause, record: DutyRecord) -> ScoredClause:
    rate = record.row["duty_rate"]
    is_nothing_known = record.verdict == "not_shown" and not record.row["duty_facts"]
    is_share_unknown = clause.least_rate is not None and (record.gaps or rate is None) and not record.is_idle
    if is_share_unknown or is_nothing_known or (record.gaps and not record.shortfalls):
        reason = next(iter(record.needed), record.none_words)
        return ScoredClause(number=number, clause=clause, points_off=0.0, facts=(), unshown=reason)
    is_broken = clause.least_rate is None or (rate is not None and rate < clause.least_rate)
    facts = record.shortfalls if is_broken else ()
    taken = deduction(
        len(facts), points=clause.points, cap=clause.cap, is_each=clause.condition == "each", is_broken=is_broken
    )
    unproven = sum(result == "unproven" for result in record.results)
    unshown = "；".join(record.gaps) or (f"{unproven}项缺证据：{record.duty.needs}" if unproven else "")
    return ScoredClause(number=number, clause=clause, points_off=taken, facts=facts, unshown=unshown)


def score_table(score: SheetScore | None, *, id: str = "scoring") -> Table:
    """Return the scoring sheet with each clause's deduction and what it rests on."""
    if score is None:
        return Table(id, "考核评分", note="没有配置考核办法，未评分。")
    rows = tuple(
        plain_row(
            {
                "number": item.number,
                "clause": item.clause.clause,
                "standard": _standard(item.clause),
                "points_off": item.points_off,
                "basis": _basis(item),
            }
        )
        for item in score.clauses
    )
    return Table(id, score.sheet.title, fields=_CLAUSES, rows=rows, note=score.words)


def _standard(clause: Clause) -> str:
    standard = {"each": "每项", "any": "有一项即"}.get(
        clause.condition, f"低于{format_set_share(clause.least_rate or 0)}"
    )
    cap = f"，最多{clause.cap:g}分" if clause.cap is not None else ""
    return f"{standard}扣{clause.points:g}分{cap}"


def _basis(item: ScoredClause) -> str:
    parts = []
    if item.facts:
        parts.append(f"{listed([fact.name for fact in item.facts], _NAMED)}共{len(item.facts)}项")
    if item.unshown:
        parts.append(f"无法证明，不扣分：{item.unshown}" if not item.facts else f"另有{item.unshown}")
    return "；".join(parts) or f"{DUTIES[item.clause.measure].label}没有不符合项"


def deduction_table(score: SheetScore | None, *, id: str = "deductions") -> list[Table]:
    """Return every fact that a deduction rests on, as a table; no table without a scoring sheet."""
    if score is None:
        return []
    rows = tuple(
        plain_row({"number": item.number, **fact_cells(fact)})
        for item in score.clauses
        if item.points_off
        for fact in item.facts
    )
    unshown = [item.number for item in score.clauses if item.unshown]
    note = f"条款{listed(unshown, _NAMED)}共{len(unshown)}条无法证明，所列为已知部分。" if unshown else ""
    return [Table(id, "扣分明细", fields=_DEDUCTIONS, rows=rows, note=note or ("" if rows else "没有扣分项。"))]
