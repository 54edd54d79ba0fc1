"""Sentences of office automation and of the report on its adoption."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from ntanalytics.findings.finding import Entity
from ntanalytics.findings.judgement import judge_value
from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.metrics.figures import NO_FIGURES, case_list, figures
from ntanalytics.metrics.unfilled import Unfilled
from ntanalytics.report_content import chart_titles
from ntanalytics.reports import kpi
from ntanalytics.subsystems import RULES, word
from ntanalytics.subsystems.oa import burden_text
from ntanalytics.subsystems.oa import text as say
from ntanalytics.subsystems.oa.adoption_checks import city_findings

Row = dict[str, Any]


def _total(*, is_complete: bool = True, **more: Any) -> FigureRow:
    row = {
        "enabled": 120,
        "active": 90,
        "active_rate": 0.75,
        "active_change": 6,
        "active_change_rate": 6 / 84,
        "daily_active": 49.5,
        "daily_active_before": 45.0,
        "daily_active_change_rate": 0.1,
        "mobile_share": 0.61,
        "mobile_share_change": 0.02,
        "xinchuang_share": 0.4,
        "xinchuang_share_change": 0.0,
        **more,
    }
    return FigureRow(row, is_complete=is_complete)


def _reach(onboarded: int, active: int) -> FigureRow:
    return FigureRow({"units_onboarded": onboarded, "units_active": active})


def _unit(name: str, place: int | None = 1, **more: Any) -> Row:
    return {
        "unit": name,
        "edition": "government",
        "place": place,
        "ranked_units": 12 if place else None,
        "left_out": None,
        "enabled": 50,
        "active_rate": 0.6,
        "low_weeks": 0,
        "daily_active": 20.0,
        "daily_active_before": 20.0,
        "daily_active_change_rate": 0.0,
        "is_complete": True,
        **more,
    }


def _moved(name: str, before: float, now: float) -> Row:
    return _unit(name, daily_active_before=before, daily_active=now, daily_active_change_rate=(now - before) / before)


def test_the_level_says_how_many_units_nobody_uses() -> None:
    assert say.level(_total(), _reach(10, 8)) == (
        "启用账号 120 个，本期活跃 90 个，较前一期增加 7.1%（+6 个），活跃率 75.0%；接入的 10 个单位中 2 个无人使用。"
    )
    assert say.level(_total(), _reach(10, 10)).endswith("；接入的 10 个单位均有人使用。")
    assert say.level(_total(), _reach(1, 1)).endswith("（+6 个），活跃率 75.0%。")


def test_over_a_hole_the_level_is_a_lower_bound_and_nothing_is_compared() -> None:
    whole = say.level(_total(active_change=None, active_change_rate=None), _reach(1, 1))
    assert whole == "启用账号 120 个，本期活跃 90 个（前一期数据不完整，不作比较），活跃率 75.0%。"
    holed = _total(active=40, active_rate=None, active_change=None, is_complete=False)
    assert say.level(holed, _reach(2, 1)) == "本期数据不完整，活跃账号 ≥ 40 个，活跃率和增减不予计算。"
    assert say.pace(_total(is_complete=False), (5, 5)) == say.terminals(_total(is_complete=False)) == ""


def test_without_the_members_the_active_accounts_are_known_and_no_rate_is() -> None:
    able = FigureRow({"enabled": 120, "active_rate": 0.75}, is_complete=False)
    assert say.level(_total() | able, _reach(1, 1)) == (
        "启用账号 ≥ 120 个，本期活跃 90 个，较前一期增加 7.1%（+6 个），活跃率未知。"
    )


def test_the_pace_names_the_working_days_only_where_they_differ() -> None:
    assert say.pace(_total(), (5, 5)) == "工作日日均活跃 49.5 个，较前一期增加 10.0%。"
    assert say.pace(_total(), (3, 5)) == "工作日日均活跃 49.5 个（本期 3 个工作日，前一期 5 个），较前一期增加 10.0%。"
    assert say.pace(_total(daily_active_change_rate=-0.0002), (5, 5)).endswith("，与前一期基本持平。")
    assert say.pace(_total(), (0, 5)) == ""
    assert say.pace(_total(daily_active_change_rate=None), (5, 5)) == ""


@pytest.mark.parametrize(
    ("now", "before", "is_steady"),
    [
        (5395.0, 5326.0, True),  # 69 more, of 160 that chance explains (2 · √10,721 = 207, at most 3 %)
        (8.8, 9.0, True),  # 0.2 less, of 0.27
        (17.6, 13.8, False),  # 3.8 more, of 0.41
    ],
)
def test_the_pace_is_steady_where_its_card_says_so(now: float, before: float, is_steady: bool) -> None:
    total = _total(daily_active=now, daily_active_before=before, daily_active_change_rate=now / before - 1)
    assert ("基本持平" in say.pace(total, (5, 5))) == is_steady
    assert kpi(total.quantity("daily_active"), total.quantity("daily_active_before")).is_steady == is_steady


def test_units_that_moved_are_counted_and_not_named() -> None:
    rows = figures(
        [
            {**_moved("甲局", 12.0, 18.0), "likely_cause": "opened"},
            {**_moved("丙局", 200.0, 100.0), "likely_cause": "unclear"},
        ]
    )
    told = "2 个单位的日均活跃变化较大（增 1 个、减 1 个），其中 1 个原因待核实，见“使用变化较大的单位”"
    assert say.moved_units(rows, rows) == f"{told}。"
    assert say.moved_units(rows[:0], rows) == ""
    unclear = figures([{**_moved(name, 200.0, 100.0), "likely_cause": "unclear"} for name in ("甲局", "丙局")])
    assert "，原因均待核实，" in say.moved_units(unclear, unclear)
    gaps = figures([{"is_complete": False}, {"was_complete": False}, {"is_complete": True}])
    assert say.moved_units(rows, gaps) == f"{told}；另有 2 个单位数据不完整，使用变化未知。"
    assert say.moved_units(rows[:0], gaps) == "2 个单位数据不完整，使用变化未知。"
    assert say.habit(_total(habit=0.62, habit_change=0.007)) == (
        "活跃账号中 62.0% 在半数以上工作日使用，较前一期上升 0.7 个百分点。"
    )
    assert say.habit(_total()) == ""


def test_terminals_stand_beside_the_period_before_and_the_peers() -> None:
    assert say.terminals(_total()) == "移动端占比 61.0%，较前一期上升 2.0 个百分点；信创占比 40.0%，与前一期基本持平。"
    assert say.terminals(_total(xinchuang_share=None, mobile_share_change=None), FigureRow({"mobile_share": 0.5})) == (
        "移动端占比 61.0%（同版本中位数 50.0%）。"
    )
    without = _total() | FigureRow({"xinchuang_share": 0.4}, absent={"xinchuang_share"})
    assert say.terminals(without) == "移动端占比 61.0%，较前一期上升 2.0 个百分点；信创占比未知。"


def test_who_came_and_left_are_counts() -> None:
    row = {"new": 3, "resurrected": 5, "lapsed": 7, "was_active": 70}
    assert say.flow(FigureRow(row)) == "新增活跃 3 个、回流 5 个，前一期活跃账号中 7 个本期未使用（10.0%）。"
    assert say.flow(FigureRow({**row, "was_active": 0, "lapsed": 0})) == "新增活跃 3 个、回流 5 个。"
    assert say.flow(FigureRow(row, is_complete=False)) == say.flow(FigureRow(row, was_complete=False)) == ""


def test_handling_is_said_by_the_clock_and_in_working_hours() -> None:
    times = {"handling_p50_s": 9000.0, "handling_p90_s": 36000.0, "worked_p50_s": 3600.0, "worked_p90_s": None}
    total = {"tasks": 41, **times}
    modules = figures(
        [
            {"module": "documents", **total, "tasks": 20},
            {"module": "cars", **total, "tasks": 20, "handling_p50_s": 1.0},
            {"module": "guests", **total, "tasks": 1, "handling_p50_s": 1e6},
        ]
    )
    assert say.handled(FigureRow(total), modules) == (
        "办结任务 41 件，用时中位数 2 小时 30 分（工时 1 小时），九成在 10 小时内办结；"
        "用时最长的是公文管理（中位数 2 小时 30 分）。"
    )
    assert say.handled(FigureRow({"tasks": 0, **times}), modules) == ""
    bound = FigureRow(total, is_complete=False)
    assert say.handled(bound, modules) == "办结任务 ≥ 41 件（数据不完整），用时不予计算。"


def test_modules_that_nobody_uses_are_named_and_a_login_is_none() -> None:
    rows = figures([{"module": "other", "active": 9}, {"module": "mail", "active": 4}, {"module": "cars", "active": 1}])
    assert say.modules(rows) == (
        "使用最多的模块是内部邮件（4 个账号）；无人使用：公文管理、客情中心、发文会签、市委来文、政务简报等。"
    )
    assert say.modules(rows[:1]) == ""
    assert say.modules(replace(rows, is_complete=False)) == "数据不完整，有人使用的模块 ≥ 2 个。"


def test_the_titles_of_the_charts_are_their_messages() -> None:
    weeks = figures(
        [
            {"week_name": "第45周", "daily_active": 40.0, "mobile_share": 0.5, "xinchuang_share": 0.4},
            {"week_name": "第46周", "daily_active": None, "mobile_share": None, "xinchuang_share": None},
            {"week_name": "第47周", "daily_active": 4415.0, "mobile_share": 0.6, "xinchuang_share": 0.4},
        ]
    )
    assert say.terminals_trend(weeks) == "近 3 周移动端占比由 50.0% 升至 60.0%，信创占比保持 40.0%"
    assert say.terminals_trend(weeks[1:2]) == "移动端和信创占比：没有完整的周"


def test_the_share_that_lacks_the_last_week_is_marked_whatever_else_the_page_lacks() -> None:
    rows = [
        {"week_name": f"第{week}周", "is_complete": True, "active": 9, "mobile_share": 0.5, "xinchuang_share": 0.4}
        for week in (45, 46, 47)
    ]
    lacking = Unfilled(dataset="oa.activities", now={"test": {"platform"}})
    page: Any = SimpleNamespace(is_complete=False, was_complete=True, note="缺。", unfilled=lacking)
    weeks = figures(rows).made_of(
        ["xinchuang_share"], page, beside=True, gaps_of=lambda row: (row["week_name"] == "第47周", False)
    )
    assert say.terminals_trend(weeks) == "近 3 周移动端占比保持 50.0%，信创占比保持 40.0%（至第46周）"


def test_retention_is_over_the_cohorts_of_which_it_is_known() -> None:
    shares = ((30, 0.5), (10, 0.1), (99, None))
    rows = figures([{"cohort": size, "retention_4": share} for size, share in shares])
    assert say.retained(rows) == "近期首次使用的账号中，4 周后仍有 40.0% 活跃（40 个账号）。"
    assert say.retained(rows[2:]) == ""


def test_a_week_with_a_gap_is_why_its_retention_is_unknown_and_one_before_the_data_is_not() -> None:
    mondays = [dt.date(2026, 11, day) for day in (2, 9, 16)]
    cohorts = figures([{"cohort": 30, "retention_4": None}])
    late, lost = (
        figures([{"week_on": monday, "active": active} for monday, active in zip(mondays, counts, strict=True)])
        for counts in ((None, 7, 8), (6, None, 8))
    )
    assert say.retention_note(cohorts, late).startswith("历史数据不足")
    assert say.retention_note(cohorts, lost).startswith("11月9日起的一周数据不完整，首次使用和当周留存未知。")
    assert "上限" not in say.retention_note(cohorts, lost)


def test_newcomers_soon_after_a_gap_are_at_most_as_many() -> None:
    mondays = [dt.date(2026, 11, day) for day in (2, 9, 16)]
    weeks = figures([{"week_on": day, "active": count} for day, count in zip(mondays, (6, None, 8), strict=True)])
    cohorts = figures([{"cohort": 30, "retention_4": None, "is_complete": False}])
    assert cohorts.total.quantity("cohort").text == "≤ 30 个"
    assert say.retention_note(cohorts, weeks) == (
        "11月9日起的一周数据不完整，首次使用和当周留存未知。"
        "缺数据后四周内首次使用的账号可能此前已用过：账号数为上限，留存未知。统计起始四周内使用过的账号不计为首次使用。"
    )


def test_the_busiest_day_counts_all_editions() -> None:
    days = [dt.date(2026, 11, 16), dt.date(2026, 11, 17)]
    rows = [{"day": day, "active": active} for day in days for active in (None, 4)] + [{"day": days[1], "active": 3}]
    assert chart_titles.busiest_active(figures(rows)) == "近 2 天活跃账号最多：11月17日 7 个"
    assert chart_titles.busiest_active(figures([{"day": days[0], "active": None}])) == "活跃账号：没有操作记录"


def test_a_pace_that_is_not_known_and_units_that_have_long_been_low_are_told() -> None:
    fresh = _total(daily_active_before=None, daily_active_change_rate=None)
    [unknown] = city_findings(RULES, FigureRow(fresh), NO_FIGURES, NO_FIGURES)
    assert word(unknown).evidence == "日均活跃增幅未知：前一期数据不完整。"
    units = case_list([_unit("低局", low_weeks=4)])
    low = city_findings(RULES, FigureRow(_total()), NO_FIGURES, units, is_for_owner=True)[1]
    assert word(low).sentence == ("低局活跃率连续低于 40% 4 周。建议核查登录故障，与单位核对人员并停用闲置账号。")


def test_a_module_that_is_seldom_used_is_told_beside_the_busiest() -> None:
    entity = Entity("module", "mail", "内部邮件")
    finding = judge_value(RULES["oa.seldom_used"], 0.015, [], entity).with_figures(users=3.0)
    assert word(finding).evidence == "季度内 3 人使用，为使用最多模块的 1.5%。"


def test_a_gap_of_the_weeks_before_leaves_bounds_of_who_came() -> None:
    row = {"new": 18, "resurrected": 799, "lapsed": 824, "was_active": 9471}
    whole, holed = FigureRow(row, against="上周"), FigureRow(row, against="上周").over_past_gap()
    assert say.flow(whole) == "新增活跃 18 个、回流 799 个，上周活跃账号中 824 个本周未使用（8.7%）。"
    assert say.over_past_gap(whole) == ""
    assert say.flow(holed) == "新增活跃 ≤ 18 个、回流 ≥ 799 个，上周活跃账号中 824 个本周未使用（8.7%）。"
    assert say.over_past_gap(holed).endswith("新增活跃为上限，回流活跃为下限。")
    lost = FigureRow(row, was_complete=False).over_past_gap()
    assert say.flow(lost) == say.over_past_gap(lost) == ""


@pytest.mark.parametrize(
    ("is_complete", "words"),
    [(True, "每周约 8.0 人时（估算 4.0—20.0 人时）可以减少"), (False, "每周至少约 8.0 人时可以减少")],
)
def test_hours_over_a_gap_are_at_least_so_many(is_complete: bool, words: str) -> None:
    hours = {"burden_hours": 8.0, "burden_hours_low": 4.0, "burden_hours_high": 20.0}
    made = figures([{"burden_cause": "after_hours", **hours, "is_complete": is_complete}])
    assert words in burden_text.hours(replace(made, is_complete=is_complete), [])
