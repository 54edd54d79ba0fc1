from __future__ import annotations

from dataclasses import replace
from datetime import date

import ibis
import pandas as pd
import plotly.graph_objects as go
import pyarrow as pa
import pytest

from ntanalytics.errors import UsageError
from ntanalytics.findings.threshold import Status
from ntanalytics.metrics import MEASURES
from ntanalytics.metrics.figures import NO_FIGURES
from ntanalytics.metrics.quantity import Quantity, quantity
from ntanalytics.reports import Axes, Sentence, board, chart, figures, kpi, sentences, table
from ntanalytics.reports.data import NO_SOURCE, clean_text
from ntanalytics.reports.fragments import is_without_source, preview
from ntanalytics.reports.record import BLOCK, DATA, FIGURE, read_block
from tests.reports.worded import worded


def of(name: str, value: float | None, *, is_complete: bool = True) -> Quantity:
    return quantity(MEASURES[name], value, is_complete=is_complete)


def rows_of(block: object) -> list[dict[str, object]]:
    return block._repr_mimebundle_()[DATA]["data"]  # type: ignore[attr-defined, no-any-return]


def test_a_rise_of_a_count_is_in_percent_and_neither_good_nor_bad_by_itself() -> None:
    made = kpi(of("submitted", 110), of("submitted", 100))
    assert (made.change, made.tone) == (pytest.approx(0.1), "flat")


def test_a_fall_of_a_rate_is_in_points_and_bad_where_up_is_good() -> None:
    made = kpi(of("delivery_rate", 0.976), of("delivery_rate", 0.987))
    assert made.change == pytest.approx(-0.011)
    assert made.tone == "worse"


def test_a_fall_is_good_where_down_is_good() -> None:
    assert kpi(of("receipt_latency_p95_s", 8.0), of("receipt_latency_p95_s", 10.0)).tone == "good"


def test_a_change_written_as_zero_has_no_tone() -> None:
    assert kpi(of("delivery_rate", 0.98701), of("delivery_rate", 0.98700)).tone == "flat"


def test_a_count_over_a_hole_is_a_lower_bound_without_change() -> None:
    made = kpi(of("submitted", 110, is_complete=False), of("submitted", 100))
    assert (made.value, made.certainty, made.change, made.note) == (110, "lower_bound", None, "数据不完整，为下限")


@pytest.mark.parametrize(
    ("now", "before", "note"),
    [
        (of("delivery_rate", 0.976), of("delivery_rate", None, is_complete=False), "前一期数据不完整，不作比较"),
        (of("submitted", 110), of("submitted", 9, is_complete=False), "前一期数据不完整，不作比较"),
        (of("submitted", 110), of("submitted", 100), ""),
        (of("delivery_rate", 0.976), of("delivery_rate", None), ""),  # nothing was sent: no data lack
        (of("delivery_rate", 0.976), None, ""),
    ],
)
def test_a_card_without_a_change_says_why(now: Quantity, before: Quantity | None, note: str) -> None:
    assert kpi(now, before).note == note


def test_a_rate_over_a_hole_is_not_shown() -> None:
    made = kpi(of("delivery_rate", 0.976, is_complete=False), of("delivery_rate", 0.987))
    assert (made.value, made.certainty, made.change) == (None, "unknown", None)


def test_the_card_of_a_figure_without_a_source_says_another_thing_than_that_of_a_gap() -> None:
    unfed = kpi(replace(of("submitted", None, is_complete=False), reason="no_source"))
    gap = kpi(of("submitted", None, is_complete=False))
    assert (unfed.value, unfed.certainty) == (gap.value, gap.certainty) == (None, "unknown")
    assert unfed.note in NO_SOURCE
    assert gap.note not in NO_SOURCE


def test_a_hole_in_the_period_before_suppresses_the_change() -> None:
    made = kpi(of("submitted", 110), of("submitted", 100, is_complete=False))
    assert (made.value, made.before, made.change) == (110, None, None)


def test_a_change_from_zero_has_no_percentage() -> None:
    assert kpi(of("submitted", 110), of("submitted", 0)).change is None


