"""Small files that unpack to more than a machine has: refused in words, in little memory."""

from __future__ import annotations

import datetime as dt
import gzip
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest

from ntanalytics.catalog import site_catalog
from ntanalytics.errors import SourceDamaged, SourceRefused
from ntanalytics.settings import load
from ntanalytics.sources import open_sources
from ntanalytics.sources.archive_limits import check_workbook

SINCE, UNTIL = dt.datetime(2026, 11, 1, tzinfo=dt.UTC), dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
MEMORY = 1 << 30  #: what the process that reads a bomb may have
READ = """\
import datetime as dt, resource, sys
from pathlib import Path
from ntanalytics.catalog import site_catalog
from ntanalytics.errors import SourceError
from ntanalytics.settings import load
from ntanalytics.sources import open_sources
source = open_sources(load(Path(sys.argv[1])), site_catalog(None))["it"]
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for dataset in source.product.datasets[:1]:
    try:
        since, until = (dt.datetime(2026, month, 1, tzinfo=dt.UTC) for month in (11, 12))
        with source.read(source.mapping(dataset), since, until) as batches:
            print("read", sum(batch.num_rows for batch in batches))
    except SourceError as error:
        print(type(error).__name__, error)
print("MB", (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) >> 10)
"""
LAUGHS = "<!DOCTYPE x [<!ENTITY a0 'ha'>" + "".join(
    f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12)
) + "]>"  # fmt: skip


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHARED = (
    b'<Relationship Id="rId99" Target="/xl/sharedStrings.xml" '
    b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"/>'
)


def workbook(path: Path, sheet: str | bytes, strings: str = "", name: str = "xl/worksheets/sheet1.xml") -> None:
    """A workbook like Excel's, whose sheet and shared strings are given."""
    book = openpyxl.Workbook()
    book.active["A1"] = "x"
    book.save(path.with_suffix(".plain"))
    with zipfile.ZipFile(path.with_suffix(".plain")) as plain, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for member in plain.namelist():
            if member == "xl/_rels/workbook.xml.rels":
                links = plain.read(member).replace(b"worksheets/sheet1.xml", name.removeprefix("xl/").encode())
                made.writestr(member, links.replace(b"</Relationships>", SHARED + b"</Relationships>"))
            elif member != "xl/worksheets/sheet1.xml":
                made.writestr(member, plain.read(member))
        made.writestr(name, sheet)
        made.writestr("xl/sharedStrings.xml", strings or f'<sst xmlns="{MAIN}"/>')
    path.with_suffix(".plain").unlink()


def sheet(cells: str, before: str = "") -> str:
    return f'<?xml version="1.0"?>{before}<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>'


def corner(row: int, column: str) -> str:
    return f'<row r="1"><c r="A1"><v>1</v></c></row><row r="{row}"><c r="{column}{row}"><v>1</v></c></row>'


def made(folder: Path, kind: str) -> str:
    """The bomb in a folder, and the entry of the source that reads it."""
    book = folder / "book.xlsx"
    match kind:
        case "zeros":
            workbook(book, b" " * (600 << 20))
        case "corner":
            workbook(book, sheet(corner(1_048_576, "XFD")))
        case "corner elsewhere":
            workbook(book, sheet(corner(1_048_576, "XFD")), name="xl/hidden.dat")
        case "one text everywhere":
            cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 20_001))
            workbook(book, sheet(cells), f'<sst xmlns="{MAIN}"><si><t>{"x" * 1_000_000}</t></si></sst>')
        case "laughs":
            workbook(book, sheet('<row r="1"><c r="A1" t="inlineStr"><is><t>&a11;</t></is></c></row>', LAUGHS))
        case "gz of zeros" | "gz of lines" | "listing":
            line = b"\n" if kind == "gz of lines" else b"\0"
            with gzip.open(folder / "a.log.gz", "wb", 9) as file:
                for _ in range(200):
                    file.write(line * (1 << 20))
            product = "restic" if kind == "listing" else "nginx"
            return f"{{product: {product}, paths: ['*.gz']}}"
    return "{product: desk_workbook, path: book.xlsx}"


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("zeros", "unpacks to more than 512 MB"),
        ("corner", "has a sheet of 1,048,576 × 16,384 cells"),
        ("corner elsewhere", "has a sheet of 1,048,576 × 16,384 cells"),
        ("one text everywhere", "holds 20,000 cells and a text of 1,000,"),
        ("laughs", "Source"),
        ("gz of zeros", "unpacks to more than 300 times its size"),
        ("gz of lines", "unpacks to more than 300 times its size"),
        ("listing", "unpacks to more than 300 times its size"),
    ],
)
def test_a_bomb_is_refused_in_little_memory(tmp_path: Path, kind: str, said: str):
    (tmp_path / "ntanalytics.yml").write_text(f"sources: {{it: {made(tmp_path, kind)}}}\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", READ, str(tmp_path / "ntanalytics.yml")], capture_output=True, text=True, check=True
    )
    assert said in done.stdout, done.stdout
    assert "Source" in done.stdout
    assert int(done.stdout.rpartition("MB ")[2]) < 400
    assert [path.suffix for path in tmp_path.iterdir() if path.stat().st_size > 1 << 20] == []


