"""The index is written after each run, published or failed, and decides nothing about it."""

from __future__ import annotations

import pytest

from ntanalytics.errors import PublishError, ReportFailed
from ntanalytics.runner import indexing
from tests.desk import Desk


def test_a_published_and_a_failed_run_stand_in_the_index(desk: Desk) -> None:
    desk.write()
    assert desk.run().left_out == {"report.pdf": "no Chromium was found"}
    text = (desk.outputs / "index.html").read_text(encoding="utf-8")
    assert "试点城市报告目录" in text
    assert 'href="probe/2026-W47/report.html"' in text
    assert "运行失败" not in text
    desk.write("raise ValueError('secret words')")
    with pytest.raises(ReportFailed):
        desk.run("2026-W46")
    text = (desk.outputs / "index.html").read_text(encoding="utf-8")
    assert "报告运行出错" in text
    assert "2026年第46周" in text
    assert "secret words" not in text


def test_a_report_is_issued_though_its_index_cannot_be_written(desk: Desk) -> None:
    desk.write()
    (desk.outputs / "index.html").mkdir(parents=True)  # someone made a folder of that name
    (desk.outputs / "index.html" / "x").touch()
    result = desk.run()
    assert "cannot write the index" in result.left_out["index.html"]
    assert (desk.published / "report.html").is_file()


def test_the_index_of_a_site_that_has_run_nothing_is_written(desk: Desk) -> None:
    desk.write()
    made = indexing.index(desk.context())
    assert made.path == desk.outputs.resolve() / "index.html"
    assert (list(made.issued), list(made.missing)) == ([], [])


def test_outputs_where_nothing_can_be_written_are_said_to_be_so(desk: Desk) -> None:
    desk.outputs.write_text("a file", encoding="utf-8")
    with pytest.raises(PublishError, match="cannot write"):
        indexing.index(desk.context())
