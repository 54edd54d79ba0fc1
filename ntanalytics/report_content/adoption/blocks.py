"""Blocks of the report on OA adoption that differ between the city's page and a unit's."""

from __future__ import annotations

from ntanalytics.findings.text import WordedFinding
from ntanalytics.metrics import MEASURES
from ntanalytics.metrics.figures import Figures
from ntanalytics.metrics.oa.unit_ranking import MIN_ACCOUNTS, MIN_DAILY_ACTIVE
from ntanalytics.recommendations.with_cause import worded
from ntanalytics.report_content.adoption.figures import Adoption
from ntanalytics.report_content.adoption.queries import RATES
from ntanalytics.reports import Kpis, Sentence, Table, headline, inline_lines, table
from ntanalytics.reports.data import plain_row
from ntanalytics.reports.record import Field
from ntanalytics.subsystems import rules_of
from ntanalytics.subsystems.oa import adoption_checks
from ntanalytics.subsystems.oa import text as oa_text
from ntanalytics.workspace.report import Report

#: Remark on working hours.
HANDLING_NOTE = "工时只计工作日 8:30—12:00 和 13:30—18:00；用时中的“天”为 24 小时。"

#: Number of units in the tables of best and last, and in those of changes.
SHOWN, MOVERS_SHOWN = 10, 5

_PLACES = ["place", "unit", "edition", "enabled", "active_rate"]
_MOVED = ["unit", "daily_active_before", "daily_active", "daily_active_change_rate"]
_RANKING = [
    "place", "unit", "edition", "enabled", "active", "active_rate", "daily_active", "daily_active_change_rate",
    "mobile_share", "xinchuang_share", "new", "lapsed", "low_weeks", "left_out",
]  # fmt: skip
_EDITIONS = [
    "edition", "enabled", "active", "active_change", "active_rate", "daily_active", "daily_active_change_rate",
    "stickiness", "mobile_share", "xinchuang_share", "breadth",
]  # fmt: skip
_REACH = ["units_onboarded", "units_active", "coverage"]
_FLOW = ["active", "new", "returning", "resurrected", "lapsed", "was_active"]
_BESIDE = (
    Field("check", "string", "指标"),
    Field("own", "number", "本单位", format="rate:1"),
    Field("typical", "number", MEASURES["typical"].label, format="rate:1"),
    Field("difference", "number", "相差", format="points:1"),
)


def summary(page: Adoption) -> list[Sentence]:
    """Return the summary at the head of the page."""
    tables, ranking = page.tables, page.tables["ranking"]
    parts = [("总体", oa_text.level(page.total, page.reach))]
    if page.unit:
        parts += [("位次", oa_text.place(ranking, page.unit, page.typical))]
    parts += [("变化", oa_text.pace(page.total, page.worked_days))]
    if page.unit:
        parts += [("用户增减", oa_text.flow(tables["flow"].total)), ("模块", oa_text.modules(tables["modules"]))]
    else:
        parts += [("升降", oa_text.movers(tables["moving"])), ("偏低", oa_text.laggards(ranking))]
    parts += [("终端", oa_text.terminals(page.total, page.typical))]
    parts += [("办理", oa_text.handled(page.handled, tables["handling"]))]
    if not page.unit:
        parts += [("参评", oa_text.compared_units(ranking))]
    return [Sentence(text, subject) for subject, text in parts if text]


def headlines(page: Adoption) -> Kpis:
    """Return the five headline figures of the page, with their last weeks."""
    names = ("active", "active_rate", "daily_active", "mobile_share", "xinchuang_share")
    return headline(page.total, names, page.tables["weeks"], id="headlines", origin=page.origin)


def findings(report: Report, page: Adoption) -> list[WordedFinding]:
    """Return the findings of a page by the rules of the site; see ``subsystems.oa.adoption_checks``."""
    rules, ranking = rules_of(report.workspace.settings), page.tables["ranking"]
    if page.unit:
        return worded(adoption_checks.unit_findings(rules, page.total, ranking, page.unit))
    return worded(adoption_checks.city_findings(rules, page.total, page.tables["editions"], _placed(page)))


