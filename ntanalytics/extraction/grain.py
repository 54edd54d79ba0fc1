"""Grain of aggregated times: hours and minutes that begin at the local hour or minute, and never in between."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from ntanalytics.contract.dataset import Grain

#: Microseconds of each grain.
_LENGTH_US: dict[Grain, int] = {"hour": 3_600_000_000, "minute": 60_000_000}


def truncate_times(moments: pa.Array, grain: Grain, zone: ZoneInfo) -> pa.Array:
    """Return times cut to the begin of their local hour or minute.

    Args:
        moments: times in UTC.
        grain: the grain.
        zone: the site's zone: an hour begins with the local one, also where it is half an hour from UTC's.
    """
    length = _LENGTH_US[grain]
    since_1970 = moments.cast(pa.int64())
    rest = pc.subtract(since_1970, pc.multiply(pc.divide(since_1970, length), length))
    if not pc.any(pc.not_equal(rest, 0)).as_py():
        return moments
    local = moments.cast(pa.timestamp("us", tz=str(zone)))
    return pc.floor_temporal(local, unit=grain).cast(moments.type)
