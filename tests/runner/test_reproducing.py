"""A published report is made again on the data that it read, though the source and the lake have gone on."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool
from typer.testing import CliRunner

from ntanalytics.cli import app
from ntanalytics.errors import NoData, ReportIncomplete, VerificationFailed
from ntanalytics.lake import DeltaLake
from ntanalytics.ledger import Anchor
from ntanalytics.reports.record import load_record
from ntanalytics.reports.verification import verify
from ntanalytics.runner import RunContext, run_report
from ntanalytics.runner.reproducing import reproduce
from tests.city import share_caches
from tests.extraction.small_site import SmallSite

MONDAY, SUNDAY = dt.date(2026, 11, 16), dt.date(2026, 11, 22)
#: Eight o'clock in Shanghai, the Monday after.
NOW = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)


class Shop:
    """A small site whose report of the week 47 was published without the messages of the twin, which was down."""

    def __init__(self, folder: Path, caches: Path) -> None:
        self.site = SmallSite(folder)
        share_caches(caches, self.site.settings.lake)
        row = ("2026-11-17 09:00:00", "mobile", 1, None, None)
        self.site.messages("shop", (1, *row), (2, *row))
        self.site.run("twin", "ALTER TABLE message RENAME TO away")
        self.context = RunContext(settings=self.site.settings, clock=lambda: NOW)
        self.folder = run_report(self.context, "sms_volume", "2026-W47", {}).directory

    def go_on(self) -> None:
        """Let the twin come back and a message arrive late, and extract the week again."""
        row = ("2026-11-17 09:00:00", "mobile", 5, None, None)
        self.site.run("twin", "ALTER TABLE away RENAME TO message")
        self.site.messages("twin", (3, *row))
        self.site.messages("shop", (4, *row))
        self.site.extractor().extract(["sms.messages"], MONDAY, SUNDAY)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, caches: Path) -> Shop:
    """The site, gone on since its report was published; tests leave it as it is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NTANALYTICS_CHROMIUM", "")
        shop = Shop(tmp_path_factory.mktemp("shop"), caches)
        shop.go_on()
        return shop


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_a_report_comes_out_again_after_its_days_were_extracted_again_and_nothing_is_published(shop: Shop) -> None:
    before, runs = _files(shop.folder), len(shop.site.ledger.runs.history())
    result = reproduce(shop.context, shop.folder)
    assert (result.report, result.period, result.version, result.changed) == ("sms_volume", "2026-W47", 1, ())
    assert result.tables == 1
    assert _files(shop.folder) == before
    assert len(shop.site.ledger.runs.history()) == runs


def test_the_newest_data_would_give_other_figures(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ntanalytics.workspace.past_state.PastState.as_variable", lambda _self: {})
    with pytest.raises(VerificationFailed, match=r"values come out differently[\s\S]*block head, "):
        reproduce(shop.context, shop.folder)


def test_coverage_of_that_time_is_needed_for_its_gaps(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ntanalytics.ledger.coverage.Coverage.last_extraction_before", lambda *_: 10**6)
    copied = json.loads((shop.folder / "manifest.json").read_text(encoding="utf-8"))
    assert copied["extraction_id"] > 0
    monkeypatch.setattr(
        "ntanalytics.runner.reproducing.load_manifest",
        lambda _: {name: value for name, value in copied.items() if name != "extraction_id"},
    )
    with pytest.raises(VerificationFailed, match="block head, gaps"):
        reproduce(shop.context, shop.folder)


def test_a_figure_that_was_changed_in_the_record_is_named(shop: Shop, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(shop.folder, tmp_path / "forged"))
    record = folder / "report.ipynb"
    text = record.read_text(encoding="utf-8")
    notebook = json.loads(text)
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            block = output.get("data", {}).get("application/vnd.ntanalytics.block+json", {})
            if block.get("block") == "kpis":
                block["items"][0]["value"] = 999
    record.write_text(json.dumps(notebook, ensure_ascii=False), encoding="utf-8")
    with pytest.raises(VerificationFailed, match=r"block kpis, items 1 value: 2 instead of 999"):
        reproduce(shop.context, folder)


def test_a_version_that_is_gone_is_said_clearly(shop: Shop, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(shop.folder, tmp_path / "later"))
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["tables"]["sms.messages"] = 99
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(NoData, match=r"the lake no longer holds sms\.messages version 99") as caught:
        reproduce(shop.context, folder)
    assert caught.value.exit_code == 6


def test_a_data_file_that_is_gone_is_said_clearly(shop: Shop) -> None:
    version = json.loads((shop.folder / "manifest.json").read_text(encoding="utf-8"))["tables"]["sms.messages"]
    file = Path(DeltaLake.of(shop.site.settings).files("sms.messages", version)[0])
    file.rename(file.with_suffix(".away"))
    try:
        with pytest.raises(NoData, match=rf"sms\.messages version {version}"):
            reproduce(shop.context, shop.folder)
    finally:
        file.with_suffix(".away").rename(file)


def test_what_is_no_published_report_is_refused(shop: Shop, tmp_path: Path) -> None:
    with pytest.raises(ReportIncomplete, match="no published report"):
        reproduce(shop.context, tmp_path)


def test_the_command_says_what_has_changed_since(shop: Shop) -> None:
    config = shop.site.config
    text = config.read_text(encoding="utf-8")
    config.write_text(text + "\nrules: {sms.delivery_rate: {warning: 0.98}}\n", encoding="utf-8")
    try:
        done = CliRunner().invoke(app, ["--config", str(config), "reproduce", str(shop.folder), "--json"])
    finally:
        config.write_text(text, encoding="utf-8")
    text = done.output if done.exception is None else str(done.exception)
    assert "settings were changed: rules" in text


def test_the_foot_of_a_report_has_the_anchor_of_the_chain_and_the_manifest_a_later_one(tmp_path: Path) -> None:
    site = SmallSite(tmp_path)
    site.ledger.audit.record("maintain", "the day before")
    with sa.create_engine(site.settings.ledger, poolclass=NullPool).begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER chain_kept")
        connection.exec_driver_sql("UPDATE chain SET at = '2026-11-20 00:00:00'")
    site.messages("shop", (1, "2026-11-17 09:00:00", "mobile", 1, None, None))
    result = run_report(RunContext(settings=site.settings, clock=lambda: NOW), "sms_volume", "2026-W47", {})
    stated = load_record(result.directory / "report.ipynb").head.body["ledger_anchor"]
    manifest = json.loads((result.directory / "manifest.json").read_text(encoding="utf-8"))["ledger_anchor"]
    for anchor in (stated, manifest):
        assert site.ledger.chain.differs_from(Anchor(anchor["entry"], anchor["sha256"])) == ""
    assert manifest["entry"] > 1
    assert stated["sha256"] in (result.directory / "report.html").read_text(encoding="utf-8")
    verify(result.directory)
