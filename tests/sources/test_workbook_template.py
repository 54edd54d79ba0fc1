import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from ntanalytics.catalog import load_product
from ntanalytics.contract import DATASETS, Column, Dataset, Kind, Type
from ntanalytics.errors import SourceRefused
from ntanalytics.settings import SourceSettings, project_dir
from ntanalytics.sources.starter import DESK_WORKBOOK_DATASETS
from ntanalytics.sources.workbook import WorkbookSource
from ntanalytics.sources.workbook_template import BOOLEAN_WORDS, GUIDE, LISTS, sheet_columns, write_template

LEDGER = [DATASETS[name] for name in DESK_WORKBOOK_DATASETS]
ZONE = ZoneInfo("Asia/Shanghai")
SINCE, UNTIL = dt.datetime(2026, 10, 31, 16, tzinfo=dt.UTC), dt.datetime(2026, 11, 30, 16, tzinfo=dt.UTC)
NINE, TEN, ELEVEN = (dt.datetime(2026, 11, 20, hour) for hour in (9, 10, 11))


def ticket(*cells: object) -> tuple[object, ...]:
    """A row of the tickets' sheet: the first cells, and nothing in the others."""
    return cells + (None,) * (len(sheet_columns(DATASETS["desk.tickets"])) - len(cells))


def written(path: Path, **rows: list[tuple[object, ...]]) -> openpyxl.Workbook:
    write_template(path, LEDGER, {name.replace("_", ".", 1): content for name, content in rows.items()})
    return openpyxl.load_workbook(path)


def mapped(path: Path, dataset: str) -> list[dict[str, object]]:
    source = WorkbookSource(
        "desk",
        SourceSettings(product="desk_workbook", path=path),
        load_product(project_dir("queries") / "desk_workbook"),
        ZONE,
    )
    mapping = source.mapping(dataset)
    with source.read(mapping, SINCE, UNTIL) as batches:
        rows = [row for batch in batches for row in batch.to_pylist()]
    for column, words in mapping.translations.items():
        for row in rows:
            row[column] = words.get(row[column], row[column])
    return rows


def test_an_empty_ledger_has_a_sheet_a_dataset_with_the_contracts_labels_and_no_row(tmp_path: Path):
    write_template(tmp_path / "book.xlsx", LEDGER)
    book = openpyxl.load_workbook(tmp_path / "book.xlsx")
    assert book.sheetnames == [GUIDE, *(dataset.label for dataset in LEDGER)]
    for dataset in LEDGER:
        assert [[cell.value for cell in row] for row in book[dataset.label].iter_rows()] == [
            [column.label for column in sheet_columns(dataset)]
        ]


def test_the_change_time_of_a_case_is_not_asked_for(tmp_path: Path):
    assert "更新时间" not in [column.label for column in sheet_columns(DATASETS["desk.tickets"])]


def test_the_guide_explains_every_column(tmp_path: Path):
    guide = written(tmp_path / "book.xlsx")[GUIDE]
    explained = {(sheet, label) for sheet, label, *_ in guide.iter_rows(min_row=2, values_only=True)}
    assert explained == {(dataset.label, column.label) for dataset in LEDGER for column in sheet_columns(dataset)}


def test_enumerations_are_offered_as_words_and_dates_are_checked(tmp_path: Path):
    book = written(tmp_path / "book.xlsx")
    checks = {str(check.sqref): check for check in book["驻场考勤"].data_validations.dataValidation}
    assert {letter: check.type for letter, check in ((key[0], value) for key, value in checks.items())} == {
        "A": "date",
        "C": "list",
        "D": "list",
    }
    lists = {key[0]: check.formula1 for key, check in checks.items() if check.type == "list"}
    assert lists == {"C": '"驻场,备选"', "D": '"是,否"'}


def test_a_list_too_long_for_a_validation_stands_in_a_hidden_sheet(tmp_path: Path):
    words = {f"code_{number}": f"第{number}个很长的选项名称" for number in range(40)}
    dataset = Dataset(
        name="desk.things",
        label="事项",
        kind=Kind.EVENT,
        meaning="A thing.",
        key=("kind",),
        time="seen_on",
        columns=(
            Column("kind", Type.TEXT, "种类", "Its kind.", values=words),
            Column("seen_on", Type.DATE, "日期", "The day."),
        ),
    )
    write_template(tmp_path / "book.xlsx", [dataset])
    book = openpyxl.load_workbook(tmp_path / "book.xlsx")
    assert book[LISTS].sheet_state == "hidden"
    assert [cell.value for cell in book[LISTS]["A"]] == list(words.values())
    assert book.defined_names["list_kind"].attr_text == f"'{LISTS}'!$A$1:$A$40"
    assert book["事项"].data_validations.dataValidation[0].formula1 == "=list_kind"


