"""Forms of values: how a column writes times, and the meanings of its values according to its comment."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

#: Formats of times as text, the more likely ones first; ISO without a zone needs no format in a mapping.
FORMATS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
    "%Y%m%d%H%M%S",
    "%Y%m%d %H:%M:%S",
    "%d/%b/%Y:%H:%M:%S",
    "%Y年%m月%d日 %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M",
    "%m/%d/%Y %H:%M:%S",
)

_ISO = {"%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"}
_ZONED = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z| ?[+-]\d\d:?\d\d)")
_FRACTION = re.compile(r"(?<=:\d\d)[.,]\d+$")
#: Unix times from 2001-09-09 to 2286, in seconds.
_SECONDS = range(1_000_000_000, 10_000_000_000)
_MEANING = re.compile(r"(?<![\w.])([0-9]{1,4}|[A-Za-z][A-Za-z0-9_]{0,15})\s*[-=:：、.]?\s*([\u3400-\u9fff]{1,12})")
_ENGLISH_MEANING = re.compile(r"(?<![\w.])([0-9]{1,4})\s*[:=]\s*([A-Za-z][A-Za-z-]{2,20})")


def text_format(texts: Sequence[str]) -> str:
    """Return the strptime format that fits every text; empty if none does."""
    trimmed = [_FRACTION.sub("", text.strip()) for text in texts]
    return next((form for form in FORMATS if trimmed and all(_fits(text, form) for text in trimmed)), "")


def time_form(values: Sequence[object]) -> str:
    """Return the form in which samples write a time (``catalog.TIME_FORMS``); empty if they are no times."""
    if not values:
        return ""
    first = values[0]
    if isinstance(first, dt.datetime):
        return "aware" if first.tzinfo else "naive"
    if isinstance(first, dt.date):
        return "date"
    texts = [str(value).strip() for value in values]
    if all(text.isdigit() for text in texts):
        numbers = [int(text) for text in texts]
        if all(number in _SECONDS for number in numbers):
            return "epoch_s"
        if all(number // 1000 in _SECONDS for number in numbers):
            return "epoch_ms"
    if all(_ZONED.fullmatch(text) for text in texts):
        return "aware"
    if all(_fits(text, "%Y-%m-%d") for text in texts):
        return "date"
    form = text_format(texts)
    return "naive" if form in _ISO else f"text:{form}" if form else ""


def local_date(value: object, form: str, zone: dt.tzinfo) -> dt.date | None:
    """Return the local day of a value in some form; None if it is no time in that form."""
    try:
        if isinstance(value, dt.datetime):
            return (value.astimezone(zone) if value.tzinfo else value).date()
        if isinstance(value, dt.date):
            return value
        text = _FRACTION.sub("", str(value).strip())
        if form in ("epoch_s", "epoch_ms"):
            return dt.datetime.fromtimestamp(int(text) / (1 if form == "epoch_s" else 1000), zone).date()
        if form.startswith("text:"):
            return dt.datetime.strptime(text, form.removeprefix("text:")).date()  # noqa: DTZ007 - local by definition
        moment = dt.datetime.fromisoformat(text)
        return (moment.astimezone(zone) if moment.tzinfo else moment).date()
    except (ValueError, OverflowError, OSError):
        return None


def meanings(comment: str) -> dict[str, str]:
    """Return value → meaning from a column's comment: ``类型（1登录，2操作）`` gives 1 → 登录, 2 → 操作."""
    by_value = dict(_MEANING.findall(comment)) or dict(_ENGLISH_MEANING.findall(comment))
    return by_value if len(by_value) > 1 else {}


def value_text(value: object) -> str:
    """Return a value as the text that a table of words and the words of a comment have."""
    return str(value).lower() if isinstance(value, bool) else str(value).strip()


def _fits(text: str, form: str) -> bool:
    try:
        dt.datetime.strptime(text, form)  # noqa: DTZ007 - a test of the format
    except ValueError:
        return False
    return True
