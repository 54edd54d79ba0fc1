"""Retry budget: rounds of retries for sources that are down, with growing pauses, within a span of time."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

#: Seconds before the second round, and at most before a later one.
FIRST_S = 15.0
LONGEST_S = 300.0


def pause_s(rounds: int, jitter: float) -> float:
    """Return the seconds to wait before the next round, doubled each time up to five minutes.

    Args:
        rounds: number of rounds so far.
        jitter: a random number in [0, 1), which shortens the pause by up to a half, so that processes that failed
            together do not retry together.
    """
    return min(FIRST_S * 2.0 ** min(rounds - 1, 16), LONGEST_S) * (1 - jitter / 2)


class RetryBudget:
    """A span of time in which a temporary failure is retried.

    Args:
        seconds: length of the span.
        tick: a monotonic clock, seconds.
        sleep: a function that waits some seconds.
        draw: a function that returns a random number in [0, 1).
    """

    def __init__(
        self,
        seconds: float,
        *,
        tick: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self._tick, self._sleep, self._draw = tick, sleep, draw
        self._ends = tick() + seconds

    def waits(self, rounds: int) -> bool:
        """Wait for the next round, and return True; return False at once if it would begin after the span.

        Args:
            rounds: number of rounds so far.
        """
        pause = pause_s(rounds, self._draw())
        if self._tick() + pause > self._ends:
            return False
        self._sleep(pause)
        return True
