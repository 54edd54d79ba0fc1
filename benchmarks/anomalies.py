"""Series with one known anomaly or none, for the measurement of detection, made from a seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Points of a series: 28 days of quarters of an hour.
SIZE = 2688

#: Points of a day.
DAY = 96

START = np.datetime64("2026-09-01T00:00")


@dataclass(frozen=True)
class Case:
    """A series and the place of part anomaly.

    Args:
        name: ``<ordinary>/<anomaly>``.
        values: the series, one value per 15 minutes.
        begin: the first point of the anomaly; the size of the series without one.
        end: the end of the points at which an alarm is right; by then a shift is learnt.
    """

    name: str
    values: Floats
    begin: int
    end: int

    @property
    def timestamps(self) -> NDArray[np.datetime64]:
        """Times of the points."""
        return START + np.arange(len(self.values)) * np.timedelta64(15, "m")


def _day() -> Floats:
    hours = np.arange(SIZE) % DAY / DAY * 24
    return np.exp(-(((hours - 11) / 4) ** 2)) + 0.7 * np.exp(-(((hours - 16) / 2.5) ** 2))


def _noise(rng: np.random.Generator) -> Floats:
    return 20 + rng.normal(0, 1, SIZE)


def _lasting(rng: np.random.Generator) -> Floats:
    values = rng.normal(0, 1, SIZE)
    for place in range(1, SIZE):
        values[place] += 0.7 * values[place - 1]
    return 40 + values


def _growing(rng: np.random.Generator) -> Floats:
    return 50 + 0.01 * np.arange(SIZE) + rng.normal(0, 1, SIZE)


def _heavy(rng: np.random.Generator) -> Floats:
    return 100 + 4 * rng.standard_t(4, SIZE)


def _daily(rng: np.random.Generator) -> Floats:
    return 10 + 30 * _day() + rng.normal(0, 1.5, SIZE)


def _weekly(rng: np.random.Generator) -> Floats:
    is_free = (np.arange(SIZE) // DAY + 1) % 7 >= 5
    return 8 + 40 * _day() * np.where(is_free, 0.2, 1.0) + rng.normal(0, 1.5, SIZE)


def _counts(rng: np.random.Generator) -> Floats:
    return rng.poisson(1.2, SIZE).astype(float)


def _daily_counts(rng: np.random.Generator) -> Floats:
    return rng.poisson(1 + 60 * _day() * rng.gamma(60, 1 / 60, SIZE)).astype(float)


def _with_gaps(rng: np.random.Generator) -> Floats:
    values = _daily(rng)
    for begin in rng.integers(200, SIZE - 200, 6):
        values[begin : begin + int(rng.integers(1, 60))] = np.nan
    return values


ORDINARY: dict[str, Callable[[np.random.Generator], Floats]] = {
    "noise": _noise, "lasting noise": _lasting, "growth": _growing, "heavy tails": _heavy, "day": _daily,
    "day and week": _weekly, "few counts": _counts, "counts by day": _daily_counts, "gaps": _with_gaps,
}  # fmt: skip

#: Length of each anomaly, and points after part beginning at which an alarm is right.
ANOMALIES = {
    "none": (0, 0), "spike": (1, 4), "step": (SIZE, 96), "wider": (120, 130), "stuck": (60, 64), "drift": (400, 480),
    "no season": (DAY, DAY + 4), "season moved": (DAY, DAY + 4), "wrong hour": (8, 12), "dropped": (24, 28),
}  # fmt: skip

#: Anomalies that only a series with a season can have.
_SEASONAL = {"no season", "season moved", "wrong hour"}


def cases(seeds: int, first: int = 0) -> Iterator[Case]:
    """Yield every anomaly in every ordinary series that can have it, for some seeds from ``first`` on."""
    for seed in range(first, first + seeds):
        for number, (name, make) in enumerate(ORDINARY.items()):
            for other, anomaly in enumerate(ANOMALIES):
                if anomaly in _SEASONAL and "day" not in name:
                    continue
                if anomaly in {"stuck", "wider"} and "counts" in name:
                    continue
                if name == "few counts" and anomaly in {"dropped", "drift"}:
                    continue
                rng = np.random.default_rng([seed, number, other])
                yield _with_anomaly(name, make(rng), anomaly, rng)


def _with_anomaly(name: str, values: Floats, anomaly: str, rng: np.random.Generator) -> Case:  # noqa: C901, PLR0912
    length, right = ANOMALIES[anomaly]
    if not length:
        return Case(f"{name}/none", values, SIZE, SIZE)
    begin = int(rng.integers(SIZE * 3 // 4, SIZE - 500))
    if anomaly in _SEASONAL:
        begin = begin // DAY * DAY
        while name == "day and week" and (begin // DAY + 1) % 7 >= 5:
            begin -= DAY
    if anomaly == "dropped":
        begin = begin // DAY * DAY + 40  # in the morning
        while name == "day and week" and (begin // DAY + 1) % 7 >= 5:
            begin -= DAY
    end = min(SIZE, begin + length)
    known = values[np.isfinite(values)]
    unit = 1.4826 * float(np.median(np.abs(np.diff(known)))) / np.sqrt(2)
    unit = max(unit, 1.0 if "counts" in name else 0.1)
    up = 1.0 if "counts" in name else rng.choice((-1.0, 1.0))
    part = values[begin:end].copy()
    size = float(rng.uniform(7, 12)) * unit
    match anomaly:
        case "spike":
            part += up * size * (1.5 if name == "heavy tails" else 1)
        case "step":
            part += up * 0.6 * size
        case "wider":
            part += rng.normal(0, 4 * unit, len(part))
        case "stuck":
            part[:] = part[np.isfinite(part)][0] if np.isfinite(part).any() else 20.0
        case "drift":
            part += up * np.linspace(0, size, len(part))
        case "no season":
            part = np.nanmedian(known) + rng.normal(0, unit, len(part))
        case "season moved":
            part = np.roll(part, DAY // 3)
        case "wrong hour":
            part = values[begin - DAY + 44 : begin - DAY + 52].copy()  # noon's values at midnight
        case "dropped":
            part = np.where(np.isfinite(part), known.min() - (0 if "counts" in name else 3 * unit), part)
    if "counts" in name:
        part = np.round(part).clip(0)
    series = values.copy()
    series[begin:end] = part
    if anomaly == "drift":
        series[end:] += part[-1] - values[end - 1]
    return Case(f"{name}/{anomaly}", series, begin, min(SIZE, begin + right))
