"""Recommendations from all subsystems, over the quarter up to the report's end, with trends and a forecast."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ntanalytics.checks.context import QUARTER_DAYS
from ntanalytics.checks.covered_days import register
from ntanalytics.checks.engine import Evaluation
from ntanalytics.checks.subsystem import Subsystem
from ntanalytics.findings.finding import checks_by_system
from ntanalytics.findings.rule import with_limits
from ntanalytics.metrics import MEASURES
from ntanalytics.metrics.ca import certificates
from ntanalytics.metrics.figures import Figures
from ntanalytics.metrics.number_format import close_up
from ntanalytics.recommendations import text
from ntanalytics.recommendations.causes import CAUSES
from ntanalytics.recommendations.follow_up import FollowedRecommendation, follow, followed_up, numbers, unknown_numbers
from ntanalytics.recommendations.ranking import EFFORTS, KINDS, Recommendation, recommend
from ntanalytics.recommendations.with_cause import worded
from ntanalytics.report_content.capacity import capacity
from ntanalytics.report_content.contents import CONFIDENCE, NOTED_DAYS, evaluate_report
from ntanalytics.report_content.open_items import unknown_checks
from ntanalytics.report_content.recommendations_history import TRACKING, earlier, past_table, published_before
from ntanalytics.report_content.unusual_hours import unusual_hours
from ntanalytics.reports import Axes, Table, chart, no_rows
from ntanalytics.reports.blocks.block import Block
from ntanalytics.reports.blocks.chart import Chart
from ntanalytics.reports.data import json_value
from ntanalytics.reports.record import Field
from ntanalytics.subsystems import SUBSYSTEMS
from ntanalytics.workspace.dataset_view import DatasetView
from ntanalytics.workspace.report import Report

#: Number of entities of one recommendation that are drawn.
MOST_BARS = 8

_FIELDS = (
    Field("place", "integer", "序号", format="integer"),
    Field("kind", "string", "类型"),
    Field("problem", "string", "问题"),
    Field("evidence", "string", "依据"),
    Field("effect", "string", "影响"),
    Field("action", "string", "建议措施"),
    Field("effort", "string", "投入"),
    Field("owner", "string", "责任单位"),
    Field("score", "number", "得分", format="number:2"),
)


@dataclass(frozen=True, kw_only=True)
class Recommendations:
    """Recommendations of the report, and their basis.

    Attributes:
        evaluation: findings and summaries of the period and of its quarter.
        recommendations: highest score first.
        days: the days looked back over, and how many of them have no gap in the worst subsystem.
        first_day: first day of the site's data, if the report looks back further than that.
        renewals: certificates to be renewed by month.
        origin: origin of the recommendations.
        numbers: cause → the number of its recommendation.
        followed: the earlier ones with their effect; None if their reports cannot be read.
        unknown: numbers that the desk noted and no report issued.
    """

    evaluation: Evaluation
    recommendations: tuple[Recommendation, ...]
    days: tuple[int, int]
    first_day: dt.date | None
    renewals: Figures
    origin: Mapping[str, object]
    numbers: Mapping[str, str]
    followed: tuple[FollowedRecommendation, ...] | None
    unknown: tuple[str, ...]

    @property
    def sentences(self) -> list[str]:
        """Return the summary: number, first steps, days of data, effect of the earlier recommendations."""
        first = text.first_steps(self.recommendations)
        return [
            text.overview(self.recommendations, self.unknown_checks, self.first_day),
            *first,
            text.looked_back(*self.days),
            self.past,
        ]

    @property
    def unknown_checks(self) -> int:
        """Return the number of checks that are unknown, from which nothing could follow."""
        return unknown_checks(self.evaluation.findings)

    @property
    def past(self) -> str:
        """Return the sentence on the effect of the earlier recommendations."""
        return followed_up(self.followed or (), unknown=self.unknown, is_readable=self.followed is not None)


def collect(report: Report) -> Recommendations:
    """Return the recommendations at the end of a report's period, from the findings of the period and its quarter."""
    evaluation = evaluate_report(report)
    context = evaluation.context
    views = {name: context.dataset(name, back_days(report)) for name in CONFIDENCE}
    shares = _known_shares(views)
    stock = context.dataset("ca.certificates")
    covered = _whole_days(views)
    made = recommend(evaluation.findings, CAUSES, confidence_by_rule(SUBSYSTEMS, shares))
    noted, noted_since = (
        context.dataset("desk.recommendations", NOTED_DAYS),
        report.period.first - dt.timedelta(NOTED_DAYS),
    )
    decisions = noted.recent.to_pyarrow().to_pylist()
    is_whole = register(noted, noted_since, noted.since(noted_since)).is_complete
    before, own = earlier(report), published_before(report)
    followed = None
    if before is not None:
        judged = evaluation.codes - evaluation.unjudged
        followed = tuple(follow(before, decisions, made, evaluation.findings, is_whole=is_whole, judged=judged))
    return Recommendations(
        evaluation=evaluation,
        recommendations=tuple(made),
        days=(QUARTER_DAYS, covered),
        first_day=_first_day(report, views),
        renewals=stock.figures(certificates.renewals(stock.table, report.ends_at, report.utc_offset_h)),
        origin=report.origin("findings.recommendations", *views.values()),
        numbers=numbers(made, report.period.text, before[-1] if before else (), own),
        followed=followed,
        unknown=() if before is None else tuple(unknown_numbers([*before, own], decisions)),
    )


