"""Recommendations from all subsystems, over the quarter up to the report's end, with trends and a forecast."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

import pyarrow as pa

from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.section import SubsystemSummary
from ntanalytics.contract.enumerations import EDITIONS, MODULES
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.rule import evaluate_rules
from ntanalytics.metrics import MEASURES
from ntanalytics.metrics.ca import certificates
from ntanalytics.metrics.desk import tickets
from ntanalytics.metrics.infra import backups, requests
from ntanalytics.metrics.oa import adoption, task_duration
from ntanalytics.recommendations import quarter_checks as quarter
from ntanalytics.recommendations import text as said
from ntanalytics.recommendations.causes import CAUSES
from ntanalytics.recommendations.follow_up import FollowedRecommendation, follow, followed_up, numbers, unknown_numbers
from ntanalytics.recommendations.ranking import EFFORTS, KINDS, Recommendation, recommend
from ntanalytics.recommendations.success import success
from ntanalytics.recommendations.with_cause import with_cause
from ntanalytics.report_content.capacity import capacity
from ntanalytics.report_content.overview import findings_of
from ntanalytics.report_content.recommendations_history import TRACKING, earlier, past_table
from ntanalytics.report_content.trends import TRENDS
from ntanalytics.report_content.unusual_hours import unusual_hours
from ntanalytics.reports import Axes, Table, chart
from ntanalytics.reports.blocks.block import Block
from ntanalytics.reports.blocks.chart import Chart
from ntanalytics.reports.data import json_value
from ntanalytics.reports.record import Field
from ntanalytics.subsystems import check_context, summarize_subsystems
from ntanalytics.workspace.dataset_view import DatasetView
from ntanalytics.workspace.report import Report

#: So many days up to the report's end are looked back over.
QUARTER = 90

#: What the desk noted of recommendations is read over so many days.
NOTED_DAYS = 400

#: So many subjects of one recommendation are drawn.
MOST_BARS = 8

_FIELDS = (
    Field("place", "integer", "序号", format="integer"),
    Field("kind", "string", "类型"),
    Field("problem", "string", "问题"),
    Field("evidence", "string", "依据"),
    Field("effect", "string", "影响"),
    Field("action", "string", "建议措施"),
    Field("effort", "string", "投入"),
    Field("owner", "string", "责任方"),
    Field("score", "number", "得分", format="number:2"),
)


@dataclass(frozen=True)
class Advice:
    """What the report recommends, and on what.

    Attributes:
        looks: the looks at the subsystems in the report's period.
        recommendations: highest score first.
        days: how many days are looked back over, and how many of them are whole in the worst subsystem.
        renewals: certificates to be renewed by month.
        origin: where the recommendations come from.
        numbers: cause → the number of its recommendation.
        followed: what became of the earlier ones; None where their reports cannot be read.
        unknown: numbers that the desk noted and no report issued.
    """

    looks: Mapping[str, SubsystemSummary]
    recommendations: tuple[Recommendation, ...]
    days: tuple[int, int]
    renewals: pa.Table
    origin: Mapping[str, object]
    numbers: Mapping[str, str]
    followed: tuple[FollowedRecommendation, ...] | None
    unknown: tuple[str, ...]

    @property
    def sentences(self) -> list[str]:
        """What the reader reads first: how many, the first steps, what it rests on, what became of the last ones."""
        first = said.first_steps(self.recommendations)
        return [said.overview(self.recommendations), *first, said.looked_back(*self.days), self.past]

    @property
    def past(self) -> str:
        """What became of the earlier recommendations, in one sentence."""
        return followed_up(self.followed or (), unknown=self.unknown, is_readable=self.followed is not None)


def advise(report: Report) -> Advice:
    """The recommendations at the end of a report's period, from the findings of the period and of its quarter."""
    context = check_context(report)
    looks = summarize_subsystems(report)
    back = QUARTER - len(report.period.days)
    names = (
        "infra.requests",
        "infra.backups",
        "infra.problems",
        "infra.patches",
        "oa.activities",
        "oa.tasks",
        "desk.tickets",
        "identity.logins",
        "sms.messages",
        "ca.logins",
        "docexchange.deliveries",
    )
    scopes = {name: report.dataset(name, history=back) for name in names}
    found = context.with_origin([*findings_of(looks), *_quarter(context, looks, scopes)])
    confidence = _confidence(scopes)
    stock = report.dataset("ca.certificates")
    covered = round(min(confidence.values(), default=0) * QUARTER)
    made = recommend(found, CAUSES, confidence)
    noted = report.dataset("desk.recommendations", history=NOTED_DAYS).recent.to_pyarrow().to_pylist()
    before = earlier(report)
    good = {code: rule.threshold.good for code, rule in context.rules.items()}
    return Advice(
        looks,
        tuple(made),
        (QUARTER, covered),
        certificates.renewals(stock.table, report.ends_at, report.utc_offset_h).to_pyarrow(),
        report.origin("findings.recommendations", *scopes.values()),
        numbers(made, report.period.text, before[-1] if before else ()),
        None if before is None else tuple(follow(before, noted, made, found, good)),
        tuple(unknown_numbers(before, noted)) if before else (),
    )