def test_a_table_keeps_types_and_nulls_whether_ibis_or_pandas() -> None:
    frame = pd.DataFrame({"day": [date(2026, 11, 16), date(2026, 11, 17)], "submitted": [7, None]})
    expected = [{"day": "2026-11-16", "submitted": 7}, {"day": "2026-11-17", "submitted": None}]
    assert rows_of(table(figures(frame), "表", id="t")) == expected
    assert rows_of(table(figures(ibis.memtable(pa.Table.from_pandas(frame))), "表", id="t")) == expected


def test_a_table_sorts_with_nulls_last_in_both_directions() -> None:
    frame = pd.DataFrame({"submitted": [None, 3, 5]})
    assert [row["submitted"] for row in rows_of(table(figures(frame), "表", id="t", sort="-submitted"))] == [5, 3, None]
    assert [row["submitted"] for row in rows_of(table(figures(frame), "表", id="t", sort="submitted"))] == [3, 5, None]


def test_a_code_is_shown_by_its_word_and_an_integer_beyond_2_to_53_as_text() -> None:
    frame = pd.DataFrame({"carrier": ["unicom", "x9"], "segments": [2**53 + 1, 2**53]})
    assert rows_of(table(figures(frame), "表", id="t")) == [
        {"carrier": "中国联通", "segments": "9007199254740993"},
        {"carrier": "x9", "segments": 9007199254740992},
    ]


def test_a_table_without_the_column_asked_for_says_which_it_has() -> None:
    with pytest.raises(UsageError, match="the table has submitted"):
        table(figures([{"submitted": 1}]), "表", id="t", columns=["segments"])


def test_a_block_id_is_a_slug() -> None:
    with pytest.raises(UsageError, match="block id"):
        sentences(["一句。"], id="有 空格")


def test_empty_sentences_are_left_out() -> None:
    assert [each.text for each in sentences(["", "一句。", Sentence("", "空")]).items] == ["一句。"]


def test_a_board_stands_worst_first_and_keeps_the_order_within_a_state() -> None:
    states: list[Status] = ["ok", "unknown", "critical", "warning", "critical"]
    found = [worded("sms.a", f"对象{number}", "检查", state) for number, state in enumerate(states)]
    assert [(row["state"], row["subject"]) for row in rows_of(board(found))] == [
        ("critical", "对象2"),
        ("critical", "对象4"),
        ("warning", "对象3"),
        ("unknown", "对象1"),
        ("ok", "对象0"),
    ]


def test_a_chart_puts_in_absent_days_and_blanks_days_not_taken() -> None:
    frame = pd.DataFrame({"day": [date(2026, 11, 16), date(2026, 11, 18), date(2026, 11, 19)], "submitted": [5, 7, 9]})
    days = pd.DataFrame(
        {
            "day": [date(2026, 11, day) for day in range(16, 20)],
            "is_covered": [True, True, True, False],
            "is_working_day": [True] * 4,
        }
    )
    made = chart(figures(frame), "line", Axes(y="submitted", days=days), title="图", id="c")
    assert [row["submitted"] for row in rows_of(made)] == [5, None, 7, None]
    assert made.bands == (("2026-11-19", "2026-11-19", "缺数据"),)


def test_a_chart_by_series_has_a_column_for_each_and_draws_it() -> None:
    frame = pd.DataFrame(
        {
            "day": [date(2026, 11, 16)] * 2 + [date(2026, 11, 17)],
            "carrier": ["telecom", "unicom", "unicom"],
            "submitted": [5, 7, 9],
        }
    )
    bundle = chart(
        figures(frame), "line", Axes(y="submitted", series="carrier"), title="图", id="c"
    )._repr_mimebundle_()
    assert [(each["name"], each["title"]) for each in bundle[DATA]["schema"]["fields"]] == [
        ("day", "日期"),
        ("submitted_1", "中国电信"),
        ("submitted_2", "中国联通"),
    ]
    assert [(trace["name"], trace["y"]) for trace in bundle[FIGURE]["data"]] == [
        ("中国电信", [5, None]),
        ("中国联通", [7, 9]),
    ]
    assert bundle[BLOCK]["y"] == ["submitted_1", "submitted_2"]


