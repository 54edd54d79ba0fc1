"""Conversion of a source's types to the contract's: times to UTC, numbers and texts to their Arrow type.

One vectorised step per column. A value that cannot be converted becomes null and is marked: its row is rejected with a
reason, and the batch goes on.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from ntanalytics.contract import Column, Type

if TYPE_CHECKING:
    import pandas as pd

_MICROSECONDS = pa.timestamp("us")
_UTC = pa.timestamp("us", tz="UTC")
_ZERO_DATE = "0000-00-00"

_UTC_ZONE = ZoneInfo("UTC")
_EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001  # naive days are counted from it, in any zone
_EPOCH_DAYS = (dt.date(1969, 12, 31), dt.date(1970, 1, 2))  # and before it, as local times are ahead of UTC
#: End of an ISO text that says how far its zone is ahead of UTC.
_OFFSET = r"(?::\d\d|T\d{4,6})(?:[.,]\d+)? ?(?:[Zz]|[+-]\d\d(?::?\d\d)?)\s*$"
_DAY_US = 86_400_000_000
_MOST_DAYS = 400  # the longest span for which a zone's offset is read day by day


def convert(values: pa.Array, column: Column, form: str, zone: ZoneInfo) -> tuple[pa.Array, pa.Array]:
    """Convert one column of a batch.

    Args:
        values: values as the source's driver delivered them.
        column: the contract's column.
        form: for a time, its form at the source (``catalog.TIME_FORMS``); else empty.
        zone: the zone of the source's naive times.

    Returns:
        The values in the contract's Arrow type, and a boolean mask: true for a value that could not be converted. A
        zero date (0000-00-00) is null, and so is a moment around the beginning of 1970.
    """
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if isinstance(values, pa.ExtensionArray):  # ADBC's numeric, uuid, json
        values = values.storage
    if pa.types.is_binary(values.type) or pa.types.is_large_binary(values.type):
        texts = [None if value is None else value.decode("utf-8", "replace") for value in values.to_pylist()]
        values = pa.array(texts, pa.string())
    if column.type in (Type.TIMESTAMP, Type.DATE) and pa.types.is_string(values.type):
        # Products on MySQL write the zero date for no date.
        values = pc.if_else(pc.starts_with(values, _ZERO_DATE), pa.scalar(None, pa.string()), values)
    match column.type:
        case Type.TIMESTAMP:
            values, converted = _possible(values, _timestamp(values, form, zone), zone)
        case Type.DATE:
            values, converted = _without_epoch(values, _date(values, zone))
        case _:
            converted = _plain(values, column.type.arrow)
    return converted, pc.and_(pc.is_valid(values), pc.is_null(converted))


def translate(values: pa.Array, words: Mapping[str, str | None]) -> pa.Array:
    """Translate a product's words into the contract's.

    Args:
        values: the product's words.
        words: the table of words, which a site can edit. ``*`` stands for every other word, None for null. Without
            ``*`` an unknown value stays as it is, so that the contract's check rejects its row. A word that the table
            does not have as it is written is looked for without regard to case, width and blanks around it.
    """
    alike = _alike(words)
    encoded = pc.dictionary_encode(values.cast(pa.string()))
    translations = [
        None if word is None else words.get(word.strip(), alike.get(_folded(word), words.get("*", word)))
        for word in encoded.dictionary.to_pylist()
    ]
    return pa.DictionaryArray.from_arrays(encoded.indices, pa.array(translations, pa.string())).dictionary_decode()


def _folded(word: str) -> str:
    """Return a word without its case, its width (NFKC) and the blanks around it."""
    return unicodedata.normalize("NFKC", word).strip().casefold()


def _alike(words: Mapping[str, str | None]) -> dict[str, str | None]:
    """Return folded word → ours, without words that differ in case or width alone and mean different things."""
    meanings: dict[str, set[str | None]] = {}
    for word, ours in words.items():
        meanings.setdefault(_folded(word), set()).add(ours)
    return {word: next(iter(ours)) for word, ours in meanings.items() if len(ours) == 1 and word != "*"}


def seconds_between(start: pa.Array, end: pa.Array) -> pa.Array:
    """Return ``end`` − ``start`` in seconds; null if either is null."""
    microseconds = pc.subtract(end.cast(pa.int64()), start.cast(pa.int64()))
    # safe=False: in the year 9999 a double cannot hold single microseconds, and that must not fail the batch.
    return pc.divide(microseconds.cast(pa.float64(), safe=False), 1e6)


def local_day(moments: pa.Array, zone: ZoneInfo) -> pa.Array:
    """Return the calendar day of each moment in ``zone``; dates are returned as they are."""
    if pa.types.is_date(moments.type):
        return moments
    offset = _constant_offset(moments, zone)
    if offset is None:
        local = pc.local_timestamp(moments.cast(pa.timestamp("us", tz=str(zone))))
    else:
        local = _shift(moments, offset).cast(_MICROSECONDS)
    return local.cast(pa.date32(), safe=False)


def _plain(values: pa.Array, target: pa.DataType) -> pa.Array:
    if pa.types.is_string(target):
        return values.cast(pa.string())
    if pa.types.is_boolean(target):
        return _boolean(values)
    try:
        if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
            values = pc.utf8_trim_whitespace(values)
        return values.cast(target)
    except pa.ArrowInvalid:
        import pandas as pd  # 50 MB for what Arrow cannot read

        numbers = pd.to_numeric(values.to_pandas(), errors="coerce")
        if pa.types.is_integer(target):
            numbers = numbers.where(numbers % 1 == 0)
        return pa.array(numbers, from_pandas=True).cast(target, safe=False)


def _boolean(values: pa.Array) -> pa.Array:
    if pa.types.is_null(values.type) or pa.types.is_boolean(values.type):
        return values.cast(pa.bool_())
    meanings = {"1": True, "0": False, "true": True, "false": False}
    words = pc.utf8_lower(values.cast(pa.string())).to_pylist()
    return pa.array([None if word is None else meanings.get(word) for word in words], pa.bool_())


def _timestamp(values: pa.Array, form: str, zone: ZoneInfo) -> pa.Array:
    if pa.types.is_null(values.type):
        return values.cast(_UTC)
    if form in ("epoch_s", "epoch_ms"):
        scale = 1_000_000 if form == "epoch_s" else 1_000
        numbers = _plain(values, pa.float64())
        return pc.round(pc.multiply(numbers, scale)).cast(pa.int64(), safe=False).cast(_UTC)
    if pa.types.is_timestamp(values.type) and values.type.tz:
        return values.cast(_UTC, safe=False)
    time_zone = _UTC_ZONE if form == "utc" else zone
    if form == "aware":
        import pandas as pd

        if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
            # a text without an offset may be of any zone
            values = pc.if_else(pc.match_substring_regex(values, _OFFSET), values, pa.scalar(None, values.type))
        return _from_pandas(pd.to_datetime(values.to_pandas(), utc=True, errors="coerce", format="ISO8601"))
    if pa.types.is_timestamp(values.type):
        naive = values.cast(_MICROSECONDS, safe=False)
    elif form.startswith("text:"):
        naive = pc.strptime(values.cast(pa.string()), format=form.removeprefix("text:"), unit="us", error_is_null=True)
    else:
        naive = _parse_iso(values, time_zone)
    offset = _constant_offset(naive, time_zone)
    if offset is None:
        return pc.assume_timezone(naive, str(time_zone), ambiguous="earliest", nonexistent="latest").cast(_UTC)
    return _shift(naive, -offset).cast(_UTC)


def _shift(moments: pa.Array, offset_us: int) -> pa.Array:
    """Return times plus an offset, in microseconds since 1970."""
    return pc.add(moments.cast(pa.int64()), offset_us)


def _constant_offset(moments: pa.Array, zone: ZoneInfo) -> int | None:
    """Return the microseconds by which a zone is ahead of UTC; None if that changes within these times.

    Arrow would look up each single time in the zone's table, which takes longer than the rest of the conversion.
    """
    bounds = pc.min_max(moments.cast(_MICROSECONDS, safe=False).cast(pa.int64()))
    if not bounds["min"].is_valid:
        return None
    first, last = (bounds[name].as_py() // _DAY_US for name in ("min", "max"))
    return _offset_of_days(first, last, zone) if last - first <= _MOST_DAYS else None


@lru_cache(maxsize=256)
def _offset_of_days(first: int, last: int, zone: ZoneInfo) -> int | None:
    """Return the offset from the day before ``first`` to the day after ``last`` (since 1970); None if it changes."""
    try:
        days = [_EPOCH + dt.timedelta(days=day) for day in range(first - 1, last + 3)]
    except OverflowError:
        return None
    offsets = {day.replace(tzinfo=zone).utcoffset() for day in days}
    (offset,) = offsets if len(offsets) == 1 else (None,)
    return None if offset is None else offset // dt.timedelta(microseconds=1)


def _without_epoch(values: pa.Array, times: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Return values and their times, both null where the time is that of 0 or −1: products write it for no time."""
    since, until = (pa.scalar(day, pa.date32()).cast(times.type) for day in _EPOCH_DAYS)
    is_none = pc.fill_null(pc.and_(pc.greater_equal(times, since), pc.less(times, until)), False)
    none = pc.if_else(is_none, pa.scalar(None, times.type), times)
    return pc.if_else(is_none, pa.scalar(None, values.type), values), none