def back_days(report: Report) -> int:
    """Return the days of history with which a report's period makes a quarter."""
    return QUARTER_DAYS - len(report.period.days)


def _first_day(report: Report, views: Mapping[str, DatasetView]) -> dt.date | None:
    """Return the first day of the site's data, if the report looks back further than that."""
    known = report.workspace.first_days
    firsts = [known.first(name, source) for name, view in views.items() for source in view.sources]
    first = min((day for day in firsts if day is not None), default=None)
    earliest = report.period.first - dt.timedelta(days=back_days(report))
    return first if first is not None and first > earliest else None


def _whole_days(views: Mapping[str, DatasetView]) -> int:
    """Return the number of the quarter's days on which no dataset that has a source has a gap."""
    fed = [view for view in views.values() if view.sources]
    covered = (set(view.days.filter(view.days.is_covered)["day"].to_pyarrow().to_pylist()) for view in fed)
    return len(set.intersection(*covered)) if fed else 0


def _known_shares(views: Mapping[str, DatasetView]) -> dict[str, float]:
    """Return dataset → the share of the quarter's days without a gap; none of a dataset without a source."""
    shares = {}
    for name, view in views.items():
        if view.sources:
            days = view.days.to_pyarrow()
            shares[name] = sum(days["is_covered"].to_pylist()) / max(days.num_rows, 1)
    return shares


def confidence_by_rule(subsystems: Iterable[Subsystem], shares: Mapping[str, float]) -> dict[str, float]:
    """Return rule → the share of the days of the quarter on which all is known from which its check judges.

    A gap of a dataset says nothing of the findings of another one: a register of patches that is missing makes a disk
    that is nearly full no less sure.

    Args:
        subsystems: the subsystems with their checks.
        shares: dataset → the share of the days on which it is known (0–1); another one counts as known.
    """
    confidence: dict[str, float] = {}
    for check in (check for subsystem in subsystems for check in subsystem.checks):
        own = [shares[name] for name in check.reads if name in shares and name not in check.optional]
        confidence[check.rule] = min([confidence.get(check.rule, 1.0), *own])
    return confidence


def ranking(made: Recommendations, *, id: str = "recommendations") -> Table:
    """Return the table of recommendations, highest score first."""
    rows = tuple(
        {
            "place": place,
            "kind": KINDS[recommendation.cause.kind],
            "problem": recommendation.cause.problem,
            "evidence": close_up(recommendation.evidence),
            "effect": recommendation.cause.effect,
            "action": recommendation.cause.action,
            "effort": close_up(EFFORTS[recommendation.cause.effort][0]),
            "owner": recommendation.cause.owner,
            "score": recommendation.score,
        }
        for place, recommendation in enumerate(made.recommendations, 1)
    )
    note = (
        "得分 = 影响（1—5，按状态折算）× 置信度（完整数据天数占比）÷ 投入（1 天内 1，1 周内 2，需采购或供应商排期 4）。"
        f"责任单位为牵头一方，运维团队均参与。{text.unseen(made.unknown_checks)}"
    )
    return Table(id, "优化建议", fields=_FIELDS, rows=rows, note=note, origin=made.origin, empty=_none(made))


