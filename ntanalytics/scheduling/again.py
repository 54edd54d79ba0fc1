"""When something that failed by a passing cause is tried again: pure, from moments."""

from __future__ import annotations

import datetime as dt

#: The shortest and the longest time between two tries.
SHORTEST = dt.timedelta(minutes=15)
LONGEST = dt.timedelta(hours=6)


def comes_again(since: dt.datetime, tried_at: dt.datetime, now: dt.datetime) -> bool:
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
