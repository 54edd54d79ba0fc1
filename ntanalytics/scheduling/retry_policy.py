"""When something that failed by a passing cause is tried again, and how long it is waited for: pure, from moments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from statistics import median

#: The shortest and the longest time between two tries.
SHORTEST = dt.timedelta(minutes=15)
LONGEST = dt.timedelta(hours=6)

#: Seconds that making and publishing a report is given at least.
LEAST_S = 120.0


def next_attempt_at(since: dt.datetime, tried_at: dt.datetime, now: dt.datetime) -> bool:
    """Whether it is time for another try of what has been failing.

    What has failed for an hour is tried again after another hour: so the time between two tries doubles, from a quarter
    of an hour to six hours. A last try that lies in the future was noted by a clock that has jumped back since, and
    holds nothing up.

    Args:
        since: since when it has been to be done (aware).
        tried_at: when it was tried last (aware).
        now: the moment (aware).
    """
    return now < tried_at or now - tried_at >= min(max(tried_at - since, SHORTEST), LONGEST)


def execution_limit_s(earlier: Iterable[float], deadline_min: int) -> float:
    """Seconds to keep for making and publishing a report: twice what it usually took, sources waited for included.

    At least two minutes where there is room for them, and at most half of the time until its deadline.

    Args:
        earlier: seconds that its latest turns took.
        deadline_min: minutes from its turn to its deadline.
    """
    known = list(earlier)
    return min(max(LEAST_S, 2 * median(known) if known else 0.0), deadline_min * 30.0)


def waiting_limit_s(now: dt.datetime, waiting: Sequence[tuple[dt.datetime, float]]) -> float:
    """Seconds for which the sources of a report may be waited for, so that it and those behind it come out on time.

    Args:
        now: the moment (aware).
        waiting: of the report, and then of each that is made after it, its deadline (aware) and the seconds to keep for
            it. One that is late already holds nobody up.

    Returns:
        0 where there is no time, or the report itself is late.
    """
    kept, left = 0.0, []
    for deadline, seconds in waiting:
        kept += seconds
        if deadline > now:
            left.append((deadline - now).total_seconds() - kept)
    return max(0.0, min(left)) if waiting and waiting[0][0] > now else 0.0
