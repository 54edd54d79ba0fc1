"""The print and the OFD file beside a report: there where a browser and fonts are, and otherwise said to be missing."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from ntanalytics.delivery import issued_reports
from ntanalytics.errors import DiskError, VerificationFailed
from ntanalytics.reports import exporters
from ntanalytics.reports.exporters.ofd import fonts
from ntanalytics.reports.exporters.pdf import find_browser
from ntanalytics.reports.record import Publication, load_record
from ntanalytics.reports.verification import verify, verify_ofd
from ntanalytics.runner import engine, rendering
from ntanalytics.runner.executed_notebook import read_notebook, record_of
from ntanalytics.runner.rendering import imported_meanwhile, pending_print
from tests.delivery.shelf import issue
from tests.desk import Desk
from tests.reports.ofd_fonts import needs_fonts


@pytest.mark.parametrize(("is_late", "expected"), [(False, [True, True]), (True, [False, True])])
def test_a_browser_starts_when_all_is_imported_or_when_a_kernel_with_two_processors_shows_something(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_late: bool, expected: list[bool]
) -> None:
    printed = []

    def print_pdf(_: Path, is_there: Callable[[], bool]) -> dict[str, str]:
        printed.append(is_there())
        return {}

    monkeypatch.setattr(rendering, "print_pdf", print_pdf)
    started = []
    with pending_print(tmp_path, is_late=is_late) as pending:
        assert pending is not None
        for call in (pending.imported, pending.begin):
            call()
            started.append(pending.is_started)
        pending.begin()  # each further cell that shows something
        pending.page_written()
    assert (started, printed) == (expected, [True])


def test_a_notebook_tells_after_each_cell_that_shows_something(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []
    callbacks = engine.Callbacks

    def noting(progress: Callable[[str, int], None], _: object) -> engine.Callbacks:
        return callbacks(lambda name, count: seen.append(count), lambda: seen.append("shown"))

    monkeypatch.setattr(engine, "Callbacks", noting)
    desk.write("quiet = 1", "print('one')", "quiet = 2")
    desk.run()
    assert seen == [1, 2, 3, "shown", 4, 5, "shown", 6]  # parameters, those given, the head, and the three


@pytest.mark.browser
def test_a_report_is_printed_and_its_print_is_listed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NTANALYTICS_CHROMIUM")
    if find_browser() is None:
        pytest.skip("no Chromium is installed")
    desk.write()
    result = desk.run()
    manifest = json.loads((desk.published / "manifest.json").read_text(encoding="utf-8"))
    assert (desk.published / "report.pdf").read_bytes().startswith(b"%PDF")
    assert manifest["artefacts"]["report.pdf"]["size_bytes"] == (desk.published / "report.pdf").stat().st_size
    assert (manifest["left_out"], result.left_out) == ({}, {})
    assert desk.staged() == []
    verify(desk.published)


def test_without_a_browser_the_report_is_issued_and_says_what_it_lacks(desk: Desk) -> None:
    desk.write()
    result = desk.run()
    manifest = json.loads((desk.published / "manifest.json").read_text(encoding="utf-8"))
    assert result.left_out == {"report.pdf": "no Chromium was found"} == manifest["left_out"]
    assert "report.pdf" not in manifest["artefacts"]
    verify(desk.published)


def _browser(folder: Path, command: str) -> Path:
    """Return a program in the place of the browser."""
    path = folder / "chromium"
    path.write_text(f"#!/bin/sh\n{command}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def test_a_browser_that_ends_at_once_fails_no_report(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NTANALYTICS_CHROMIUM", str(_browser(tmp_path, "exit 1")))
    desk.write()
    assert desk.run().left_out == {"report.pdf": "the browser ended by itself"}
    assert not (desk.published / "report.pdf").exists()


def write_for_ofd(desk: Desk) -> None:
    desk.write()
    path = desk.notebooks / "probe.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata["ntanalytics"]["ofd"] = True
    nbformat.write(notebook, path)


@needs_fonts
def test_a_report_that_asks_for_ofd_has_it_with_its_identity_and_digests(desk: Desk) -> None:
    write_for_ofd(desk)
    desk.run()
    manifest = json.loads((desk.published / "manifest.json").read_text(encoding="utf-8"))
    facts, differences = verify_ofd.check(desk.published / "report.ofd")
    assert (differences, facts[0]) == ([], f"SM3 of its content: {manifest['artefacts']['report.ofd']['content_sm3']}")
    about = json.loads(verify_ofd.read_parts(desk.published / "report.ofd")[verify_ofd.FIGURES])
    assert (about["report"], about["period"], about["version"]) == ("probe", "2026-W47", 1)
    assert about["run"] == manifest["run_id"]
    verify(desk.published)
    (desk.published / "report.ofd").unlink()
    with pytest.raises(VerificationFailed, match=r"report.ofd is not there"):
        verify(desk.published)


def test_without_the_fonts_the_report_is_issued_and_names_the_package(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(fonts, "FOLDERS", (tmp_path,))
    fonts.typeface.cache_clear()
    write_for_ofd(desk)
    result = desk.run()
    assert "fonts-noto-cjk" in result.left_out["report.ofd"]
    assert not (desk.published / "report.ofd").exists()
    verify(desk.published)


@needs_fonts
def test_letters_are_drawn_while_a_kernel_works_and_a_damaged_report_of_last_week_stops_nothing(tmp_path: Path) -> None:
    song, bold = fonts.typeface(fonts.Face.SONG), fonts.typeface(fonts.Face.SONG_BOLD)
    for period, letter in (("2026-W46", "齉"), ("2026-W47", "龖8")):
        (tmp_path / period).mkdir()
        with zipfile.ZipFile(tmp_path / period / "report.ofd", "w") as package:
            package.writestr("Doc_0/Res/font_1.ttf", song.subset(letter))
            package.writestr("Doc_0/Res/font_2.ttf", bold.subset("厵"))
    for face in (song, bold):
        face._outlines.clear()  # of the subsets, and of other tests
    with imported_meanwhile(tmp_path):
        pass
    assert (set(song._outlines), set(bold._outlines)) == (set(map(song.glyph, "龖8")), {bold.glyph("厵")})
    (tmp_path / "2026-W47" / "report.ofd").write_bytes(b"PK")
    with imported_meanwhile(tmp_path):
        pass


def test_the_manifests_of_all_reports_are_read_while_the_kernel_of_a_printed_one_works(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    outputs = desk.settings.outputs
    issue(outputs, "sms_volume", "2026-W46")
    monkeypatch.setenv("NTANALYTICS_CHROMIUM", "")
    with pending_print(outputs) as pending, imported_meanwhile(outputs / "daily_inspection", pending):
        pass
    monkeypatch.setattr(issued_reports, "parse_manifest", lambda *_: pytest.fail("read again"))
    assert [report.folder for report in issued_reports.read_issued_reports(outputs)[0]] == ["sms_volume/2026-W46"]


def test_renderings_that_differ_from_the_record_are_not_published_with_their_print(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The page is printed while it is verified: a print that takes long delays the refusal, and cannot prevent it."""
    monkeypatch.setenv("NTANALYTICS_CHROMIUM", str(_browser(tmp_path, "sleep 1")))
    monkeypatch.setattr(exporters, "page_text", lambda _: "<p>another page</p>")
    desk.write()
    with pytest.raises(VerificationFailed):
        desk.run()
    assert not desk.published.exists()
    assert desk.staged() == []


