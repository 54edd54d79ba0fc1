import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ntanalytics.contract import Column, Type
from ntanalytics.extraction.convert import convert, local_day, seconds_between, translate

ZONE = ZoneInfo("Asia/Shanghai")
MOMENT = dt.datetime(2026, 11, 20, 1, 30, tzinfo=dt.UTC)  # 09:30 local


def converted(values, type_: Type, form: str = "") -> tuple[list[object], list[bool]]:
    array = values if isinstance(values, pa.Array) else pa.array(values)
    result, unreadable = convert(array, Column("x", type_, "x", "x"), form, ZONE)
    assert result.type == type_.arrow
    return result.to_pylist(), unreadable.to_pylist()


@pytest.mark.parametrize(
    ("form", "value"),
    [
        ("naive", "2026-11-20 09:30:00"),
        ("naive", "2026-11-20 09:30:00.000"),
        ("naive", dt.datetime(2026, 11, 20, 9, 30)),
        ("aware", MOMENT),
        ("aware", "2026-11-20T09:30:00+08:00"),
        ("aware", "20261120T013000Z"),
        ("utc", "2026-11-20 01:30:00"),
        ("naive", "2026-11-20T09:30:00+08:00"),
        ("naive", "2026-11-20T01:30:00Z"),
        ("utc", "2026-11-20 10:30:00.000 +0900"),
        ("epoch_s", 1_795_138_200),
        ("epoch_s", "1795138200"),
        ("epoch_ms", 1_795_138_200_000),
        ("epoch_ms", Decimal(1795138200000)),
        ("epoch_ms", "001795138200000"),  # Openfire's CHAR(15)
        ("text:%y%m%d%H%M", "2611200930"),
    ],
)
def test_the_same_moment_in_every_form(form, value):
    assert converted([value, None], Type.TIMESTAMP, form) == ([MOMENT, None], [False, False])


def test_an_unreadable_time_is_null_and_marked_and_the_others_are_kept():
    values = ["2026-11-20 09:30:00", "2026-00-00 00:00:00", "soon", None]
    assert converted(values, Type.TIMESTAMP, "naive") == ([MOMENT, None, None, None], [False, True, True, False])


def test_texts_with_and_without_an_offset_stand_side_by_side():
    """The former are the moments that they name; one without is unreadable where each should have one."""
    values = ["2026-11-20 09:30:00", "2026-11-20T09:30:00+08:00", "2026-11-20T10:30:00+09:00", "soon", None]
    assert converted(values, Type.TIMESTAMP, "naive") == (
        [MOMENT, MOMENT, MOMENT, None, None],
        [False] * 3 + [True, False],
    )
    assert converted(values, Type.TIMESTAMP, "aware") == (
        [None, MOMENT, MOMENT, None, None],
        [True, False, False, True, False],
    )


def test_a_zero_date_is_no_date_and_nothing_unreadable():
    values = ["2026-11-20 09:30:00", "0000-00-00 00:00:00", "0000-00-00 00:00:00.000"]
    assert converted(values, Type.TIMESTAMP, "naive") == ([MOMENT, None, None], [False, False, False])
    assert converted(["2026-11-20", "0000-00-00"], Type.DATE, "date")[0] == [dt.date(2026, 11, 20), None]
    assert converted(["0000-00-00"], Type.DATE, "date") == ([None], [False])


def test_milliseconds_are_kept():
    (moment,), _ = converted(["2026-11-20 09:30:00.123"], Type.TIMESTAMP, "naive")
    assert moment == MOMENT + dt.timedelta(milliseconds=123)


@pytest.mark.parametrize(
    ("type_", "value", "expected"),
    [
        (Type.INTEGER, "12", 12),
        (Type.INTEGER, " 12 ", 12),
        (Type.INTEGER, Decimal(12), 12),
        (Type.INTEGER, 12.0, 12),
        (Type.NUMBER, "48.5", 48.5),
        (Type.TEXT, 7, "7"),
        (Type.TEXT, b"\xe5\x85\xac", "公"),
        (Type.BOOLEAN, "TRUE", True),
        (Type.BOOLEAN, 0, False),
        (Type.DATE, "2026-11-20", dt.date(2026, 11, 20)),
        (Type.DATE, dt.datetime(2026, 11, 20, 9), dt.date(2026, 11, 20)),
    ],
)
def test_values_take_the_type_of_the_contract(type_, value, expected):
    assert converted([value], type_, "date" if type_ is Type.DATE else "") == ([expected], [False])


@pytest.mark.parametrize(
    ("type_", "value"),
    [(Type.INTEGER, "many"), (Type.INTEGER, "1.5"), (Type.NUMBER, "x"), (Type.BOOLEAN, "maybe"), (Type.DATE, "x")],
)
def test_a_value_of_no_such_type_is_marked(type_, value):
    assert converted(
        [value, "1" if type_ is not Type.DATE else "2026-01-01"], type_, "date" if type_ is Type.DATE else ""
    )[1] == [True, False]


def test_a_column_of_nulls_alone_is_null():
    for type_ in Type:
        assert converted(pa.nulls(2), type_, "naive" if type_ is Type.TIMESTAMP else "date") == (
            [None, None],
            [False, False],
        )


def test_the_local_day_begins_at_local_midnight():
    moments = pa.array(
        [MOMENT.replace(hour=15, minute=59), MOMENT.replace(hour=16, minute=0)], pa.timestamp("us", "UTC")
    )
    assert local_day(moments, ZONE).to_pylist() == [dt.date(2026, 11, 20), dt.date(2026, 11, 21)]


