"""A workbook of an older version gains sheets and columns, and loses nothing that people have in it."""

import datetime as dt
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font, PatternFill

from ntanalytics.contract import DATASETS
from ntanalytics.errors import SourceDamaged, SourceRefused
from ntanalytics.sources.starter import DESK_WORKBOOK_DATASETS
from ntanalytics.sources.workbook_template import GUIDE, sheet_columns, write_template
from ntanalytics.sources.workbook_upgrade import plan_workbook_upgrade, upgrade_workbook
from tests.sources.test_workbook_template import mapped

OLDER = Path(__file__).parent / "fixtures/desk_workbook_0.1.0.xlsx"  # written by `ntanalytics init` of 0.1.0
PRESENT = [DATASETS[name] for name in DESK_WORKBOOK_DATASETS]
NOW = dt.datetime(2026, 11, 27, 11, tzinfo=dt.UTC)
NINE = dt.datetime(2026, 11, 20, 9)


@pytest.fixture
def used(tmp_path: Path) -> Path:
    """The older workbook after some use: rows, a formula, colours, a comment, a rule, own columns, sheets, a chart."""
    path = tmp_path / "运维台账.xlsx"
    book = openpyxl.load_workbook(OLDER)
    tickets = book["工单"]
    tickets.append(["T1", NINE, "故障处理", "协同办公", "市财政局", NINE, "=B2+4/24", None])
    tickets["E2"].font = Font(name="宋体", italic=True, color="FFFF0000")
    tickets["E2"].comment = Comment("已电话联系", "李明远")
    tickets["I1"], tickets["I2"] = "我的备注", "催办两次"
    tickets.conditional_formatting.add(
        "H2:H99", CellIsRule(operator="equal", formula=['""'], fill=PatternFill("solid"))
    )
    tickets.column_dimensions["E"].width = 33
    book["变更"].append(["B1", NINE, "协同办公", "工作流程", "市财政局", NINE, NINE + dt.timedelta(hours=2)])
    own = book.create_sheet("我的统计", 0)
    own.merge_cells("A1:C1")
    for row in (["合计", None, None], [1, 2, 3], [4, 5, "=SUM(A2:B3)"]):
        own.append(row)
    chart = BarChart()
    chart.add_data(Reference(own, min_col=1, min_row=2, max_row=3))
    own.add_chart(chart, "E2")
    book.save(path)
    return path


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_plan_names_every_missing_sheet_and_column_and_changes_nothing(used: Path) -> None:
    before = used.read_bytes()
    plan = plan_workbook_upgrade(used, PRESENT)
    assert set(plan.sheets) == {"年度计划", "演练", "单位接入", "权限台账", "报告计划", "检查处置"}
    assert ("变更", "登记时间") in plan.columns
    assert {sheet for sheet, _ in plan.columns} == {"工单", "事件", "培训", "变更"}
    assert plan.lists == (("变更", "类型"),)  # further kinds of changes
    assert used.read_bytes() == before


def test_every_cell_format_and_own_sheet_stays(used: Path) -> None:
    old = openpyxl.load_workbook(used)
    upgrade_workbook(used, PRESENT, NOW)
    new = openpyxl.load_workbook(used)
    assert new.sheetnames[: len(old.sheetnames)] == old.sheetnames
    for sheet in old:
        for row in sheet.iter_rows():
            for cell in row:
                same = new[sheet.title][cell.coordinate]
                assert (same.value, same.number_format, same.comment and same.comment.text) == (
                    cell.value, cell.number_format, cell.comment and cell.comment.text
                )  # fmt: skip
                assert str((same.font, same.fill, same.alignment)) == str((cell.font, cell.fill, cell.alignment))
        assert new[sheet.title].merged_cells.ranges == sheet.merged_cells.ranges
        assert new[sheet.title].column_dimensions["E"].width == sheet.column_dimensions["E"].width
    assert len(new["我的统计"]._charts) == 1
    assert len(new["工单"].conditional_formatting) == 1


def test_parts_that_need_no_change_keep_their_bytes(used: Path) -> None:
    before = parts(used)
    upgrade_workbook(used, PRESENT, NOW)
    after = parts(used)
    changed = {name for name, content in before.items() if after[name] != content}
    guide_and_four_sheets = {
        "xl/worksheets/sheet2.xml",
        *(f"xl/worksheets/sheet{number}.xml" for number in (3, 4, 7, 8)),
    }
    indexes = {"xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml", "xl/styles.xml"}
    assert changed == guide_and_four_sheets | indexes
    assert "xl/charts/chart1.xml" in before.keys() - changed


