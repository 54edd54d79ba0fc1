"""File of a source that was damaged between two extractions: it is told, and nothing is lost of the first one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from deltalake import DeltaTable

from ntanalytics.errors import SourceDamaged
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
        workbook = openpyxl.Workbook()
        workbook.active.title = "账单"
        for row in (["账期", "运营商", "条数", "金额"], ["2026-11-01", "mobile", 1200, 48.5]):
            workbook.active.append(row)
        workbook.save(self.book)
        config = folder / "ntanalytics.yml"
        config.write_text(
            "queries: queries\nsources: {book: {product: bookkeeper, path: book.xlsx}}\n", encoding="utf-8"
        )
        self.settings = load(config)
        self.ledger = Ledger(self.settings.ledger)

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
