from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from ntanalytics.reports.record import Record, RecordedBlock, read_record
from ntanalytics.reports.status_line import data_status, status_line, worst_status


def test_the_status_line_names_what_is_wrong_first(sample: ModuleType) -> None:
    remarks = status_line(read_record(sample.notebook()))
    assert " · ".join(f"{each.lead}{each.rest}" for each in remarks) == (
        "■ 1项异常：中国联通送达率 · ▲ 2项关注：中国联通回执时延P95、工单逾期未结"
        " · ○ 1项未知：www 响应时间P95 · 其余3项检查正常"
        " · ○ 数据不完整：工单自11月20日起未取得，相关合计为下限 · 12行不符合要求的数据未纳入统计"
        " · 3项数据中1项完整取得"
    )
    assert worst_status(remarks) == "critical"


def test_a_report_without_a_board_tells_the_findings_of_its_table_and_what_is_unknown() -> None:
    rows = [
        {"state": "warning", "subject": "甲", "check": "送达率"},
        {"state": "critical", "subject": "乙", "check": "回执时延"},
    ]
    judged = RecordedBlock(
        kind="table", id="basis", title="依据明细", body={"unknown_checks": [["短信平台", 2], ["CA证书", 1]]}, rows=rows
    )
    other = RecordedBlock(kind="table", id="rows", title="各项", body={}, rows=[{"state": "critical"}])
    head = RecordedBlock(kind="head", id="head", title="", body={"gaps": [], "as_of": []})
    remarks = status_line(Record(head=head, items=(judged, other)))
    assert [f"{each.lead}{each.rest}" for each in remarks] == [
        "■ 1项异常：乙回执时延",
        "▲ 1项关注：甲送达率",
        "○ 3项未知：短信平台2项、CA证书1项",
    ]


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
    assert [(each.lead, each.rest) for each in remarks] == [("● 本期数据完整", ""), ("", "2项数据均已取得")]
    assert worst_status(remarks) == "ok"


def test_a_source_that_gave_nothing_is_a_warning_even_where_no_hole_is_named() -> None:
    failed = {"taken_at": None, "missing_days": [], "error": "", "rejected": 0}
    remarks = data_status({"gaps": [], "as_of": [failed]})
    assert [(each.lead, each.rest) for each in remarks] == [("○ 1项数据中0项完整取得", "")]
    assert worst_status(remarks) == "unknown"


def test_some_holes_are_named_and_the_rest_counted() -> None:
    (remark,) = data_status({"gaps": ["甲缺一天。", "乙缺二天。", "丙缺。", "丁缺。"], "as_of": []})
    assert f"{remark.lead}{remark.rest}" == "○ 数据不完整：甲缺一天；乙缺二天；丙缺；共4处，见数据来源"
