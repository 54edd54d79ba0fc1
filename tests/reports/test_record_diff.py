"""What changed between two versions, worked out by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from ntanalytics.findings.text import WordedFinding
from ntanalytics.findings.threshold import Status
from ntanalytics.metrics import MEASURES
from ntanalytics.metrics.quantity import quantity
from ntanalytics.periods import Period
from ntanalytics.reports import Head, board, kpi, kpis
from ntanalytics.reports.blocks.block import Block
from ntanalytics.reports.record import Record, read_block
from ntanalytics.reports.record_diff import UNCHANGED, record_diff
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
    assert record_diff(before, after) == [
        "已补齐：短信平台缺 11月18日。",
        "现缺：目录缺 11月19日。",
        "提交量由 ≥ 11,000 条 改为 12,345 条。",
        "联通送达率由关注改为异常（88.0%）。",
        "移动送达率由 93.0% 改为 94.5%。",
        "新增未知：卫通送达率 —。",
        "不再成立：电信送达率（原为异常）。",
    ]


def test_where_nothing_on_the_first_page_changed_it_is_said():
    same = _record((), 12345, _finding("联通", "ok", 0.99))
    assert record_diff(same, same) == [UNCHANGED]


def test_a_great_many_changes_are_counted():
    before = _record((), 1, *(_finding(f"甲{number}", "warning", 0.9) for number in range(40)))
    found = record_diff(before, _record((), 1))
    assert (len(found), found[-1]) == (31, "另有 10 处变化。")
