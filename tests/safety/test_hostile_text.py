"""An estate whose every text means harm: the seven reports come out of it, and nothing that reads them obeys one."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import lxml.etree
import lxml.html
import openpyxl
import pytest
from playwright.sync_api import Browser

from ntanalytics.contract import DATASETS
from ntanalytics.delivery.message import Message
from ntanalytics.delivery.notices import notify_once
from ntanalytics.delivery.report_message import PublishedReport
from ntanalytics.demo import Destinations, write_desk_estate, write_estate
from ntanalytics.extraction import Extractor
from ntanalytics.extraction.pii import IN_IDENTIFIER, mask_text
from ntanalytics.ledger import Ledger
from ntanalytics.runner import RunContext, RunResult, run_report
from ntanalytics.settings import load
from ntanalytics.sources.starter import DESK_WORKBOOK_NAME
from tests.city import in_one_pass, share_caches
from tests.safety.file_contents import contents, texts
from tests.safety.hostile import IDENTITY, MARK, NOWHERE, PAYLOADS, TELEPHONE, Hostile, is_free, let_in
from tests.warm import WarmProcess

pytestmark = pytest.mark.browser

UNTIL = dt.date(2026, 11, 22)
REPORTS = {
    "daily_inspection": "2026-11-20",
    "sms_volume": "2026-W47",
    "weekly_service_report": "2026-W47",
    "oa_adoption": "2026-W47",
    "optimization_recommendations": "2026-W47",
    "service_quality": "2026-11",
    "acceptance": "2026-11-09_2026-11-22",
}
#: What may stand in no text that a workbook, a document or a terminal is given.
CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


#: Calls commands one after the other in one process, as each would be typed, with a zero after what each says.
ONE_AFTER_THE_OTHER = """
import json, sys
from ntanalytics.cli import main
for arguments in json.loads(sys.argv[1]):
    sys.argv = ["ntanalytics", *arguments]
    try:
        main()
    except SystemExit:
        pass
    sys.stdout.flush(), sys.stderr.flush()
    sys.stdout.buffer.write(b"\\0"), sys.stdout.buffer.flush()
