"""A document that says something else than the record is found."""

from __future__ import annotations

import io
import shutil
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

import docx
import nbformat
import pytest
from docx.enum.text import WD_BREAK

from ntanalytics.errors import VerificationFailed
from ntanalytics.reports import truncation
from ntanalytics.reports.exporters import document as exporter
from ntanalytics.reports.record import RecordedBlock, load_record
from ntanalytics.reports.verification import verify
from ntanalytics.reports.verification.document import document_differences
from tests.reports.rendered import render


@pytest.fixture(scope="module")
def rendered(sample: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample with its document; do not change it."""
    folder = tmp_path_factory.mktemp("rendered")
    notebook = sample.notebook()
    notebook.metadata["ntanalytics"] = {"docx": True}
    nbformat.write(notebook, folder / "report.ipynb")
    render(folder / "report.ipynb", folder)
    return folder


@pytest.fixture
def folder(rendered: Path, tmp_path: Path) -> Path:
    """The same folder, to be tampered with."""
    return Path(shutil.copytree(rendered, tmp_path / "report"))


def set_text(document: Any, old: str, new: str) -> None:
    for run in document.element.body.iter("{*}t"):
        if old in run.text:
            run.text = run.text.replace(old, new)
            return
    raise AssertionError(old)


def hide(document: Any) -> None:
    document.tables[1].rows[1].cells[0].paragraphs[0].runs[0].font.hidden = True


def hide_by_style(document: Any) -> None:
    document.styles["表格小字"].font.hidden = True


def swap_rows(document: Any) -> None:
    first, second = document.tables[2].rows[1]._tr, document.tables[2].rows[2]._tr
    first.addprevious(second)


def add_picture(document: Any) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    size, dots = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0), zlib.compress(b"\0\0")
    pixel = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", dots) + chunk(b"IEND", b"")
    document.add_picture(io.BytesIO(pixel))


def link(document: Any) -> None:
    document.part.relate_to("http://x/", "http://x/hyperlink", is_external=True)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda document: set_text(document, "77,602", "77,603"), "'77,603' instead of '77,602'"),
        (lambda document: set_text(document, "≥12件", "12件"), "'12件' instead of '≥12件'"),
        (lambda document: set_text(document, "▲ 3.2%", "▲ 3.3%"), "'▲ 3.3%'"),
        (lambda document: set_text(document, "1,887", "1,888"), "1,888"),
        (lambda document: set_text(document, "■ 1项异常", "■ 0项异常"), "0项异常"),
        (lambda document: set_text(document, "一、趋势", "一、趋势良好"), "'一、趋势良好' instead of '一、趋势'"),
        (lambda document: document.add_paragraph("另有7件"), "texts instead of"),
        (lambda document: document.tables[2]._tbl.remove(document.tables[2].rows[1]._tr), "texts instead of"),
        (swap_rows, "'中国电信' instead of '中国移动'"),
        (hide, "hides a text"),
        (hide_by_style, "word/styles.xml hides a text"),
        (add_picture, "which is not ours"),
        (link, "points outside"),
        (
            lambda document: (
                document.paragraphs[0].add_run().add_break(WD_BREAK.LINE) or document.paragraphs[0].add_run("内部")
            ),
            "内部",
        ),
        (lambda document: document.sections[0].footer.paragraphs[0].add_run("7"), "below each page stands"),
    ],
)
def test_a_document_that_was_tampered_with_is_caught(folder: Path, change: Callable[[Any], None], said: str) -> None:
    document = docx.Document(str(folder / "report.docx"))
    change(document)
    document.save(str(folder / "report.docx"))
    with pytest.raises(VerificationFailed, match="report.docx") as caught:
        verify(folder)
    assert said in str(caught.value)


def test_a_document_of_0_1_0_is_read_in_its_own_order(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = load_record(folder / "report.ipynb")
    with monkeypatch.context() as former:
        former.setattr(exporter, "document_items", lambda items: ((item, "") for item in items))
        former.setattr(truncation, "rows_in_document", _former_rows)
        former.setattr(exporter, "_write_chart", _former_chart)
        former.setattr(truncation, "document_note", lambda block, rows: "")  # the sample leaves no row out
        content = exporter.document_bytes(record)
    assert document_differences(record, content) == []
    document = docx.Document(io.BytesIO(content))
    set_text(document, "77,602", "77,603")
    changed = io.BytesIO()
    document.save(changed)
    assert document_differences(record, changed.getvalue())


def _former_chart(document: Any, block: RecordedBlock, _zone: ZoneInfo) -> None:
    """Write what a document of 0.1.0 has for a chart: where to see it."""
    document.add_paragraph(f"{block.body['subject']}{'（图见网页版）' if block.has_plot else ''}")


def _former_rows(block: RecordedBlock, rows: int) -> int:
    """Return the rows of a block in a document of 0.1.0; a board had 30 that are in order."""
    return rows if block.kind == "board" else rows - truncation.folded_rows(block, rows)


def test_what_was_rendered_is_the_record_though_word_saved_it_again(folder: Path) -> None:
    verify(folder)
    docx.Document(str(folder / "report.docx")).save(str(folder / "report.docx"))
    verify(folder)


def test_a_macro_or_another_part_is_caught(folder: Path) -> None:
    with zipfile.ZipFile(folder / "report.docx", "a") as archive:
        archive.writestr("word/vbaProject.bin", b"x")
    with pytest.raises(VerificationFailed, match=r"word/vbaProject\.bin, which is not ours"):
        verify(folder)


def test_what_is_no_document_is_caught(folder: Path) -> None:
    (folder / "report.docx").write_bytes(b"x")
    with pytest.raises(VerificationFailed, match="no Word document"):
        verify(folder)


def test_a_document_that_is_wanted_and_missing_is_a_difference(folder: Path) -> None:
    (folder / "report.docx").unlink()
    with pytest.raises(VerificationFailed, match=r"report\.docx is not there"):
        verify(folder)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"</w:rPrDefault>", b"</w:rPrDefault><!-- -->"),
        (b'<w:color w:val="', b'<w:color w:val="FFFFFF" w:was="'),
        (b'<w:sz w:val="', b'<w:sz w:val="1" w:was="'),
    ],
)
def test_a_style_that_hides_a_text_of_the_document_is_caught(folder: Path, old: bytes, new: bytes) -> None:
    path = folder / "report.docx"
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert old in parts["word/styles.xml"]
    parts["word/styles.xml"] = parts["word/styles.xml"].replace(old, new, 1)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    with pytest.raises(VerificationFailed, match=r"report\.docx: rendered again, word/styles\.xml differs"):
        verify(folder)
