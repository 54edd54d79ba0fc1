"""What becomes of messages: submission, the carrier's final report, its code and its delay."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ntanalytics.demo.incidents.incident import Incident

#: Carriers in the order of their codes in the arrays: CMPP, SGIP, SMGP.
CARRIERS = ("mobile", "unicom", "telecom")

DELIVERED = "DELIVRD"

#: Share delivered of the messages that get a report, on a plain day.
_DELIVERED_SHARE = np.array([0.986, 0.979, 0.983])
#: Share of messages for which no report ever comes.
_UNREPORTED = 0.01
#: Share refused by the carrier's gateway, and share whose first attempt failed and that were sent again.
_REFUSED, _SENT_AGAIN = 0.001, 0.006

# Raw final codes and their weights, as each carrier's protocol writes them (CMPP, SGIP, SMGP).
_CODES: tuple[dict[str, float], ...] = (
    {
        "MK:0001": 30, "UNDELIV": 18, "EXPIRED": 14, "MK:0005": 10, "DB:0141": 9,
        "MB:1041": 7, "MK:0017": 5, "DB:0100": 4, "ID:0076": 3,
    },
    {
        "2:25": 38, "2:29": 22, "2:26": 12, "2:27": 9,
        "2:21": 8, "2:32": 6, "2:33": 5,
    },
    {
        "601": 30, "UNDELIV": 20, "EXPIRED": 16, "640": 12,
        "602": 9, "701": 7, "005": 6,
    },
)  # fmt: skip
#: During an outage of the carrier: its system fails, its destination cannot be reached.
_OUTAGE_CODES = (("MK:0036", "MK:0050"), ("2:32", "2:21"), ("006", "010"))

#: Median report delay in seconds by carrier; the spread is log-normal.
_LATENCY_S = np.array([3.6, 5.2, 4.4])
_SPREAD = 0.75


@dataclass(frozen=True)
class Outcomes:
    """Outcomes of one day's messages, an array item each.

    Attributes:
        is_refused: the gateway refused the message, and it was not sent again.
        is_sent_again: a first attempt failed; what the other attributes say is the second's.
        first_failed_at_submit: for one sent again: the gateway refused the first attempt, else a report failed it.
        first_code: the code that failed a first attempt.
        resend_after_ms: how long after the first attempt the second was made.
        is_reported: a final report comes, if perhaps late.
        code: the final code.
        latency_ms: report time − submit time.
    """

    is_refused: NDArray[np.bool_]
    is_sent_again: NDArray[np.bool_]
    first_failed_at_submit: NDArray[np.bool_]
    first_code: NDArray[np.object_]
    resend_after_ms: NDArray[np.int64]
    is_reported: NDArray[np.bool_]
    code: NDArray[np.object_]
    latency_ms: NDArray[np.int64]


def draw_outcomes(
    rng: np.random.Generator,
    day: dt.date,
    carrier: NDArray[np.int64],
    at_ms: NDArray[np.int64],
    incidents: Sequence[Incident],
) -> Outcomes:
    """Draw the outcomes of a day's messages, with the day's carrier outages and report backlogs in them.

    Args:
        rng: the day's random numbers.
        day: the local day.
        carrier: index into :data:`CARRIERS` of each message.
        at_ms: milliseconds since local midnight of each message.
        incidents: all of the estate's.
    """
    count = len(carrier)
    failure = np.empty(count, dtype=object)
    for index, codes in enumerate(_CODES):
        weights = np.array(list(codes.values()))
        mine = carrier == index
        failure[mine] = rng.choice(np.array(list(codes), dtype=object), int(mine.sum()), p=weights / weights.sum())
    delivered_share = _DELIVERED_SHARE[carrier]
    latency = _LATENCY_S[carrier] * rng.lognormal(0, _SPREAD, count)
    slow = rng.random(count) < 0.012  # telephones that were off for a while
    latency = np.where(slow, latency * rng.uniform(20, 600, count), latency)

    for incident in incidents:
        begin, end = incident.span_ms(day)
        if begin == end or incident.subject not in CARRIERS:
            continue
        code = CARRIERS.index(incident.subject)
        strength = np.where(carrier == code, incident.strength(day, at_ms), 0.0)
        hit = strength > 0
        if incident.kind == "carrier_outage":
            during = (1 - strength) * delivered_share + strength * (1 - incident.size)
            delivered_share = np.where(hit, during, delivered_share)
            failure[hit] = rng.choice(np.array(_OUTAGE_CODES[code], dtype=object), int(hit.sum()))
        elif incident.kind == "report_backlog":
            # Reports queue up and come out after the backlog ends, in half an hour's burst.
            late = (end - at_ms) / 1000 + rng.uniform(0, 1800, count)
            latency = np.where(rng.random(count) < incident.size * strength, late, latency)

    is_delivered = rng.random(count) < delivered_share
    is_refused = rng.random(count) < _REFUSED
    return Outcomes(
        is_refused=is_refused,
        is_sent_again=(rng.random(count) < _SENT_AGAIN) & ~is_refused,
        first_failed_at_submit=rng.random(count) < 0.6,
        first_code=failure,
        resend_after_ms=rng.integers(2_000, 60_000, count),
        is_reported=rng.random(count) >= _UNREPORTED,
        code=np.where(is_delivered, DELIVERED, failure),
        latency_ms=(np.maximum(latency, 1.1) * 1000).astype(np.int64),
    )