def test_the_new_columns_stand_behind_all_others_with_their_lists_and_formats(used: Path) -> None:
    upgrade_workbook(used, PRESENT, NOW)
    fresh = used.with_name("new.xlsx")
    write_template(fresh, PRESENT)
    new, wanted = openpyxl.load_workbook(used), openpyxl.load_workbook(fresh)
    assert [cell.value for cell in new["工单"][1]][8:11] == ["我的备注", "时限类别", "原因"]
    for dataset in PRESENT:
        sheet, model = new[dataset.label], wanted[dataset.label]
        heads = {cell.value: cell.column_letter for cell in sheet[1]}
        for cell in model[1]:
            letter = heads[cell.value]
            own, given = sheet.column_dimensions[letter], model.column_dimensions[cell.column_letter]
            assert own.number_format == given.number_format, (dataset.label, cell.value)
            assert checks(sheet, letter) == checks(model, cell.column_letter), (dataset.label, cell.value)
    explained = {(row[0], row[1]) for row in new[GUIDE].iter_rows(min_row=2, values_only=True)}
    assert explained == {(dataset.label, column.label) for dataset in PRESENT for column in sheet_columns(dataset)}


def checks(sheet: openpyxl.worksheet.worksheet.Worksheet, letter: str) -> list[tuple[str, str]]:
    return [
        (check.type, check.formula1)
        for check in sheet.data_validations.dataValidation
        if str(check.sqref).startswith(f"{letter}2:")
    ]


def test_the_upgraded_workbook_is_read_and_an_old_row_is_known_without_the_new_columns(used: Path) -> None:
    with pytest.raises(SourceRefused, match=r"登记时间[\s\S]*ntanalytics upgrade"):
        mapped(used, "desk.changes")
    upgrade_workbook(used, PRESENT, NOW)
    [change] = mapped(used, "desk.changes")
    assert (change["change_no"], change["noted_at"], change["result"]) == ("B1", NINE, None)
    told = {row["rejected_because"] for dataset in PRESENT for row in mapped(used, dataset.name)}
    assert told == {None, "应完成时间的公式没有保存计算结果"}  # openpyxl does not compute the ticket's formula


def test_it_is_done_once_and_the_former_file_is_kept(used: Path) -> None:
    before = used.read_bytes()
    _, backup = upgrade_workbook(used, PRESENT, NOW)
    assert backup is not None
    assert backup.read_bytes() == before
    after = used.read_bytes()
    plan, again = upgrade_workbook(used, PRESENT, NOW)
    assert (plan.steps, again, used.read_bytes()) == ((), None, after)
    assert sorted(path.name for path in used.parent.iterdir()) == sorted([used.name, backup.name])


def test_no_sheet_is_selected_beside_another(used: Path) -> None:
    upgrade_workbook(used, PRESENT, NOW)
    new = openpyxl.load_workbook(used)
    assert not any(
        new[name].sheet_view.tabSelected
        for name in ("年度计划", "演练", "单位接入", "权限台账", "报告计划", "检查处置")
    )


def test_a_sheet_of_ones_own_with_the_name_of_a_new_one_is_not_touched(used: Path) -> None:
    book = openpyxl.load_workbook(used)
    book.create_sheet("演练").append(["场次", "地点"])
    book.save(used)
    before = used.read_bytes()
    with pytest.raises(SourceRefused, match="演练"):
        upgrade_workbook(used, PRESENT, NOW)
    assert used.read_bytes() == before


def test_a_list_with_words_of_ones_own_stays(used: Path) -> None:
    book = openpyxl.load_workbook(used)
    [kinds] = [check for check in book["变更"].data_validations.dataValidation if str(check.sqref).startswith("D2:")]
    kinds.formula1 = '"工作流程,搬迁"'
    book.save(used)
    upgrade_workbook(used, PRESENT, NOW)
    assert checks(openpyxl.load_workbook(used)["变更"], "D") == [("list", '"工作流程,搬迁"')]


def test_a_head_below_the_first_row_is_refused(used: Path) -> None:
    book = openpyxl.load_workbook(used)
    book["变更"].insert_rows(1)
    book.save(used)
    with pytest.raises(SourceRefused, match="变更"):
        upgrade_workbook(used, PRESENT, NOW)


def test_a_workbook_that_somebody_has_open_is_not_touched(used: Path) -> None:
    before = used.read_bytes()
    used.with_name(f"~${used.name}").write_bytes(b"")
    with pytest.raises(SourceRefused, match="open"):
        upgrade_workbook(used, PRESENT, NOW)
    assert used.read_bytes() == before


def test_what_is_no_workbook_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "book.xlsx").write_bytes(b"PK nonsense")
    with pytest.raises(SourceDamaged, match="workbook"):
        plan_workbook_upgrade(tmp_path / "book.xlsx", PRESENT)
