"""Speed, accuracy and delay of detection: python -m benchmarks.detection [--seeds N] [--libraries].

Prints for each kind of anomaly the number of detected ones, the median delay in points, and the false alarms on 5,000
ordinary points. ``--libraries`` measures the alternatives, too; they need statsmodels and ruptures, which the package
does not.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from benchmarks.anomalies import Case, cases
from ntanalytics.detectors.streaming import detect


@dataclass
class Tally:
    """Counts for one kind of anomaly."""

    cases: int = 0
    delays: list[int] = field(default_factory=list)
    false: int = 0
    ordinary: int = 0

    def add(self, case: Case, alarms: NDArray[np.bool_]) -> None:
        """Count one case: an alarm between its begin and its end is right, and one elsewhere is false.

        An alarm on the day after an anomaly is neither.
        """
        hits = np.flatnonzero(alarms[case.begin : case.end])
        if case.end > case.begin:
            self.cases += 1
            self.delays += hits[:1].tolist()
        others = np.concatenate((alarms[: case.begin], alarms[case.end + 96 :]))
        self.false += int(others.sum())
        self.ordinary += len(others)

    def __str__(self) -> str:
        seen = f"{len(self.delays)}/{self.cases}" if self.cases else "-"
        delay = f"{np.median(self.delays):.0f}" if self.delays else "-"
        return f"{seen:>9}  {delay:>6}  {5000 * self.false / max(1, self.ordinary):8.2f}"


def measure(alarms_of: Callable[[Case], NDArray[np.bool_]], seeds: int, first: int = 0) -> dict[str, Tally]:
    """Return counts of a detector for each kind of anomaly, and for ``all``."""
    tallies: dict[str, Tally] = {}
    for case in cases(seeds, first):
        alarms = alarms_of(case)
        ordinary, _, kind = case.name.partition("/")
        for name in (kind, f"in {ordinary}", "all"):
            tallies.setdefault(name, Tally()).add(case, alarms)
    return tallies


def speed(size: int = 40_000) -> float:
    """Return points per second on one core (processor time), over 40,000 points with a daily season."""
    rng = np.random.default_rng(1)
    series = 10 * np.sin(np.arange(size) * 2 * np.pi / 288) + rng.normal(0, 1, size)
    moments = np.datetime64("2026-01-01") + np.arange(size) * np.timedelta64(5, "m")
    begin = time.process_time()
    detect(series, moments)
    return size / (time.process_time() - begin)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--libraries", action="store_true")
    given = parser.parse_args()
    ways: dict[str, Callable[[Case], NDArray[np.bool_]]] = {
        "detect": lambda case: detect(case.values).alarms,
        "detect, with timestamps": lambda case: detect(case.values, case.timestamps).alarms,
    }
    if given.libraries:
        from benchmarks.detection_libraries import WAYS

        ways |= WAYS
    out = sys.stdout.write
    for name, way in ways.items():
        begin = time.process_time()
        by_kind = measure(way, given.seeds, given.first)
        took = time.process_time() - begin
        out(f"\n{name} ({took:.0f} s)\n{'':24}     seen   delay  false per 5,000\n")
        for kind, tally in by_kind.items():
            out(f"{kind:24}{tally}\n")
    out(f"\ndetect: {speed():,.0f} points a second on one core\n")


if __name__ == "__main__":
    main()