def test_a_period_or_a_number_of_zeros_stays_what_is_typed(tmp_path: Path):
    dimensions = written(tmp_path / "book.xlsx")["用户确认"].column_dimensions
    assert [dimensions[letter].number_format for letter in "ABC"] == ["yyyy-mm-dd", "@", "@"]


def test_a_text_that_begins_with_an_equals_sign_is_no_formula(tmp_path: Path):
    hostile = ticket("=1+1", NINE, "fault", "oa", "=cmd|calc!A1")
    sheet = written(tmp_path / "book.xlsx", desk_tickets=[hostile])["工单"]
    assert (sheet["A2"].value, sheet["A2"].data_type, sheet["E2"].data_type) == ("=1+1", "s", "s")


def test_codes_are_written_as_words_and_read_back_as_codes(tmp_path: Path):
    tickets = [
        ticket(f"GD-{number}", NINE, category, subsystem, "市财政局", TEN)
        for number, (category, subsystem) in enumerate(
            (category, subsystem)
            for category in DATASETS["desk.tickets"].column("category").values
            for subsystem in DATASETS["desk.tickets"].column("subsystem").values
        )
    ]
    written(tmp_path / "book.xlsx", desk_tickets=tickets)
    rows = mapped(tmp_path / "book.xlsx", "desk.tickets")
    assert sorted((row["ticket_no"], row["category"], row["subsystem"]) for row in rows) == sorted(
        (cells[0], cells[2], cells[3]) for cells in tickets
    )


@pytest.mark.parametrize("name", DESK_WORKBOOK_DATASETS)
def test_every_word_of_an_enumeration_is_mapped_to_its_code(name: str, tmp_path: Path):
    dataset = DATASETS[name]
    typical = {
        Type.TEXT: "文字",
        Type.DATE: dt.date(2026, 11, 3),
        Type.TIMESTAMP: NINE,
        Type.BOOLEAN: True,
        Type.INTEGER: 3,
        Type.NUMBER: 1.5,
    }
    columns = sheet_columns(dataset)
    wanted = [(column, code) for column in columns for code in column.values]
    rows = [
        tuple(code if other is column else next(iter(other.values), typical[other.type]) for other in columns)
        for column, code in wanted
    ]
    write_template(tmp_path / "book.xlsx", [dataset], {name: rows})
    places = [place for place, column in enumerate(columns) if column.values]
    found = [tuple(row[columns[place].name] for place in places) for row in mapped(tmp_path / "book.xlsx", name)]
    assert sorted(found) == sorted(tuple(row[place] for place in places) for row in rows)  # in any order


@pytest.mark.parametrize("name", DESK_WORKBOOK_DATASETS)
def test_a_mapping_gives_the_contracts_columns_and_the_reason(name: str, tmp_path: Path):
    write_template(tmp_path / "book.xlsx", LEDGER)
    source = WorkbookSource(
        "desk",
        SourceSettings(product="desk_workbook", path=tmp_path / "book.xlsx"),
        load_product(project_dir("queries") / "desk_workbook"),
        ZONE,
    )
    with source.read(source.mapping(name), SINCE, UNTIL) as batches:
        assert batches.schema.names == [*(column.name for column in DATASETS[name].mapped), "rejected_because"]


def test_a_workbook_that_lacks_the_newer_sheets_is_refused_for_their_datasets_alone(tmp_path: Path):
    older = [DATASETS[name] for name in ("desk.tickets", "desk.attendance", "desk.checks", "sms.bills")]
    write_template(tmp_path / "book.xlsx", older, {"desk.tickets": [ticket("A", NINE, "fault", "oa")]})
    assert [row["ticket_no"] for row in mapped(tmp_path / "book.xlsx", "desk.tickets")] == ["A"]
    with pytest.raises(SourceRefused, match=r"there is no sheet 事件, .*\n.*ntanalytics upgrade"):
        mapped(tmp_path / "book.xlsx", "desk.incidents")