def _confidence(scopes: Mapping[str, DatasetView]) -> dict[str, float]:
    """Subsystem → the share of the quarter's days that are whole, of its dataset that has least."""
    share: dict[str, float] = {}
    for name, scope in scopes.items():
        if scope.sources:
            days = scope.days.to_pyarrow()
            whole = sum(days["is_covered"].to_pylist()) / max(days.num_rows, 1)
            subsystem = name.partition(".")[0]
            share[subsystem] = min(share.get(subsystem, 1.0), whole)
    return share


def _quarter(
    context: CheckContext, looks: Mapping[str, SubsystemSummary], scopes: Mapping[str, DatasetView]
) -> list[Finding]:
    rules, last = context.rules, context.period.last
    first = last - timedelta(days=QUARTER - 1)
    since = datetime.combine(first, time(), context.workspace.settings.zone)
    web, saved, tasks = scopes["infra.requests"], scopes["infra.backups"], scopes["oa.tasks"]
    services = requests.volume(web.recent, ["service"])
    found = evaluate_rules([rules["infra.slow_service"]], services, lambda row: str(row["service"]))
    plans = backups.plans(saved.recent, context.ends_at)
    found += evaluate_rules([rules["infra.failed_backups"]], plans, lambda row: str(row["plan"]))
    worked = context.nearby_working_days(before=QUARTER)
    handled = task_duration.task_duration(tasks.recent, worked, first, last, context.utc_offset_h, ["module"])
    found += evaluate_rules([rules["oa.handling"]], handled, lambda row: MODULES.get(row["module"], str(row["module"])))
    if "accounts" in looks["identity"].tables:
        found += evaluate_rules([rules["identity.dormant_accounts"]], looks["identity"].tables["accounts"])
    if "editions" in looks["oa"].tables:
        editions = looks["oa"].tables["editions"]
        found += evaluate_rules(
            [rules["oa.mobile_share"]], editions, lambda row: EDITIONS.get(row["edition"], row["edition"])
        )
    found += quarter.seldom_used(adoption.usage(scopes["oa.activities"].recent, ["module"]))
    found += quarter.concentrated(tickets.flow(scopes["desk.tickets"].recent, since, context.ends_at, ["category"]))
    found += quarter.repeated(scopes["infra.problems"].recent)
    return found + quarter.failed_patches(scopes["infra.patches"].recent)


def ranking(advice: Advice, *, id: str = "recommendations") -> Table:
    """The recommendations, highest score first."""
    rows = tuple(
        {
            "place": place,
            "kind": KINDS[each.kind],
            "problem": each.problem,
            "evidence": each.evidence,
            "effect": each.effect,
            "action": each.action,
            "effort": EFFORTS[each.effort][0],
            "owner": each.owner,
            "score": each.score,
        }
        for place, each in enumerate(advice.recommendations, 1)
    )
    note = (
        "得分 = 影响（1—5，按状态折算）× 置信度（完整数据天数占比）÷ 投入（1 天内 1，1 周内 2，需采购或厂商排期 4）。"
        "责任方为牵头一方，运维团队均参与。"
    )
    return Table(id, "优化建议", fields=_FIELDS, rows=rows, note=note, origin=advice.origin)


