"""Text of the State Council's yearly notice on holidays, as pasted from its page (docs/domain.md, Time)."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import unicodedata
from dataclasses import dataclass

from ntanalytics.errors import SettingsError
from ntanalytics.language import tr
from ntanalytics.periods import days_between
from ntanalytics.settings.festivals import FESTIVALS

_NAME = "|".join(FESTIVALS)
_DAY = r"(?: (\d+) 年 )? (?: (\d+) 月 )? (\d+) 日 (?: （ ([^）]*) ） )?"


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.VERBOSE)


_ITEM = _pattern(rf"[一二三四五六七八]、 ((?:{_NAME}) (?:、 (?:{_NAME}))*) ：")
_NAMED_DAY = _pattern(_DAY)
_HOLIDAY = _pattern(rf"{_DAY} (?: 至 {_DAY} )? 放假 (?: (\d+) 天 )? (?: 调休 )? ((?: ，[^，]* )*)")
_WORKDAYS = _pattern(rf"( {_DAY} (?:、 {_DAY})* ) 上班")
_LENGTH = _pattern(r"共 (\d+) 天")
_DOCUMENT = _pattern(r"国办发 (?: 明电 )? 〔 (\d+) 〕 (\d+) 号")
_YEAR = _pattern(rf"(\d+) 年 (?: 部分节假日 | {_NAME} )")
_ISSUED = _pattern(r"国务院办公厅 (\d+) 年 \d+ 月 \d+ 日")

#: A page has full-width and half-width punctuation side by side.
_FULL_WIDTH = str.maketrans(",:()[]", "，：（）〔〕")

#: Years of notices in this form; the first is that of the present festivals.
_YEARS = range(2008, 2100)

_TODO = "compare the text with the page of the State Council, correct it and run the command again"


@dataclass(frozen=True)
class NamedDay:
    """Day of a notice, with the text in its brackets.

    Attributes:
        day: the day.
        brackets: its weekday and perhaps its lunar day: ``农历除夕、周二``; empty without brackets.
    """

    day: dt.date
    brackets: str = ""


@dataclass(frozen=True, kw_only=True)
class Break:
    """Days off of one item of a notice, and its make-up workdays.

    Attributes:
        names: the festivals.
        first: the first day off.
        last: the last day off.
        stated_days: the length in the text (``共N天``); None without one.
        joins_weekend: whether the text says that a weekend follows or precedes (``与周末连休``).
        workdays: the make-up workdays (``上班``).
    """

    names: tuple[str, ...]
    first: NamedDay
    last: NamedDay
    stated_days: int | None
    joins_weekend: bool
    workdays: tuple[NamedDay, ...]

    @property
    def days(self) -> list[dt.date]:
        """Days off, weekends included."""
        return days_between(self.first.day, self.last.day)


@dataclass(frozen=True, kw_only=True)
class HolidayNotice:
    """Notice on the holidays of a year, or on a part of them.

    Attributes:
        year: the year.
        document: the document's number (``国办发明电〔2025〕7号``); empty if the text has none.
        document_year: the year in that number; None without one.
        issued_in: the year of its date; None without one.
        sha256: digest of the text.
        breaks: the items.
    """

    year: int
    document: str
    document_year: int | None
    issued_in: int | None
    sha256: str
    breaks: tuple[Break, ...]

    @property
    def names(self) -> set[str]:
        """Festivals of all items."""
        return {name for item in self.breaks for name in item.names}


def parse_notice(text: str) -> HolidayNotice:
    """Return the notice of a text.

    Raises:
        SettingsError: the text names no year or several, has no item, or has a sentence or day that cannot be read.
    """
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).translate(_FULL_WIDTH)
    issued, document = _ISSUED.search(plain), _DOCUMENT.search(plain)
    items = list(_ITEM.finditer(plain))
    # a page links to notices of other years behind the text
    years = {int(text) for text in _YEAR.findall(plain[: items[0].start() if items else None])}
    if len(years) != 1:
        named = ", ".join(str(year) for year in sorted(years)) or "no year"
        raise SettingsError(
            tr("the notice names {named}: paste it with its title, which names one year", named=named), todo=tr(_TODO)
        )
    if not items:
        raise SettingsError(tr("the text has no line such as 一、元旦：…"), todo=tr(_TODO))
    (year,) = years
    if year not in _YEARS:
        raise SettingsError(tr("the notice names {year}: no year of a notice", year=year), todo=tr(_TODO))
    ends = [item.start() for item in items[1:]] + [len(plain)]
    breaks = [
        _break(tuple(item[1].split("、")), _ISSUED.sub("", plain[item.end() : end]), year)
        for item, end in zip(items, ends, strict=True)
    ]
    return HolidayNotice(
        year=year,
        document=document[0] if document else "",
        document_year=int(document[1]) if document else None,
        issued_in=int(issued[1]) if issued else None,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        breaks=tuple(breaks),
    )


def _break(names: tuple[str, ...], text: str, year: int) -> Break:
    """Return the break of an item's text; the sentences of the notice's end, which name no day, are left out."""
    where = "、".join(names)
    first, *others = text.split("。")
    matched = _HOLIDAY.fullmatch(first)
    if matched is None:
        raise SettingsError(tr("{where}: cannot read {first!r}", where=where, first=first), todo=tr(_TODO))
    begin = _named_day(matched.group(1, 2, 3, 4), year, None, where)
    has_end = matched[7] is not None
    end = _named_day(matched.group(5, 6, 7, 8), begin.day.year, begin.day.month, where) if has_end else begin
    remarks = matched[10].split("，")
    counts = [int(match[1]) for remark in remarks if (match := _LENGTH.fullmatch(remark))]
    counts += [int(matched[9])] if matched[9] else []
    strange = [remark for remark in remarks if re.search(r"\d", remark) and not re.fullmatch(r"共\d+天", remark)]
    if strange or len(set(counts)) > 1:
        raise SettingsError(tr("{where}: cannot read {first!r}", where=where, first=first), todo=tr(_TODO))
    return Break(
        names=names,
        first=begin,
        last=end,
        stated_days=counts[0] if counts else None,
        joins_weekend="与周末连休" in remarks,
        workdays=tuple(_workdays(others, year, where)),
    )


def _workdays(sentences: list[str], year: int, where: str) -> list[NamedDay]:
    days: list[NamedDay] = []
    for sentence in sentences:
        matched = _WORKDAYS.fullmatch(sentence)
        if matched is None:
            if re.search(r"\d+日", sentence):
                raise SettingsError(
                    tr("{where}: cannot read {sentence!r}", where=where, sentence=sentence), todo=tr(_TODO)
                )
            break
        days += [_named_day(match.groups(), year, None, where) for match in _NAMED_DAY.finditer(matched[1])]
    return days


def _named_day(groups: tuple[str | None, ...], year: int, month: int | None, where: str) -> NamedDay:
    """Return the day of a match of ``_DAY``; a year or month that it leaves out is that of the text before."""
    own_year, own_month, day, brackets = groups
    number = int(own_month) if own_month else month
    if number is None:
        raise SettingsError(tr("{where}: the day {day}日 has no month", where=where, day=day), todo=tr(_TODO))
    try:
        named = NamedDay(dt.date(int(own_year or year), number, int(day or 0)), brackets or "")
    except (ValueError, OverflowError) as error:
        text = f"{where} has a day that does not exist: {error}, in {number}月{day}日"
        raise SettingsError(text, todo=tr(_TODO)) from error
    if abs(named.day.year - year) > 1:
        raise SettingsError(
            tr("{where}: {day} is years away from {year}", where=where, day=named.day, year=year), todo=tr(_TODO)
        )
    return named
