"""The SMS platform's database: one row a segment, a shard a day, a whole day drawn at once."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ntanalytics.demo.population.city import City
from ntanalytics.demo.population.seasonality import DAY_MS
from ntanalytics.demo.population.units import ALIASES, APPLICATIONS, NO_UNIT, UNITS
from ntanalytics.demo.products.sms_platform.messages import Accounts, DrawnMessages, draw_day, segments_of
from ntanalytics.demo.products.sms_platform.outcomes import CARRIERS, DELIVERED, Outcomes, draw_outcomes
from ntanalytics.demo.products.sms_platform.schema import create_lookups, create_shard
from ntanalytics.demo.store import Database, Store

_STREAM = 1
_CONSTANTS = {"Province_Code": "0513", "Protocol_Type_Code": "HttpJson"}
# The second half of the channels sends again what the first could not.
_CHANNELS = np.array(["CMPP01", "SGIP01", "SMGP01", "CMPP02", "SGIP02", "SMGP02"], dtype=object)
_OPERATORS = np.array(["cmpp", "sgip", "smgp"], dtype=object)
# An application that may no longer send.
_LOCKED = ("E9001", '第三方"测试"<应用>')
_STATES = np.array(["0", "1", "2"], dtype=object)  # normal, sent again, first attempt that failed
_STATUS = np.array(["success", "faild"], dtype=object)  # sic: the product's own spelling
_DESCRIPTIONS = np.array([None, "8 流量控制错"], dtype=object)
_ENTERPRISES = np.array([item.number for item in APPLICATIONS], dtype=object)
_SIGNATURES = np.array([item.signature for item in APPLICATIONS], dtype=object)
_CONTENTS = np.array([item.signature + item.text for item in APPLICATIONS], dtype=object)
# Number segments of the three carriers; what follows is visibly made up: 0000 and four digits.
_PREFIXES = np.array(
    [
        ["138", "139", "158", "187", "198"],
        ["130", "156", "186", "166", "196"],
        ["133", "153", "189", "191", "199"],
    ],
    dtype=object,
)


@dataclass
class Written:
    """What was written: messages, and segments by (month's first day, carrier)."""

    messages: int = 0
    segments: Counter[tuple[dt.date, str]] = field(default_factory=Counter)


def write_platform(city: City, store: Store) -> Written:
    """Write the platform's database.

    Reports that the carriers make after the last day ends are not there yet, as in a platform that
    is read on the following midnight.

    Returns:
        The number of messages (a message sent again counts once) and the carriers' segments.
    """
    written = Written()
    with store.database("sms_platform", "mysql") as db:
        create_lookups(db)
        accounts = _write_lookups(db, city)
        for day in city.days:
            rng = city.rng(_STREAM, day)
            messages = draw_day(rng, day, city, accounts)
            outcomes = draw_outcomes(rng, day, messages.carrier, messages.at_ms, city.incidents)
            _write_shard(db, rng, day, messages, outcomes, until=city.until)
            parts = segments_of(messages.length)
            for code, carrier in enumerate(CARRIERS):
                written.segments[day.replace(day=1), carrier] += int(parts[messages.carrier == code].sum())
            written.messages += len(parts)
    return written


def _write_lookups(db: Database, city: City) -> list[Accounts]:
    """Write applications and their accounts; per application the accounts' ids and their shares of its messages.

    The platform has unit names of its own: it calls some units otherwise, and one account is no unit's.
    """
    called = {unit: alias for alias, unit in ALIASES.items()}
    rng = city.rng(_STREAM)
    weight = dict(zip(UNITS, rng.permutation(1 / np.arange(3, len(UNITS) + 3) ** 0.8), strict=True))
    weight[NO_UNIT] = min(weight.values())
    accounts: list[Accounts] = []
    names: list[str] = []
    owners: list[str] = []
    for application in APPLICATIONS:
        units = (*application.units, NO_UNIT) if application.number == "E1002" else application.units
        shares = np.array([weight[unit] for unit in units])
        accounts.append((np.arange(len(names) + 1, len(names) + len(units) + 1), shares / shares.sum()))
        names += [called.get(unit, unit) for unit in units]
        owners += [application.number] * len(units)
    db.insert(
        "enterprise",
        {
            "Id": np.arange(1, len(APPLICATIONS) + 2),
            "No": [*(item.number for item in APPLICATIONS), _LOCKED[0]],
            "Name": [*(item.name for item in APPLICATIONS), _LOCKED[1]],
            "Status": [*["Normal"] * len(APPLICATIONS), "Locked"],
            "Create_Date": [f"2024-{1 + number:02d}-02 09:00:00" for number in range(len(APPLICATIONS) + 1)],
        },
    )
    db.insert(
        "enterprise_user",
        {
            "Id": np.arange(1, len(names) + 1),
            "Enterprise_No": owners,
            "Real_Name": names,
            "User_Name": [f"u{number:05d}" for number in range(1, len(names) + 1)],
            "Status": "Normal",
            "Create_Date": "2024-01-02 09:30:00",
        },
    )
    return accounts


@dataclass(frozen=True)
class _Rows:
    """One day's rows of ``submit``, an array item a segment, in order of time."""

    message: NDArray[np.int64]  # index into the day's messages
    sequence: NDArray[np.int64]
    is_first_attempt: NDArray[np.bool_]  # of a message that was sent again
    is_second_attempt: NDArray[np.bool_]
    at_ms: NDArray[np.int64]


def _lay_out(messages: DrawnMessages, outcomes: Outcomes) -> _Rows:
    """A row for each segment of each attempt; the attempts at one message share batch number and recipient."""
    again = np.flatnonzero(outcomes.is_sent_again)
    attempt = np.concatenate([again, np.arange(len(messages.at_ms))])
    parts = segments_of(messages.length)[attempt]
    row = np.repeat(np.arange(len(attempt)), parts)
    message, is_first = attempt[row], row < len(again)
    is_second = outcomes.is_sent_again[message] & ~is_first
    sequence = np.arange(len(row)) - np.repeat(np.cumsum(parts) - parts, parts) + 1
    at = messages.at_ms[message] + 12 * (sequence - 1) + np.where(is_second, outcomes.resend_after_ms[message], 0)
    at = np.minimum(at, DAY_MS - 10)  # a shard is that of the day of submission
    order = np.argsort(at, kind="stable")
    return _Rows(message[order], sequence[order], is_first[order], is_second[order], at[order])


def _write_shard(
    db: Database, rng: np.random.Generator, day: dt.date, messages: DrawnMessages, outcomes: Outcomes, *, until: dt.date
) -> None:
    suffix = f"_{day:%Y%m%d}"
    create_shard(db, suffix)
    rows = _lay_out(messages, outcomes)
    shared = _shared_columns(day, messages, rows)
    message, at = rows.message, rows.at_ms
    refused = np.where(rows.is_first_attempt, outcomes.first_failed_at_submit[message], outcomes.is_refused[message])
    submit = {
        **shared,
        "Id": np.arange(1, len(at) + 1),
        "Is_LMS": (segments_of(messages.length) > 1)[message].astype(int),
        "Signature": _SIGNATURES[messages.application[message]],
        "Content_Length": messages.length[message],
        "Submit_Status_Code": _STATUS[refused.astype(int)],
        "Submit_Description": _DESCRIPTIONS[refused.astype(int)],
        "Submit_Response_Date": _times(day, at + rng.integers(20, 260, len(at))),
        "Create_Date": shared["Submit_Date"],
    }
    db.insert(f"submit{suffix}", {**submit, **_CONSTANTS})

    native = np.where(rows.is_first_attempt, outcomes.first_code[message], outcomes.code[message])
    made = at + outcomes.latency_ms[message] + 40 * rows.sequence
    has_report = ~refused & (rows.is_first_attempt | outcomes.is_reported[message])
    # what a carrier reports after the estate's end has not come yet
    kept = np.flatnonzero(has_report & (made < ((until - day).days + 1) * DAY_MS))
    kept = kept[np.argsort(made[kept], kind="stable")]
    reported = _times(day, made[kept]).astype("datetime64[s]")  # Status_Date has whole seconds
    report = {
        **{name: column[kept] for name, column in shared.items()},
        "Id": np.arange(1, len(kept) + 1),
        "Status_Code": _STATUS[(native[kept] != DELIVERED).astype(int)],
        "Native_Status": native[kept],
        "Status_Date": reported,
        "Create_Date": reported,
    }
    db.insert(f"report{suffix}", {**report, **_CONSTANTS, "Submit_Status_Code": "success"})


def _shared_columns(day: dt.date, messages: DrawnMessages, rows: _Rows) -> dict[str, NDArray[Any]]:
    """The columns that ``submit`` and ``report`` have in common."""
    message = rows.message
    carrier, application = messages.carrier[message], messages.application[message]
    stamp = f"{day:%Y%m%d}"
    heads = _PREFIXES[carrier, message % 5].tolist()
    tails = ((messages.batch[message] * 37 + messages.place[message]) % 10_000).tolist()
    return {
        "Channel_No": _CHANNELS[carrier + 3 * rows.is_second_attempt],
        "Enterprise_No": _ENTERPRISES[application],
        "Enterprise_User_Id": messages.account[message],
        "Msg_Batch_No": _objects([f"{stamp}{number:09d}" for number in messages.batch[message].tolist()]),
        "Channel_Msg_Id": _objects([f"{stamp}{number:08X}" for number in range(len(message))]),
        "Sequence": rows.sequence,
        "Data_Status_Code": _STATES[rows.is_second_attempt + 2 * rows.is_first_attempt],
        "Operator": _OPERATORS[carrier],
        "Content": _CONTENTS[application],
        "Phone_No": _objects([f"{head}0000{tail:04d}" for head, tail in zip(heads, tails, strict=True)]),
        "Submit_Date": _times(day, rows.at_ms),
    }


def _objects(values: Sequence[str]) -> NDArray[np.object_]:
    return np.array(values, dtype=object)


def _times(day: dt.date, offset_ms: NDArray[np.int64]) -> NDArray[np.datetime64]:
    """Local wall-clock times with milliseconds."""
    moments: NDArray[np.datetime64] = np.datetime64(day, "ms") + offset_ms.astype("timedelta64[ms]")
    return moments
