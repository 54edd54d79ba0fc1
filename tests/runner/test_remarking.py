"""A signed remark on a published report: the next version, with every other part as it was."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ntanalytics.delivery.manifest import read_manifest
from ntanalytics.errors import UsageError, VerificationFailed
from ntanalytics.reports.record import load_record
from ntanalytics.reports.verification import verify
from ntanalytics.runner.ledger_proof import prove_by_ledger
from ntanalytics.runner.remarking import content_digest, remark_report
from tests.desk import Desk

TABLE = """
    from ntanalytics.reports import Table, show
    from ntanalytics.reports.record import Field
    show(Table("amounts", "金额", fields=(Field("amount", "number", "金额", format="yuan"),), rows=({"amount": 12.5},)))
"""


@pytest.fixture
def published(desk: Desk) -> Desk:
    desk.write(TABLE)
    desk.run()
    return desk


def _remark(desk: Desk, text: str = "情况属实。\n\n请抓紧整改。", by: str = "张三"):
    return remark_report(desk.context(), desk.published, text, by)


def test_the_next_version_has_the_remark_and_everything_else_as_it_was(published: Desk):
    before = load_record(published.published / "report.ipynb")
    result = _remark(published)
    after = load_record(published.published / "report.ipynb")
    assert (result.version, read_manifest(published.published)["version"]) == (2, 2)
    [remark] = [block for block in after.blocks if block.id == "remark-2"]
    assert [item["text"] for item in remark.body["items"]][:3] == ["情况属实。", "请抓紧整改。", "签注人：张三"]
    assert result.content_sha256 in remark.body["items"][-1]["text"]
    assert content_digest(before) == content_digest(after) == result.content_sha256
    assert [block for block in after.blocks if block is not remark] == list(before.blocks)
    assert "请抓紧整改" in (published.published / "report.html").read_text(encoding="utf-8")
    verify(published.published)
    prove_by_ledger(published.ledger, published.published)


def test_a_second_remark_stands_beside_the_first_and_a_run_after_it_corrects_them(published: Desk):
    _remark(published)
    second = _remark(published, "已阅。", "李四")
    record = load_record(published.published / "report.ipynb")
    assert [block.id for block in record.blocks if block.id.startswith("remark-")] == ["remark-3", "remark-2"]
    assert content_digest(record) == second.content_sha256
    assert [item["version"] for item in read_manifest(published.published)["corrects"]] == [1, 2]
    assert published.run().version == 4
    verify(published.published)


def test_a_remark_is_in_the_audit_trail_with_its_writer(published: Desk):
    _remark(published)
    [event] = published.ledger.audit.events(["remark"])
    assert (event.subject, event.details["by"]) == ("probe", "张三")


@pytest.mark.parametrize(("text", "by"), [("", "张三"), (" \n ", "张三"), ("可以", " "), ("字" * 4001, "张三")])
def test_nobody_publishes_an_empty_an_endless_or_an_unsigned_remark(published: Desk, text: str, by: str):
    with pytest.raises(UsageError):
        _remark(published, text, by)
    assert read_manifest(published.published)["version"] == 1


def test_a_report_that_somebody_altered_gets_no_remark(published: Desk):
    page: Path = published.published / "report.html"
    page.write_text(page.read_text(encoding="utf-8").replace("12.50", "21.50"), encoding="utf-8")
    with pytest.raises(VerificationFailed):
        _remark(published)


def test_the_digest_sees_a_changed_figure(published: Desk):
    path = published.published / "report.ipynb"
    before = content_digest(load_record(path))
    notebook = json.loads(path.read_text(encoding="utf-8"))
    text = json.dumps(notebook, ensure_ascii=False).replace("12.5", "12.6")
    path.write_text(text, encoding="utf-8")
    assert content_digest(load_record(path)) != before
