"""How a figure is written for a reader, by the format mini-language of metrics.measure."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal

#: What stands where a figure is not known; never a zero.
MISSING = "—"

#: The minus sign of every displayed figure (U+2212): as wide as the plus and the digits, which the hyphen is not.
MINUS = "−"


def format_number(value: float | Decimal | None, form: str, unit: str = "") -> str:
    """A figure as a reader sees it: thousands separators, percent, durations in words.

    Args:
        value: the figure; None or NaN is shown as ``—``.
        form: a numeric format of the mini-language (not ``text``, ``date``, ``state`` …).
        unit: shown after the number with a space.

    Returns:
        For example ``4,812 条``, ``98.9%``, ``1.1 个百分点``, ``3 小时 28 分``.

    Raises:
        ValueError: the format is not a numeric one.
    """
    if value is None or math.isnan(value):
        return MISSING
    kind, _, digits = form.partition(":")
    shown = _shown(value, kind, int(digits or 0))
    return f"{shown} {unit}" if unit else shown


def _shown(value: float | Decimal, kind: str, digits: int) -> str:
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
            return duration(float(value))
        case "ms":
            return f"{_rounded(value, 0)} ms"
        case "bytes":
            return size(float(value))
        case "yuan":
            return f"{_rounded(value, 2)} 元"
        case _:
            raise ValueError(f"{kind!r} is not a numeric format")


def duration(seconds: float) -> str:
    """A duration in words: ``3.2 秒``, ``2 分``, ``2 分 05 秒``, ``1 小时 02 分``, ``3 天 04 小时``."""
    if seconds < 0:
        return MINUS + duration(-seconds)
    if seconds < 59.95:
        return f"{_rounded(seconds, 1)} 秒"
    whole = int(_rounded(seconds, 0).replace(",", ""))
    if whole < 3600:
        return _two(whole, 60, "分", "秒")
    minutes = int(_rounded(seconds / 60, 0).replace(",", ""))
    if minutes < 48 * 60:
        return _two(minutes, 60, "小时", "分")
    hours = int(_rounded(seconds / 3600, 0).replace(",", ""))
    return _two(hours, 24, "天", "小时")


def _two(count: int, size: int, large: str, small: str) -> str:
    """A count in two units, the smaller left out where there is none of it: ``2 分 05 秒``, ``2 分``."""
    much, rest = divmod(count, size)
    return f"{much} {large} {rest:02} {small}" if rest else f"{much} {large}"


def size(count: float) -> str:
    """A number of bytes in binary multiples: ``512 B``, ``1.5 KiB``, ``2.0 GiB``."""
    amount = float(count)
    for name in ("B", "KiB", "MiB", "GiB"):
        if abs(amount) < 1024:
            return f"{_rounded(amount, 0 if name == 'B' else 1)} {name}"
        amount /= 1024
    return f"{_rounded(amount, 1)} TiB"


def _rounded(value: float | Decimal, digits: int, *, percent: bool = False) -> str:
    # Decimal of the shortest repr rounds 0.125 to 0.13 as a reader does; binary and banker's rounding do not.
    exact = Decimal(str(value)) * (100 if percent else 1)
    # + 0 turns -0 into 0
    return f"{exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP) + 0:,}".replace("-", MINUS)
