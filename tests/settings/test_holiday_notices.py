"""A notice checks itself, makes a year and amends it; every day was worked out by hand."""

from __future__ import annotations

import datetime as dt
import os
import re
from pathlib import Path

import chinese_calendar
import pytest

from ntanalytics.errors import SettingsError
from ntanalytics.periods import Calendar, days_between
from ntanalytics.settings import read_calendar
from ntanalytics.settings.calendar_file import is_known, with_notice, write_calendar
from ntanalytics.settings.festivals import festival_day, statutory_days
from ntanalytics.settings.holiday_notice import parse_notice
from ntanalytics.settings.notice_checks import check_notice
from tests.settings.notices import NOTICES, OF_2027, OF_2028, count, days_of

BEFORE = dt.date(2026, 11, 5)


def _day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def added(path: Path, *texts: str) -> Calendar:
    for text in texts:
        write_calendar(path, with_notice(path, parse_notice(text), BEFORE))
    return read_calendar(path)


@pytest.mark.parametrize("text", NOTICES.values(), ids=NOTICES.keys())
def test_a_right_notice_raises_no_error_and_no_question(text: str):
    notice = parse_notice(text)
    check = check_notice(notice, dt.date(notice.year - 1, 11, 5))
    assert (check.errors, check.questions) == ((), ())


def test_the_days_of_a_notice_are_those_counted_by_hand(tmp_path: Path):
    calendar = added(tmp_path / "calendar.yml", OF_2027, OF_2028)
    # 261 weekdays; off of them: 1, 6, 1, 3, 1, 1 and 5 in the seven lines, and 31 December; 5 make-up days
    assert len(calendar.working_days(_day("2027-01-01"), _day("2027-12-31"))) == 261 - 18 - 1 + 5
    for day in ("2027-01-31", "2027-02-14", "2027-05-08", "2027-09-26", "2027-10-09"):
        assert calendar.describe(_day(day)) == "调休上班"
    for day in ("2027-01-01", "2027-02-12", "2027-05-05", "2027-10-07", "2027-12-31"):
        assert calendar.describe(_day(day)) == "节假日", day  # the last by the notice of 2028
    assert calendar.is_working_day(_day("2027-12-30"))


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("1月1日（周五）", "1月1日（周四）", "周五"),  # the weekday
        ("共8天", "共7天", "8 day"),  # the length
        ("5月8日（周六）", "5月6日（周四）", "weekend"),  # a make-up day at work
        ("9月26日（周日）", "10月3日（周日）", "off and a make-up day"),
        ("6月9日（周三）", "6月16日（周三）", "2027-06-09"),  # the moon
        ("农历除夕", "农历正月初一", "农历"),
        ("五、端午节", "五、中秋节", "2 times"),
    ],
)
def test_a_contradiction_is_an_error(right: str, wrong: str, said: str):
    check = check_notice(parse_notice(OF_2027.replace(right, wrong)), BEFORE)
    assert any(said in error for error in check.errors), check


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("5月8日（周六）上班", "5月15日（周六）上班", "nearer weekend"),
        ("、10月9日（周六）上班", "上班", "make-up day"),
        ("国办发明电〔2026〕9号\n", "", "document number"),
        ("〔2026〕", "〔2016〕", "2016"),
    ],
)
def test_what_no_notice_had_before_is_asked_about(right: str, wrong: str, said: str):
    check = check_notice(parse_notice(OF_2027.replace(right, wrong)), BEFORE)
    assert check.errors == ()
    assert any(said in question for question in check.questions), check


@pytest.mark.parametrize(
    ("right", "wrong"), [("1月31日", "1月32日"), ("放假，共3天", "停电，共3天"), ("关于2027年", "关于2028年")]
)
def test_a_text_that_cannot_be_read_is_refused(right: str, wrong: str):
    with pytest.raises(SettingsError):
        parse_notice(OF_2027.replace(right, wrong))


def test_every_wrong_digit_is_refused_or_asked_about():
    kinds, missed = count(NOTICES, 600)
    assert missed == []
    assert kinds["refused"] + kinds["asked"] + kinds["equal"] == 600