def basis(made: Recommendations, *, id: str = "basis") -> Table:
    """Return every finding that a recommendation was made from, in the order of the recommendations."""
    fields = (
        Field("place", "integer", "序号", format="integer"),
        Field("state", "string", "状态", format="state"),
        Field("subject", "string", "对象"),
        Field("check", "string", "检查项"),
        Field("evidence", "string", "依据"),
        Field("threshold", "string", "阈值"),
    )
    items = [
        (place, item)
        for place, recommendation in enumerate(made.recommendations, 1)
        for item in worded(recommendation.findings)
    ]
    rows = tuple(
        {
            "place": place,
            "state": item.finding.status,
            "subject": item.wording.entity,
            "check": item.wording.check,
            "evidence": close_up(item.wording.evidence),
            "threshold": close_up(item.wording.limits),
        }
        for place, item in items
    )
    unknown = [finding for finding in made.evaluation.findings if finding.status == "unknown"]
    return Table(
        id,
        "依据明细",
        fields=fields,
        rows=rows,
        note=text.unseen(made.unknown_checks),
        origin=made.origin,
        findings=tuple(item for _, item in items),
        unknown_checks=checks_by_system(unknown),
        empty=_none(made),
    )


def tracking(made: Recommendations, *, id: str = TRACKING) -> Table:
    """Return the number and the success criterion of each recommendation."""
    fields = (
        Field("place", "integer", "序号", format="integer"),
        Field("number", "string", "建议编号"),
        Field("problem", "string", "问题"),
        Field("success", "string", "验收标准"),
        Field("owner", "string", "责任单位"),
    )
    rows = tuple(
        {
            "place": place,
            "number": made.numbers[recommendation.code],
            "problem": recommendation.cause.problem,
            "success": close_up(with_limits(recommendation.cause.success, made.evaluation.context.rules)),
            "owner": recommendation.cause.owner,
        }
        for place, recommendation in enumerate(made.recommendations, 1)
    )
    note = "处理结果按建议编号登记在运维台账“优化建议”表，下期报告据此跟踪。" + text.unseen(made.unknown_checks)
    return Table(id, "整改跟踪", fields=fields, rows=rows, note=note, origin=made.origin, empty=_none(made))


def _none(made: Recommendations) -> str:
    return no_rows(not made.unknown_checks)


def past(made: Recommendations) -> list[Table]:
    """Return the table of the earlier recommendations; nothing if there were none."""
    return [past_table(made.followed, made.past)] if made.followed else []


def charts(report: Report, made: Recommendations) -> list[Block]:
    """Return a chart for each problem: its figure by day over the quarter, else its subjects side by side.

    A recommendation on one subject without a daily figure has no chart: its evidence holds the one figure.
    """
    back = back_days(report)
    drawn: list[Block] = []
    for recommendation in made.recommendations:
        trend = recommendation.cause.trend
        if trend is None:
            drawn += [bars] if (bars := _bars(recommendation, made.origin)) else []
            continue
        scope = report.dataset(trend.dataset, history=back)
        by_day = trend.of_findings(scope.figures(trend.compute(report, scope)), recommendation.findings)
        title = text.trend(recommendation.cause.problem, by_day, MEASURES[trend.measure])
        origin = report.origin(trend.dataset, scope)
        drawn.append(
            chart(
                by_day,
                "line",
                Axes(y=trend.measure, series=trend.series, days=scope.days),
                title=title,
                id=f"trend-{recommendation.code.replace('_', '-')}",
                origin=origin,
            )
        )
    return drawn


def _bars(advised: Recommendation, origin: Mapping[str, object]) -> Chart | None:
    """Return the worst entities of the check with most findings; None for a single entity."""
    kinds = [(finding.rule.check, finding.format) for finding in advised.findings if finding.value is not None]
    if not kinds:
        return None
    check, form = max(kinds, key=kinds.count)
    values = {
        finding.entity.label: finding.value
        for finding in advised.findings
        if (finding.rule.check, finding.format) == (check, form)
    }
    if len(values) < 2:
        return None
    shown = list(values.items())[:MOST_BARS]
    rows = tuple({"subject": entity, "value": json_value(value)} for entity, value in shown)
    fields = (Field("subject", "string", "对象"), Field("value", "number", check, format=form))
    more = f"，列出其中 {MOST_BARS} 项" if len(values) > MOST_BARS else ""
    return Chart(
        f"evidence-{advised.code.replace('_', '-')}",
        f"{advised.cause.problem}：{check}，共 {len(values)} 项{more}",
        form="hbar",
        x="subject",
        fields=fields,
        rows=rows,
        subject=f"{check}（按对象）",
        origin=origin,
    )


def hints(report: Report) -> Table:
    """Return the hours of the quarter in which a host or a service behaved as never before."""
    return unusual_hours(report, back_days(report))


def coming(report: Report, made: Recommendations) -> list[Block]:
    """Return the forecasts: disks, messages, certificates by month, accounts by edition."""
    return capacity(report, made.evaluation.summaries, made.renewals, back_days(report))