def places(page: Adoption) -> list[Table]:
    """Return the best and the last units of the city, or the rates of a unit beside its peers'."""
    if page.unit:
        return [_beside(page)]
    fair = _placed(page)
    last = fair[max(SHOWN, len(fair) - SHOWN) :][::-1]
    note = "按活跃率排名，并列者名次相同。"
    return [
        _half(fair[:SHOWN], "活跃率居前", "best", _PLACES, note, page),
        _half(last, "活跃率居后", "last", [*_PLACES, "low_weeks"], "由低到高；活跃率低于 40% 为偏低。", page),
    ]


def moved(page: Adoption) -> list[Table]:
    """Return the units whose working days changed most; nothing on the page of a unit."""
    if page.unit:
        return []
    moving = page.tables["moving"]
    up = moving.where(lambda row: row["daily_active_change_rate"] > 0)[:MOVERS_SHOWN]
    down = moving[::-1].where(lambda row: row["daily_active_change_rate"] < 0)[:MOVERS_SHOWN]
    note = f"按工作日的日均活跃比较，前一期不足 {MIN_DAILY_ACTIVE} 个的单位不列。"
    return [
        _half(up, "日均活跃上升最多", "risen", _MOVED, note if up else _nobody(page), page),
        _half(down, "日均活跃下降最多", "fallen", _MOVED, note if down else _nobody(page), page),
    ]


def editions(page: Adoption) -> Table:
    """Return a line for each edition; for the city with the coverage of its units."""
    columns = _EDITIONS if page.unit else [*_EDITIONS, *_REACH]
    title = "各版本" if not page.unit else "本单位所用版本"
    return table(page.tables["editions"], title, id="by-edition", columns=columns, origin=page.origin)


def modules(page: Adoption) -> Figures:
    """Return the modules by active accounts, without logins, which belong to no module."""
    return page.tables["modules"].where(lambda row: row["module"] != "other")


def stayed(page: Adoption) -> list[Table]:
    """Return the new and lapsed accounts, and for the city the retention of each week's newcomers."""
    came = page.tables["flow"]
    note = "" if came.note or came.total.was_complete else "前一期数据不完整，用户增减未知。"
    flow = table(came, "用户增减", id="flow", columns=_FLOW, note=note, origin=page.origin)
    if page.unit:
        return [flow]
    cohorts = page.tables["cohorts"]
    ages = [name for name in cohorts.columns if name.startswith("retention_")]
    drawn = [[row.quantity(name) for name in ages if row[name] is not None] for row in cohorts]
    known = oa_text.retained(cohorts) or "历史数据不足，暂无可观察的新账号。"
    remark = f"{known}统计起始四周内使用过的账号不计为首次使用。"
    cohort_table = table(
        cohorts, "按首次使用周的留存率", id="cohorts", note=remark, origin=page.origin
    ).with_inline_charts(inline_lines("走势", drawn))
    return [flow, cohort_table]


def appendix(page: Adoption) -> Table:
    """Return all units of the city, or the last weeks of a unit."""
    if not page.unit:
        note = f"启用账号不足 {MIN_ACCOUNTS} 个或数据不完整的单位不参加排名。"
        return table(page.tables["ranking"], "全部单位", id="units", columns=_RANKING, note=note, origin=page.origin)
    columns = ["week_on", "week_name", "worked_days", "active", "daily_active", "mobile_share", "xinchuang_share"]
    return table(
        page.tables["weeks"], "近几周", id="weeks", columns=columns, note="缺数据的周不列数。", origin=page.origin
    )


def _placed(page: Adoption) -> Figures:
    return page.tables["ranking"].where(lambda row: row["place"] is not None)


def _half(units: Figures, title: str, id: str, columns: list[str], note: str, page: Adoption) -> Table:
    return table(units, title, id=id, columns=columns, note=note, origin=page.origin).half_width()


def _nobody(page: Adoption) -> str:
    is_known = page.total.certainty("daily_active_change") == "exact"
    return "没有单位可列。" if is_known else "本期或前一期数据不完整，不作比较。"


def _beside(page: Adoption) -> Table:
    rows = tuple(
        plain_row({"check": MEASURES[name].label, "own": own, "typical": median, "difference": difference})
        for name in RATES
        for own, median in [(page.total.quantity(name), page.typical.get(name))]
        for difference in [None if own.exact is None or median is None else own.exact - median]
    )
    note = oa_text.place(page.tables["ranking"], page.unit, page.typical)
    return Table("beside", "与同版本单位比较", fields=_BESIDE, rows=rows, note=note, origin=page.origin)