def test_a_page_that_cannot_be_drawn_leaves_the_whole_record_as_evidence(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: object) -> str:
        raise DiskError("no page")

    monkeypatch.setattr(exporters, "page_text", fails)
    desk.write()
    with pytest.raises(DiskError, match="no page"):
        desk.run()
    publication = Publication("probe", desk.evidence().name, 1)
    assert load_record(desk.evidence() / "report.ipynb").publication == publication
    assert json.loads((desk.evidence() / "error.json").read_text(encoding="utf-8"))["code_cells_not_run"] == []


def test_a_record_that_is_not_the_rendered_one_is_not_published(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def write_another(notebook: nbformat.NotebookNode, path: Path) -> None:
        notebook.cells.append(nbformat.v4.new_markdown_cell("## 另一节"))
        nbformat.write(notebook, path)

    monkeypatch.setattr(rendering, "write_notebook", write_another)
    desk.write()
    with pytest.raises(VerificationFailed, match="report.ipynb"):
        desk.run()
    assert not desk.published.exists()


def test_what_is_rendered_is_the_record_of_the_file_in_its_order(desk: Desk) -> None:
    desk.write()
    desk.run()
    written = load_record(desk.published / "report.ipynb")
    rendered = record_of(read_notebook(desk.published / "report.ipynb"))
    assert rendered == written
    assert list(rendered.head.body) == list(written.head.body) == sorted(written.head.body)
