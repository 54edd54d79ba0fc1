"""Checks of a notice on holidays: what contradicts itself is refused, what is unusual is asked about."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from ntanalytics.language import tr
from ntanalytics.periods import days_between
from ntanalytics.settings.festivals import FESTIVALS, festival_day, lunar_words, statutory_days
from ntanalytics.settings.holiday_notice import Break, HolidayNotice, NamedDay

_WEEKDAYS = "一二三四五六日"

_ONE = dt.timedelta(days=1)


@dataclass(frozen=True)
class NoticeCheck:
    """Result of the checks of a notice.

    Attributes:
        passed: the number of statements that were checked and are true, by kind.
        errors: sentences on contradictions; with one of them the text is wrong.
        questions: sentences on unusual things, which may be true.
    """

    passed: dict[str, int]
    errors: tuple[str, ...]
    questions: tuple[str, ...]


def check_notice(notice: HolidayNotice, today: dt.date) -> NoticeCheck:
    """Return the result of all checks.

    Args:
        notice: the notice.
        today: the present local day; a notice for another year than this or the next one is asked about.
    """
    days = [named for item in notice.breaks for named in (item.first, item.last, *item.workdays)]
    errors = [*_wrong_days(days), *_wrong_festivals(notice), *_wrong_lengths(notice), *_wrong_workdays(notice)]
    off = {day for item in notice.breaks for day in item.days}
    working = {named.day for item in notice.breaks for named in item.workdays}
    questions = [*_unusual_document(notice, today)]
    if not errors:
        for item in notice.breaks:
            questions += _unusual_break(item, notice.year, off, working)
    passed = {
        "weekdays in brackets": sum(bool(_weekday(named)) for named in days),
        "lengths (共N天)": sum(item.stated_days is not None for item in notice.breaks),
        "make-up days on weekends": len(working),
        "festivals within their days": len(notice.names),
    }
    return NoticeCheck(passed, tuple(dict.fromkeys(errors)), tuple(dict.fromkeys(questions)))


def _weekday(named: NamedDay) -> str:
    weekday = re.search(r"(?:周|星期)([一二三四五六日天])", named.brackets)
    return weekday[1].replace("天", "日") if weekday else ""


def _wrong_days(days: list[NamedDay]) -> Iterator[str]:
    """Yield the days whose brackets name another weekday or lunar day."""
    for named in days:
        stated, true = _weekday(named), _WEEKDAYS[named.day.weekday()]
        if stated and stated != true:
            yield f"{named.day} is 周{true}, and the notice says 周{stated}"
        lunar = re.search(r"(?<=农历)[^、，]+", named.brackets)
        if lunar and lunar[0] not in (words := lunar_words(named.day)):
            yield f"{named.day} is 农历{min(words)}, and the notice says 农历{lunar[0]}"


def _wrong_festivals(notice: HolidayNotice) -> Iterator[str]:
    """Yield festivals that are named twice, or do not fall within their days; and days of another year."""
    for name, count in Counter(name for item in notice.breaks for name in item.names).items():
        if count > 1:
            yield tr("{name} is named {count} times", name=name, count=count)
    earliest, latest = dt.date(notice.year - 1, 12, 1), dt.date(notice.year, 12, 31)
    for item in notice.breaks:
        named = [item.first.day, item.last.day, *(workday.day for workday in item.workdays)]
        if strange := [day for day in named if not earliest <= day <= latest]:
            yield tr("{strange} is no day of {year} or of the December before", strange=strange[0], year=notice.year)
            continue
        for name in item.names:
            if not item.first.day <= (day := festival_day(name, notice.year)) <= item.last.day:
                yield tr(
                    "{name} is on {day}, which is not within {day2} … {day3}",
                    name=name,
                    day=day,
                    day2=item.first.day,
                    day3=item.last.day,
                )


def _wrong_lengths(notice: HolidayNotice) -> Iterator[str]:
    """Yield breaks that end before they begin, have another length than stated, overlap, or touch no weekend."""
    for item in notice.breaks:
        length, name = len(item.days), "、".join(item.names)
        if not length:
            yield tr(
                "{name} ends on {day}, before it begins on {day2}", name=name, day=item.last.day, day2=item.first.day
            )
        if item.stated_days is not None and item.stated_days != length:
            span = f"{item.first.day} … {item.last.day}"
            yield tr(
                "{name} has {length} day(s), {span}, and the notice says {stated_days}",
                name=name,
                length=length,
                span=span,
                stated_days=item.stated_days,
            )
        if item.joins_weekend and not (item.first.day.weekday() == 0 or item.last.day.weekday() == 4):
            yield f"{name} does not join a weekend: it begins on a 周{_WEEKDAYS[item.first.day.weekday()]}"
    for day, count in Counter(day for item in notice.breaks for day in item.days).items():
        if count > 1:
            yield tr("{day} is off in two lines", day=day)


def _wrong_workdays(notice: HolidayNotice) -> Iterator[str]:
    """Yield make-up days that are named twice, fall within days off, or on no weekend."""
    off = {day for item in notice.breaks for day in item.days}
    for day, count in Counter(named.day for item in notice.breaks for named in item.workdays).items():
        if count > 1:
            yield tr("{day} is a make-up day in two places", day=day)
        if day in off:
            yield tr("{day} is off and a make-up day", day=day)
        if day.weekday() < 5:
            yield f"the make-up day {day} is a 周{_WEEKDAYS[day.weekday()]}, and no day of a weekend"


def _unusual_document(notice: HolidayNotice, today: dt.date) -> Iterator[str]:
    """Yield what is unusual in the year, the number, and the festivals of a notice."""
    if notice.year not in (today.year, today.year + 1):
        yield tr("it is for {year}, and this is {year2}", year=notice.year, year2=today.year)
    if not notice.document:
        yield "the text has no document number (国办发明电〔…〕…号)"
    usual = (notice.year - 1, notice.year)
    for stated in (notice.document_year, notice.issued_in):
        if stated is not None and (stated not in usual or (stated == notice.year and notice.names == set(FESTIVALS))):
            yield tr(
                "it is of {stated}, and a notice for {year} comes out in {year2}",
                stated=stated,
                year=notice.year,
                year2=notice.year - 1,
            )
    if notice.document_year != notice.issued_in and None not in (notice.document_year, notice.issued_in):
        yield tr(
            "its number is of {document_year}, and its date of {issued_in}",
            document_year=notice.document_year,
            issued_in=notice.issued_in,
        )


def _unusual_break(item: Break, year: int, off: set[dt.date], working: set[dt.date]) -> Iterator[str]:
    """Yield what no notice of 2014 to 2026 has: a holiday by law at work, moved days that do not balance, far days."""
    name, days = "、".join(item.names), set(item.days)
    by_law = {day for festival in item.names for day in statutory_days(festival, year)}
    if missing := sorted(by_law - days):
        yield tr(
            "{name}: {missing} is a holiday by law, and the notice does not have it off", name=name, missing=missing[0]
        )
    weekdays = sum(day.weekday() < 5 for day in days)
    by_number = sum(len(statutory_days(festival, year)) for festival in item.names)
    if weekdays - by_number != len(item.workdays):
        yield (
            tr(
                "{name}: {weekdays} day(s) of Monday to Friday are off, {by_number} by law, so "
                "{weekdays2} make-up day(s) are usual, and the notice has {count}",
                name=name,
                weekdays=weekdays,
                by_number=by_number,
                weekdays2=weekdays - by_number,
                count=len(item.workdays),
            )
        )
    yield from _unusual_days(item, name, off, working)


def _unusual_days(item: Break, name: str, off: set[dt.date], working: set[dt.date]) -> Iterator[str]:
    """Yield what is unusual of the length of a break, of its make-up days and of its ends."""
    if item.stated_days is None and not item.joins_weekend:
        yield tr("{name}: the notice does not say how many days it has", name=name)
    for named in item.workdays:
        if not _weekday(named):
            yield tr("{name}: the make-up day {day} has no weekday in brackets", name=name, day=named.day)
        if _has_nearer_weekend(named.day, item, off, working):
            yield tr(
                "{name}: the make-up day {day} is far: a free day of a nearer weekend would do",
                name=name,
                day=named.day,
            )
    for day in (item.first.day, item.last.day):
        other = day + {5: _ONE, 6: -_ONE}.get(day.weekday(), dt.timedelta(0))
        if other not in off | working:
            yield tr(
                "{name}: {day} is off, and {other} of the same weekend is neither off nor a make-up day",
                name=name,
                day=day,
                other=other,
            )


def _has_nearer_weekend(day: dt.date, item: Break, off: set[dt.date], working: set[dt.date]) -> bool:
    """Return True if a weekend without days off lies between a make-up day and its break, and has a day to spare."""
    first, last = (day + _ONE, item.first.day) if day < item.first.day else (item.last.day, day - _ONE)
    weekends = [(day, day + _ONE) for day in days_between(first, last - _ONE) if day.weekday() == 5]
    return any(not off & set(weekend) and not set(weekend) <= working for weekend in weekends)
