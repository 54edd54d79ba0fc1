import datetime as dt
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import openpyxl.chart
import pyarrow as pa
import pytest

from ntanalytics.catalog import load_product
from ntanalytics.errors import SettingsError, SourceDamaged, SourceRefused, SourceUnreachable
from ntanalytics.settings import SourceSettings
from ntanalytics.sources.workbook import WorkbookSource
from ntanalytics.sources.workbook_formulas import WITHOUT_RESULT
from ntanalytics.sources.workbook_upgrade import plan_workbook_upgrade

ZONE = ZoneInfo("Asia/Shanghai")
SINCE, UNTIL = dt.datetime(2026, 10, 31, 16, tzinfo=dt.UTC), dt.datetime(2026, 11, 30, 16, tzinfo=dt.UTC)
SQL = """\
/*
window: month_on
times: {month_on: date}
*/
SELECT try_cast("账期" AS DATE) AS month_on, "运营商" AS carrier, "条数" AS billed_segments, "金额" AS billed_yuan
FROM "账单" WHERE try_cast("账期" AS DATE) IS NULL
    OR try_cast("账期" AS DATE) >= :since AND try_cast("账期" AS DATE) < :until
"""


@pytest.fixture
def product(tmp_path: Path):
    home = tmp_path / "shop"
    home.mkdir()
    (home / "source.yml").write_text("title: A book\nkind: workbook\nneeds: the file\n", encoding="utf-8")
    (home / "sms.bills.sql").write_text(SQL, encoding="utf-8")
    return load_product(home)


def book(tmp_path: Path, rows: list[list[object]], sheet: str = "账单") -> Path:
    workbook = openpyxl.Workbook()
    workbook.active.title = sheet
    for row in rows:
        workbook.active.append(row)
    path = tmp_path / "book.xlsx"
    workbook.save(path)
    return path


def read(product, path: Path | None) -> pa.Table:
    source = WorkbookSource("book", SourceSettings(product="shop", path=path), product, ZONE)
    with source.read(source.mapping("sms.bills"), SINCE, UNTIL) as batches:
        return batches.read_all()


HEADER = ["账期", "运营商", "条数", "金额"]


def test_cells_arrive_as_text_whatever_their_type(product, tmp_path: Path):
    path = book(tmp_path, [HEADER, [dt.datetime(2026, 11, 1), "mobile", 1200, 48.5], ["2026-11-01", " x ", True, None]])
    assert read(product, path).to_pylist() == [
        {"month_on": dt.date(2026, 11, 1), "carrier": "mobile", "billed_segments": "1200", "billed_yuan": "48.5"},
        {"month_on": dt.date(2026, 11, 1), "carrier": "x", "billed_segments": "TRUE", "billed_yuan": None},
    ]


def test_a_sheet_or_column_that_is_not_there_is_named(product, tmp_path: Path):
    for sheet, header, said in (
        ("别的", HEADER, "there is no sheet 账单, "),
        ("账单", ["账期", "条数", "金额", "备注"], "sheet 账单 has no column 运营商, "),
    ):
        path = book(tmp_path, [header], sheet=sheet)
        with pytest.raises(SourceRefused, match=rf"book: .*book\.xlsx: {said}which sms\.bills\.sql reads"):
            read(product, path)


def test_what_is_not_there_or_no_workbook_is_told(product, tmp_path: Path):
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"PK\x03\x04 not really")
    for path, error in ((tmp_path / "none.xlsx", SourceUnreachable), (broken, SourceDamaged)):
        with pytest.raises(error, match=path.name):
            read(product, path)
    with pytest.raises(SettingsError, match="needs a path"):
        read(product, None)


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        (lambda whole: b"", "the file is empty"),
        (lambda whole: whole[: len(whole) // 2], "a part of the file is missing"),
        (lambda whole: whole[:-1], "a part of the file is missing"),
        (lambda whole: whole[:60] + bytes(400) + whole[460:], "a part of the file is missing or was changed"),
        (lambda whole: "账期,运营商\n".encode(), "not an .xlsx workbook"),
        (lambda whole: b"\xd0\xcf\x11\xe0" + bytes(4096), "has a password"),
    ],
    ids=["empty", "half", "last-byte", "changed", "text", "password"],
)
def test_a_damaged_workbook_is_told_as_damaged(product, tmp_path: Path, kept: Callable[[bytes], bytes], said: str):
    path = book(tmp_path, [HEADER, ["2026-11-01", "mobile", 1, 1.5]])
    path.write_bytes(kept(path.read_bytes()))
    with pytest.raises(SourceDamaged, match=said):
        read(product, path)
    with pytest.raises(SourceDamaged, match=said):
        plan_workbook_upgrade(path, [])


def test_an_empty_sheet_has_no_rows(product, tmp_path: Path):
    assert read(product, book(tmp_path, [HEADER])).num_rows == 0


def test_other_sheets_and_columns_do_no_harm(product, tmp_path: Path):
    path = book(tmp_path, [[*HEADER, "运营商", None, "备注", "备注"], ["2026-11-01", "mobile", 1, 2, 3, 4, 5, 6]])
    workbook = openpyxl.load_workbook(path)
    workbook.create_sheet("Sheet1")  # Excel leaves such empty sheets
    workbook.create_sheet("图").add_chart(openpyxl.chart.BarChart(), "A1")
    workbook.create_chartsheet("图表")
    workbook.save(path)
    assert read(product, path)["carrier"].to_pylist() == ["mobile"]


