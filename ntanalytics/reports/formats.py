"""Values as a reader sees them, by the format mini-language (metrics/number_format.py).

Reports add to it: ``points`` always carries a sign (``+1.1个百分点``); ``yuan`` is written without its unit, which a
column's heading or a card gives; a ``datetime`` is shown in the zone of the report's head, though the record keeps UTC.
A workbook's cells are numbers with an Excel number format.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

from ntanalytics.findings.threshold import STATUSES, UNJUDGED, UNJUDGED_TEXT
from ntanalytics.metrics.number_format import MISSING, NUMERIC_KINDS, Format, close_up, format_number, parse_format
from ntanalytics.metrics.quantity import BOUNDS as BOUND_MARKS
from ntanalytics.metrics.quantity import UNKNOWN

#: A value in the record, after reading it from JSON or before writing it.
Value = str | int | float | bool | date | datetime | None

#: Certainty of a bound → its mark.
BOUNDS: Mapping[str, str] = MappingProxyType({str(certainty): mark for certainty, mark in BOUND_MARKS.items()})

#: The default zone of displayed instants (docs/domain.md, Time).
LOCAL_ZONE = ZoneInfo("Asia/Shanghai")

#: kind → Excel number format; ``{0}`` stands for the digits after the point.
_EXCEL: Mapping[str, str] = MappingProxyType(
    {
        "text": "@",
        "state": "@",
        "integer": "#,##0",
        "number": "#,##0{0}",
        "rate": "0{0}%",
        "points": "0{0}",
        "seconds": "[h]:mm:ss",
        "hours": "[h]:mm:ss",
        "ms": "#,##0",
        "bytes": "#,##0",
        "yuan": "#,##0.00",
        "date": "yyyy-mm-dd",
        "month": "yyyy-mm",
        "datetime": "yyyy-mm-dd hh:mm",
    }
)

#: Status → its mark and label: ``■ 异常``.
STATUS_TEXTS: Mapping[str, str] = MappingProxyType({str(status): text for status, text in STATUSES.items()})

#: Unit of a number in a workbook, where a size is a plain number; a duration is one of the workbook's own.
UNITS: Mapping[str, str] = MappingProxyType({"ms": "毫秒", "bytes": "字节", "yuan": "元", "points": "个百分点"})


def report_format(form: str) -> Format:
    """Return the parts of a format; ``points`` are signed in a report.

    Raises:
        UnknownName: the mini-language has no such format.
    """
    parts = parse_format(form)
    return parts._replace(is_signed=True) if parts.kind == "points" else parts


@lru_cache
def excel_format(form: str, has_unit: bool = False, certainty: str = "exact") -> str:
    """Return the Excel number format of a format: ``rate:1`` → ``0.0%``.

    Args:
        form: a format of the mini-language.
        has_unit: the cell itself carries the unit of a duration or a size: ``#,##0" 毫秒"``.
        certainty: that of the cell's value; a bound carries its mark: ``"≥"#,##0``.
    """
    kind, digits, is_signed = report_format(form)
    plain = _EXCEL[kind].replace("{0}", "." + "0" * digits if digits else "")
    if has_unit and kind in UNITS:
        plain += f'" {UNITS[kind]}"'
    if mark := BOUNDS.get(certainty):
        return f'"{mark}"{plain}'
    return f"+{plain};-{plain};{plain}" if is_signed else plain


def excel_value(value: float, form: str) -> float:
    """Return a number as a workbook keeps it: a duration in days, a difference of rates in percentage points."""
    kind = parse_format(form).kind
    return value / 86_400 if kind in ("seconds", "hours") else value * 100 if kind == "points" else value


def is_numeric(form: str) -> bool:
    """Return whether a format writes numbers, which are right-aligned."""
    return parse_format(form).kind in NUMERIC_KINDS


def is_null(value: object) -> bool:
    """Return whether a value is missing: None, NaN, or an infinity (no figure is infinite)."""
    return value is None or (isinstance(value, float) and not math.isfinite(value))


def is_nan(value: object) -> bool:
    """Return whether a value is NaN, or pandas' NaT or NA; whoever has no pandas has no NA either."""
    if value is getattr(sys.modules.get("pandas"), "NA", math.nan):
        return True
    return bool(value != value)  # noqa: PLR0124 — only these differ from themselves


def display(value: Value, form: str, unit: str = "", zone: ZoneInfo = LOCAL_ZONE) -> str:
    """Return a value as the reader sees it, or ``—`` for null.

    Args:
        value: the value; numbers may be texts when they exceed 2^53, times may be ISO texts.
        form: a format of the mini-language.
        unit: written after a number (``21,486人``); empty where a column's heading gives it.
        zone: the zone of a ``datetime``.

    Raises:
        UnknownName: the mini-language has no such format.
    """
    kind, digits, is_signed = report_format(form)
    if value is None or is_null(value):
        return MISSING
    if kind in NUMERIC_KINDS:
        number = Decimal(str(value))
        name, digits = ("number", 2) if kind == "yuan" else (kind, digits)
        suffix = f":{digits}" if name in ("number", "rate", "points") else ""
        return close_up(format_number(number, f"{'+' * is_signed}{name}{suffix}", unit))
    if kind == "state":
        return UNJUDGED_TEXT if value == UNJUDGED else STATUS_TEXTS.get(str(value), str(value))
    if kind == "datetime":
        return local_time(value, zone).strftime("%Y-%m-%d %H:%M")
    if kind in ("date", "month"):
        return str(value)[: 10 if kind == "date" else 7]
    if isinstance(value, bool):
        return "是" if value else "否"
    return f"{value} {unit}" if unit else str(value)


def local_time(value: Value, zone: ZoneInfo = LOCAL_ZONE) -> datetime:
    """Return an instant, or its ISO text, as the local wall clock without a zone; a naive time is local already."""
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return moment if moment.tzinfo is None else moment.astimezone(zone).replace(tzinfo=None)


def marked(text: str, certainty: str) -> str:
    """Return a value as the reader sees it, with the mark of a bound, or that it is unknown."""
    return UNKNOWN if certainty == "unknown" else f"{BOUNDS.get(certainty, '')}{text}"


def display_width(text: str) -> int:
    """Return the width of a text in Latin characters: a CJK character is as wide as two."""
    return sum(2 if character > "\u2e7f" else 1 for character in text)
