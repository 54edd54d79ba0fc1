"""A report that is issued again says what it corrects and why, in every rendering: real kernels and a real lake."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from ntanalytics.delivery.issued_reports import read_issued_reports
from ntanalytics.delivery.manifest import read_manifest
from ntanalytics.metrics.number_format import close_up
from ntanalytics.reports.exporters.document import document_bytes
from ntanalytics.reports.record import load_record
from ntanalytics.reports.record_diff import SAME_DATA
from ntanalytics.reports.verification import verify
from ntanalytics.reports.verification.document import document_differences, document_texts
from ntanalytics.runner import RunContext, correcting, run_report
from ntanalytics.runner.correcting import UNREADABLE
from ntanalytics.runner.data_changes import data_changes
from ntanalytics.runner.ledger_proof import prove_by_ledger
from ntanalytics.runner.report_request import request_report
from ntanalytics.runner.reproducing import reproduce
from tests.city import share_caches
from tests.desk import HEAD, Desk
from tests.extraction.small_site import SmallSite

READ = {"sms.messages"}
TRAININGS = """\
/*
window: held_on
times: {held_on: date}
dialects: [sqlite]
absent: [plan_no, confirmed_on]
*/
SELECT day AS held_on, '短信' AS topic, NULL AS unit, NULL AS invited, 1 AS attended, NULL AS kind
FROM training WHERE day >= :since AND day < :until
"""
TEMPLATE = "报告模板有修改。"


def test_a_new_version_says_what_changed_and_keeps_what_was_said_before(desk: Desk):
    desk.write()
    desk.run()
    first = read_manifest(desk.published)
    desk.write_bare(HEAD.replace('gaps=("短信平台缺 11月18日。",)', "gaps=()"))
    desk.run()
    second = read_manifest(desk.published)
    assert (first["version"], first["corrects"], second["version"]) == (1, [], 2)
    changes = ["已补齐：短信平台缺11月18日。"]
    assert second["corrects"] == [{"version": 1, "run_id": first["run_id"], "reasons": [TEMPLATE], "changes": changes}]
    (desk.published / "report.ipynb").write_text("{}", encoding="utf-8")
    desk.run()
    third = read_manifest(desk.published)
    assert third["corrects"] == [
        *second["corrects"],
        {
            "version": 2,
            "run_id": second["run_id"],
            "reasons": ["重新出具；数据、模板和设置与上一版相同。"],
            "changes": [UNREADABLE],
        },
    ]
    verify(desk.published)


def test_a_version_after_a_lost_ledger_has_a_later_number(desk: Desk):
    desk.write()
    desk.run()
    Path(desk.settings.ledger.removeprefix("sqlite:///")).unlink()
    assert desk.run().version == 2


def test_where_the_former_version_is_gone_it_is_said(desk: Desk):
    desk.write()
    desk.run()
    (desk.published / "manifest.json").unlink()
    desk.run()
    assert "未知，第1版的文件已不在报告库" in (desk.published / "report.html").read_text(encoding="utf-8")
    verify(desk.published)


class Shop:
    """A small site with one version of a report."""

    def __init__(self, folder: Path, caches: Path) -> None:
        self.site = SmallSite(folder)
        share_caches(caches, self.site.settings.lake)
        row = ("2026-11-17 09:00:00", "mobile", 1, None, None)
        before = ("2026-11-09 09:00:00", "mobile", 1, None, None)  # the sources are older than the week
        self.site.messages("shop", (1, *row), (2, *row), (8, *before))
        self.site.messages("twin", (3, *row), (9, *before))
        self.clock = dt.datetime(2026, 11, 26, tzinfo=dt.UTC)  # the days have settled
        self.folder = self.run()

    def context(self) -> RunContext:
        return RunContext(settings=self.site.settings, clock=lambda: self.clock)

    def run(self) -> Path:
        return run_report(self.context(), "sms_volume", "2026-W47", {}).directory

    def manifest(self) -> dict[str, object]:
        content: dict[str, object] = json.loads((self.folder / "manifest.json").read_text(encoding="utf-8"))
        return content


@pytest.fixture
def shop(tmp_path: Path, caches: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setenv("NTANALYTICS_CHROMIUM", "")
    return Shop(tmp_path, caches)


def test_the_data_are_the_reason_and_every_rendering_says_so(shop: Shop) -> None:
    shop.site.messages("shop", (4, "2026-11-17 09:00:00", "mobile", 5, None, None))
    first, last = dt.date(2026, 11, 17), dt.date(2026, 11, 18)
    shop.site.extractor().extract(["sms.messages"], first, last)
    shop.run()
    reason = "短信：11月17日重新取数（原 2 行，现 3 行）"
    (step,) = shop.manifest()["corrects"]
    assert step["reasons"][0].startswith(reason)
    assert "提交量由 3条 改为 4条。" in step["changes"]
    assert any(text.startswith("本期要点：“") or "改为“" in text for text in step["changes"])
    page = (shop.folder / "report.html").read_text(encoding="utf-8")
    assert page.index("第2版 · 2026年第47期") < page.index("更正说明（第2版）") < page.index(close_up(reason))
    book = openpyxl.load_workbook(shop.folder / "report.xlsx")
    contents = [str(row[0].value) for row in book["目录"].iter_rows()]
    assert any("第2版" in text for text in contents)
    assert any(close_up(reason) in text for text in contents)
    rows = [[cell.value for cell in row] for row in book["更正明细"].iter_rows(min_row=3)]
    assert ["主要指标", "提交量", "3条", "4条"] in rows
    record = load_record(shop.folder / "report.ipynb")
    texts = document_texts(record)
    assert any("第2版" in text for text in texts)
    assert any(close_up(reason) in text for text in texts)
    assert document_differences(record, document_bytes(record)) == []
    (issued,), _ = read_issued_reports(shop.site.settings.outputs)
    assert (issued.version, issued.reason.startswith(reason)) == (2, True)
    index = (shop.site.settings.outputs / "index.html").read_text(encoding="utf-8")
    assert "第2版" in index
    assert f"更正原因：{reason}" in index
    assert len(verify(shop.folder).proven) == 2
    assert prove_by_ledger(shop.site.ledger, shop.folder)[1] == ()
    assert reproduce(shop.context(), shop.folder).version == 2


def test_pages_of_one_command_ask_once_what_data_came(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def counted(*given: Any) -> list[str]:
        asked.append(given)
        return data_changes(*given)

    monkeypatch.setattr(correcting, "data_changes", counted)
    shop.site.messages("shop", (4, "2026-11-17 09:00:00", "mobile", 5, None, None))
    shop.site.extractor().extract(["sms.messages"], dt.date(2026, 11, 17), dt.date(2026, 11, 18))
    request = request_report(shop.context(), "sms_volume", "2026-W47", {})
    record, known = load_record(shop.folder / "report.ipynb"), correcting.KnownChanges()
    first, second = (correcting.revision(shop.context(), request, shop.folder, record, 2, known) for _ in range(2))
    assert first == second
    assert first is not None
    assert first.corrects[0]["reasons"][0].startswith("短信：11月17日重新取数（原 2 行，现 3 行）")
    assert len(asked) == 1


def test_data_that_the_report_did_not_read_are_no_reason(shop: Shop) -> None:
    """Trainings are needed where there is a finding that they could explain, and there is none."""
    for source in ("shop", "twin"):
        shop.site.run(source, "CREATE TABLE training (day TEXT)")
    shop.site.run("shop", "INSERT INTO training VALUES (?)", ("2026-11-18",))
    (shop.site.folder / "queries" / "shop" / "desk.trainings.sql").write_text(TRAININGS, encoding="utf-8")
    days = dt.date(2026, 11, 16), dt.date(2026, 11, 22)
    (taken, _) = shop.site.extractor().extract(["desk.trainings"], *days)
    assert taken.rows == {dt.date(2026, 11, 18): 1}
    shop.run()
    assert "desk.trainings" not in shop.manifest()["tables"]
    (step,) = shop.manifest()["corrects"]
    assert not any("培训" in reason for reason in step["reasons"]), step["reasons"]


def test_a_new_run_on_the_same_data_does_not_say_that_data_were_updated(shop: Shop) -> None:
    tables = shop.manifest()["tables"]
    shop.run()
    assert shop.manifest()["tables"] == tables
    (step,) = shop.manifest()["corrects"]
    assert step["reasons"] == ["重新出具；数据、模板和设置与上一版相同。"]
    assert step["changes"] == [SAME_DATA]
    page = (shop.folder / "report.html").read_text(encoding="utf-8")
    assert SAME_DATA in page
    assert "数据已更新" not in page


def test_days_that_came_are_told_apart_from_days_that_were_replaced(shop: Shop) -> None:
    request = request_report(shop.context(), "sms_volume", "2026-W47", {})
    coverage, before = shop.site.ledger.coverage, shop.site.ledger.coverage.last_extraction_id()
    day = dt.date(2026, 11, 19)
    shop.site.extractor().extract(["sms.messages"], day, day)
    assert data_changes(shop.site.ledger, request, before, READ) == ["短信重新取数，行数不变（11月19日）。"]
    with sa.create_engine(shop.site.settings.ledger, poolclass=NullPool).begin() as connection:
        connection.exec_driver_sql("DELETE FROM past_coverage")
    assert data_changes(shop.site.ledger, request, before, READ) == ["短信：11月19日的数据补采到。"]
    assert data_changes(shop.site.ledger, request, coverage.last_extraction_id(), READ) == []