def test_what_is_large_and_no_bomb_is_read(tmp_path: Path):
    line = '1.2.3.4 - - [19/Nov/2026:09:00:00 +0800] "GET /health HTTP/1.1" 200 2 "-" "probe/1" 0.001\n'
    with gzip.open(tmp_path / "a.log.gz", "wt", 9) as file:
        file.writelines(line for _ in range(1_000))
    (tmp_path / "ntanalytics.yml").write_text("sources: {it: {product: nginx, paths: ['*.gz']}}\n", encoding="utf-8")
    source = open_sources(load(tmp_path / "ntanalytics.yml"), site_catalog(None))["it"]
    with source.read(source.mapping("infra.requests"), SINCE, UNTIL) as batches:
        assert sum(batch.num_rows for batch in batches) >= 1


def test_a_workbook_whose_sizes_lie_is_damaged(tmp_path: Path):
    workbook(tmp_path / "book.xlsx", b" " * (10 << 20))
    content = bytearray((tmp_path / "book.xlsx").read_bytes())
    true, small = (10 << 20).to_bytes(4, "little"), (100).to_bytes(4, "little")
    assert content.count(true) >= 1
    (tmp_path / "book.xlsx").write_bytes(content.replace(true, small))
    (tmp_path / "ntanalytics.yml").write_text(
        "sources: {it: {product: desk_workbook, path: book.xlsx}}\n", encoding="utf-8"
    )
    source = open_sources(load(tmp_path / "ntanalytics.yml"), site_catalog(None))["it"]
    with pytest.raises(SourceDamaged):
        source.sheets()


FAR = '<row r="40000"><c r="ALL40000"><v>1</v></c></row>'
FIRST = '<row r="1"><c r="A1"><v>1</v></c></row>'


@pytest.mark.parametrize(
    "cells",
    [
        FIRST + FAR.replace('"', "'"),
        FIRST + FAR.replace("r=", " r\n =\n "),
        FIRST + FAR.replace("ALL", "all"),
        FIRST + FAR.replace("<c ", "<m:c ").replace("</c>", "</m:c>").replace("<row ", f'<row xmlns:m="{MAIN}" '),
        # cells without an address are counted from the left
        f'<row r="1">{"<c><v>1</v></c>" * 1000}</row><row r="40000"><c><v>1</v></c></row>',
        f"{FIRST}<y a=1>{FAR}",  # no XML, but a careless reader takes it
    ],
    ids=["quotes", "blanks", "small letters", "prefix", "no addresses", "no XML"],
)
def test_no_spelling_hides_the_size_of_a_sheet(tmp_path: Path, cells: str) -> None:
    workbook(tmp_path / "book.xlsx", sheet(cells))
    with pytest.raises(SourceRefused, match=r"has a (sheet of 40,000 × 1,0|damaged sheet)"):
        check_workbook(tmp_path / "book.xlsx", "desk")


def test_many_sheets_are_counted_together_and_cells_with_a_style_alone_are_not(tmp_path: Path) -> None:
    book = tmp_path / "book.xlsx"
    small = sheet(FIRST + FAR.replace("40000", "9000"))
    workbook(book, small)
    with zipfile.ZipFile(book, "a") as more:
        more.writestr("xl/worksheets/sheet2.xml", small)
        more.writestr("xl/worksheets/sheet3.xml", sheet(FIRST + '<row r="1048576"><c r="XFD1048576" s="1"/></row>'))
    check_workbook(book, "desk")
    with zipfile.ZipFile(book, "a") as more:
        more.writestr("xl/worksheets/sheet4.xml", small)
    with pytest.raises(SourceRefused, match="beside its other sheets"):
        check_workbook(book, "desk")
