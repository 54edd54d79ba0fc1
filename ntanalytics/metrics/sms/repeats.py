"""Repeats: messages that agree with an earlier one in all but number and time (docs/domain.md, SMS: repeats)."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from ntanalytics.metrics.measure import catalogue, count
from ntanalytics.metrics.slots import local_hour

#: Seconds within which a message is repeated, and seconds that are one lag.
WITHIN_S, LAG_S = 120, 3

REPEATS = (
    count(
        "repeated_messages",
        "疑似重复发送",
        "条",
        "Messages that follow an earlier one of the same application, carrier, unit and length at one distance in time "
        "(docs/domain.md, SMS: repeats).",
        good="down",
    ),
)

MEASURES = catalogue(REPEATS)

#: Columns in which a repeat agrees with what it repeats.
_ALIKE = ("source", "day", "application", "carrier", "unit", "segments")


def near_hour(messages: ir.Table, hour: int, utc_offset_h: int) -> ir.Table:
    """Return the messages of a local hour, and those before it that one of them may repeat.

    The rows of that hour in :func:`pairs_by_lag` are those of the whole day, in a tenth of the memory.

    Args:
        messages: rows of ``sms.messages``.
        hour: the hour.
        utc_offset_h: hours by which local time is ahead of UTC.
    """
    of_day = (_second(messages) + utc_offset_h * 3600) % 86_400
    return messages.filter((of_day >= hour * 3600 - WITHIN_S) & (of_day < (hour + 1) * 3600))


def pairs_by_lag(messages: ir.Table, utc_offset_h: int) -> ir.Table:
    """Return how often a message follows another one of the same application, carrier, unit and length, by distance.

    Messages of one second are one: they are sent together.

    Args:
        messages: rows of ``sms.messages``.
        utc_offset_h: hours by which local time is ahead of UTC.

    Returns:
        ``day``, ``application``, ``carrier``, ``lag`` (in steps of three seconds, up to two minutes), ``hour`` (local,
        of the later one), ``pairs`` (seconds of the earlier ones) and ``repeated_messages`` (the later ones); in no
        order.
    """
    second = _second(messages)
    timed = messages.select(
        *_ALIKE,
        "message_id",
        _hour=local_hour(messages.submitted_at, utc_offset_h),
        _second=second,
        _part=(second / WITHIN_S).floor().cast("int64"),
    )
    # a mailing has hundreds in a second, and each with each of two minutes would be millions
    seconds = timed.group_by(*_ALIKE, "_hour", "_second", "_part").aggregate(_messages=timed.message_id.nunique())
    # what lies within two minutes is in the same part of the day, or in the next one
    later = seconds.rename({f"_later_{name}": name for name in seconds.columns})
    joined = []
    for parts in (0, 1):
        alike = [seconds[name].identical_to(later[f"_later_{name}"]) for name in ("unit", "segments")]
        alike += [seconds[name] == later[f"_later_{name}"] for name in _ALIKE if name not in ("unit", "segments")]
        joined.append(seconds.inner_join(later, [*alike, later["_later__part"] == seconds["_part"] + parts]))
    both = ibis.union(*joined)
    between = both["_later__second"] - both["_second"]
    near = both.filter((between > 0) & (between < WITHIN_S))
    placed = near.mutate(
        lag=((near["_later__second"] - near["_second"]) / LAG_S).floor().cast("int64"), hour=near["_later__hour"]
    )
    by = ["day", "application", "carrier", "lag", "hour"]
    pairs = placed.group_by(by).aggregate(pairs=placed["_second"].nunique())
    # a second may follow several others at one distance
    followers = placed.select(
        *by, *(f"_later_{name}" for name in ("source", "unit", "segments", "_second", "_messages"))
    )
    repeated = followers.distinct().group_by(by).aggregate(repeated_messages=lambda t: t["_later__messages"].sum())
    return pairs.inner_join(repeated, by).select(*by, "pairs", "repeated_messages")


def _second(messages: ir.Table) -> ir.IntegerColumn:
    """Return the second in which each message was submitted, since 1970; a cast alone may round."""
    return messages.submitted_at.truncate("s").epoch_seconds().cast("int64")