def computed(path: Path, cell: str, attributes: str, result: str) -> None:
    """Store the result of a cell's formula, as a program that computes does; openpyxl leaves it empty."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    pattern = rf'<c r="{cell}"[^>]*>(<f>.*?</f>)<v\s*(/>|></v>)</c>'
    sheet, found = re.subn(pattern, rf'<c r="{cell}"{attributes}>\1<v>{result}</v></c>', sheet)
    assert found == 1
    parts["xl/worksheets/sheet1.xml"] = sheet.encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def test_a_row_with_a_formula_that_has_no_result_is_rejected_and_one_with_a_result_is_read(product, tmp_path: Path):
    """The last row is of formulas alone; the remark is a column that no mapping reads."""
    rows = [
        ["2026-11-01", "mobile", 5, 1, None],
        ["2026-11-01", "unicom", "=2+3", 1, None],
        ["2026-11-01", "telecom", "=3+3", 1, None],
        ["2026-11-01", "=A1", "=1", 1, None],
        ["2026-11-01", "other", '=IF(A1=1,1,"")', 1, "=1+1"],
        ["=A2", "=B2", "=C2", "=D2", None],
    ]
    path = book(tmp_path, [[*HEADER, "备注"], *rows])
    computed(path, "C4", "", "6")
    computed(path, "C6", ' t="str"', "")
    source = WorkbookSource("book", SourceSettings(product="shop", path=path), product, ZONE)
    with source.read(source.mapping("sms.bills"), SINCE, UNTIL) as batches:
        found = [row for batch in batches for row in batch.to_pylist()]
    told = {(row["carrier"], row["billed_segments"], row.get("rejected_because")) for row in found}
    assert told == {
        ("mobile", "5", None),
        ("unicom", WITHOUT_RESULT, "条数的公式没有保存计算结果"),
        ("telecom", "6", None),
        (WITHOUT_RESULT, WITHOUT_RESULT, "运营商、条数的公式没有保存计算结果"),
        ("other", None, None),
        (WITHOUT_RESULT, WITHOUT_RESULT, "账期、运营商、条数、金额的公式没有保存计算结果"),
    }


def test_a_row_with_an_error_value_is_rejected_and_a_formula_below_the_last_record_is_none(product, tmp_path: Path):
    """The reader of workbooks takes an error for an empty cell: a ticket that was closed was open."""
    path = book(tmp_path, [HEADER, ["2026-11-01", "mobile", 5, 1], ["2026-11-01", "unicom", "#N/A", 1]])
    workbook = openpyxl.load_workbook(path)
    workbook.active.append(["2026-11-01", "telecom", 7, "#REF!"])
    workbook.active.append([None, None, None, "#N/A"])
    for cell in ("C3", "D4", "D5"):
        workbook.active[cell].data_type = "e"
    workbook.save(path)
    source = WorkbookSource("book", SourceSettings(product="shop", path=path), product, ZONE)
    with source.read(source.mapping("sms.bills"), SINCE, UNTIL) as batches:
        told = {(row["carrier"], row.get("rejected_because")) for batch in batches for row in batch.to_pylist()}
    assert told == {("mobile", None), ("unicom", "条数是错误值（如 #N/A）"), ("telecom", "金额是错误值（如 #N/A）")}


def test_a_merged_cell_holds_for_each_of_its_rows_that_has_a_record(product, tmp_path: Path):
    rows = [
        [None],
        ["2026-11-01", "mobile", 5, 1],
        [None, "unicom", 6, 2],
        [None, None, None, None],
        [None, "other", 7],
    ]
    path = book(tmp_path, [HEADER, *rows])
    workbook = openpyxl.load_workbook(path)
    workbook.active.merge_cells("A3:A6")
    workbook.active.merge_cells("D4:D5")
    workbook.save(path)
    found = [
        tuple(row.values())[1:] for row in read(product, path).to_pylist() if row["month_on"] == dt.date(2026, 11, 1)
    ]
    assert found == [("mobile", "5", "1"), ("unicom", "6", "2"), ("other", "7", None)]


def test_a_column_or_a_sheet_that_is_there_twice_is_refused(product, tmp_path: Path):
    path = book(
        tmp_path, [["账期", "运营商", "条数", "条数", "金额", "注", "注"], ["2026-11-01", "mobile", None, 5, 1]]
    )
    with pytest.raises(SourceRefused, match=r"sheet 账单 has two columns with the name 条数"):
        read(product, path)
    workbook = openpyxl.load_workbook(book(tmp_path, [HEADER, ["2026-11-01", "mobile", 5, 1]], sheet="账单 "))
    workbook.save(path)
    assert read(product, path).num_rows == 1
    workbook.create_sheet("账单").append(HEADER)
    workbook.save(path)
    with pytest.raises(SourceRefused, match=r"two sheets have the name 账单"):
        read(product, path)


def test_a_workbook_that_was_saved_again_is_read_again(product, tmp_path: Path):
    path = book(tmp_path, [HEADER, ["2026-11-01", "mobile", 1, 1.5]])
    source = WorkbookSource("book", SourceSettings(product="shop", path=path), product, ZONE)
    assert source.sheets()["账单"].table.num_rows == 1
    assert source.sheets() is source.sheets()
    book(tmp_path, [HEADER, ["2026-11-01", "mobile", 1, 1.5], ["2026-11-01", "unicom", 2, 2.5]])
    assert source.sheets()["账单"].table.num_rows == 2


def test_a_title_above_the_column_names_is_told(product, tmp_path: Path):
    path = book(tmp_path, [["十一月短信账单"], [], HEADER, ["2026-11-01", "移动", 5, 1.5]])
    with pytest.raises(SourceRefused, match=r"the column names of sheet 账单 are not in its first row"):
        read(product, path)
    renamed = book(tmp_path, [["月份", "商家", "数量", "费用"], ["2026-11-01", "移动", 5, 1.5]])
    with pytest.raises(SourceRefused, match=r"sheet 账单 has no column 条数, 账期, 运营商, 金额, "):
        read(product, renamed)
