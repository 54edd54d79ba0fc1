"""The messages of a day as they are handed in: when, by which application and account, how long, to which carrier."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ntanalytics.demo.population.city import City
from ntanalytics.demo.population.seasonality import DAY_MS
from ntanalytics.demo.population.units import APPLICATIONS, Application

#: Messages on a plain working day at scale 1.
MESSAGES_PER_DAY = 200_000

#: The ids of an application's accounts, and their shares of its messages.
Accounts: TypeAlias = tuple[NDArray[np.int64], NDArray[np.float64]]


@dataclass(frozen=True)
class DrawnMessages:
    """One day's messages, an array item each, in order of time."""

    at_ms: NDArray[np.int64]
    application: NDArray[np.int64]
    account: NDArray[np.int64]
    batch: NDArray[np.int64]
    place: NDArray[np.int64]  # within its batch, which makes the recipients of a batch differ
    length: NDArray[np.int64]
    carrier: NDArray[np.int64]


def segments_of(length: NDArray[np.int64]) -> NDArray[np.int64]:
    """Billing segments of messages of ``length`` characters: 1 up to 70, else one per 67 (docs/domain.md, SMS)."""
    return np.where(length <= 70, 1, -(-length // 67))


def draw_day(rng: np.random.Generator, day: dt.date, city: City, accounts: Sequence[Accounts]) -> DrawnMessages:
    """The messages of a day.

    Args:
        rng: the day's random numbers.
        day: the local day.
        city: the city.
        accounts: of each application, in order of ``APPLICATIONS``.
    """
    parts: list[tuple[NDArray[np.int64], ...]] = []
    surges = [each for each in city.planted("volume_surge", "announced_mailing") if each.span_ms(day)[1]]
    first_batch = 0
    for index, application in enumerate(APPLICATIONS):
        expected = MESSAGES_PER_DAY * city.scale * application.share * city.rhythm.factor(day, application.audience)
        drawn = [_draw(rng, day, city, application, accounts[index], expected)]
        for surge in surges:
            if surge.subject == application.number:
                more = _draw(rng, day, city, application, accounts[index], expected * (surge.size - 1))
                hit = surge.strength(day, more[0]) > 0
                drawn.append(tuple(column[hit] for column in more))
        for at, batch, place, account, length, carrier in drawn:
            if len(at):
                parts.append((at, np.full(len(at), index), account, batch + first_batch, place, length, carrier))
                first_batch += int(batch[-1]) + 1
    if not parts:
        return DrawnMessages(*(np.zeros(0, dtype=np.int64) for _ in range(7)))
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    order = np.argsort(columns[0], kind="stable")
    return DrawnMessages(*(column[order] for column in columns))


def _draw(
    rng: np.random.Generator, day: dt.date, city: City, application: Application, accounts: Accounts, expected: float
) -> tuple[NDArray[np.int64], ...]:
    """An application's messages of a day: moment, batch, place within it, account, length, carrier."""
    count = int(rng.poisson(expected))
    if not count:
        return tuple(np.zeros(0, dtype=np.int64) for _ in range(6))
    # Messages of one sending follow each other: a new one begins with probability 1 / its mean size.
    begins = rng.random(count) < 1 / application.batch
    begins[0] = True
    batch = np.cumsum(begins) - 1
    size = int(batch[-1]) + 1
    place = np.arange(count) - np.flatnonzero(begins)[batch]
    ids, shares = accounts
    return (
        (city.rhythm.moments(rng, day, application.audience, size)[batch] + 35 * place).clip(max=DAY_MS - 1000),
        batch,
        place,
        rng.choice(ids, size, p=shares)[batch],
        rng.normal(application.length, 11, size).round().astype(np.int64).clip(18, 260)[batch],
        rng.choice(3, count, p=[0.58, 0.18, 0.24]),
    )
