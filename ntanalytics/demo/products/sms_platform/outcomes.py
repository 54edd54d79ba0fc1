"""Outcomes of messages: submission, the carrier's final report, its code and its latency."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ntanalytics.demo.arrays import ArrayRows, Bools, Ints, Objects, Rng, texts
from ntanalytics.demo.incidents.incident import Incident
from ntanalytics.demo.products.sms_platform.schema import CARRIERS

DELIVERED = "DELIVRD"

#: Share of delivered messages among those with a report, on a plain day, by carrier.
_DELIVERED_SHARE = np.array([0.986, 0.979, 0.983])
#: Share of messages without any report.
_UNREPORTED = 0.01
#: Shares that the carrier's gateway refuses, with a failed first attempt, and among these refused at submission.
_REFUSED, _SENT_AGAIN, _FAILED_AT_SUBMIT = 0.001, 0.006, 0.6

#: Raw final codes and their weights in each carrier's protocol (CMPP, SGIP, SMGP).
_CODES = (
    "MK:0001 30 UNDELIV 18 EXPIRED 14 MK:0005 10 DB:0141 9 MB:1041 7 MK:0017 5 DB:0100 4 ID:0076 3",
    "2:25 38 2:29 22 2:26 12 2:27 9 2:21 8 2:32 6 2:33 5",
    "601 30 UNDELIV 20 EXPIRED 16 640 12 602 9 701 7 005 6",
)
#: Codes during an outage of the carrier: a failing system, an unreachable destination.
_OUTAGE_CODES = (("MK:0036", "MK:0050"), ("2:32", "2:21"), ("006", "010"))

#: Median latency of a report in seconds by carrier, and its log-normal spread.
_LATENCY_S, _SPREAD, _MIN_LATENCY_S = np.array([3.6, 5.2, 4.4]), 0.75, 1.1
#: Share of telephones that are off for a while, and factor of the latency then.
_OFF, _OFF_FACTOR = 0.012, (20, 600)
#: Seconds after the end of a backlog within which its reports come.
_BACKLOG_S = 1800


@dataclass(frozen=True, kw_only=True)
class Outcomes(ArrayRows):
    """Outcomes of one day's messages, an array item each."""

    is_refused: Bools  # by the gateway; such a message is not sent again
    is_sent_again: Bools  # after a failed first attempt; the code and the latency are those of the second one
    first_failed_at_submit: Bools  # the gateway refused the first attempt; else a report failed it
    first_code: Objects  # code that failed a first attempt
    resend_after_ms: Ints  # time from the first attempt to the second one
    is_reported: Bools  # whether a final report comes, if perhaps late
    code: Objects
    latency_ms: Ints  # time of the report − time of submission


def draw_outcomes(rng: Rng, day: dt.date, carrier: Ints, at_ms: Ints, incidents: Sequence[Incident]) -> Outcomes:
    """Return the outcomes of a day's messages, with the day's carrier outages and report backlogs.

    Args:
        rng: random numbers of the day.
        day: the local day.
        carrier: index into ``CARRIERS`` of each message.
        at_ms: time of each message, in milliseconds since local midnight.
        incidents: all incidents of the estate.
    """
    count = len(carrier)
    failure = _failure_codes(rng, carrier)
    delivered_share = _DELIVERED_SHARE[carrier]
    latency = _LATENCY_S[carrier] * rng.lognormal(0, _SPREAD, count)
    is_off = rng.random(count) < _OFF
    latency = np.where(is_off, latency * rng.uniform(*_OFF_FACTOR, count), latency)
    for incident in incidents:
        if not incident.is_on(day) or incident.subject not in CARRIERS:
            continue
        code = CARRIERS.index(incident.subject)
        strength = np.where(carrier == code, incident.strength(day, at_ms), 0.0)
        hit = strength > 0
        if incident.kind == "carrier_outage":
            during = (1 - strength) * delivered_share + strength * (1 - incident.size)
            delivered_share = np.where(hit, during, delivered_share)
            failure[hit] = rng.choice(texts(_OUTAGE_CODES[code]), int(hit.sum()))
        elif incident.kind == "report_backlog":
            # reports queue up and come out after the end of the backlog
            late = (incident.span_ms(day)[1] - at_ms) / 1000 + rng.uniform(0, _BACKLOG_S, count)
            latency = np.where(rng.random(count) < incident.size * strength, late, latency)

    is_delivered = rng.random(count) < delivered_share
    is_refused = rng.random(count) < _REFUSED
    return Outcomes(
        is_refused=is_refused,
        is_sent_again=(rng.random(count) < _SENT_AGAIN) & ~is_refused,
        first_failed_at_submit=rng.random(count) < _FAILED_AT_SUBMIT,
        first_code=failure,
        resend_after_ms=rng.integers(2_000, 60_000, count),
        is_reported=rng.random(count) >= _UNREPORTED,
        code=np.where(is_delivered, DELIVERED, failure),
        latency_ms=(np.maximum(latency, _MIN_LATENCY_S) * 1000).astype(np.int64),
    )


def _failure_codes(rng: Rng, carrier: Ints) -> Objects:
    """Return the code of each message, should it fail on a plain day."""
    failure = np.empty(len(carrier), dtype=object)
    for index, codes in enumerate(_CODES):
        words = codes.split()
        weights = np.array([int(weight) for weight in words[1::2]])
        is_carriers = carrier == index
        drawn = rng.choice(texts(words[::2]), int(is_carriers.sum()), p=weights / weights.sum())
        failure[is_carriers] = drawn
    return failure
