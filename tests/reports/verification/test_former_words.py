"""A report of an earlier version is read: its words may be former ones, its figures may not differ."""

from __future__ import annotations

import pytest

from ntanalytics.reports.verification.former_words import current_cell, say_the_same


@pytest.mark.parametrize(
    ("wanted", "former", "other"),
    [
        ("编号20261124", "编号 2026-11-24", "编号 2026-11-25"),
        ("2026年第47期", "编号 2026-W47", "编号 2026-W48"),
        ("2026年第10期", "编号 2026-10", "编号 2026-11"),
        ("11月16日—22日 · 2026年第47期", "11月16日—22日 · 2026-W47", "11月16日—22日 · 2026-W48"),
        ("11月24日 · 编号20261124", "11月24日 · 2026-11-24", "11月24日 · 2026-11-25"),
        ("39项数据均已取得", "数据来源 39/39", "数据来源 38/39"),
        ("39项数据均已取得", "39个数据源均已取得", "38个数据源均已取得"),
        ("39项数据中38项完整取得", "39个数据源中38个完整取得", "38个数据源中38个完整取得"),
        ("39项数据中38项完整取得", "数据来源 38/39", "数据来源 39/39"),
        ("○ 39项数据中38项完整取得", "○ 数据来源 38/39", "○ 数据来源 37/39"),
        ("其余5项检查正常", "其余 5 项正常", "其余 6 项正常"),
        ("21行不符合要求的数据未纳入统计", "21 行不合格数据未计入", "22 行不合格数据未计入"),
        ("前一期160,011条", "上期 160,011 条", "上期 160,012 条"),
        ("1小时2分", "1 小时 02 分", "1 小时 20 分"),
        ("超过2分钟为关注", "超过 2 分 为关注", "超过 3 分 为关注"),
        ("310毫秒", "310 ms", "311 ms"),
        ("1.5 GB", "1.5 GiB", "1.5 TiB"),
        ("历时", "历时（秒）", "历时（分）"),
        ("■ 1项异常：驻场率", "■ 1 项异常：驻场驻场率", "■ 1 项异常：驻场人数"),
        ("● 本期数据完整", "● 数据完整", "● 数据不完整"),
        ("运维团队人数5人", "运维团队团队人数 5 人", "运维团队团队人数 6 人"),
    ],
)
def test_a_text_in_former_words_has_the_same_figures(wanted: str, former: str, other: str) -> None:
    assert say_the_same(wanted, wanted)
    assert say_the_same(wanted, former)
    assert not say_the_same(wanted, other)


@pytest.mark.parametrize(
    ("value", "form", "wanted", "current"),
    [
        (21600.0, "#,##0.0", "[h]:mm:ss", (0.25, "[h]:mm:ss")),
        (21600, '"≥ "#,##0.0" 秒"', '"≥"[h]:mm:ss', (0.25, '"≥"[h]:mm:ss')),
        (0.25, "[h]:mm:ss", "[h]:mm:ss", (0.25, "[h]:mm:ss")),
        (-0.25, "+0.0%;-0.0%;0.0%", "+0.0;-0.0;0.0", (-25.0, "+0.0;-0.0;0.0")),
        (0.25, "0.0%", "0.0%", (0.25, "0.0%")),
        (True, "General", "@", ("是", "@")),
        ("历时", "@", "@", ("历时", "@")),
    ],
)
def test_a_cell_of_an_earlier_version_is_read_in_todays_unit(
    value: object, form: str, wanted: str, current: tuple[object, str]
) -> None:
    assert current_cell(value, form, wanted) == current
