import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ntanalytics.errors import BadPeriod, CalendarMissing, SettingsError
from ntanalytics.periods import Calendar, Period, PeriodKind, parse_period
from ntanalytics.periods.day_text import counted_days, day_span_list, day_spans, days_apart, short_day_spans
from ntanalytics.settings import read_calendar

TODAY = dt.date(2026, 11, 24)  # a Tuesday
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("text", "first", "last", "label"),
    [
        ("2026-11-20", "2026-11-20", "2026-11-20", "2026年11月20日（周五）"),
        ("2026-W47", "2026-11-16", "2026-11-22", "2026年第47周（11月16日—22日）"),
        ("2026-W49", "2026-11-30", "2026-12-06", "2026年第49周（11月30日—12月6日）"),
        ("2026-11", "2026-11-01", "2026-11-30", "2026年11月"),
        ("2024-02", "2024-02-01", "2024-02-29", "2024年2月"),
        ("2026-W53", "2026-12-28", "2027-01-03", "2026年第53周（12月28日—1月3日）"),
        ("2026-03-01_2027-02-28", "2026-03-01", "2027-02-28", "2026年3月1日至2027年2月28日"),
        ("2026-03-01_2026-11-23", "2026-03-01", "2026-11-23", "2026年3月1日至11月23日"),
    ],
)
def test_a_period_is_read_and_written(text, first, last, label):
    period = parse_period(text, TODAY)
    assert (period.first.isoformat(), period.last.isoformat()) == (first, last)
    assert period.text == text
    assert period.label == label


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("yesterday", "2026-11-23"),
        ("last-working-day", "2026-11-23"),
        ("last-week", "2026-W47"),
        ("last-month", "2026-10"),
    ],
)
def test_a_word_is_relative_to_today(word, text):
    assert parse_period(word, TODAY).text == text


@pytest.mark.parametrize(
    ("today", "text"),
    [
        (dt.date(2026, 3, 2), "2026-03-01_2026-03-01"),
        (TODAY, "2026-03-01_2026-11-23"),
        (dt.date(2027, 5, 1), "2026-03-01_2027-02-28"),
    ],
)
def test_the_contract_year_goes_up_to_yesterday_and_at_most_to_its_end(today, text):
    calendar = Calendar(contract_year=(dt.date(2026, 3, 1), dt.date(2027, 2, 28)))
    assert parse_period("contract-year", today, calendar).text == text


def test_a_contract_year_that_has_not_begun_or_is_not_known_is_no_period():
    calendar = Calendar(contract_year=(TODAY, TODAY))
    with pytest.raises(BadPeriod, match="begins on"):
        parse_period("contract-year", TODAY, calendar)
    with pytest.raises(BadPeriod, match=r"site\.contract"):
        parse_period("contract-year", TODAY, Calendar())
    with pytest.raises(BadPeriod, match="is before"):
        parse_period("2026-11-24_2026-11-23", TODAY)


def test_the_last_working_day_skips_a_holiday_week():
    # National Day 2026: 1 to 7 October are days off, 30 September is a Wednesday
    assert parse_period("last-working-day", dt.date(2026, 10, 8)).text == "2026-09-30"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026",
        "2026-13",
        "2026-W54",
        "2026-02-30",
        "last-year",
        "../etc",
        "2026-W1",
        "2026-1-1",
        "0001-01-01",
        "9999-12",
        "2026-03-01_2026-02-30",
    ],
)
def test_what_is_no_period_is_refused_with_the_forms_that_are(text):
    with pytest.raises(BadPeriod, match="2026-W47"):
        parse_period(text, TODAY)


def test_the_window_of_a_local_day_is_half_open_in_utc():
    since, until = Period.day(dt.date(2026, 11, 20)).window(SHANGHAI)
    assert since == dt.datetime(2026, 11, 19, 16, tzinfo=dt.UTC)
    assert until == dt.datetime(2026, 11, 20, 16, tzinfo=dt.UTC)


