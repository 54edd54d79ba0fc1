"""Days of the seven festivals of a year, by the moon and by law (全国年节及纪念日放假办法, as of 2025)."""

from __future__ import annotations

import datetime as dt
from functools import cache

from borax.calendars.lunardate import LunarDate

FESTIVALS = ("元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节")

_DAY = dt.timedelta(days=1)

#: From this year on the eve of the Spring Festival and 2 May are holidays, too.
_REFORM = 2025


@cache
def festival_day(name: str, year: int) -> dt.date:
    """Return the day of a festival in a year; of the Spring Festival the first day of the first month."""
    fixed = {"元旦": (1, 1), "劳动节": (5, 1), "国庆节": (10, 1)}
    lunar = {"春节": (1, 1), "端午节": (5, 5), "中秋节": (8, 15)}
    if name in fixed:
        return dt.date(year, *fixed[name])
    if name in lunar:
        return _solar(LunarDate(year, *lunar[name]))
    return next(day for day in (dt.date(year, 4, number) for number in (3, 4, 5, 6)) if _lunar(day).term == "清明")


def statutory_days(name: str, year: int) -> list[dt.date]:
    """Return the days of a festival that are holidays by law; the State Council adds to them by moving weekends."""
    day = festival_day(name, year)
    first = day - _DAY if name == "春节" and year >= _REFORM else day
    more = {"春节": 2, "国庆节": 2, "劳动节": 1 if year >= _REFORM else 0}.get(name, 0)
    return [first + offset * _DAY for offset in range((day - first).days + more + 1)]


def lunar_words(day: dt.date) -> set[str]:
    """Return the ways to write a day in the lunar calendar: ``腊月廿八``, ``腊月二十八``, ``除夕``."""
    lunar = _lunar(day)
    numbers = {lunar.cn_day, lunar.cn_day.replace("廿", "二十"), lunar.cn_day.replace("卅", "三十")}
    words = {f"{lunar.cn_month}月{number}" for number in numbers}
    following = _lunar(day + _DAY)
    return words | ({"除夕"} if (following.month, following.day) == (1, 1) else set())


@cache
def _lunar(day: dt.date) -> LunarDate:
    return LunarDate.from_solar(day)


def _solar(day: LunarDate) -> dt.date:
    plain: dt.date = day.to_solar_date()
    return plain
