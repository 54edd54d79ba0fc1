"""The format mini-language of measures, and the one way in which a number is written for a reader.

    text              as it is
    state             ● 正常 ▲ 关注 ■ 异常 ○ 未知
    date, month, datetime
    integer           12,345
    number:N          1,234.5            N digits after the point
    rate:N            97.6%              a fraction as a percentage, N digits
    points:N          1.1 个百分点        a difference of two fractions
    seconds           3.2 秒 · 2 分钟 · 2 分 5 秒 · 1 小时 2 分 · 2 天 14 小时
    hours             62 小时           the same without days: of office hours, of which a day has no 24
    ms                310 毫秒
    bytes             1.5 GB             of 1,024 MB, as office computers count
    yuan              1,234.50 元
    +<number format>  the same with its sign, for a change: +integer → +611, +rate:1 → +3.2%

A report closes up the spaces between figures and Chinese characters (``close_up``): ``3小时30分``, ``4,812条``.

A missing number is written as —, never as 0. Halves are rounded away from zero, as Excel does, so that a page and a
workbook show the same digits.
"""

from __future__ import annotations

import math
import re
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import NamedTuple

from ntanalytics.errors import UnknownName

#: Text in place of an unknown figure; never a zero.
MISSING = "—"

#: The minus sign of every displayed figure (U+2212): as wide as the plus and the digits; the hyphen is narrower.
MINUS = "−"

#: Words of units that stand alone: ``超过 2 分 为关注`` could be points of a score, or 分为.
_ALONE = {"分": "分钟"}

NUMERIC_KINDS = frozenset({"integer", "number", "rate", "points", "seconds", "hours", "ms", "bytes", "yuan"})
_OTHER_KINDS = frozenset({"text", "state", "date", "month", "datetime"})
_FORMAT = re.compile(r"(?P<sign>\+?)(?P<kind>[a-z]+)(:(?P<digits>\d))?")
_WITH_DIGITS = frozenset({"number", "rate", "points"})

_UNITS = "年月时分秒毫天次条个件家人台项份"
_HAN = r"\u4e00-\u9fff（）“”"
#: Spaces between a figure, or the mark of a bound, and a Chinese character, or between that mark and its figure.
#: A Latin name that ends in a digit is no figure, and keeps the space behind it, unless the digits have a unit
#: (``oa 12 分``).
_LOOSE = re.compile(
    rf"(?P<name>[A-Za-z][A-Za-z0-9_./:-]*(?: \d[\d.]*(?= [^{_UNITS}]))?[ \u00a0])"
    rf"|(?<=[\d%≥≤{_HAN}])[ \u00a0]+(?=[{_HAN}])|(?<=[{_HAN}])[ \u00a0]+(?=[\d+−≥≤])|(?<=[≥≤]) +(?=\d)"
)


class Format(NamedTuple):
    """A format of the mini-language: its kind, the digits after the point, and whether a plus sign is written."""

    kind: str
    digits: int
    is_signed: bool


@lru_cache
def parse_format(form: str) -> Format:
    """Return the parts of a format: ``+rate:1`` → ``("rate", 1, True)``.

    Raises:
        UnknownName: the mini-language has no such format.
    """
    parts = _FORMAT.fullmatch(form)
    kind = parts["kind"] if parts else ""
    is_known = kind in NUMERIC_KINDS or (kind in _OTHER_KINDS and not form.startswith("+"))
    if parts is None or not is_known or (parts["digits"] and kind not in _WITH_DIGITS):
        raise UnknownName("format", form, NUMERIC_KINDS | _OTHER_KINDS)
    return Format(kind, int(parts["digits"] or 0), bool(parts["sign"]))


