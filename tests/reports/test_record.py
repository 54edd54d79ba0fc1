from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from ntanalytics.errors import ReportIncomplete
from ntanalytics.reports.record import load_record, read_record


def test_a_record_has_its_blocks_in_order(sample: ModuleType) -> None:
    record = read_record(sample.notebook())
    assert record.head.title == "南通市电子政务工作平台短信统计"
    assert [block.kind for block in record.blocks] == [
        "sentences",
        "kpis",
        "board",
        "chart",
        "chart",
        "table",
        "table",
        "chart",
        "signatures",
    ]


def test_a_notebook_without_a_head_is_no_record(sample: ModuleType) -> None:
    with pytest.raises(ReportIncomplete, match="has 0"):
        read_record(sample.notebook([sample.blocks()[1]]))


def test_two_blocks_of_one_id_are_refused(sample: ModuleType) -> None:
    head, said, *_ = sample.blocks()
    with pytest.raises(ReportIncomplete, match="sentences"):
        read_record(sample.notebook([head, said, said]))


def test_a_record_on_disk_is_the_one_that_was_shown(sample: ModuleType, tmp_path: Path) -> None:
    assert load_record(sample.write(tmp_path)) == read_record(sample.notebook())


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"cells": 1}'])
def test_a_file_that_is_no_notebook_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "report.ipynb").write_text(text, encoding="utf-8")
    with pytest.raises(ReportIncomplete, match="no notebook"):
        load_record(tmp_path / "report.ipynb")