def _possible(values: pa.Array, moments: pa.Array, zone: ZoneInfo) -> tuple[pa.Array, pa.Array]:
    """Return values and their moments, both null where the moment is none, and impossible moments null.

    Impossible is what lies before 1971 (seconds taken for milliseconds), or after 9999: Python has no later dates.
    """
    ahead = max(zone.utcoffset(dt.datetime(9999, 12, 31)) or dt.timedelta(0), dt.timedelta(0))  # noqa: DTZ001
    last = dt.datetime(9999, 12, 31, 23, 59, 59, tzinfo=dt.UTC) - ahead
    limits = [pa.scalar(moment, _UTC) for moment in (dt.datetime(1971, 1, 1, tzinfo=zone).astimezone(dt.UTC), last)]
    bounds = pc.min_max(moments)
    lowest, highest = bounds["min"].value, bounds["max"].value
    if lowest is None or (limits[0].value <= lowest and highest <= limits[1].value):
        return values, moments  # nearly always all are possible
    values, moments = _without_epoch(values, moments)
    is_possible = pc.and_(pc.greater_equal(moments, limits[0]), pc.less_equal(moments, limits[1]))
    return values, pc.if_else(is_possible, moments, pa.scalar(None, _UTC))


def _parse_iso(values: pa.Array, zone: ZoneInfo) -> pa.Array:
    """Return ISO texts as times of a zone: one with an offset is the moment that it names; any other becomes null."""
    try:
        return values.cast(_MICROSECONDS)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        import pandas as pd

        texts = pd.Series(values.cast(pa.string()).to_pylist(), dtype="object")
        has_offset = texts.str.contains(_OFFSET, na=False)
        local = pd.to_datetime(texts.mask(has_offset), errors="coerce", format="ISO8601")
        moments = pd.to_datetime(texts.where(has_offset), errors="coerce", format="ISO8601", utc=True)
        return _from_pandas(local.fillna(moments.dt.tz_convert(zone).dt.tz_localize(None))).cast(_MICROSECONDS)


def _from_pandas(times: pd.Series[pd.Timestamp]) -> pa.Array:
    if times.dt.tz is not None:
        return pa.Array.from_pandas(times.astype("datetime64[us, UTC]")).cast(_UTC)
    return pa.Array.from_pandas(times.astype("datetime64[us]")).cast(_MICROSECONDS)


def _date(values: pa.Array, zone: ZoneInfo) -> pa.Array:
    if pa.types.is_timestamp(values.type):
        return local_day(values, zone) if values.type.tz else values.cast(pa.date32(), safe=False)
    try:
        days = values.cast(pa.date32())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return pa.array([_day(value) for value in values.to_pylist()], pa.date32())
    is_possible = pc.and_(pc.greater_equal(days, _EPOCH_DAYS[0]), pc.less_equal(days, dt.date(9999, 12, 31)))
    return pc.if_else(is_possible, days, pa.scalar(None, pa.date32()))


def _day(value: object) -> dt.date | None:
    try:
        return dt.date.fromisoformat(str(value)[:10])
    except ValueError:
        return None