def basis(advice: Advice, *, id: str = "basis") -> Table:
    """Every finding that a recommendation was made from, in the order of the recommendations."""
    fields = (
        Field("place", "integer", "序号", format="integer"),
        Field("state", "string", "状态", format="state"),
        Field("subject", "string", "对象"),
        Field("check", "string", "检查项"),
        Field("evidence", "string", "依据"),
        Field("threshold", "string", "阈值"),
    )
    rows = tuple(
        {
            "place": place,
            **{name: getattr(each, name) for name in ("state", "subject", "check", "evidence", "threshold")},
        }
        for place, made in enumerate(advice.recommendations, 1)
        for each in made.findings
    )
    found = tuple(finding for made in advice.recommendations for finding in made.findings)
    return Table(id, "依据明细", fields=fields, rows=rows, origin=advice.origin, findings=tuple(with_cause(found)))


def tracking(advice: Advice, *, id: str = TRACKING) -> Table:
    """By which number each recommendation is followed, and how its success will be seen."""
    fields = (
        Field("place", "integer", "序号", format="integer"),
        Field("number", "string", "建议编号"),
        Field("problem", "string", "问题"),
        Field("success", "string", "见效标准"),
        Field("owner", "string", "责任方"),
    )
    rows = tuple(
        {
            "place": place,
            "number": advice.numbers[each.code],
            "problem": each.problem,
            "success": success(each.code),
            "owner": each.owner,
        }
        for place, each in enumerate(advice.recommendations, 1)
    )
    note = "处理结果按建议编号登记在运维台账“优化建议”表，下期报告据此跟踪。"
    return Table(id, "实施与见效", fields=fields, rows=rows, note=note, origin=advice.origin)


def past(advice: Advice) -> list[Table]:
    """What became of the earlier recommendations; no table where there were none."""
    return [past_table(advice.followed, advice.past)] if advice.followed else []


def charts(report: Report, advice: Advice) -> list[Block]:
    """What shows each problem: its figure day by day over the quarter, else its subjects side by side.

    A recommendation over one subject that no figure follows by day has none: its one figure stands in its evidence.
    """
    back = QUARTER - len(report.period.days)
    drawn: list[Block] = []
    for each in advice.recommendations:
        trend = TRENDS.get(each.code)
        if trend is None:
            drawn += [bars] if (bars := _bars(each, advice.origin)) else []
            continue
        scope = report.dataset(trend.dataset, history=back)
        by_day = trend.work(report, scope).to_pyarrow()
        title = said.trend(each.problem, by_day, MEASURES[trend.measure])
        origin = report.origin(trend.dataset, scope)
        drawn.append(
            chart(
                by_day,
                "line",
                Axes(y=trend.measure, series=trend.series, days=scope.days),
                title=title,
                id=f"trend-{each.code.replace('_', '-')}",
                origin=origin,
            )
        )
    return drawn


def _bars(advised: Recommendation, origin: Mapping[str, object]) -> Chart | None:
    """The worst subjects of the check that most of a recommendation's findings are of; None for a single subject."""
    kinds = [(each.check, each.format) for each in advised.findings if each.value is not None]
    if not kinds:
        return None
    check, form = max(kinds, key=kinds.count)
    its = {each.subject: each.value for each in advised.findings if (each.check, each.format) == (check, form)}
    if len(its) < 2:
        return None
    rows = tuple({"subject": subject, "value": json_value(value)} for subject, value in list(its.items())[:MOST_BARS])
    fields = (Field("subject", "string", "对象"), Field("value", "number", check, format=form))
    more = f"，列出其中 {MOST_BARS} 项" if len(its) > MOST_BARS else ""
    return Chart(
        f"evidence-{advised.code.replace('_', '-')}",
        f"{advised.problem}：{check}，共 {len(its)} 项{more}",
        form="hbar",
        x="subject",
        fields=fields,
        rows=rows,
        subject=f"{check}（按对象）",
        origin=origin,
    )


def hints(report: Report) -> Table:
    """The hours of the quarter in which a host or a service behaved as never before."""
    return unusual_hours(report, QUARTER - len(report.period.days))


def coming(report: Report, advice: Advice) -> list[Block]:
    """What is coming: disks, messages, certificates by month, accounts by edition."""
    return capacity(report, advice.looks, advice.renewals, QUARTER - len(report.period.days))
