"""Scans against the formulas, run by run."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import xlogy

from ntanalytics.detectors.surveillance.scan import RUNS, scan_counts, scan_means


@pytest.mark.parametrize("direction", [1, -1])
def test_the_strongest_run_of_counts_is_that_of_the_likelihood_ratio(direction: int) -> None:
    draws = np.random.default_rng(1)
    # more rows than are scanned at once
    expected = draws.uniform(0, 9, (70, 21, 24))
    seen = draws.poisson(expected).astype(float)
    scan = scan_counts(seen, expected)[direction]
    for place in [(0, 0), (33, 7), (69, 20)]:
        strengths = []
        for first, after in RUNS:
            count, mean = seen[place][first:after].sum(), max(expected[place][first:after].sum(), 0.25)
            ratio = xlogy(count, count / mean) - (count - mean)
            strengths.append(ratio if (count - mean) * direction > 0 else 0.0)
        assert scan.strength[place] == pytest.approx(max(strengths))
        assert scan.run[place] == int(np.argmax(strengths))


def test_means_are_scanned_in_both_directions() -> None:
    residuals, events = np.zeros((2, 3, 24)), np.full((2, 3, 24), 4.0)
    residuals[1, 2, 10:12] = 3.0
    scans = scan_means(residuals, events, np.ones((2, 3)))
    # 6² / (2 · (8 + 4)): eight events, four of which say nothing
    assert scans[1].strength[1, 2] == pytest.approx(1.5)
    assert RUNS[scans[1].run[1, 2]] == (10, 12)
    assert scans[-1].strength.max() == 0.0
