"""Contents of the reports: their subsystems, spans and datasets; the data that each report needs follow from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from ntanalytics.checks import engine
from ntanalytics.checks.check import QUARTER, Span
from ntanalytics.checks.context import QUARTER_DAYS, SharedCall
from ntanalytics.checks.engine import Evaluation
from ntanalytics.errors import UnknownName
from ntanalytics.periods import PeriodKind
from ntanalytics.recommendations.causes import CAUSES
from ntanalytics.report_content.adoption.service import READS as BURDEN_READS
from ntanalytics.report_content.duties.listing import reads_of
from ntanalytics.report_content.parallel_evaluation import parallel_evaluation
from ntanalytics.report_content.weekly_charts import HISTORY_DAYS, adoption_by_week
from ntanalytics.report_content.year_volumes import WITH_VOLUME, volumes_of_year
from ntanalytics.subsystems import SUBSYSTEMS, evaluate, judge
from ntanalytics.workspace.report import Report

_QUARTER = QUARTER_DAYS - 1

#: Days back in which a decision of the desk is looked for, on a recommendation or a finding; it is noted again later.
NOTED_DAYS = 400

#: Decisions of the desk, which open items, plans and the head of an inspection show.
DISPOSITIONS = "desk.dispositions"

#: Days back to the bills of the same month of the year before.
BILLED_DAYS = 370

#: Datasets whose gaps in the quarter lower the confidence of the recommendations that follow from them.
CONFIDENCE = (
    "infra.requests", "infra.backups", "infra.problems", "infra.patches", "infra.metrics", "infra.checks",
    "oa.activities", "oa.tasks", "desk.tickets", "identity.logins", "sms.messages", "ca.logins", "seal.signings",
    "docexchange.deliveries",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ReportContent:
    """Content of one report.

    Attributes:
        subsystems: ids of its subsystems; all when there is none.
        more_spans: spans of checks beside the period's own.
        is_judged: whether checks and sections of subsystems are evaluated; else it reads ``reads`` alone.
        reads: dataset → days of history that it reads beside its checks and sections.
        reads_issued: whether it reads what other reports were issued; ``contract``: where the site has a contract.
        ahead: what its blocks share after the evaluation, by a name: worked out with the subsystems, by both processes.
        is_divided: whether a worker of the kernel can work out a part: checks of several subsystems, or queries.
    """

    subsystems: tuple[str, ...] = ()
    more_spans: tuple[Span, ...] = ()
    is_judged: bool = True
    reads: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    reads_issued: bool | Literal["contract"] = False
    ahead: Mapping[str, SharedCall] = field(default_factory=lambda: MappingProxyType({}))
    is_divided: bool = True


#: Report → its content.
CONTENTS: Mapping[str, ReportContent] = MappingProxyType(
    {
        "daily_inspection": ReportContent(
            reads={
                "infra.metrics": 0, "infra.problems": 28, "infra.requests": 0, "desk.incidents": 28, "desk.checks": 0,
                "ca.certificates": 0, "identity.units": 1, DISPOSITIONS: NOTED_DAYS,
            }
        ),
        "weekly_service_report": ReportContent(
            reads={DISPOSITIONS: NOTED_DAYS, "oa.activities": HISTORY_DAYS}, reads_issued="contract",
            ahead={
                "use of the OA": (adoption_by_week,),
                **{f"volumes of {name}": (volumes_of_year, name) for name in WITH_VOLUME},
            },
        ),
        "sms_volume": ReportContent(
            subsystems=("sms",), reads={"sms.messages": 28, "sms.bills": BILLED_DAYS}, is_divided=False
        ),
        "oa_adoption": ReportContent(
            subsystems=("oa",), reads={"identity.units": 0, "oa.activities": 91, "oa.members": 0, **BURDEN_READS}
        ),
        "service_quality": ReportContent(is_judged=False, reads=reads_of(), reads_issued=True, is_divided=False),
        "acceptance": ReportContent(is_judged=False, reads=reads_of(), reads_issued=True, is_divided=False),
        "optimization_recommendations": ReportContent(
            more_spans=(QUARTER,),
            reads={
                "ca.certificates": 0, "desk.changes": _QUARTER, "desk.recommendations": NOTED_DAYS,
                **dict.fromkeys(CONFIDENCE, _QUARTER),
                **{cause.trend.dataset: _QUARTER for cause in CAUSES if cause.trend is not None},
            },
        ),
    }
)  # fmt: skip


def spans_of(content: ReportContent, kind: PeriodKind) -> tuple[Span, ...]:
    """Return the spans over which a report's checks are evaluated; none of a report that judges none."""
    if not content.is_judged:
        return ()
    return (Span(kind.value), *content.more_spans)


def content_of(report: str) -> ReportContent:
    """Return the content of a report.

    Raises:
        UnknownName: no content is declared for it.
    """
    if report not in CONTENTS:
        raise UnknownName("report", report, CONTENTS)
    return CONTENTS[report]


def needs_of(report: str, kind: PeriodKind) -> dict[str, int]:
    """Return dataset → days of history before its period that a report reads.

    Raises:
        UnknownName: no content is declared for it.
    """
    content = content_of(report)
    if not content.is_judged:
        return dict(sorted(content.reads.items()))
    subsystems = [item for item in SUBSYSTEMS if not content.subsystems or item.id in content.subsystems]
    return engine.needs_of(subsystems, spans_of(content, kind), extra=content.reads)


def evaluate_report(report: Report) -> Evaluation:
    """Evaluate the checks and sections of a report.

    Raises:
        UnknownName: no content is declared for it.
        SettingsError: the site names an unknown rule, or its limits contradict each other.
    """
    content = content_of(report.name)
    task = (content.subsystems, spans_of(content, report.period.kind), content.reads, content.ahead)
    evaluation = evaluate(report, *task, parallel_evaluation(report, *task))
    if DISPOSITIONS in content.reads:  # the head names the tables of blocks that come after it, for `reproduce`
        evaluation.context.dataset(DISPOSITIONS, content.reads[DISPOSITIONS])
    return evaluation


def judge_report(report: Report) -> Evaluation:
    """Evaluate the checks of a report alone, as :func:`evaluate_report` does; there are no summaries."""
    content = content_of(report.name)
    return judge(report, content.subsystems, spans_of(content, report.period.kind), content.reads)
