"""How long a source that is down is waited for: rounds of tries, ever farther apart, while there is time."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

#: Seconds before the second round of tries and, at most, before a later one.
FIRST_S = 15.0
LONGEST_S = 300.0


def pause_s(rounds: int, drawn: float) -> float:
    """Seconds to wait before the next round: twice as long each time, up to five minutes.

    Args:
        rounds: how many rounds there were.
        drawn: a number drawn from [0, 1): up to half of the pause is left out, so that those who failed together do
            not come back together.
    """
    return min(FIRST_S * 2.0 ** min(rounds - 1, 16), LONGEST_S) * (1 - drawn / 2)


class RetryBudget:
    """A span of time in which what failed by a passing cause is tried again.

    Args:
        seconds: how long.
        tick: tells seconds that only go forward.
        sleep: waits some seconds.
        draw: draws a number from [0, 1).
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
        """Wait for the next round; False, at once, where it would begin after the span.

        Args:
            rounds: how many rounds there were.
        """
        pause = pause_s(rounds, self._draw())
        if self._tick() + pause > self._ends:
            return False
        self._sleep(pause)
        return True
