"""Expected ranges and forecasts beside simpler methods, on the demo's seasonality: python -m benchmarks.ranges."""

from __future__ import annotations

import datetime as dt
import math
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ntanalytics.demo.population.seasonality import Audience, Seasonality
from ntanalytics.detectors.expected_range import expected_range
from ntanalytics.detectors.forecast import forecast
from ntanalytics.periods import Calendar

Rows = list[dict[str, Any]]
Range = tuple[float, float] | None

UNTIL = dt.date(2026, 11, 20)
CALENDAR = Calendar()


def histories(seed: int) -> Iterator[tuple[float, Rows, dt.date]]:
    """Yield base, rows and day: counts of four sizes and three audiences, 3 % spread beyond chance, three outages."""
    seasonality = Seasonality(CALENDAR, UNTIL)
    days = [UNTIL - dt.timedelta(days=back) for back in range(170, -1, -1)]
    for base in (2.0, 40.0, 1000.0, 20_000.0):
        for number, audience in enumerate(Audience):
            rng = np.random.default_rng([seed, int(base), number])
            means = [base * seasonality.factor(day, audience) * rng.lognormal(0, 0.03) for day in days]
            values = rng.poisson(means).astype(float)
            values[rng.integers(0, 160, 3)] *= 0.2
            rows = [
                {"day": day, "value": value, "is_covered": True, "is_working_day": CALENDAR.is_working_day(day),
                 "label": CALENDAR.describe(day)}
                for day, value in zip(days, values.tolist(), strict=True)
            ]  # fmt: skip
            for place in range(72, 165, 3):
                if values[place] > 0.5 * means[place]:
                    yield base, rows[place - 70 : place + 7], days[place]


def ours(rows: Rows, on: dt.date) -> Range:
    """Return the range of ``expected_range``."""
    expected = expected_range(rows, on)
    return None if expected.low is None or expected.high is None else (expected.low, expected.high)


def by_weekday(rows: Rows, on: dt.date) -> Range:
    """Return median ± 3 MAD of the same weekday and day type in the ten weeks before."""
    today = next(row for row in rows if row["day"] == on)
    values = [
        row["value"]
        for row in rows
        if row["day"] < on and row["day"].weekday() == on.weekday() and row["is_working_day"] == today["is_working_day"]
    ]
    if len(values) < 3:
        return None
    middle = float(np.median(values))
    distance = 3 * 1.4826 * float(np.median(np.abs(np.array(values) - middle)))
    return middle - distance, middle + distance


def by_normal(rows: Rows, on: dt.date) -> Range:
    """Return mean ± 3 standard deviations of the same day type in the four weeks before."""
    today = next(row for row in rows if row["day"] == on)
    values = [
        row["value"]
        for row in rows
        if 0 < (on - row["day"]).days <= 28 and row["is_working_day"] == today["is_working_day"]
    ]
    distance = 3 * float(np.std(values))
    return float(np.mean(values)) - distance, float(np.mean(values)) + distance


def ranges(seeds: range) -> None:
    """Print the share of ordinary days outside the range, and of detected days at 60 % (of 1,000 and more)."""
    ways: dict[str, Callable[[Rows, dt.date], Range]] = {
        "expected_range": ours, "same weekday, median and 3 MAD": by_weekday, "four weeks, mean and 3 sigma": by_normal,
    }  # fmt: skip
    for name, way in ways.items():
        outside = seen = judged = large = silent = 0
        for seed in seeds:
            for base, rows, on in histories(seed):
                value = next(row["value"] for row in rows if row["day"] == on)
                limits = way(rows, on)
                if limits is None:
                    silent += 1
                    continue
                judged += 1
                outside += not limits[0] <= value <= limits[1]
                if base >= 1000:
                    large += 1
                    seen += 0.6 * value < limits[0]
        sys.stdout.write(
            f"{name:32} outside {100 * outside / judged:5.2f} %  60 % seen {100 * seen / large:5.1f} %"
            f"  silent {silent}\n"
        )


def slopes(count: int) -> None:
    """Print the errors of forecasts of noisy disks that will be full in 60 to 120 days, with some spikes."""
    errors: dict[str, list[float]] = {"forecast": [], "least squares": []}
    rng = np.random.default_rng(1)
    silent = 0
    for _ in range(count):
        slope, days = rng.uniform(0.003, 0.006), 42
        values = 0.4 + slope * np.arange(days) + rng.normal(0, 0.01, days)
        values[rng.integers(0, days, 3)] += 0.25
        truth = 0.6 / slope - (days - 1)
        first = dt.date(2026, 9, 1)
        result = forecast([(first + dt.timedelta(days=day), float(value)) for day, value in enumerate(values)], 1.0)
        if result.full_on is None:
            silent += 1
        else:
            errors["forecast"].append((result.full_on - first).days - (days - 1) - truth)
        line = np.polyfit(np.arange(days), values, 1)
        errors["least squares"].append((1 - line[1]) / line[0] - (days - 1) - truth if line[0] > 0 else math.nan)
    for name, values in errors.items():
        sizes = np.abs(values)
        sys.stdout.write(
            f"{name:16} typical error {np.nanmedian(sizes):.1f} days, 9 of 10 within {np.nanquantile(sizes, 0.9):.1f}\n"
        )
    sys.stdout.write(f"forecast: nothing stated {silent} of {count} times\n")


if __name__ == "__main__":
    ranges(range(2))
    slopes(200)