def test_a_later_notice_replaces_its_festivals_and_leaves_the_others(tmp_path: Path):
    path = tmp_path / "calendar.yml"
    added(path, OF_2027)
    amendment = "关于调整2027年劳动节假期安排的通知\n一、劳动节：5月1日（周六）至4日（周二）放假调休，共4天。"
    calendar = added(path, amendment)
    assert calendar.is_working_day(_day("2027-05-05"))
    assert not calendar.is_working_day(_day("2027-05-08"))
    assert calendar.is_working_day(_day("2027-10-09"))
    assert is_known(path, parse_notice(amendment))
    assert is_known(path, parse_notice(OF_2027))
    assert not is_known(path, parse_notice(OF_2027 + " "))


def test_an_amendment_of_a_year_of_the_library_keeps_its_other_days(tmp_path: Path):
    text = "2026年国庆节放假通知\n一、国庆节：10月1日（周四）至6日（周二）放假调休，共6天。9月20日（周日）上班。"
    calendar, known = added(tmp_path / "calendar.yml", text), Calendar()
    days = days_between(_day("2025-12-01"), _day("2026-12-31"))
    changed = [str(day) for day in days if calendar.is_working_day(day) != known.is_working_day(day)]
    assert changed == ["2026-10-07", "2026-10-10"]


def test_an_amendment_of_an_unknown_year_or_of_a_part_of_one_item_is_refused(tmp_path: Path):
    path = tmp_path / "calendar.yml"
    with pytest.raises(SettingsError, match="清明节"):
        added(path, "2027年劳动节放假通知\n一、劳动节：5月1日至5日放假，共5天。")
    added(path, OF_2028)
    with pytest.raises(SettingsError, match="国庆节、中秋节 as one"):
        added(path, "2028年国庆节放假通知\n一、国庆节：10月1日至5日放假，共5天。")


def test_the_lists_of_a_site_win_over_a_notice_and_stay(tmp_path: Path):
    path = tmp_path / "calendar.yml"
    path.write_text("2027: {holidays: [2027-04-12]}\n", encoding="utf-8")
    calendar = added(path, OF_2027)
    assert not calendar.is_working_day(_day("2027-04-12"))
    assert (tmp_path / "calendar.yml.bak").read_text(encoding="utf-8").startswith("2027: {holidays")


def test_the_december_that_the_next_year_sets_is_known_without_its_own_year():
    calendar = Calendar({_day("2027-12-31"): False}, frozenset({2028}))
    assert calendar.knows(_day("2027-12-31"))
    assert not calendar.knows(_day("2027-12-30"))
    assert not calendar.is_working_day(_day("2027-12-31"))


def test_the_moon_of_past_years_is_that_of_the_published_calendars():
    names = {"春节": "Spring Festival", "清明节": "Tomb-sweeping Day", "端午节": "Dragon Boat Festival"}
    for year in range(2013, 2027):
        for name, published in names.items():
            assert chinese_calendar.constants.holidays[festival_day(name, year)] == published
    assert festival_day("春节", 2027) == _day("2027-02-06")  # new moon eleven minutes before midnight
    assert statutory_days("春节", 2027) == days_between(_day("2027-02-05"), _day("2027-02-08"))


REAL = os.environ.get("NTANALYTICS_HOLIDAY_NOTICES", "")


@pytest.mark.skipif(not REAL, reason="NTANALYTICS_HOLIDAY_NOTICES names no file with published notices")
def test_published_notices_equal_the_library_on_every_day(tmp_path: Path):
    """The file has a block for each year: a line that begins with the year, and the lines of the notice."""
    for block in re.split(r"\n\n(?=20)", Path(REAL).read_text(encoding="utf-8").strip()):
        year, text = int(block[:4]), block.partition("\n")[2]
        notice = parse_notice(f"国务院办公厅关于{year}年部分节假日安排的通知 国办发明电〔{year - 1}〕7号\n{text}")
        check = check_notice(notice, dt.date(year - 1, 12, 1))
        assert (check.errors, check.questions) == ((), ())
        calendar = added(tmp_path / "calendar.yml", f"{year}年部分节假日\n{text}")
        for day in days_between(min(days_of(notice)), dt.date(year, 12, 31)):
            assert calendar.is_working_day(day) == chinese_calendar.is_workday(day), day
