from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from ntanalytics.reports.blocks.sparkline import sparkline
from ntanalytics.reports.formats import LOCAL_ZONE
from ntanalytics.reports.labels import (
    as_of_line,
    data_status,
    day_ranges,
    origin_line,
    source_section,
    status_line,
    worst_status,
)
from ntanalytics.reports.record import Heading, Record, RecordedBlock, read_record


def test_the_status_line_names_what_is_wrong_first(sample: ModuleType) -> None:
    remarks = status_line(read_record(sample.notebook()))
    assert " · ".join(f"{each.lead}{each.rest}" for each in remarks) == (
        "■ 1项异常：中国联通送达率 · ▲ 2项关注：中国联通回执时延P95、工单逾期未结"
        " · ○ 1项未知：www 响应时间P95 · 其余3项检查正常"
        " · ○ 数据不完整：工单自11月20日起未取得，相关合计为下限 · 12行不符合要求的数据未纳入统计"
        " · 3个数据源中1个完整取得"
    )
    assert worst_status(remarks) == "critical"


def _board(systems: str, checks: int = 1, **more: Any) -> Record:
    """Return a record of a board with an unknown row of each system; the last row stands for some checks."""
    row = {"state": "unknown", "subject": "中国联通", "check": "送达率"}
    *rows, last = ({**row, "subsystem": name} for name in systems)
    board = RecordedBlock(
        kind="board",
        id="board",
        title="状态一览",
        body={"open_rows": 5, **more},
        rows=(*rows, {**last, "checks": checks}),
    )
    head = RecordedBlock(kind="head", id="head", title="", body={"gaps": [], "as_of": []})
    return Record(head=head, items=(board,))


def test_of_many_unknown_checks_the_number_of_each_system_is_told() -> None:
    (remark,) = status_line(_board("甲甲甲乙乙", 7, unknown_checks=[["甲", 3], ["乙", 8]]))
    assert (remark.lead, remark.rest) == ("○ 11项未知", "：甲3项、乙8项")


@pytest.mark.parametrize(
    ("systems", "counts"),
    [
        ("甲甲甲乙乙", {}),  # of a report that was issued before
        ("甲乙丙丁戊", {"unknown_checks": [[name, 1] for name in "甲乙丙丁戊"]}),  # one of each says more
    ],
)
def test_otherwise_the_first_four_are_named(systems: str, counts: dict[str, Any]) -> None:
    (remark,) = status_line(_board(systems, **counts))
    assert (remark.lead, remark.rest.count("送达率"), remark.rest[-1]) == ("○ 5项未知", 4, "等")


def test_a_whole_report_without_a_board_is_in_order() -> None:
    whole = {"taken_at": "2026-11-22T22:10:00+00:00", "missing_days": [], "error": "", "rejected": 0}
    remarks = data_status({"gaps": [], "as_of": [whole, whole]})
    assert [(each.lead, each.rest) for each in remarks] == [("● 本期数据完整", ""), ("", "2个数据源均已取得")]
    assert worst_status(remarks) == "ok"


def test_a_source_that_gave_nothing_is_a_warning_even_where_no_hole_is_named() -> None:
    failed = {"taken_at": None, "missing_days": [], "error": "", "rejected": 0}
    remarks = data_status({"gaps": [], "as_of": [failed]})
    assert [(each.lead, each.rest) for each in remarks] == [("○ 1个数据源中0个完整取得", "")]
    assert worst_status(remarks) == "unknown"


def test_the_commonest_reasons_are_written_out_and_the_rest_counted(sample: ModuleType) -> None:
    head = dict(read_record(sample.notebook()).head.body)
    reason = {"dataset": "sms.messages", "label": "短信", "source": "sms"}
    head["rejected"] = [{**reason, "reason": f"原因{number}", "rows": number} for number in range(1, 14)]
    said = source_section(head, LOCAL_ZONE).rejected
    assert len(said) == 11
    assert said[0] == "短信（sms）：原因13，13 行未计入"
    assert said[-1] == "其余 3 种原因，共 6 行未计入"


def test_the_head_says_as_of_when_each_source_is(sample: ModuleType) -> None:
    record = read_record(sample.notebook())
    assert as_of_line(record.head.body, record.zone) == (
        "数据截至：短信（sms）、网络请求（web） 11月23日 06:10；工单（desk） 未取得"
    )


def test_of_many_extraction_times_the_first_and_the_last_are_named() -> None:
    lines = [
        {"label": "短信", "source": f"sms{minute}", "taken_at": f"2026-11-23T00:{minute:02}:00+00:00"}
        for minute in (9, 1, 5, 7)
    ]
    lost = {"label": "工单", "source": "desk", "taken_at": None}
    said = "数据截至：最早 11月23日 08:01，最晚 11月23日 08:09；工单（desk） 未取得"
    assert as_of_line({"as_of": [*lines, lost]}, LOCAL_ZONE) == said


def test_some_holes_are_named_and_the_rest_counted() -> None:
    (remark,) = data_status({"gaps": ["甲缺一天。", "乙缺二天。", "丙缺。", "丁缺。"], "as_of": []})
    assert f"{remark.lead}{remark.rest}" == "○ 数据不完整：甲缺一天；乙缺二天；丙缺；共4处，见数据来源"


def test_runs_of_days_are_joined() -> None:
    assert day_ranges(["2026-11-20", "2026-11-18", "2026-11-19", "2026-11-25"]) == "11-18—11-20、11-25"
    assert day_ranges([]) == ""


def test_a_heading_is_a_part_of_the_record(sample: ModuleType) -> None:
    headings = [item for item in read_record(sample.notebook()).items if isinstance(item, Heading)]
    assert headings[0].markdown == "## 一、趋势"


def test_a_sparkline_does_not_bridge_a_gap() -> None:
    assert sparkline([1, 2, None, 3, 4]).count("<polyline") == 2


@pytest.mark.parametrize("values", [[], [1], [None, None], [1, None]])
def test_a_sparkline_of_less_than_two_values_is_nothing(values: list[float | None]) -> None:
    assert sparkline(values) == ""


def test_a_sparkline_of_equal_values_is_level() -> None:
    assert 'points="2.0,13.0 144.0,13.0"' in sparkline([5, 5])


def test_a_block_of_a_dataset_that_was_never_read_has_no_origin() -> None:
    as_of = "2026-11-22T16:00:00+00:00"
    assert origin_line({"datasets": {"seal.seals": None}, "as_of": as_of}, LOCAL_ZONE) == ""
    read = origin_line({"datasets": {"seal.seals": None, "seal.signings": 3}, "as_of": as_of}, LOCAL_ZONE)
    assert read == "数据集 seal.signings 第 3 版；截至 2026-11-23 00:00"