@given(day=st.dates(dt.date(2000, 1, 10), dt.date(2100, 1, 1)), kind=st.sampled_from(PeriodKind))
def test_periods_of_a_kind_tile_time(day, kind):
    make = {
        PeriodKind.DAY: Period.day,
        PeriodKind.WEEK: Period.week,
        PeriodKind.MONTH: Period.month,
        PeriodKind.CONTRACT: lambda first: Period.contract(first, first + dt.timedelta(days=100)),
    }
    period = make[kind](day)
    before = period.previous()
    assert day in period.days
    assert before.kind is kind
    assert before.last + dt.timedelta(days=1) == period.first
    assert before.window(SHANGHAI)[1] == period.window(SHANGHAI)[0]
    assert parse_period(period.text, TODAY) == period


def test_make_up_days_on_weekends_are_worked():
    calendar = Calendar()
    assert calendar.is_working_day(dt.date(2026, 9, 20))  # a Sunday
    assert calendar.is_working_day(dt.date(2026, 10, 10))  # a Saturday
    assert not calendar.is_working_day(dt.date(2026, 10, 5))  # a Monday in National Day
    assert calendar.describe(dt.date(2026, 10, 10)) == "调休上班"
    assert calendar.describe(dt.date(2026, 10, 5)) == "节假日"
    assert calendar.describe(dt.date(2026, 11, 22)) == "周末"
    assert calendar.describe(dt.date(2026, 11, 20)) == ""


def test_a_year_without_a_calendar_is_a_loud_error_with_the_way_out():
    with pytest.raises(CalendarMissing, match="2027") as caught:
        Calendar().is_working_day(dt.date(2027, 3, 1))
    assert caught.value.exit_code == 10
    assert "site.calendar" in caught.value.todo
    with pytest.raises(CalendarMissing):
        parse_period("last-working-day", dt.date(2027, 3, 2))


def test_a_site_supplies_the_year_that_is_missing(tmp_path: Path):
    file = tmp_path / "holidays.yml"
    file.write_text("2027:\n  holidays: [2027-01-01]\n  workdays: [2027-02-14]\n", encoding="utf-8")
    calendar = read_calendar(file)
    assert not calendar.is_working_day(dt.date(2027, 1, 1))
    assert calendar.is_working_day(dt.date(2027, 2, 14))  # a Sunday
    assert calendar.is_working_day(dt.date(2027, 3, 1))
    assert not calendar.is_working_day(dt.date(2027, 3, 6))
    assert calendar.is_working_day(dt.date(2026, 9, 20))  # other years are still the library's


@pytest.mark.parametrize("text", ["2027: {holiday: []}", "2027: {holidays: [2026-01-01]}", "[", "2027: 3"])
def test_a_holiday_file_of_another_shape_is_refused(tmp_path: Path, text: str):
    file = tmp_path / "holidays.yml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"holidays\.yml"):
        read_calendar(file)


def test_days_are_written_as_runs() -> None:
    days = [dt.date(2026, 11, day) for day in (18, 20, 21, 22)]
    assert (
        day_spans([*days, dt.date(2026, 11, 30), dt.date(2026, 12, 1)]) == "11月18日、11月20日至22日、11月30日至12月1日"
    )
    assert day_span_list(reversed(days)) == ["11月18日", "11月20日至22日"]
    assert (short_day_spans(days), short_day_spans([])) == ("11-18、11-20—11-22", "")


def test_days_of_two_years_have_theirs() -> None:
    first, last = dt.date(2026, 11, 23), dt.date(2027, 2, 28)
    assert days_apart(first, last) == ("2026年11月23日", "2027年2月28日")
    assert days_apart(first, dt.date(2026, 11, 29)) == ("11月23日", "11月29日")
    year = [first + dt.timedelta(days=n) for n in range(373)]  # to 30 November 2027: the same month of the next year
    assert day_spans(year) == "2026年11月23日至2027年11月30日"
    assert day_spans(year[:8]) == "11月23日至30日"
    assert day_spans(year[:8], {2026}) == "11月23日至30日"
    assert day_spans(year[:8], {2027}) == "2026年11月23日至30日"
    assert day_spans(year[:1] + year[38:40], {2027}) == "2026年11月23日、2026年12月31日至2027年1月1日"
    assert counted_days(year[:1]) == "11月23日"
    assert counted_days(year[:98]) == "2026年11月23日至2027年2月28日共 98 天"
