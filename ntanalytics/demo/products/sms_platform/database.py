"""Database of the SMS platform: a row a segment, a shard a day."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ntanalytics.demo.arrays import ArrayRows, Bools, Ints, Rng, Times, texts
from ntanalytics.demo.local_time import DAY_MS
from ntanalytics.demo.population.applications import APPLICATIONS
from ntanalytics.demo.population.city import City
from ntanalytics.demo.population.units import ALIASES, NO_UNIT, UNITS
from ntanalytics.demo.products.sms_platform.messages import Accounts, DrawnMessages, draw_messages, segments_of
from ntanalytics.demo.products.sms_platform.outcomes import DELIVERED, Outcomes, draw_outcomes
from ntanalytics.demo.products.sms_platform.reminders import with_reminders
from ntanalytics.demo.products.sms_platform.schema import CARRIERS, SHARDS, TABLES
from ntanalytics.demo.store import Columns, Database, Store

_STREAM = 1
_CONSTANTS = {"Province_Code": "0513", "Protocol_Type_Code": "HttpJson"}


#: The second half of the channels sends again after a failed first attempt.
_CHANNELS = texts(["CMPP01", "SGIP01", "SMGP01", "CMPP02", "SGIP02", "SMGP02"])
_OPERATORS = texts(["cmpp", "sgip", "smgp"])
#: Application that may no longer send: number and name.
_LOCKED = ("E9001", '第三方"测试"<应用>')
_STATES = texts(["0", "1", "2"])  # normal, sent again, failed first attempt
_STATUS = texts(["success", "faild"])  # sic: the product's own spelling
_DESCRIPTIONS = texts([None, "8 流量控制错"])
_ENTERPRISES = texts(item.number for item in APPLICATIONS)
_SIGNATURES = texts(item.signature for item in APPLICATIONS)
_CONTENTS = texts(item.signature + item.text for item in APPLICATIONS)
#: Number segments of the carriers; the rest of a number is visibly made up: 0000 and four digits.
_PREFIXES = np.array(
    [["138", "139", "158", "187", "198"], ["130", "156", "186", "166", "196"], ["133", "153", "189", "191", "199"]],
    dtype=object,
)


@dataclass
class SmsTraffic:
    """Number of messages, and of segments by (month's first day, carrier)."""

    messages: int = 0
    segments: Counter[tuple[dt.date, str]] = field(default_factory=Counter)


def write_sms_platform(city: City, store: Store) -> SmsTraffic:
    """Write the database ``sms_platform`` (MySQL), and return its volume; a message sent again counts once.

    Reports that the carriers make after the last day are not there yet.
    """
    volume = SmsTraffic()
    with store.database("sms_platform", "mysql") as database:
        database.create(*TABLES)
        accounts = _write_lookups(database, city)
        for day in city.days:
            rng = city.rng(_STREAM, day)
            messages = draw_messages(rng, day, city, accounts)
            outcomes = draw_outcomes(rng, day, messages.carrier, messages.at_ms, city.incidents)
            messages, outcomes = with_reminders(city, day, accounts, messages, outcomes)
            suffix = f"_{day:%Y%m%d}"
            database.create(*SHARDS, suffix=suffix)
            rows = _segments(messages, outcomes)
            common = _common_columns(day, messages, rows)
            submit = {**common, **_submit_columns(rng, day, messages, rows), **_CONSTANTS}
            database.insert(f"submit{suffix}", submit)
            report = {**_report_columns(day, city.until, outcomes, rows, common), **_CONSTANTS}
            database.insert(f"report{suffix}", report)
            segments = segments_of(messages.length)
            for code, carrier in enumerate(CARRIERS):
                volume.segments[day.replace(day=1), carrier] += int(segments[messages.carrier == code].sum())
            volume.messages += len(segments)
    return volume


def _write_lookups(database: Database, city: City) -> list[Accounts]:
    """Write the applications and their accounts, and return the accounts of each application.

    The platform uses names of its own for some units, and one account belongs to no unit.
    """
    aliases = {unit: alias for alias, unit in ALIASES.items()}
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
        names += [aliases.get(unit, unit) for unit in units]
        owners += [application.number] * len(units)
    applications: Columns = {
        "Id": np.arange(1, len(APPLICATIONS) + 2),
        "No": [*(item.number for item in APPLICATIONS), _LOCKED[0]],
        "Name": [*(item.name for item in APPLICATIONS), _LOCKED[1]],
        "Status": [*["Normal"] * len(APPLICATIONS), "Locked"],
        "Create_Date": [f"2024-{1 + number:02d}-02 09:00:00" for number in range(len(APPLICATIONS) + 1)],
    }
    database.insert("enterprise", applications)
    users: Columns = {
        "Id": np.arange(1, len(names) + 1),
        "Enterprise_No": owners,
        "Real_Name": names,
        "User_Name": [f"u{number:05d}" for number in range(1, len(names) + 1)],
        "Status": "Normal",
        "Create_Date": "2024-01-02 09:30:00",
    }
    database.insert("enterprise_user", users)
    return accounts


@dataclass(frozen=True, kw_only=True)
class _Segments(ArrayRows):
    """Rows of one day's ``submit``, in order of time."""

    message: Ints  # index into the day's messages
    sequence: Ints
    is_first_attempt: Bools  # of a message that was sent again
    is_second_attempt: Bools
    is_refused: Bools
    at_ms: Ints


def _segments(messages: DrawnMessages, outcomes: Outcomes) -> _Segments:
    """Return a row for each segment of each attempt; the attempts of a message share batch number and recipient."""
    again = np.flatnonzero(outcomes.is_sent_again)
    attempt = np.concatenate([again, np.arange(len(messages.at_ms))])
    parts = segments_of(messages.length)[attempt]
    row = np.repeat(np.arange(len(attempt)), parts)
    message, is_first = attempt[row], row < len(again)
    is_second = outcomes.is_sent_again[message] & ~is_first
    sequence = np.arange(len(row)) - np.repeat(np.cumsum(parts) - parts, parts) + 1
    at_ms = messages.at_ms[message] + 12 * (sequence - 1) + np.where(is_second, outcomes.resend_after_ms[message], 0)
    segments = _Segments(
        message=message,
        sequence=sequence,
        is_first_attempt=is_first,
        is_second_attempt=is_second,
        is_refused=np.where(is_first, outcomes.first_failed_at_submit[message], outcomes.is_refused[message]),
        at_ms=np.minimum(at_ms, DAY_MS - 10),  # the shard is that of the day of submission
    )
    return segments.take(np.argsort(segments.at_ms, kind="stable"))


def _submit_columns(rng: Rng, day: dt.date, messages: DrawnMessages, rows: _Segments) -> Columns:
    message = rows.message
    return {
        "Id": np.arange(1, len(message) + 1),
        "Is_LMS": (segments_of(messages.length) > 1)[message].astype(int),
        "Signature": _SIGNATURES[messages.application[message]],
        "Content_Length": messages.length[message],
        "Submit_Status_Code": _STATUS[rows.is_refused.astype(int)],
        "Submit_Description": _DESCRIPTIONS[rows.is_refused.astype(int)],
        "Submit_Response_Date": _times(day, rows.at_ms + rng.integers(20, 260, len(message))),
        "Create_Date": _times(day, rows.at_ms),
    }


def _report_columns(
    day: dt.date, until: dt.date, outcomes: Outcomes, rows: _Segments, common: Mapping[str, NDArray[Any]]
) -> Columns:
    """Return the reports that come until the estate's end, in order of time."""
    message = rows.message
    code = np.where(rows.is_first_attempt, outcomes.first_code[message], outcomes.code[message])
    reported_ms = rows.at_ms + outcomes.latency_ms[message] + 40 * rows.sequence
    has_report = ~rows.is_refused & (rows.is_first_attempt | outcomes.is_reported[message])
    kept = np.flatnonzero(has_report & (reported_ms < ((until - day).days + 1) * DAY_MS))
    kept = kept[np.argsort(reported_ms[kept], kind="stable")]
    reported = _times(day, reported_ms[kept]).astype("datetime64[s]")  # Status_Date has whole seconds
    return {
        **{name: column[kept] for name, column in common.items()},
        "Id": np.arange(1, len(kept) + 1),
        "Status_Code": _STATUS[(code[kept] != DELIVERED).astype(int)],
        "Native_Status": code[kept],
        "Status_Date": reported,
        "Create_Date": reported,
        "Submit_Status_Code": "success",
    }


def _common_columns(day: dt.date, messages: DrawnMessages, rows: _Segments) -> dict[str, NDArray[Any]]:
    """Return the columns that ``submit`` and ``report`` have in common."""
    message = rows.message
    carrier, application = messages.carrier[message], messages.application[message]
    head = f"{day:%Y%m%d}"
    prefixes = _PREFIXES[carrier, message % 5].tolist()
    tails = ((messages.batch[message] * 37 + messages.place[message]) % 10_000).tolist()
    return {
        "Channel_No": _CHANNELS[carrier + 3 * rows.is_second_attempt],
        "Enterprise_No": _ENTERPRISES[application],
        "Enterprise_User_Id": messages.account[message],
        "Msg_Batch_No": texts(f"{head}{number:09d}" for number in messages.batch[message].tolist()),
        "Channel_Msg_Id": texts(f"{head}{number:08X}" for number in range(len(message))),
        "Sequence": rows.sequence,
        "Data_Status_Code": _STATES[rows.is_second_attempt + 2 * rows.is_first_attempt],
        "Operator": _OPERATORS[carrier],
        "Content": _CONTENTS[application],
        "Phone_No": texts(f"{prefix}0000{tail:04d}" for prefix, tail in zip(prefixes, tails, strict=True)),
        "Submit_Date": _times(day, rows.at_ms),
    }


def _times(day: dt.date, at_ms: Ints) -> Times:
    """Return wall-clock times with milliseconds."""
    times: Times = np.datetime64(day, "ms") + at_ms.astype("timedelta64[ms]")
    return times
