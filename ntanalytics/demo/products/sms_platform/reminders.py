"""Reminders to the staff outside the working time (``demo.incidents.burdens``).

They are drawn by nothing: the random numbers of a day's other messages do not change by them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np

from ntanalytics.demo.arrays import texts
from ntanalytics.demo.incidents.burdens import Burden, burdens_of, is_reminded
from ntanalytics.demo.population.applications import APPLICATIONS
from ntanalytics.demo.population.city import City
from ntanalytics.demo.products.sms_platform.messages import MESSAGES_PER_DAY, Accounts, DrawnMessages
from ntanalytics.demo.products.sms_platform.outcomes import DELIVERED, Outcomes

#: Milliseconds between two messages of a sending, and from one to its report; characters of a reminder.
_BETWEEN_MS, _LATENCY_MS, _LENGTH = 35, 4_000, 57
_NUMBERS = [application.number for application in APPLICATIONS]
#: All of them go to China Mobile (index into ``CARRIERS``).
_CARRIER = 0


def reminders_of_day(scale: float, burden: Burden) -> int:
    """Return the number of messages of one reminder in a city of a scale."""
    return max(1, round(MESSAGES_PER_DAY * scale * burden.share))


def with_reminders(
    city: City, day: dt.date, accounts: Sequence[Accounts], messages: DrawnMessages, outcomes: Outcomes
) -> tuple[DrawnMessages, Outcomes]:
    """Return the messages of a day and their outcomes with the reminders behind them, each delivered at once."""
    parts, results = [messages], [outcomes]
    batch = int(messages.batch.max(initial=-1)) + 1
    for burden in burdens_of(city, "after_hours"):
        if not is_reminded(city, burden, day):
            continue
        count, index = reminders_of_day(city.scale, burden), _NUMBERS.index(burden.application)
        place = np.arange(count)
        parts.append(
            DrawnMessages(
                at_ms=burden.at_ms + _BETWEEN_MS * place,
                application=np.full(count, index),
                account=np.full(count, accounts[index][0][0]),
                batch=np.full(count, batch),
                place=place,
                length=np.full(count, _LENGTH),
                carrier=np.full(count, _CARRIER),
            )
        )
        results.append(_delivered(count))
        batch += 1
    return DrawnMessages.concat(parts), Outcomes.concat(results)


def _delivered(count: int) -> Outcomes:
    no, code = np.zeros(count, dtype=bool), texts([DELIVERED] * count)
    return Outcomes(
        is_refused=no,
        is_sent_again=no,
        first_failed_at_submit=no,
        first_code=code,
        resend_after_ms=np.zeros(count, dtype=np.int64),
        is_reported=~no,
        code=code,
        latency_ms=np.full(count, _LATENCY_MS),
    )
