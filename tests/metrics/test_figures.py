"""Figures: rows that know the gaps of their data."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ntanalytics.metrics.bounds import join_notes
from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.metrics.figures import IMPOSSIBLE, case_list, figures
from ntanalytics.metrics.quantity import UNKNOWN as UNKNOWN_TEXT
from ntanalytics.reports import table


@dataclass(frozen=True)
class Data:
    """Data of a period with or without a gap."""

    is_complete: bool = True
    was_complete: bool = True
    note: str = ""


GAP = Data(is_complete=False, note="本期缺 1 天数据。")
ROW = {"carrier": "unicom", "submitted": 12, "delivery_rate": 0.97, "submitted_before": 9, "submitted_change": 3}


def test_of_a_state_without_a_gap_the_day_of_an_older_snapshot_stands_beside_the_figures() -> None:
    older = Data(note="期末状态取自11月18日的快照。")
    for made in (figures([ROW], older, Data()), case_list([ROW], Data(), older)):
        assert (made.note, made.is_complete) == (older.note, True)
    assert figures([ROW], older, GAP).note == older.note + GAP.note


def test_a_row_over_a_gap_has_bounds_and_unknown_figures() -> None:
    row = figures([ROW], GAP, Data()).total
    assert (row.quantity("submitted").certainty, row.quantity("submitted").value) == ("lower_bound", 12)
    assert row.quantity("delivery_rate").certainty == "unknown"
    assert row.quantity("submitted_before").certainty == "exact"
    assert row.quantity("submitted_change").value is None
    assert row["carrier"] == "unicom"


def test_a_gap_in_the_period_before_leaves_the_figure_and_takes_the_change() -> None:
    row = figures([ROW], Data(was_complete=False)).total
    assert row.quantity("submitted").is_exact
    assert row.quantity("submitted_before").value is None
    assert row.quantity("submitted_change").value is None


def test_over_rejected_cases_counts_are_bounds_and_all_else_is_unknown() -> None:
    @dataclass(frozen=True)
    class Unread(Data):
        unread_note: str = "工单有 1 行未能读取，可能有遗漏。"

    row = {"day": dt.date(2026, 11, 20), "category": "fault", "open_tickets": 4, "opened_tickets": 0}
    [told] = made = figures([{**row, "opened_tickets_before": 3, "resolution_p50_s": 60.0}], Unread())
    assert (told.quantity("open_tickets").certainty, told.quantity("open_tickets").value) == ("lower_bound", 4)
    unsure = ("opened_tickets", "opened_tickets_before", "resolution_p50_s")
    assert [told.certainty(name) for name in unsure] == ["unknown"] * 3
    assert [told.certainty(name) for name in ("day", "category")] == ["exact"] * 2
    assert [part.is_complete for part in (made, case_list([], Unread()))] == [False, False]
    assert made.note == case_list([], Unread()).note == Unread().unread_note


def test_a_list_of_cases_of_a_source_that_begins_late_may_lack_some() -> None:
    @dataclass(frozen=True)
    class Young(Data):
        young_note: str = "数据源 desk 自10月5日起才有记录。"

    none = pa.table({"change_no": pa.array([], pa.string())})
    listed = case_list(none, Data(), Young())
    assert (listed.is_complete, listed.note) == (False, Young().young_note)
    assert table(listed, "表", id="cases").empty == "已有数据中无记录"
    whole = case_list(none, Young(young_note=""))
    assert (whole.is_complete, whole.note) == (True, "")


@pytest.mark.parametrize("column", ["is_covered", "is_complete"])
def test_a_day_or_a_group_that_knows_its_own_gap_is_as_complete_as_it_says(column: str) -> None:
    whole, lacking = figures([{"submitted": 5, column: True}, {"submitted": 5, column: False}], GAP)
    assert whole.quantity("submitted").is_exact
    assert lacking.quantity("submitted").certainty == "lower_bound"


def test_a_day_that_a_check_judges_and_that_is_damaged_is_not_complete() -> None:
    @dataclass(frozen=True)
    class Cut(Data):
        missing: tuple[dt.date, ...] = (dt.date(2026, 11, 20),)

    before, cut = figures(
        [{"day": dt.date(2026, 11, day), "is_covered": True, "delivery_rate": 0.9} for day in (19, 20)],
        Cut(is_complete=False),
    )
    assert before.quantity("delivery_rate").is_exact
    assert cut.quantity("delivery_rate").certainty == "unknown"


def test_an_hour_of_a_day_whose_times_are_off_says_nothing() -> None:
    @dataclass(frozen=True)
    class Shifted(Data):
        is_shifted: bool = True

    off = Shifted(is_complete=False)
    assert figures([{"hour": 3, "submitted": 327}], off).total.quantity("submitted").text == "未知"
    assert figures([{"carrier": "unicom", "submitted": 327}], off).total.quantity("submitted").text == "≥ 327 条"


def test_a_list_of_a_day_whose_times_are_off_has_no_moment() -> None:
    @dataclass(frozen=True)
    class Shifted(Data):
        is_shifted: bool = True

    row = {"attempts": 100, "first_attempt_at": dt.datetime(2026, 11, 16, tzinfo=dt.UTC)}
    listed = case_list([row], Shifted(is_complete=False))
    assert dict(listed.total) == {"attempts": 100, "first_attempt_at": None}


def test_a_list_of_cases_over_a_gap_has_exact_rows_and_the_note() -> None:
    listed = case_list([{"clock_s": 60.0, "address_hash": "a1"}], GAP, GAP)
    assert listed.total.quantity("clock_s").is_exact
    assert listed.note == GAP.note
    shown = listed.without("address_hash")
    assert (shown.columns, dict(shown.total), shown.note) == (("clock_s",), {"clock_s": 60.0}, GAP.note)


def test_a_figure_that_the_row_lacks_is_unknown() -> None:
    assert figures([{}], Data()).total.quantity("submitted").certainty == "unknown"


@given(st.lists(st.booleans(), min_size=1, max_size=4))
def test_one_gap_among_the_datasets_is_a_gap(complete: list[bool]) -> None:
    row = figures([ROW], *(Data(is_complete=each) for each in complete)).total
    assert row.quantity("submitted").is_exact == all(complete)


def test_measures_of_other_datasets_have_their_gaps_alone() -> None:
    members = Data(is_complete=False, note="缺少快照。")
    row = figures([ROW], Data()).made_of(["delivery_rate"], Data(), members)
    assert row.note == members.note
    assert row.total.quantity("submitted").is_exact
    assert row.total.quantity("delivery_rate").text == "未知"
    bound = figures([ROW], GAP).made_of(["submitted"], Data()).total
    assert (bound.quantity("submitted").is_exact, bound.quantity("submitted_change").value) == (True, 3)
    assert bound.quantity("delivery_rate").text == "未知"


def test_the_note_on_a_gap_is_said_once_whatever_is_made_of_the_dataset() -> None:
    events, members = GAP, Data(is_complete=False, note="缺少快照。")
    made = figures([ROW], events, members).made_of(["delivery_rate"], members)
    assert made.note == "本期缺 1 天数据。缺少快照。"
    assert join_notes("甲。乙。", "", "乙。丙。", "甲。") == "甲。乙。丙。"


def test_a_row_of_two_metrics_keeps_the_gap_of_each() -> None:
    joined = FigureRow({"submitted": 1}) | FigureRow({"logins": 2}, is_complete=False)
    assert (joined.quantity("submitted").text, joined.quantity("logins").text) == ("1 条", "≥ 2 次")
    assert not joined.is_complete


def test_what_names_a_row_is_exact_and_what_both_periods_make_needs_both() -> None:
    row = FigureRow({"hour": 9, "lapsed": 3, "was_active": 8, "last_success_at": None}, was_complete=False)
    assert (row.certainty("hour"), row.certainty("carrier")) == ("exact", "exact")
    assert (row.certainty("lapsed"), row.certainty("was_active")) == ("unknown", "lower_bound")
    assert FigureRow({"lapsed": 3}, is_complete=False).exact("lapsed") is None


def test_rows_are_taken_and_chosen_with_their_gaps() -> None:
    rows = figures([{"submitted": number} for number in range(5)], GAP)
    assert [row["submitted"] for row in rows[1:3]] == [1, 2]
    assert rows[1:3].note == rows.where(lambda row: row["submitted"] > 3).note == GAP.note
    assert len(rows.where(lambda row: row["submitted"] > 3)) == 1
    assert [figure.exact for figure in rows.quantities("submitted")] == [None] * 5
    assert rows.quantities("failed") == ()


@dataclass(frozen=True)
class Young(Data):
    """Cases of a source that is young: what is overdue are some of it."""

    part_measures: frozenset[str] = frozenset({"overdue_deliveries"})
    young_note: str = "此前开始的事项不在其中。"


@pytest.mark.parametrize(
    ("data", "units", "is_known"),
    [
        (Data(), ["市教育局", "启东市应急管理局"], True),
        (Young(), ["市教育局", "启东市应急管理局"], False),  # at least 2 and 28; who has none may have older ones
        (GAP, [], False),
    ],
)
def test_what_is_counted_is_a_bound_or_it_is_unknown_what_there_is(
    data: Data, units: list[str], is_known: bool
) -> None:
    late = {"市教育局": 2, "启东市应急管理局": 28, "市工商联": 0}
    rows = [{"receiver_unit": unit, "overdue_deliveries": number} for unit, number in late.items()]
    counted = figures(rows, data).counted("overdue_deliveries")
    assert [row["receiver_unit"] for row in counted] == units
    assert counted.is_known is is_known
    assert table(counted, "逾期未签收", id="overdue").empty == ("无记录" if is_known else UNKNOWN_TEXT)
    nothing = counted.unknown_rows()
    assert (list(nothing), nothing.is_complete, nothing.is_known) == ([], False, False)


@dataclass(frozen=True)
class Fed(Data):
    """Data of a period that some sources feed, or none."""

    sources: tuple[str, ...] = ()


LACKING = Fed(is_complete=False, was_complete=False, note="本期缺 7 天数据。")
UNKNOWN = {"carrier": "unicom", "submitted": 0, "delivery_rate": None}


@pytest.mark.parametrize("rows", [[], [UNKNOWN]])
def test_without_a_source_no_column_can_be_shown_and_no_bound_is_told(rows: list[dict[str, object]]) -> None:
    made = figures(rows, LACKING, LACKING)
    assert (made.columns, made.note, made.is_complete) == ((), "", False)
    assert [row.quantity("submitted").text for row in made] == [UNKNOWN_TEXT] * len(rows)
    assert {row.quantity("submitted").reason for row in made} <= {"no_source"}
    assert case_list([], LACKING).columns == ()


def test_beside_figures_of_a_source_those_without_one_say_so_of_themselves() -> None:
    joined = figures([{"submitted": 12}], Data()).total | figures([{"delivery_rate": None}], LACKING).total
    assert joined.quantity("submitted").is_exact
    assert (joined.quantity("delivery_rate").reason, joined.quantity("delivery_rate").shown) == ("no_source", "unknown")


def test_what_a_former_source_left_in_the_lake_is_a_bound() -> None:
    made = figures([ROW], LACKING)
    assert made.total.quantity("submitted").text.startswith("≥")
    assert made.note == LACKING.note
    assert case_list([{"ticket_no": "T1"}], LACKING).columns == ("ticket_no",)


def test_a_source_of_one_of_the_datasets_makes_it_a_gap() -> None:
    made = figures([UNKNOWN], LACKING, Fed(is_complete=False, note="本期缺 1 天数据。", sources=("sms",)))
    assert made.columns == tuple(UNKNOWN)
    assert made.note


@pytest.mark.parametrize(
    ("unknown", "is_nothing"),
    [(frozenset(), True), (frozenset({"delivery_rate"}), True), (frozenset({"failed"}), False)],
)
def test_where_what_is_counted_is_not_known_no_row_is_not_nothing(unknown: frozenset[str], is_nothing: bool) -> None:
    @dataclass(frozen=True)
    class Absent(Data):
        unknown_measures: frozenset[str] = unknown

    columns = pa.schema([("failure_code", pa.string()), ("failed", pa.int64()), ("failed_share", pa.float64())])
    made = figures(columns.empty_table(), Absent())
    assert made.is_complete is is_nothing
    assert table(made, "失败代码", id="codes").body()["empty"] == ("无记录" if is_nothing else "已有数据中无记录")


def test_a_share_above_its_whole_is_unknown_with_its_changes_and_says_why() -> None:
    # 90 active of 51 enabled accounts, since the list of the accounts was cut: 176 %
    row = {"active": 90, "enabled": 51, "active_rate": 90 / 51, "active_rate_before": 0.75, "active_rate_change": 1.01}
    made = figures([row])
    seen = {name: (made.total.certainty(name), made.total.quantity(name).text) for name in row}
    assert seen["active_rate"] == seen["active_rate_change"] == ("unknown", UNKNOWN_TEXT)
    assert seen["active_rate_before"] == ("exact", "75.0%")
    assert seen["active"] == ("exact", "90 个")
    assert made.total.exact("active_rate") is None
    assert made.note == IMPOSSIBLE
    before = figures([{**row, "active_rate": 0.75, "active_rate_before": 1.76}]).total
    assert [before.certainty(f"active_rate{ending}") for ending in ("", "_before", "_change")] == [
        "exact", "unknown", "unknown",
    ]  # fmt: skip
    assert figures([{"active_rate": 1.0}]).note == ""


def test_a_count_that_is_smaller_than_a_part_of_it_is_a_lower_bound_and_its_change_is_unknown() -> None:
    row = FigureRow({"enabled": 100, "enabled_before": 170, "enabled_change": -70, "active": 176, "active_rate": 1.76})
    told = {name: row.quantity(name).certainty for name in ("enabled", "enabled_before", "enabled_change", "active")}
    assert told == {
        "enabled": "lower_bound", "enabled_before": "exact", "enabled_change": "unknown", "active": "exact"
    }  # fmt: skip
    assert (row.certainty("enabled"), row.exact("enabled")) == ("lower_bound", None)