def test_a_ticket_changed_when_its_latest_time_was(tmp_path: Path):
    due = dt.datetime(2026, 11, 25, 17)
    written(
        tmp_path / "book.xlsx",
        desk_tickets=[
            ticket("A", NINE, "fault", "oa", None, None, due),
            ticket("B", NINE, "fault", "oa", None, TEN, due),
            ticket("C", NINE, "fault", "oa", None, TEN, due, ELEVEN),
        ],
    )
    rows = mapped(tmp_path / "book.xlsx", "desk.tickets")
    assert {row["ticket_no"]: row["changed_at"] for row in rows} == {"A": NINE, "B": TEN, "C": ELEVEN}
    assert {row["rejected_because"] for row in rows} == {None}


def test_what_people_type_wrong_is_rejected_with_the_reason_and_not_lost(tmp_path: Path):
    book = written(tmp_path / "book.xlsx", desk_tickets=[ticket("A", NINE, "fault", "oa")])
    sheet = book["工单"]
    sheet.append(["B", "昨天", "故障处理", "协同办公"])
    sheet.append(["C", NINE, "闲聊", "协同办公"])
    sheet.append(["D", TEN, "故障处理", "协同办公", None, None, None, NINE])
    sheet.append([None, None, None, None])
    sheet.append(["E", NINE, "故障处理", "协同办公", None, "马上"])
    book.save(tmp_path / "book.xlsx")
    rows = {row["ticket_no"]: row for row in mapped(tmp_path / "book.xlsx", "desk.tickets")}
    assert {name: row["rejected_because"] for name, row in rows.items()} == {
        "A": None,
        "B": "受理时间缺失或不是时间",
        "C": None,  # its category comes through as it is, and is none of the contract's
        "D": "关闭时间早于受理时间",
        "E": "首次响应不是时间",
    }
    assert rows["C"]["category"] == "闲聊"


@pytest.mark.parametrize("name", [name for name in DESK_WORKBOOK_DATASETS if DATASETS[name].kind is Kind.CASE])
def test_a_case_of_a_year_before_all_windows_is_met_by_each(name: str, tmp_path: Path):
    columns, year_26 = sheet_columns(DATASETS[name]), "26/11/20"
    typical = {Type.TEXT: "x", Type.INTEGER: 1, Type.NUMBER: 1.5, Type.BOOLEAN: True}
    row = [next(iter(column.values), typical.get(column.type, year_26)) for column in columns]
    written(tmp_path / "book.xlsx", **{name.replace(".", "_", 1): [tuple(row)]})
    assert len(mapped(tmp_path / "book.xlsx", name)) == 1


def test_presence_is_read_from_words_and_from_checkboxes(tmp_path: Path):
    book = written(tmp_path / "book.xlsx")
    day = dt.date(2026, 11, 20)
    for number, cell in enumerate((*BOOLEAN_WORDS.values(), True, False, "也许")):
        book["驻场考勤"].append([day, f"第{number}人", "驻场", cell])
    book.save(tmp_path / "book.xlsx")
    rows = sorted(mapped(tmp_path / "book.xlsx", "desk.attendance"), key=lambda row: str(row["person"]))
    assert [row["is_present"] for row in rows] == [True, False, True, False, None]
    assert [row["rejected_because"] for row in rows] == [None, None, None, None, "在岗须填是或否"]


def test_a_bill_may_be_dated_on_any_day_of_its_month_and_carry_separators(tmp_path: Path):
    book = written(tmp_path / "book.xlsx")
    book["运营商账单"].append([dt.date(2026, 11, 30), "中国联通", "12,345", 432.1])
    book["运营商账单"].append([dt.date(2026, 11, 30), "中国移动", "很多", 1])
    book.save(tmp_path / "book.xlsx")
    assert sorted(mapped(tmp_path / "book.xlsx", "sms.bills"), key=lambda row: str(row["carrier"])) == [
        {
            "month_on": dt.date(2026, 11, 1),
            "carrier": "mobile",
            "billed_segments": None,
            "billed_yuan": 1.0,
            "rejected_because": "账单条数缺失或不是数字",
        },
        {
            "month_on": dt.date(2026, 11, 1),
            "carrier": "unicom",
            "billed_segments": 12345,
            "billed_yuan": 432.1,
            "rejected_because": None,
        },
    ]
