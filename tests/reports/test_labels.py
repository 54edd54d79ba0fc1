from __future__ import annotations

from types import ModuleType

import pytest

from ntanalytics.reports.blocks.sparkline import sparkline
from ntanalytics.reports.formats import LOCAL_ZONE
from ntanalytics.reports.labels import as_of_line, origin_line, source_section
from ntanalytics.reports.record import Heading, read_record


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
