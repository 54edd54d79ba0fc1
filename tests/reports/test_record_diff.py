"""What changed between two versions, worked out by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pandas as pd

from ntanalytics.findings.text import WordedFinding
from ntanalytics.findings.threshold import Status
from ntanalytics.metrics import MEASURES
from ntanalytics.metrics.quantity import quantity
from ntanalytics.periods import Period
from ntanalytics.reports import Axes, Head, Table, board, chart, figures, kpi, kpis, sentences, table
from ntanalytics.reports.blocks.block import Block
from ntanalytics.reports.record import Field, Record, read_block
from ntanalytics.reports.record_diff import SAME_DATA, UNCHANGED, record_changes, record_diff
from tests.reports.worded import worded

PERIOD = Period.week(date(2026, 11, 16))


def _finding(carrier: str, status: Status, value: float | None) -> WordedFinding:
    return worded("sms.delivery_rate", carrier, "送达率", status, value, "rate:1", limits="≥ 95.0%", evidence="说明。")


def _record(gaps: tuple[str, ...], submitted: Any, *findings: WordedFinding, complete: bool = True) -> Record:
    head = Head(title="短信统计", period=PERIOD, generated_at=datetime(2026, 11, 23, tzinfo=UTC), gaps=gaps)
    blocks: list[Block] = [
        kpis([kpi(quantity(MEASURES["submitted"], submitted, is_complete=complete))]),
        board(findings),
    ]
    shown = [read_block(each._repr_mimebundle_()) for each in (head, *blocks)]
    return Record(shown[0], tuple(shown[1:]))


def test_holes_figures_and_findings_that_changed_are_told():
    before = _record(
        ("短信平台缺 11月18日。",),
        11000,
        _finding("联通", "warning", 0.94),
        _finding("电信", "critical", 0.8),
        _finding("移动", "warning", 0.93),
        _finding("广电", "warning", 0.9412),
        complete=False,
    )
    after = _record(
        ("目录缺 11月19日。",),
        12345,
        _finding("联通", "critical", 0.88),
        _finding("电信", "ok", 0.99),
        _finding("移动", "warning", 0.945),
        _finding("广电", "warning", 0.9409),
        _finding("卫通", "unknown", None),
    )
    assert record_diff(before, after, has_new_data=True) == [
        "已补齐：短信平台缺11月18日。",
        "现缺：目录缺11月19日。",
        "提交量由 ≥11,000条 改为 12,345条。",
        "联通送达率由关注改为异常（88.0%）。",
        "移动送达率由 93.0% 改为 94.5%。",
        "新增未知：卫通送达率 —。",
        "不再成立：电信送达率（原为异常）。",
    ]


def test_a_gap_whose_days_were_written_otherwise_is_the_same_gap():
    before = _record(("短信平台缺 11月08日至11月10日。",), 12345, complete=False)
    after = _record(("短信平台缺 11月8日至11月10日。",), 12345, complete=False)
    assert record_diff(before, after, has_new_data=True) == [UNCHANGED]


def test_a_gap_of_fewer_days_is_not_filled():
    """Of three missing days one came; those of another source all did."""
    sms, desk = "短信：数据源 sms 缺{}的完整数据，相关合计为下限。", "工单：数据源 desk 缺11月18日的完整数据。"
    before = _record((sms.format("11月18日至11月20日共 3 天"), desk), 12345, complete=False)
    after = _record((sms.format("11月19日至11月20日共 2 天"),), 12345, complete=False)
    filled, left = record_changes(before, after)
    assert (filled.after, filled.sentence) == ("", "已补齐：工单：数据源 desk 缺11月18日的完整数据。")
    assert "3天" in left.before
    assert "2天" in left.after
    assert left.sentence == "现缺：短信：数据源 sms 缺11月19日至11月20日共2天的完整数据，相关合计为下限。"


def test_a_gap_that_names_its_years_now_is_the_same_gap():
    before = _record(("短信：数据源 sms 缺3月1日至2月28日共 98 天的完整数据。",), 12345, complete=False)
    after = _record(("短信：数据源 sms 缺2026年3月1日至2027年2月28日共 98 天的完整数据。",), 12345, complete=False)
    assert record_diff(before, after, has_new_data=True) == [UNCHANGED]


def test_where_nothing_on_the_first_page_changed_it_is_said():
    same = _record((), 12345, _finding("联通", "ok", 0.99))
    assert record_diff(same, same, has_new_data=True) == [UNCHANGED]
    assert record_diff(same, same, has_new_data=False) == [SAME_DATA]
    assert "数据已更新" in UNCHANGED
    assert "数据已更新" not in SAME_DATA


def test_a_great_many_changes_are_counted():
    before = _record((), 1, *(_finding(f"甲{number}", "warning", 0.9) for number in range(40)))
    found = record_diff(before, _record((), 1), has_new_data=True)
    assert (len(found), found[-1]) == (31, "另有 10 处变化。")


def _texts(sentence: list[str], rows: list[tuple[str, int | None]]) -> Record:
    carriers = figures(pd.DataFrame(rows, columns=["carrier", "submitted"]))
    head = Head(title="短信统计", period=PERIOD, generated_at=datetime(2026, 11, 23, tzinfo=UTC))
    blocks: list[Block] = [
        sentences(sentence, "本周要点"),
        table(carriers, "各运营商短信发送情况", id="by-carrier"),
        chart(carriers, "hbar", Axes(x="carrier", y="submitted"), title="联通最多", id="chart"),
    ]
    shown = [read_block(each._repr_mimebundle_()) for each in (head, *blocks)]
    return Record(shown[0], tuple(shown[1:]))


def test_sentences_and_cells_are_told_one_by_one():
    before = _texts(
        ["提交 11,000 条。", "通道正常。", "末句。"], [("telecom", 5000), ("mobile", None), ("unicom", 6000)]
    )
    after = _texts(["提交 12,345 条。", "末句。", "新句。"], [("unicom", 7345), ("telecom", 5000), ("radio", 1)])
    changes = record_changes(before, after)
    assert [change.sentence for change in changes] == [
        "本周要点：“提交11,000条。”改为“提交12,345条。”",
        "本周要点：删去“通道正常。”",
        "本周要点：新增“新句。”",
        "各运营商短信发送情况：中国联通 提交量（条）由 6,000 改为 7,345。",
        "各运营商短信发送情况：新增radio。",
        "各运营商短信发送情况：不再列出中国移动。",
        "图“联通最多”：3 个数据点有变化。",
    ]
    cell = changes[3]
    assert (cell.place, cell.item) == ("各运营商短信发送情况", "中国联通 提交量（条）")
    assert (cell.before, cell.after) == ("6,000", "7,345")


def _items(*rows: tuple[str, str, str]) -> Record:
    fields = (
        Field("state", "string", "状态", format="state"),
        Field("item", "string", "事项"),
        Field("since", "string", "起始"),
    )
    listed = tuple(dict(zip(("state", "item", "since"), row, strict=True)) for row in rows)
    head = Head(title="日常巡检", period=PERIOD, generated_at=datetime(2026, 11, 23, tzinfo=UTC))
    shown = [
        read_block(each._repr_mimebundle_()) for each in (head, Table("items", "待办事项", fields=fields, rows=listed))
    ]
    return Record(shown[0], tuple(shown[1:]))


def test_a_row_whose_status_and_day_change_stays_the_same_row():
    before = _items(("warning", "甲", "第2天"), ("warning", "乙", "第1天"))
    after = _items(("critical", "甲", "第3天"), ("warning", "丙", "第1天"))
    changes = [(change.item, change.before, change.after) for change in record_changes(before, after)]
    assert ("甲 起始", "第2天", "第3天") in changes
    assert [item for item, *_ in changes] == ["甲 状态", "甲 起始", "丙", "乙"]


def test_a_row_of_keys_alone_is_told_as_listed_or_not():
    names = (Field("item", "string", "事项"),)
    tables = [Table("items", "名单", fields=names, rows=({"item": name},)) for name in ("甲", "乙")]
    head = Head(title="日常巡检", period=PERIOD, generated_at=datetime(2026, 11, 23, tzinfo=UTC))
    first, *blocks = [read_block(each._repr_mimebundle_()) for each in (head, *tables)]
    changes = record_changes(*(Record(first, (block,)) for block in blocks))
    assert [(change.before, change.after) for change in changes] == [("未列出", "列出"), ("列出", "不再列出")]


def test_a_change_in_a_table_without_a_title_begins_with_its_item():
    names = (Field("item", "string", "事项"), Field("points", "string", "要点"))
    tables = [Table("items", "", fields=names, rows=({"item": "甲", "points": text},)) for text in ("一", "二")]
    head = Head(title="周报", period=PERIOD, generated_at=datetime(2026, 11, 23, tzinfo=UTC))
    first, *blocks = [read_block(each._repr_mimebundle_()) for each in (head, *tables)]
    [change] = record_changes(*(Record(first, (block,)) for block in blocks))
    assert (change.place, change.item, change.sentence[0]) == ("", "甲 要点", "甲")


def test_what_may_have_been_unknown_is_neither_new_nor_over():
    low, systems = _finding("unicom", "warning", 0.93), {"短信平台": 2}
    for unknown, appeared, gone in (
        (systems, "上一版未列出，可能未知。", "现未列出，可能未知。"),
        ({}, "新增关注：unicom 送达率 93.0%。", "不再成立：unicom 送达率（原为关注）。"),
    ):
        without, with_it = (_advised(found, unknown) for found in ((), (low,)))
        assert record_diff(without, with_it, has_new_data=True)[0].endswith(appeared)
        assert record_diff(with_it, without, has_new_data=True)[0].endswith(gone)


def _advised(findings: tuple[WordedFinding, ...], unknown: dict[str, int]) -> Record:
    """A record whose table counts the unknown checks, as that of the recommendations does."""
    head = Head(title="优化建议", period=PERIOD, generated_at=datetime(2026, 11, 23, tzinfo=UTC), gaps=())
    made = Table("advice", "优化建议", fields=(), rows=(), findings=findings, unknown_checks=unknown)
    shown = [read_block(each._repr_mimebundle_()) for each in (head, made)]
    return Record(shown[0], tuple(shown[1:]))
