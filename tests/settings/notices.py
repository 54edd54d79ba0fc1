"""Notices of the form of the State Council's, made for the tests, and wrong digits in them.

``python -m tests.settings.notices 10000`` changes so many digits and counts what is caught, asked about and missed.
"""

from __future__ import annotations

import datetime as dt
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator

from ntanalytics.errors import SettingsError
from ntanalytics.settings.holiday_notice import HolidayNotice, parse_notice
from ntanalytics.settings.notice_checks import check_notice

#: As pasted from a page, with line breaks where a browser makes them: weekdays of all days, a lunar day.
OF_2027 = """国务院办公厅关于2027年
部分节假日安排的通知
国办发明电〔2026〕9号
各省、自治区、直辖市人民政府，国务院各部委、各直属机构：
现将2027年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节放假调休日期通知如下。
一、元旦：1月1日（周五）至3日（周日）放假，共3天。
二、春节：2月5日（农历除夕、周五）至12日（农历正月初七、周五）放假调休，共8天。1月31日（周日）、
2月14日（周日）上班。
三、清明节：4月3日（周六）至5日（周一）放假，共3天。
四、劳动节：5月1日（周六）至5日（周三）放假调休，共5天。5月8日（周六）上班。
五、端午节：6月9日（周三）放假1天，不调休。
六、中秋节：9月15日（周三）放假1天，不调休。
七、国庆节：10月1日（周五）至7日（周四）放假调休，共7天。9月26日（周日）、10月9日（周六）上班。
节假日期间，请各单位安排好值班。
国务院办公厅
2026年11月3日
"""

#: In the older form: weekdays of make-up days only, days of the December before, two festivals in one.
OF_2028 = """国务院办公厅关于2028年部分节假日安排的通知
国办发明电〔2027〕6号
一、元旦：2027年12月31日至2028年1月2日放假，共3天。
二、春节：1月25日至31日放假调休，共7天。1月23日（星期日）上班。
三、清明节：4月4日放假，共1天。
四、劳动节：4月29日至5月3日放假调休，共5天。5月6日（星期六）上班。
五、端午节：5月27日至29日放假，共3天。
六、国庆节、中秋节：9月30日至10月7日放假调休，共8天。10月8日（星期日）上班。
"""

NOTICES = {2027: OF_2027, 2028: OF_2028}

#: Digits that say nothing about a day: the number after the year of the document, the day on which it was signed.
_SILENT = re.compile(r"〕\d+号|年\d+月\d+日\s*$", re.MULTILINE)


def days_of(notice: HolidayNotice) -> dict[dt.date, bool]:
    """Return the days off and the make-up days of a notice: day → whether it is a working day."""
    off = {day: False for item in notice.breaks for day in item.days}
    return off | {named.day: True for item in notice.breaks for named in item.workdays}


def wrong_digits(text: str, seed: int) -> Iterator[str]:
    """Yield texts with one or two wrong digits without end: replaced, left out, doubled, swapped with the next."""
    chance = random.Random(seed)
    silent = {place for found in _SILENT.finditer(text) for place in range(*found.span())}
    places = [place for place, character in enumerate(text) if character.isdigit() and place not in silent]
    while True:
        characters = list(text)
        for place in chance.sample(places, chance.choice([1, 1, 2])):
            kind = chance.choice(["replaced"] * 5 + ["left out", "doubled", "swapped"])
            digit = characters[place]
            if kind == "replaced":
                characters[place] = chance.choice([other for other in "0123456789" if other != digit])
            elif kind == "swapped" and characters[place + 1].isdigit():
                characters[place : place + 2] = characters[place + 1], digit
            else:
                characters[place] = "" if kind == "left out" else digit * 2
        yield "".join(characters)


def judged(text: str, right: HolidayNotice) -> str:
    """Return whether a text is refused, asked about, equal in every day to the right one, or missed."""
    try:
        notice = parse_notice(text)
        check = check_notice(notice, dt.date(right.year - 1, 12, 1))
    except SettingsError:
        return "refused"
    if check.errors:
        return "refused"
    if check.questions:
        return "asked"
    return "equal" if (notice.year, days_of(notice)) == (right.year, days_of(right)) else "missed"


def count(texts: dict[int, str], times: int, seed: int = 7) -> tuple[Counter[str], list[str]]:
    """Return how many wrong texts of each kind there are among so many, and those that were missed."""
    kinds: Counter[str] = Counter()
    missed = []
    for text in texts.values():
        right = parse_notice(text)
        for _, wrong in zip(range(times // len(texts)), wrong_digits(text, seed), strict=False):
            kind = judged(wrong, right)
            kinds[kind] += 1
            missed += [wrong] if kind == "missed" else []
    return kinds, missed


if __name__ == "__main__":
    kinds, missed = count(NOTICES, int(sys.argv[1]))
    sys.stdout.write("\n".join([str(dict(kinds)), *missed, ""]))