"""


@dataclass
class Estate:
    """The estate, what its sources gave, and what was issued from it."""

    home: Path
    config: Path
    hostile: Hostile
    results: dict[str, RunResult]

    @property
    def outputs(self) -> Path:
        return self.home / "outputs"

    @property
    def folders(self) -> list[Path]:
        return [each.directory for each in self.results.values()]


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory, caches: Path) -> Iterator[Estate]:
    home = tmp_path_factory.mktemp("hostile")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NTANALYTICS_CHROMIUM", "")  # the browser below reads the page itself
        hostile = let_in(patch)
        outputs = Destinations(outputs=home / "outputs")
        made = write_estate(home / "city", until=UNTIL, days=14, scale=0.002, destinations=outputs)
        # two weeks of the desk have no row of each of its sheets
        desk = write_desk_estate(
            tmp_path_factory.mktemp("desk") / "estate", first=UNTIL - dt.timedelta(days=34), until=UNTIL
        )
        shutil.copy(desk.directory / "sources" / DESK_WORKBOOK_NAME, home / "city" / "sources" / DESK_WORKBOOK_NAME)
        settings = load(made.config)
        share_caches(caches, settings.lake)

        def run(report: str, **parameters: str) -> RunResult:
            return run_report(RunContext(settings=settings, clock=made.clock), report, REPORTS[report], parameters)

        with in_one_pass():
            results = {report: run(report) for report in REPORTS}
        read = {f"{subsystem}.{noun}" for subsystem, noun, _ in (name.split(".") for name in hostile.given)}
        unread = sorted(set(DATASETS) - read)  # of those that no report reads yet
        Extractor(settings, Ledger(settings.ledger), clock=made.clock).extract(unread, made.first, made.until)
        results["unit"] = run("oa_adoption", unit=PAYLOADS["path"].format("甲"))
        notify_once(
            settings, Ledger(settings.ledger), PAYLOADS["screen"], PAYLOADS["log"].format("x"), PAYLOADS["script"]
        )
        yield Estate(home, made.config, hostile, results)


@cache
def book_of(path: Path) -> openpyxl.Workbook:
    """The workbook of a report, read once."""
    return openpyxl.load_workbook(path)


def test_every_text_column_of_every_dataset_held_every_payload_and_none_was_lost(estate: Estate):
    free = {f"{dataset.name}.{each.name}" for dataset in DATASETS.values() for each in dataset.mapped if is_free(each)}
    assert len(free) > 60
    assert {name: set(PAYLOADS) - estate.hostile.given[name] for name in free} == {name: set() for name in free}
    assert all(result.failed_sources == () for result in estate.results.values())
    for result in [estate.results[report] for report in REPORTS]:
        assert NOWHERE in (result.directory / "report.ipynb").read_text(encoding="utf-8")


def test_in_a_browser_no_page_runs_loads_or_asks_anything(estate: Estate, chromium: Browser, tmp_path: Path):
    pages = [*estate.outputs.rglob("*.html")]
    assert len(pages) == len(estate.results) + 1  # and the index
    for number, (_, html) in enumerate(mails(estate)):
        pages.append(tmp_path / f"{number}.html")
        pages[-1].write_text(html, encoding="utf-8")
    for path in pages:
        said: list[str] = []
        page = chromium.new_page(viewport={"width": 1366, "height": 768}, locale="zh-CN")
        page.on("request", lambda request, said=said: said.append(f"request {request.url}"))
        page.on("console", lambda message, said=said: said.append(f"console {message.text}"))
        page.on("pageerror", lambda error, said=said: said.append(f"error {error}"))
        page.on("dialog", lambda dialog, said=said: (said.append(f"dialog {dialog.message}"), dialog.dismiss()))
        page.goto(path.as_uri())
        page.wait_for_selector("html[data-charts], body:not(:has(.plot))", state="attached")
        assert page.evaluate("document.documentElement.dataset.charts ?? 'none'") in ("drawn", "none")
        active = page.evaluate(
            """[...document.querySelectorAll('*')].flatMap((each) => [...each.attributes]
            .filter((named) => /^on/i.test(named.name) || /^\\s*(javascript|https?):/i.test(named.value)
              && ['href', 'src', 'xlink:href', 'action', 'srcset', 'data'].includes(named.name))
            .map((named) => each.tagName + ' ' + named.name))"""
        )
        assert (active, page.evaluate(f"window.{MARK} ?? null")) == ([], None), path
        assert page.locator("iframe, object, embed, base, link, form").count() == 0
        assert said == [f"request {path.as_uri()}"], path
        page.close()


def test_the_pages_policies_name_their_scripts_by_hash(estate: Estate):
    for path in estate.outputs.rglob("*.html"):
        root = lxml.html.document_fromstring(path.read_bytes())
        [policy] = root.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
        rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
        assert rules["default-src"] == "'none'"
        assert re.fullmatch(r"('sha256-[A-Za-z0-9+/=]+' ?)+", rules["script-src"])
        assert {"base-uri", "form-action"} <= set(rules)


def test_no_cell_of_a_workbook_is_a_formula_and_none_holds_a_control_character(estate: Estate):
    for folder in estate.folders:
        path = folder / "report.xlsx"
        book = book_of(path)
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
        assert len(cells) > 100
        assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
        held = [cell.value for cell in cells if isinstance(cell.value, str)]
        assert [text for text in held if CONTROLS.search(text) or len(text) > 32767] == []
        assert [sheet.title for sheet in book if re.search(r"[\[\]:*?/\\]", sheet.title) or len(sheet.title) > 31] == []
        with zipfile.ZipFile(path) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        assert [name for name in parts if re.search(r"vba|embed|external|media|connections", name, re.IGNORECASE)] == []
        for name, content in parts.items():
            assert b'TargetMode="External"' not in content, name
            tags = {lxml.etree.QName(each).localname for each in lxml.etree.fromstring(content).iter("{*}*")}
            assert not tags & ({"f"} if name.startswith("xl/worksheets/") else set()), name


def test_an_office_reads_no_formula_either(estate: Estate, soffice: str, tmp_path: Path):
    names = dict(enumerate(estate.folders))
    for number, folder in names.items():
        (tmp_path / f"{number}.xlsx").write_bytes((folder / "report.xlsx").read_bytes())
    out = tmp_path / "out"
    command = [
        soffice,
        f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
        "--headless",
        "--convert-to",
        "xlsx:Calc MS Excel 2007 XML",
        "--outdir",
        str(out),
        *(str(tmp_path / f"{number}.xlsx") for number in names),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    for number, folder in names.items():
        before, after = book_of(folder / "report.xlsx"), openpyxl.load_workbook(out / f"{number}.xlsx")
        read = [(sheet.title, cell) for sheet in after for row in sheet.iter_rows() for cell in row]
        assert [(title, cell.coordinate) for title, cell in read if cell.data_type == "f"] == []
        formulas = [
            (sheet.title, cell.coordinate, cell.value, after[sheet.title][cell.coordinate].value)
            for sheet in before
            for row in sheet.iter_rows()
            for cell in row
            if isinstance(cell.value, str)
            and cell.value[:1] in ("=", "+", "-", "@", "\t")
            and after[sheet.title][cell.coordinate].value != cell.value
        ]
        assert formulas == []


def test_the_word_document_holds_texts_and_nothing_that_acts(estate: Estate):
    path = estate.results["weekly_service_report"].directory / "report.docx"
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            content = archive.read(name)
            assert b'TargetMode="External"' not in content
            if name == "word/document.xml":
                tags = {lxml.etree.QName(each).localname for each in lxml.etree.fromstring(content).iter("{*}*")}
                assert not tags & {"instrText", "fldSimple", "hyperlink", "object", "altChunk"}
                assert not CONTROLS.search(content.decode())


def test_every_path_stays_below_the_outputs_and_no_shell_was_asked(estate: Estate):
    unit = estate.results["unit"].directory
    assert unit.parent == estate.outputs / "oa_adoption"
    # Chinese characters stand for themselves, every sign of a path or a shell does not
    assert re.fullmatch(r"2026-W47,unit=[A-Za-z0-9._%~+\u4e00-\u9fff-]+", unit.name)
    assert {path.name for path in estate.home.iterdir()} == {"city", "outputs"}
    assert {path.name for path in (estate.home / "city").iterdir()} == {
        "harmless.json",
        "incidents.json",
        "lake",
        "ledger.sqlite",
        "ntanalytics.yml",
        "queries",
        "scheduled",
        "sources",
        "unit-aliases.csv",
    }
    assert not [path for path in estate.home.rglob("*") if MARK in path.name or not path.name.isprintable()]
    assert not Path(MARK).exists()


def mails(estate: Estate) -> Iterator[tuple[Message, str]]:
    for folder in estate.folders:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        message = PublishedReport(folder, manifest).message("d1", "试点城市", (PAYLOADS["script"].format("改"),))
        yield message, message.html


def test_what_is_sent_is_text_of_which_no_client_makes_a_link_a_mention_or_a_header(estate: Estate):
    for message, html in mails(estate):
        assert "\n" not in message.subject
        for text in (message.subject, message.text, message.brief, html):
            assert not CONTROLS.search(text)
        assert not re.search(r"[@<>\[\]`*]|://|\.invalid", message.brief)
        root = lxml.html.document_fromstring(html)
        assert [each.get("href") for each in root.iter("a") if not (each.get("href") or "").startswith("#")] == []
        assert not re.search(r"://|\.invalid", root.text_content())
        assert message.attachment is not None
        assert message.attachment.name.isprintable()
        assert not re.search(r'[\\/:*?"<>|]', message.attachment.name)


def test_no_terminal_and_no_log_obeys_a_name(estate: Estate):
    environment = {**os.environ, "NTANALYTICS_CONFIG": str(estate.config), "COLUMNS": "200"}
    hostile = "".join(PAYLOADS[name].format("x") for name in ("screen", "terminal link", "bidi", "log"))

    refused = [
        ("run", hostile, "--period", "2026-W47"),
        ("run", "sms_volume", "--period", hostile),
        ("run", "sms_volume", "--period", "2026-W47", "-p", f"{hostile}=1"),
        ("contract", hostile),
        ("verify", hostile),
        ("extract", hostile, "--from", "2026-11-20"),
        ("history", "--kind", hostile),
    ]
    commands = [
        ("history", "--kind", "notice", "--kind", "run"),
        ("history", "--kind", "notice", "--json"),
        ("health",),
        ("doctor",),
        *refused,
    ]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    program = ("-c", ONE_AFTER_THE_OTHER, json.dumps(commands))
    with WarmProcess(*program, env=environment, cwd=estate.home, **streams) as process:
        said, _ = process.communicate(timeout=300)
    assert process.returncode == 0
    told = [each.decode() for each in said.split(b"\0")[:-1]]
    for command, said in zip(commands, told, strict=True):
        assert [each for each in said if each != "\n" and not each.isprintable()] == [], command
        assert [line for line in said.splitlines() if line.startswith("2026-11-20 09:00:00")] == [], command
    assert MARK in told[0]
    listed: list[dict[str, Any]] = json.loads(told[1])
    assert PAYLOADS["screen"][:1] in json.dumps(listed, ensure_ascii=True) or "\\u001b" in json.dumps(listed)
    assert ["error" in said.lower() for said in told[-len(refused) :]] == [True] * len(refused)


def test_no_telephone_and_no_identity_number_is_in_a_byte_of_what_was_produced(estate: Estate):
    produced = [estate.outputs, *(estate.home / "city" / name for name in ("lake", "scheduled", "queries"))]
    hunted = [form for number in (TELEPHONE, IDENTITY) for form in (number.encode(), number.encode("utf-16-le"))]
    found = [
        (place, form) for root in produced for place, content in contents(root) for form in hunted if form in content
    ]
    ledger = (estate.home / "city" / "ledger.sqlite").read_bytes()
    sent = "".join(f"{message.subject}{message.text}{message.brief}{html}" for message, html in mails(estate)).encode()
    found += [
        (place, form) for place, content in (("ledger", ledger), ("mail", sent)) for form in hunted if form in content
    ]
    assert found == []


def test_nothing_that_looks_like_one_is_in_a_text_that_a_reader_sees(estate: Estate):
    shown = [
        (place, text)
        for folder in estate.folders
        for path in folder.iterdir()
        for place, text in texts(path)
        if mask_text(text, IN_IDENTIFIER) != text
    ]
    assert shown == []
