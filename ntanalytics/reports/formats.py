"""How a value is written for a reader: the format mini-language, in one place.

    text              as it is
    integer           12,345
    number:N          1,234.5            N digits after the point
    rate:N            97.6%              a fraction, N digits
    points:N          +1.1 个百分点       a difference of two fractions, always with its sign
    seconds           3.2 秒 · 2 分 · 2 分 05 秒 · 1 小时 02 分
    ms                310 ms
    bytes             1.5 GiB
    yuan              1,234.50
    date, month       2026-11-20, 2026-11
    datetime          2026-11-20 09:12   local wall clock
    state             ● 正常 ▲ 关注 ■ 异常 ○ 未知
    +<number format>  the same with its sign, for a change: +integer → +611, +rate:1 → +3.2%

Null is written as —, never as 0. The minus is U+2212 wherever a figure is written; a workbook's cells are numbers.
Halves are rounded away from zero, as Excel does, so that the page and the workbook show the same digits. An instant is
kept in UTC in the record and shown in the zone of the report's head.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

from ntanalytics.errors import UnknownName
from ntanalytics.findings.threshold import STATUSES
from ntanalytics.metrics.number_format import MISSING, format_number

#: What a value may be in the record, after reading it from JSON or before writing it.
Value = str | int | float | bool | date | datetime | None

#: The zone in which an instant is shown when nothing else is said (docs/domain.md, Time).
LOCAL = ZoneInfo("Asia/Shanghai")

#: kind → Excel number format; ``{0}`` stands for the digits after the point.
_EXCEL: Mapping[str, str] = MappingProxyType(
    {
        "text": "@",
        "state": "@",
        "integer": "#,##0",
        "number": "#,##0{0}",
        "rate": "0{0}%",
        "points": "0{0}%",
        "seconds": "#,##0.0",
        "ms": "#,##0",
        "bytes": "#,##0",
        "yuan": "#,##0.00",
        "date": "yyyy-mm-dd",
        "month": "yyyy-mm",
        "datetime": "yyyy-mm-dd hh:mm",
    }
)

#: The unit that a number has in a workbook, where a duration or a size is a plain number.
UNITS: Mapping[str, str] = MappingProxyType(
    {"seconds": "秒", "ms": "毫秒", "bytes": "字节", "yuan": "元", "points": "个百分点"}
)

_NUMERIC = frozenset({"integer", "number", "rate", "points", "seconds", "ms", "bytes", "yuan"})


@lru_cache
def parts(format: str) -> tuple[str, int, bool]:
    """The kind, the digits and whether the sign is always written: ``+rate:1`` → ``("rate", 1, True)``.

    Raises:
        UnknownName: there is no such format.
    """
    kind, _, digits = format.removeprefix("+").partition(":")
    signed = format.startswith("+") or kind == "points"
    if kind not in _EXCEL or (digits and not digits.isdecimal()) or (signed and kind not in _NUMERIC):
        raise UnknownName("format", format, _EXCEL)
    return kind, int(digits) if digits else 0, signed


@lru_cache
def excel_format(format: str, is_alone: bool = False) -> str:
    """The Excel number format of a format: ``rate:1`` → ``0.0%``.

    Args:
        format: one of the mini-language.
        is_alone: no head of a column says the unit, so that a duration or a size carries it: ``#,##0" 毫秒"``.
    """
    kind, digits, signed = parts(format)
    plain = _EXCEL[kind].replace("{0}", "." + "0" * digits if digits else "")
    if is_alone and kind in UNITS:
        plain += f'" {UNITS[kind]}"'
    return f"+{plain};-{plain};{plain}" if signed else plain


def is_numeric(format: str) -> bool:
    """Whether a format writes numbers, which stand right-aligned."""
    return parts(format)[0] in _NUMERIC


def is_null(value: object) -> bool:
    """Whether a value is missing: None, NaN, or an infinity (no figure is infinite)."""
    return value is None or (isinstance(value, float) and not math.isfinite(value))


def display(value: Value, format: str, unit: str = "", zone: ZoneInfo = LOCAL) -> str:
    """A value as the reader sees it.

    Args:
        value: the value; numbers may be texts when they exceed 2^53, times may be ISO texts.
        format: one of the mini-language at the head of this module.
        unit: written after a number (``21,486 人``); leave it empty where a column's head says it.
        zone: in which a ``datetime`` is shown.

    Returns:
        The text, or — for null.

    Raises:
        UnknownName: there is no such format.
    """
    kind, digits, signed = parts(format)
    if value is None or is_null(value):
        return MISSING
    if kind in _NUMERIC:
        return _number(Decimal(str(value)), kind, digits, signed, unit)
    if kind == "state":
        return {str(state): words for state, words in STATUSES.items()}.get(str(value), str(value))
    if kind == "datetime":
        return local(value, zone).strftime("%Y-%m-%d %H:%M")
    if kind in ("date", "month"):
        return str(value)[: 10 if kind == "date" else 7]
    if isinstance(value, bool):
        return "是" if value else "否"
    return f"{value} {unit}" if unit else str(value)


def local(value: Value, zone: ZoneInfo = LOCAL) -> datetime:
    """An instant, or its ISO text, as the local wall clock without a zone; naive times are taken as local already."""
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return moment if moment.tzinfo is None else moment.astimezone(zone).replace(tzinfo=None)


def wide(text: str) -> int:
    """How wide a text is: a CJK character is as wide as two Latin ones."""
    return sum(2 if each > "\u2e7f" else 1 for each in text)


def _number(number: Decimal, kind: str, digits: int, signed: bool, unit: str) -> str:
    if kind == "yuan":  # a column's head says 元, a card's unit does
        kind, digits = "number", 2
    # figure() calculates durations and sizes in floating point, the rest in decimals.
    value = float(number) if kind in ("seconds", "bytes") else number
    text = format_number(value, f"{kind}:{digits}", unit)
    return f"+{text}" if signed and number > 0 and any(digit in text for digit in "123456789") else text
