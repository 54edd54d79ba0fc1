"""File of a source that was damaged between two extractions: it is told, and nothing is lost of the first one."""

from __future__ import annotations

import datetime as dt
import gzip
import os
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from deltalake import DeltaTable

from ntanalytics.errors import SourceDamaged, SourceEmptied
from ntanalytics.extraction import Extractor
from ntanalytics.ledger import Ledger
from ntanalytics.settings import load

FIRST, LAST = dt.date(2026, 11, 1), dt.date(2026, 11, 30)
SQL = """\
/*
window: month_on
times: {month_on: date}
*/
SELECT try_cast("账期" AS DATE) AS month_on, "运营商" AS carrier, "条数" AS billed_segments, "金额" AS billed_yuan
FROM "账单" WHERE try_cast("账期" AS DATE) >= :since AND try_cast("账期" AS DATE) < :until
"""


class Bookkeeper:
    """A site whose only source is a workbook with one bill."""

    def __init__(self, folder: Path) -> None:
        home = folder / "queries" / "bookkeeper"
        home.mkdir(parents=True)
        (home / "source.yml").write_text("title: A book\nkind: workbook\nneeds: the file\n", encoding="utf-8")
        (home / "sms.bills.sql").write_text(SQL, encoding="utf-8")
        self.book = folder / "book.xlsx"
        self.write_rows(["2026-11-01", "mobile", 1200, 48.5])
        config = folder / "ntanalytics.yml"
        config.write_text(
            "queries: queries\nsources: {book: {product: bookkeeper, path: book.xlsx}}\n", encoding="utf-8"
        )
        self.settings = load(config)
        self.ledger = Ledger(self.settings.ledger)

    def write_rows(self, *rows: list[object], title: str = "") -> None:
        """Write the workbook anew with some bills, below a title if there is one."""
        workbook = openpyxl.Workbook()
        workbook.active.title = "账单"
        for row in (*([[title]] if title else []), ["账期", "运营商", "条数", "金额"], *rows):
            workbook.active.append(row)
        workbook.save(self.book)

    def extract(self) -> tuple[str, str]:
        """Extract the month, and return the error and its public cause."""
        (result,) = Extractor(self.settings, self.ledger).extract(["sms.bills"], FIRST, LAST)
        return result.error, result.cause

    def kept(self) -> tuple[list[object], list[object]]:
        """Rows of the lake, and the days that are covered."""
        rows = DeltaTable(str(self.settings.lake / "sms.bills")).to_pyarrow_table().to_pylist()
        return rows, self.ledger.coverage.days("sms.bills", FIRST, LAST)


@pytest.mark.parametrize(
    ("damaged", "said"),
    [
        (lambda whole: b"", "the file is empty"),
        (lambda whole: whole[: len(whole) // 2], "a part of the file is missing"),
        (lambda whole: "账期,运营商\n".encode(), "not an .xlsx workbook"),
    ],
    ids=["empty", "half", "text"],
)
def test_a_damaged_workbook_leaves_what_was_extracted_before(
    tmp_path: Path, damaged: Callable[[bytes], bytes], said: str
) -> None:
    site = Bookkeeper(tmp_path)
    assert site.extract() == ("", "")
    whole, before = site.book.read_bytes(), site.kept()
    assert len(before[0]) == 1
    site.book.write_bytes(damaged(whole))
    error, cause = site.extract()
    assert (said in error, str(site.book) in error, cause) == (True, True, SourceDamaged.public_message)
    assert site.kept() == before
    site.book.write_bytes(whole)
    assert site.extract() == ("", "")
    assert site.kept()[0] == before[0]


def test_a_sheet_that_lost_all_rows_is_damaged_and_one_that_never_had_any_is_not(tmp_path: Path) -> None:
    site = Bookkeeper(tmp_path)
    site.write_rows()
    assert site.extract() == ("", "")
    site.write_rows(["2026-11-01", "mobile", 1200, 48.5])
    assert site.extract() == ("", "")
    before = site.kept()
    assert len(before[0]) == 1
    site.write_rows()
    error, cause = site.extract()
    assert ("账单" in error, str(site.book) in error, cause) == (True, True, SourceEmptied.public_message)
    assert site.kept() == before
    site.write_rows(title="十一月短信账单")
    assert ("not in its first row" in site.extract()[0], site.kept()) == (True, before)
    site.write_rows(["2026-10-01", "mobile", 1100, 44.5])  # the bill of November was withdrawn
    assert site.extract() == ("", "")
    assert site.kept()[0] == []


def test_a_damaged_log_hides_the_days_up_to_its_last_line_and_no_later_ones(tmp_path: Path) -> None:
    """The log of 15 November was cut off; it may hold lines of any day before, and none of a later one."""
    lines = {
        day: "".join(
            f'10.1.2.3 - - [{day}/Nov/2026:{hour:02d}:05:00 +0800] "GET /a HTTP/1.1" 200 512 "-" "x" 0.012\n'
            for hour in range(24)
        ).encode()
        for day in (14, 15, 16, 17)
    }
    (tmp_path / "access.log").write_bytes(lines[17])
    (tmp_path / "access.log.1").write_bytes(lines[16])
    cut, whole = tmp_path / "access.log.2.gz", gzip.compress(lines[14] + lines[15])
    moment = dt.datetime(2026, 11, 15, 15, 59, tzinfo=dt.UTC).timestamp()
    cut.write_bytes(whole[:-20])
    os.utime(cut, (moment, moment))
    (tmp_path / "ntanalytics.yml").write_text("sources: {web: {product: nginx, paths: ['access.log*']}}\n")
    settings = load(tmp_path / "ntanalytics.yml")
    ledger = Ledger(settings.ledger)
    first, last = dt.date(2026, 11, 14), dt.date(2026, 11, 17)

    def taken() -> list[tuple[int, int, int, str]]:
        results = Extractor(settings, ledger).extract(["infra.requests"], first, last)
        return [(done.first.day, done.last.day, done.rows_read, done.cause) for done in results]

    assert taken() == [(16, 17, 48, ""), (14, 15, 0, SourceDamaged.public_message)]
    assert [day.day.day for day in ledger.coverage.days("infra.requests", first, last)] == [16, 17]
    assert ledger.coverage.failed_sources() == {("infra.requests", "web"): SourceDamaged.public_message}
    cut.write_bytes(whole)
    os.utime(cut, (moment, moment))
    assert taken() == [(14, 17, 96, "")]
    assert ledger.coverage.failed_sources() == {}
