"""Retry policy for failures that may pass: pure functions of moments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from statistics import median

#: Shortest and longest time between two attempts.
SHORTEST = dt.timedelta(minutes=15)
LONGEST = dt.timedelta(hours=6)

#: Least seconds that are reserved for making and publishing a report.
LEAST_S = 120.0


def is_time_to_retry(since: dt.datetime, tried_at: dt.datetime, now: dt.datetime) -> bool:
    """Return whether it is time for another attempt.

    A task that has failed for an hour is tried again after another hour: the time between two attempts doubles, from a
    quarter of an hour to six hours. An attempt in the future was recorded by a clock that has gone back since, and
    delays nothing.

    Args:
        since: the moment from which the task has been due (aware).
        tried_at: the moment of the last attempt (aware).
        now: the present moment (aware).
    """
    return now < tried_at or now - tried_at >= min(max(tried_at - since, SHORTEST), LONGEST)


def execution_limit_s(durations: Iterable[float], deadline_min: int) -> float:
    """Return the seconds to reserve for a report: twice its usual duration, waiting for sources included.

    At least two minutes where there is room for them, and at most half of the time until its deadline.

    Args:
        durations: the durations of its latest runs, in seconds.
        deadline_min: minutes from its scheduled moment to its deadline.
    """
    known = list(durations)
    return min(max(LEAST_S, 2 * median(known) if known else 0.0), deadline_min * 30.0)


def waiting_limit_s(now: dt.datetime, deadlines: Sequence[tuple[dt.datetime, float]]) -> float:
    """Return the seconds for which a report may wait for its sources, so that it and later reports are on time.

    Args:
        now: the present moment (aware).
        deadlines: the deadline (aware) and the reserved seconds of the report, and then of each report that is made
            after it. A report that is late already does not count.

    Returns:
        0 if there is no time, or the report itself is late.
    """
    reserved, left = 0.0, []
    for deadline, seconds in deadlines:
        reserved += seconds
        if deadline > now:
            left.append((deadline - now).total_seconds() - reserved)
    return max(0.0, min(left)) if deadlines and deadlines[0][0] > now else 0.0
