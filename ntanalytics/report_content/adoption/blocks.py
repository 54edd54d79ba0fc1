"""Blocks of the report on OA adoption that differ between the city's page and a unit's."""

from __future__ import annotations

from dataclasses import replace

from ntanalytics.contract import legal
from ntanalytics.findings.text import WordedFinding
from ntanalytics.metrics import MEASURES
from ntanalytics.metrics.figures import Figures
from ntanalytics.metrics.number_format import format_number
from ntanalytics.metrics.oa.movement import MOVED
from ntanalytics.metrics.oa.unit_ranking import MIN_ACCOUNTS, MIN_DAILY_ACTIVE
from ntanalytics.recommendations.with_cause import worded
from ntanalytics.report_content.adoption.figures import Adoption
from ntanalytics.report_content.adoption.queries import RATES
from ntanalytics.report_content.totals import with_total
from ntanalytics.reports import Kpis, Sentence, Table, headline, inline_lines, table
from ntanalytics.reports.data import plain_row
from ntanalytics.reports.record import Field
from ntanalytics.subsystems import rules_of
from ntanalytics.subsystems.oa import adoption_checks
from ntanalytics.subsystems.oa import text as oa_text
from ntanalytics.workspace.report import Report

#: Remark on working hours.
HANDLING_NOTE = "工时只计工作日 8:30—12:00 和 13:30—18:00；用时中的“天”为 24 小时。"

#: Purpose and basis of the report, at its head (docs/domain.md, No league tables).
PURPOSE = (
    "本报告用于改进平台服务：找出故障、等待、闲置功能和基层负担，供平台主管单位内部使用；"
    "各单位按单位目录顺序列出，数据不用于考核、通报单位或个人。"
)
BASIS = f"依据：{legal.NO_LEAGUE_TABLES.citation}等关于防治“指尖上的形式主义”的规定（适用条款待用户方法律顾问确认）。"
#: Mark of everything that shows a place.
INTERNAL = "内部掌握，不得通报。"

#: Number of units in the platform owner's tables of best and last.
_SHOWN = 10