@pytest.mark.parametrize("kind", ["line", "bar", "stack", "hbar"])
def test_plotly_accepts_the_figure(kind: str) -> None:
    frame = pd.DataFrame({"application": ["甲", "<b>乙</b>"], "submitted": [5, None], "failed": [1, 2]})
    figure = chart(figures(frame), kind, Axes(x="application", y=["submitted", "failed"]), title="图", id="c").figure()  # type: ignore[arg-type]
    assert len(go.Figure(figure).data) == 2
    axis = figure["layout"]["yaxis" if kind == "hbar" else "xaxis"]
    assert axis["ticktext"] == ["甲", "&lt;b&gt;乙&lt;/b&gt;"]


def test_a_chart_refuses_measures_that_share_no_axis() -> None:
    frame = pd.DataFrame({"day": [date(2026, 11, 16)], "submitted": [5], "delivery_rate": [0.9]})
    with pytest.raises(UsageError, match="no axis"):
        chart(figures(frame), "line", Axes(y=["submitted", "delivery_rate"]), title="图", id="c")


def test_a_chart_refuses_two_rows_for_one_place() -> None:
    frame = pd.DataFrame({"day": [date(2026, 11, 16)] * 2, "submitted": [5, 6]})
    with pytest.raises(UsageError, match="two rows"):
        chart(figures(frame), "line", Axes(y="submitted"), title="图", id="c")


def test_a_chart_of_no_rows_is_still_a_chart() -> None:
    frame = pd.DataFrame({"day": pd.Series([], dtype="object"), "submitted": pd.Series([], dtype="int64")})
    assert rows_of(chart(figures(frame), "line", Axes(y="submitted"), title="图", id="c")) == []


@pytest.mark.parametrize(
    ("covered", "said"),
    [
        ([True, True], "没有数据可画：所示期间没有记录。"),
        ([True, False], "没有数据可画：11月17日未取得数据。"),
        (None, "没有数据可画。"),
    ],
)
def test_a_chart_without_any_figure_says_why(covered: list[bool] | None, said: str) -> None:
    frame = pd.DataFrame({"day": [date(2026, 11, 16)], "submitted": [None]})
    span = pd.DataFrame({"day": [date(2026, 11, 16), date(2026, 11, 17)], "is_covered": covered}) if covered else None
    assert chart(figures(frame), "line", Axes(y="submitted", days=span), title="图", id="c").note == said


def test_a_table_and_a_chart_without_a_source_say_so_and_nothing_else() -> None:
    for block in (
        table(NO_FIGURES, "分运营商", id="t"),
        chart(NO_FIGURES, "line", Axes(x="day", y="submitted"), id="c", title="近 35 天最高", note="更多"),
    ):
        read = read_block(block._repr_mimebundle_())
        assert (read.fields, read.rows, read.note, read.figure) == ((), (), NO_SOURCE, None)
        assert is_without_source(read)
        assert NO_SOURCE in preview(read)
    frame = pd.DataFrame({"day": pd.Series([], dtype="object"), "submitted": pd.Series([], dtype="int64")})
    empty = chart(figures(frame), "line", Axes(y="submitted"), id="e")
    assert not is_without_source(read_block(empty._repr_mimebundle_()))


def test_what_is_in_order_stands_by_system_and_subject() -> None:
    order = [("desk", "工单"), ("sms", "中国移动"), ("infra", "www"), ("sms", "中国联通"), ("sms", "中国移动")]
    found = [worded(f"{system}.a", subject, "检查", "ok") for system, subject in order]
    assert [(row["subsystem"], row["subject"]) for row in rows_of(board(found))] == [
        ("短信平台", "中国移动"),
        ("短信平台", "中国移动"),
        ("短信平台", "中国联通"),
        ("软硬件环境", "www"),
        ("运维服务", "工单"),
    ]


def test_text_loses_what_no_page_or_workbook_can_hold() -> None:
    assert clean_text("a\x00b\x07c\u202ed\ud800e\tf\ng") == "abcde\tf\ng"
    assert clean_text("长" * 40_000) == "长" * 32_000 + "…"


@pytest.mark.parametrize(("most", "tick"), [(1, 1), (5, 1), (6, None), (4000, None)])
def test_a_few_are_counted_in_whole_ones(most: int, tick: int | None) -> None:
    rows = figures(pd.DataFrame({"application": ["a", "b"], "submitted": [0, most]}))
    made = chart(rows, "hbar", Axes(x="application", y="submitted"), title="", id="few")
    assert made._repr_mimebundle_()[FIGURE]["layout"]["xaxis"].get("dtick") == tick
