"""Messages of one day as they are submitted: time, application, account, length and carrier."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TypeAlias

import numpy as np

from ntanalytics.demo.arrays import ArrayRows, Floats, Ints, Rng
from ntanalytics.demo.local_time import DAY_MS
from ntanalytics.demo.population.applications import APPLICATIONS, Application
from ntanalytics.demo.population.city import City
from ntanalytics.demo.products.sms_platform.schema import CARRIERS

#: Messages on a plain working day at scale 1.
MESSAGES_PER_DAY = 200_000
#: Shares of the carriers in the order of ``CARRIERS``.
_CARRIER_SHARES = [0.58, 0.18, 0.24]
#: Milliseconds between two messages of a sending; deviation and bounds of a message's length.
_BETWEEN_MS, _DEVIATION, _LENGTHS = 35, 11, (18, 260)

#: Ids of an application's accounts, and their shares of its messages.
Accounts: TypeAlias = tuple[Ints, Floats]
#: Time, batch, place within the batch, account, length and carrier of an application's messages.
_Columns: TypeAlias = tuple[Ints, ...]


@dataclass(frozen=True, kw_only=True)
class DrawnMessages(ArrayRows):
    """Messages of one day, in order of time."""

    at_ms: Ints  # time of submission, since local midnight
    application: Ints  # index into APPLICATIONS
    account: Ints  # id of the account
    batch: Ints  # number of the sending
    place: Ints  # within the batch, whose recipients differ by it
    length: Ints  # in characters
    carrier: Ints  # index into CARRIERS


def segments_of(length: Ints) -> Ints:
    """Return the billing segments of texts: 1 up to 70 characters, else one per 67 (docs/domain.md, SMS)."""
    return np.where(length <= 70, 1, -(-length // 67))


def draw_messages(rng: Rng, day: dt.date, city: City, accounts: Sequence[Accounts]) -> DrawnMessages:
    """Return the messages of a day.

    Args:
        rng: random numbers of the day.
        day: the local day.
        city: the city.
        accounts: accounts of each application, in order of ``APPLICATIONS``.
    """
    parts: list[_Columns] = []
    surges = [item for item in city.incidents_of("volume_surge", "announced_mailing") if item.is_on(day)]
    first_batch = 0
    for index, application in enumerate(APPLICATIONS):
        factor = city.seasonality.factor(day, application.audience)
        expected = MESSAGES_PER_DAY * city.scale * application.share * factor
        drawn = [_draw(rng, day, city, application, accounts[index], expected)]
        for surge in surges:
            if surge.subject == application.number:
                more = _draw(rng, day, city, application, accounts[index], expected * (surge.size - 1))
                hit = surge.strength(day, more[0]) > 0
                drawn.append(tuple(column[hit] for column in more))
        for at_ms, batch, place, account, length, carrier in drawn:
            if len(at_ms):
                parts.append((at_ms, np.full(len(at_ms), index), account, batch + first_batch, place, length, carrier))
                first_batch += int(batch[-1]) + 1
    names = [field.name for field in fields(DrawnMessages)]
    if not parts:
        return DrawnMessages(**{name: np.zeros(0, dtype=np.int64) for name in names})
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    order = np.argsort(columns[0], kind="stable")
    return DrawnMessages(**{name: column[order] for name, column in zip(names, columns, strict=True)})


def _draw(
    rng: Rng, day: dt.date, city: City, application: Application, accounts: Accounts, expected: float
) -> _Columns:
    """Return an application's messages of a day."""
    count = int(rng.poisson(expected))
    if not count:
        return tuple(np.zeros(0, dtype=np.int64) for _ in range(6))
    # messages of one sending follow each other: a new one begins with probability 1 / its mean size
    begins = rng.random(count) < 1 / application.batch
    begins[0] = True
    batch = np.cumsum(begins) - 1
    size = int(batch[-1]) + 1
    place = np.arange(count) - np.flatnonzero(begins)[batch]
    ids, shares = accounts
    at_ms = city.seasonality.moments(rng, day, application.audience, size)[batch] + _BETWEEN_MS * place
    account = rng.choice(ids, size, p=shares)[batch]
    length = rng.normal(application.length, _DEVIATION, size).round().astype(np.int64).clip(*_LENGTHS)[batch]
    carrier = rng.choice(len(CARRIERS), count, p=_CARRIER_SHARES)
    return at_ms.clip(max=DAY_MS - 1000), batch, place, account, length, carrier