def format_number(value: float | Decimal | None, form: str, unit: str = "") -> str:
    """Return a number as a reader sees it: thousands separators, percent, durations in words.

    Args:
        value: the number; None or NaN is written as ``—``.
        form: a numeric format of the mini-language.
        unit: written after the number with a space.

    Returns:
        For example ``4,812 条``, ``98.9%``, ``1.1 个百分点``, ``3 小时 28 分``.

    Raises:
        UnknownName: the mini-language has no such format.
        ValueError: the format is not a numeric one.
    """
    kind, digits, is_signed = parse_format(form)
    if value is None or math.isnan(value):
        return MISSING
    text = _number_text(value, kind, digits)
    sign = "+" if is_signed and value > 0 and has_nonzero_digit(text) else ""
    return f"{sign}{text} {unit}" if unit else f"{sign}{text}"


def format_set_share(share: float) -> str:
    """Return a share that somebody has set, with all digits that were given: 0.995 → ``99.5%``, 0.9 → ``90%``."""
    return f"{share * 100:.6g}%"


def close_up(text: str) -> str:
    """Return a Chinese text without spaces at its figures: ``历时 3 小时 30 分`` → ``历时3小时30分``.

    A space beside a Latin name stays: ``portal 错误率``, ``oa-db-1 磁盘``, ``Windows 10 偏离常态``.
    """
    return _LOOSE.sub(lambda space: space["name"] or "", text)


def has_nonzero_digit(text: str) -> bool:
    """Return whether a written number differs from zero: ``0.0%`` does not."""
    return any(digit in text for digit in "123456789")


def _number_text(value: float | Decimal, kind: str, digits: int) -> str:
    match kind:
        case "integer":
            return _rounded(value, 0)
        case "number":
            return _rounded(value, digits)
        case "rate":
            return f"{_rounded(value, digits, percent=True)}%"
        case "points":
            return f"{_rounded(value, digits, percent=True)} 个百分点"
        case "seconds":
            return _duration(float(value))
        case "hours":
            return _duration(float(value), has_days=False)
        case "ms":
            return f"{_rounded(value, 0)} 毫秒"
        case "bytes":
            return _byte_size(float(value))
        case "yuan":
            return f"{_rounded(value, 2)} 元"
        case _:
            raise ValueError(f"{kind!r} is not a numeric format")


def _duration(seconds: float, *, has_days: bool = True) -> str:
    """Return a duration: ``3.2 秒``, ``2 分钟``, ``2 分 5 秒``, ``1 小时 2 分``, ``3 天 4 小时``; or ``76 小时``."""
    if seconds < 0:
        return MINUS + _duration(-seconds, has_days=has_days)
    if seconds < 59.95:
        return f"{_rounded(seconds, 1 if seconds else 0)} 秒"
    whole = _whole(seconds)
    if whole < 3600:
        return _in_two_units(whole, 60, "分", "秒")
    minutes = _whole(seconds / 60)
    if minutes < 48 * 60:
        return _in_two_units(minutes, 60, "小时", "分")
    if not has_days:
        return f"{_rounded(seconds / 3600, 0)} 小时"
    return _in_two_units(_whole(seconds / 3600), 24, "天", "小时")


def _in_two_units(count: int, size: int, large: str, small: str) -> str:
    """Return a count in two units without a smaller part of zero: ``2 分 5 秒``, ``2 分钟``."""
    whole, rest = divmod(count, size)
    if rest:
        return f"{whole} {large} {rest} {small}"
    return f"{whole} {_ALONE.get(large, large)}"


def _byte_size(count: float) -> str:
    """Return a number of bytes in binary multiples: ``512 B``, ``1.5 KB``, ``2.0 GB``."""
    for name in ("B", "KB", "MB", "GB"):
        if abs(count) < 1024:
            return f"{_rounded(count, 0 if name == 'B' else 1)} {name}"
        count /= 1024
    return f"{_rounded(count, 1)} TB"


def _whole(value: float) -> int:
    return int(Decimal(str(value)).quantize(Decimal(1), ROUND_HALF_UP))


def _rounded(value: float | Decimal, digits: int, *, percent: bool = False) -> str:
    # Decimal of the shortest repr rounds 0.125 to 0.13 as a reader does; binary and banker's rounding do not.
    exact = Decimal(str(value)) * (100 if percent else 1)
    # + 0 turns -0 into 0
    return f"{exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP) + 0:,}".replace("-", MINUS)
