"""Progress of a long command by its steps: what is done, how far it is, and how long it takes still."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from ntanalytics.cli.terminal import err, one_line
from ntanalytics.language import tr

#: Seconds between two lines.
PAUSE_S = 5.0


@dataclass(frozen=True)
class Step:
    """One step of a command.

    Attributes:
        title: the step, for a person.
        usual_s: its usual duration on two idle processors, in seconds.
    """

    title: str
    usual_s: float


class Steps:
    """Steps of a command, told as lines on standard error: also in a log file, where a moving bar is of no use."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self._steps = steps
        self._done = 0
        self._begin = self._step_begin = time.monotonic()
        self._passed: list[float] = []
        self._detail = ""

    @property
    def elapsed_s(self) -> float:
        """Seconds since the first step."""
        return time.monotonic() - self._begin

    def left_s(self) -> float:
        """Return how many seconds are left, at the pace of the steps so far."""
        usual_of_done = sum(step.usual_s for step in self._steps[: self._done])
        pace = sum(self._passed) / usual_of_done if usual_of_done else 1.0
        current, *later = self._steps[self._done :]
        in_step = max(current.usual_s * pace - (time.monotonic() - self._step_begin), 0.0)
        return in_step + pace * sum(step.usual_s for step in later)

    @contextmanager
    def next(self) -> Iterator[Callable[[str, int], None]]:
        """Begin the next step, and yield a function that takes its details."""
        self._step_begin, self._detail = time.monotonic(), ""
        number, count, title = self._done + 1, len(self._steps), self._steps[self._done].title
        left = _duration(self.left_s())
        _tell(
            tr("{number}/{count} {title}, about {left} left in all", number=number, count=count, title=title, left=left)
        )
        ended = threading.Event()
        teller = threading.Thread(target=self._tell_until, args=(ended,), daemon=True)
        teller.start()
        try:
            yield self._show
        finally:
            ended.set()
            teller.join()
        self._passed.append(time.monotonic() - self._step_begin)
        self._done += 1

    def _show(self, detail: str, amount: int) -> None:
        self._detail = f"{detail} {amount:,}" if amount else detail

    def _tell_until(self, ended: threading.Event) -> None:
        """Tell the detail of the step and the time left, every few seconds."""
        while not ended.wait(PAUSE_S):
            passed, left = _duration(self.elapsed_s), _duration(self.left_s())
            _tell(tr("    {detail}: {passed} passed, about {left} left", detail=self._detail, passed=passed, left=left))


def _duration(seconds: float) -> str:
    """Return a duration in minutes and seconds."""
    minutes, rest = divmod(round(seconds), 60)
    if not minutes:
        return tr("{seconds} s", seconds=rest)
    return tr("{minutes} min {seconds} s", minutes=minutes, seconds=rest)


def _tell(text: str) -> None:
    err.print(one_line(text), highlight=False, markup=False, soft_wrap=True)