_PLACES = ["place", "unit", "edition", "enabled", "active_rate"]
_MOVED = ["unit", "edition", "daily_active_before", "daily_active", "daily_active_change_rate", "likely_cause"]
_UNITS = [
    "unit", "edition", "enabled", "active", "active_rate", "daily_active", "daily_active_change_rate", "mobile_share",
    "xinchuang_share", "new", "lapsed",
]  # fmt: skip
_EDITIONS = [
    "edition", "enabled", "active", "active_change", "active_rate", "daily_active", "daily_active_change_rate",
    "stickiness", "habit", "mobile_share", "xinchuang_share", "breadth",
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
    tables = page.tables
    parts = [("总体", oa_text.level(page.total, page.reach)), ("变化", oa_text.pace(page.total, page.worked_days))]
    if page.unit:
        parts += [("用户增减", oa_text.flow(tables["flow"].total)), ("模块", oa_text.modules(tables["modules"]))]
    else:
        parts += [("单位", oa_text.moved_units(tables["moving"], tables["ranking"]))]
    parts += [("习惯", oa_text.habit(page.total)), ("终端", oa_text.terminals(page.total, page.typical))]
    parts += [("办理", oa_text.handled(page.handled, tables["handling"])), ("用途", PURPOSE + BASIS)]
    return [Sentence(text, subject) for subject, text in parts if text]


def headlines(page: Adoption) -> Kpis:
    """Return the five headline figures of the page, with their last weeks."""
    names = ("active", "active_rate", "daily_active", "mobile_share", "xinchuang_share")
    return headline(page.total, names, page.tables["weeks"], id="headlines", origin=page.origin)


def findings(report: Report, page: Adoption) -> list[WordedFinding]:
    """Return the findings of a page by the rules of the site; see ``subsystems.oa.adoption_checks``."""
    rules, worked = rules_of(report.workspace.settings), (page.worked_days[0] > 0, page.worked_days[1] > 0)
    if page.unit:
        return worded(adoption_checks.unit_findings(rules, page.total, page.unit, worked))
    rows = page.total, page.tables["editions"], page.tables["ranking"]
    return worded(adoption_checks.city_findings(rules, *rows, worked=worked, is_for_owner=page.shows_places))


def places(page: Adoption) -> list[Table]:
    """Return the rates of a unit beside its peers'; of the city the places of units, if the owner asked for them."""
    if page.unit:
        return [_beside(page)]
    if not page.shows_places:
        return []
    comparable = _comparable(page)
    fair = replace(comparable, items=tuple(sorted(comparable, key=lambda row: (row["place"], row["unit"]))))
    last = fair[max(_SHOWN, len(fair) - _SHOWN) :][::-1]
    note = f"{INTERNAL}同分者位次相同；启用账号不足 {MIN_ACCOUNTS} 个或数据不完整的单位不列。"
    return [
        _half(fair[:_SHOWN], "活跃率较高的单位（内部掌握）", "best", _PLACES, note, page),
        _half(last, "活跃率较低的单位（内部掌握）", "last", [*_PLACES, "low_weeks"], INTERNAL, page),
    ]


def moved(page: Adoption) -> list[Table]:
    """Return the units whose working days changed most; nothing on the page of a unit."""
    if page.unit:
        return []
    moving = page.tables["moving"]
    least = format_number(MOVED, "rate:0")
    before = page.total.against
    note = f"按单位目录顺序；日均活跃增减达到 {least} 的单位，{before}不足 {MIN_DAILY_ACTIVE} 个的不列。"
    title = "使用变化较大的单位"
    if not all(page.worked_days):
        return [table(moving[:0], title, id="moved", columns=_MOVED, note=f"本期或{before}没有工作日，不作比较。")]
    if not moving:
        is_known = _are_compared(page)
        note = "没有单位可列。" if is_known else f"本期或{before}数据不完整，不作比较。"
        moving = moving if is_known else moving.unknown_rows()
    return [table(moving, title, id="moved", columns=_MOVED, note=note, origin=page.origin)]


def editions(page: Adoption) -> Table:
    """Return a line for each edition; for the city with the coverage of its units."""
    columns = _EDITIONS if page.unit else [*_EDITIONS, *_REACH]
    rows, title = page.tables["editions"], "本单位所用版本"
    if not page.unit:
        rows, title = with_total(rows, page.total | page.reach, "edition"), "各版本应用情况"
    return table(rows, title, id="by-edition", columns=columns, origin=page.origin)


def modules(page: Adoption) -> Figures:
    """Return the modules by active accounts, without logins, which belong to no module."""
    return page.tables["modules"].where(lambda row: row["module"] != "other")


def stayed(page: Adoption) -> list[Table]:
    """Return the new and lapsed accounts, and for the city the retention of each week's newcomers."""
    came = page.tables["flow"]
    note = "" if not came.is_complete or came.total.was_complete else f"{came.total.against}数据不完整，用户增减未知。"
    note += oa_text.over_past_gap(came.total)
    flow = table(came, "用户增减", id="flow", columns=_FLOW, note=note, origin=page.origin)
    if page.unit:
        return [flow]
    cohorts = page.tables["cohorts"]
    ages = [name for name in cohorts.columns if name.startswith("retention_")]
    drawn = [[row.quantity(name) for name in ages if row[name] is not None] for row in cohorts]
    cohorts = cohorts or cohorts.unknown_rows()  # no week of newcomers: too little is known before
    note = oa_text.retention_note(cohorts, page.tables["weeks"])
    cohort_table = table(
        cohorts, "按首次使用周的留存率", id="cohorts", note=note, origin=page.origin
    ).with_inline_charts(inline_lines("走势", drawn))
    return [flow, cohort_table]


def appendix(page: Adoption) -> Table:
    """Return all units of the city, or the last weeks of a unit."""
    if not page.unit:
        columns = [*_UNITS, "place", "left_out"] if page.shows_places else _UNITS
        note = f"按单位目录顺序。{INTERNAL if page.shows_places else ''}"
        return table(page.tables["ranking"], "各单位", id="units", columns=columns, note=note, origin=page.origin)
    columns = ["week_on", "week_name", "worked_days", "active", "daily_active", "mobile_share", "xinchuang_share"]
    return table(
        page.tables["weeks"], "近几周", id="weeks", columns=columns, note="缺数据的周不列数。", origin=page.origin
    )


def _comparable(page: Adoption) -> Figures:
    return page.tables["ranking"].where(lambda row: row["place"] is not None)


def _half(units: Figures, title: str, id: str, columns: list[str], note: str, page: Adoption) -> Table:
    return table(units, title, id=id, columns=columns, note=note, origin=page.origin).half_width()


def _are_compared(page: Adoption) -> bool:
    """Return whether all units are compared with the period before."""
    return all(row.certainty("daily_active_change") == "exact" for row in (page.total, *page.tables["ranking"]))


def _beside(page: Adoption) -> Table:
    rows = tuple(
        plain_row({"check": MEASURES[name].label, "own": own, "typical": median, "difference": difference})
        for name in RATES
        for own, median in [(page.total.quantity(name), page.typical.get(name))]
        for difference in [None if own.exact is None or median is None else own.exact - median]
    )
    note = f"同版本中位数取启用账号不少于 {MIN_ACCOUNTS} 个的单位，仅供本单位参考。"
    return Table("beside", "与同版本单位比较", fields=_BESIDE, rows=rows, note=note, origin=page.origin)