def test_elapsed_seconds_are_fractional_and_null_where_an_end_is():
    start = pa.array([MOMENT, MOMENT], pa.timestamp("us", "UTC"))
    end = pa.array([MOMENT + dt.timedelta(milliseconds=1500), None], pa.timestamp("us", "UTC"))
    assert seconds_between(start, end).to_pylist() == [1.5, None]


@given(st.datetimes(dt.datetime(1995, 1, 1), dt.datetime(2100, 1, 1)))
def test_a_naive_time_means_the_same_as_its_epoch(local):
    (moment,), _ = converted([local.isoformat(" ")], Type.TIMESTAMP, "naive")
    assert moment == local.replace(tzinfo=ZONE)
    assert (
        converted([round(moment.timestamp() * 1000) / 1], Type.TIMESTAMP, "epoch_ms")[0]
        == [moment.replace(microsecond=0) + dt.timedelta(milliseconds=round(moment.microsecond / 1000))]
        or moment.microsecond % 1000
    )


@given(
    st.lists(st.datetimes(dt.datetime(1985, 1, 1), dt.datetime(2030, 1, 1)), min_size=1, max_size=4),
    st.lists(st.timedeltas(dt.timedelta(0), dt.timedelta(days=3)), min_size=1, max_size=20),
    st.sampled_from(["Asia/Shanghai", "America/New_York", "Pacific/Apia", "Africa/Casablanca"]),
)
def test_times_are_those_of_the_zones_own_table_in_summer_and_at_its_changes(starts, later, name):
    """Near together as in a batch, and years apart; Shanghai had a summer time until 1991, Apia left a day out."""
    zone = ZoneInfo(name)
    utc = [(start + gap).replace(tzinfo=dt.UTC) for start in starts for gap in later]
    days = [moment.astimezone(zone).date() for moment in utc]
    assert local_day(pa.array(utc, pa.timestamp("us", tz="UTC")), zone).to_pylist() == days
    # of a local time that stands twice the earlier is meant, as by fold=0; one that does not exist is no test of ours
    local = [moment.astimezone(zone).replace(tzinfo=None, fold=0) for moment in utc]
    found, unreadable = convert(pa.array(local), Column("x", Type.TIMESTAMP, "x", "x"), "naive", zone)
    assert found.to_pylist() == [each.replace(tzinfo=zone).astimezone(dt.UTC) for each in local]
    assert not any(unreadable.to_pylist())


def test_the_night_on_which_the_clock_is_put_back_is_known_hour_by_hour():
    zone = ZoneInfo("America/New_York")
    utc = [dt.datetime(2026, 11, 1, hour, 30, tzinfo=dt.UTC) for hour in (3, 4, 5, 6)]
    found, _ = convert(
        pa.array([dt.datetime(2026, 11, 1, 0, 30), dt.datetime(2026, 11, 1, 2, 30)]),
        Column("x", Type.TIMESTAMP, "x", "x"),
        "naive",
        zone,
    )
    assert found.to_pylist() == [
        dt.datetime(2026, 11, 1, 4, 30, tzinfo=dt.UTC),
        dt.datetime(2026, 11, 1, 7, 30, tzinfo=dt.UTC),
    ]
    assert [day.day for day in local_day(pa.array(utc, pa.timestamp("us", tz="UTC")), zone).to_pylist()] == [
        31,
        1,
        1,
        1,
    ]


def test_a_word_is_known_whatever_its_case_its_width_and_the_blanks_around_it() -> None:
    words = {"CAS": "federated", "local login": "password", "*": "other"}
    written = pa.array(["CAS", "cas ", "ＣＡＳ", " Local  Login", "LOCAL LOGIN", "SAML", None])
    known = ["federated", "federated", "federated", "other", "password", "other", None]
    assert translate(written, words).to_pylist() == known


def test_words_that_differ_in_case_alone_and_mean_different_things_are_told_apart() -> None:
    assert translate(pa.array(["E", "e", " E "]), {"E": "failed", "e": "done"}).to_pylist() == [
        "failed",
        "done",
        "failed",
    ]
    assert translate(pa.array(["F", "f"]), {"F": "failed", "f": "failed"}).to_pylist() == ["failed", "failed"]


@pytest.mark.parametrize(
    ("form", "value"),
    [
        ("naive", "1970-01-01 00:00:00"),
        ("naive", "1970-01-01 08:00:00"),
        ("epoch_s", 0),
        ("epoch_ms", -1),
        ("utc", dt.datetime(1970, 1, 1)),
    ],
)
def test_the_time_of_no_seconds_is_no_time(form: str, value: object) -> None:
    """Products write it for no end, and a delivery that nobody signed for is not signed for in 1970."""
    assert converted([value, None], Type.TIMESTAMP, form) == ([None, None], [False, False])


def test_a_date_of_no_days_is_no_date() -> None:
    assert converted([dt.date(1970, 1, 1), dt.date(2026, 1, 1)], Type.DATE, "date") == (
        [None, dt.date(2026, 1, 1)],
        [False, False],
    )


def test_seconds_that_are_read_as_milliseconds_are_no_time() -> None:
    assert converted([1_795_138_200], Type.TIMESTAMP, "epoch_ms") == ([None], [True])
