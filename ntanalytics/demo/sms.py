"""The SMS platform's database: one row a segment, a shard a day, a whole day drawn at once."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ntanalytics.demo.incidents import Incident
from ntanalytics.demo.rhythm import DAY_MS, Rhythm, generator
from ntanalytics.demo.sms_outcomes import CARRIERS, DELIVERED, Outcomes, draw_outcomes
from ntanalytics.demo.sms_schema import (
    LOOKUPS,
    REPORT_COLUMNS,
    SUBMIT_COLUMNS,
    insertion,
    shard_index,
    shard_tables,
)
from ntanalytics.demo.units import APPLICATIONS, UNITS

#: Messages on a plain working day at scale 1.
MESSAGES_PER_DAY = 5_000

_STREAM = 1
_CONSTANTS = {"Province_Code": "0513", "Protocol_Type_Code": "HttpJson"}
# The second half of the channels sends again what the first could not.
_CHANNELS = np.array(["CMPP01", "SGIP01", "SMGP01", "CMPP02", "SGIP02", "SMGP02"], dtype=object)
_OPERATORS = np.array(["cmpp", "sgip", "smgp"], dtype=object)
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


@dataclass(frozen=True)
class _Messages:
    """One day's messages, an array item each, in order of time."""

    at_ms: NDArray[np.int64]
    application: NDArray[np.int64]
    account: NDArray[np.int64]
    batch: NDArray[np.int64]
    place: NDArray[np.int64]  # within its batch, which makes the recipients of a batch differ
    length: NDArray[np.int64]
    carrier: NDArray[np.int64]


def write_platform(
    path: Path, days: Sequence[dt.date], rhythm: Rhythm, incidents: Sequence[Incident], *, seed: int, scale: float
) -> Written:
    """Write the platform's database of ``days`` into a new SQLite file.

    Reports that the carriers make after the last day ends are not there yet, as in a platform that
    is read on the following midnight.

    Returns:
        The number of messages (a message sent again counts once) and the carriers' segments.
    """
    path.unlink(missing_ok=True)
    written = Written()
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")
        database.execute("BEGIN")
        accounts = _write_lookups(database, seed)
        for statement in shard_tables(""):
            database.execute(statement)
        for day in days:
            rng = generator(seed, _STREAM, day)
            messages = _draw_day(rng, day, rhythm, accounts, scale)
            outcomes = draw_outcomes(rng, day, messages.carrier, messages.at_ms, incidents)
            _write_shard(database, rng, day, messages, outcomes, until=rhythm.until)
            parts = segments_of(messages.length)
            for code, carrier in enumerate(CARRIERS):
                written.segments[day.replace(day=1), carrier] += int(parts[messages.carrier == code].sum())
            written.messages += len(parts)
        database.execute("COMMIT")
    return written


def segments_of(length: NDArray[np.int64]) -> NDArray[np.int64]:
    """Billing segments of messages of ``length`` characters: 1 up to 70, else one per 67 (domain.md, "SMS")."""
    return np.where(length <= 70, 1, -(-length // 67))


def _write_lookups(database: sqlite3.Connection, seed: int) -> list[tuple[NDArray[np.int64], NDArray[np.float64]]]:
    """Write applications and their accounts; per application the accounts' ids and their shares of its messages."""
    for statement in LOOKUPS:
        database.execute(statement)
    rng = np.random.default_rng([seed, _STREAM])
    weight = dict(zip(UNITS, rng.permutation(1 / np.arange(3, len(UNITS) + 3) ** 0.8), strict=True))
    accounts, first = [], 1
    for number, application in enumerate(APPLICATIONS, start=1):
        database.execute(
            "INSERT INTO enterprise VALUES (?, ?, ?, 'Normal', '2024-01-02 09:00:00')",
            (number, application.number, application.name),
        )
        ids = np.arange(first, first + len(application.units))
        database.executemany(
            "INSERT INTO enterprise_user VALUES (?, ?, ?, ?, 'Normal', '2024-01-02 09:30:00')",
            [(int(i), application.number, unit, f"u{i:05d}") for i, unit in zip(ids, application.units, strict=True)],
        )
        shares = np.array([weight[unit] for unit in application.units])
        accounts.append((ids, shares / shares.sum()))
        first += len(ids)
    return accounts


def _draw_day(
    rng: np.random.Generator, day: dt.date, rhythm: Rhythm, accounts: Sequence[tuple[Any, Any]], scale: float
) -> _Messages:
    parts: list[tuple[NDArray[Any], ...]] = []
    first_batch = 0
    for index, application in enumerate(APPLICATIONS):
        expected = MESSAGES_PER_DAY * scale * application.share * rhythm.factor(day, application.audience)
        count = int(rng.poisson(expected))
        if not count:
            continue
        # Messages of one sending follow each other: a new one begins with probability 1 / its mean size.
        begins = rng.random(count) < 1 / application.batch
        begins[0] = True
        batch = np.cumsum(begins) - 1
        size = int(batch[-1]) + 1
        place = np.arange(count) - np.flatnonzero(begins)[batch]
        ids, shares = accounts[index]
        parts.append(
            (
                (rhythm.moments(rng, day, application.audience, size)[batch] + 35 * place).clip(max=DAY_MS - 1000),
                np.full(count, index),
                rng.choice(ids, size, p=shares)[batch],
                batch + first_batch,
                place,
                rng.normal(application.length, 11, size).round().astype(np.int64).clip(18, 260)[batch],
                rng.choice(3, count, p=[0.58, 0.18, 0.24]),
            )
        )
        first_batch += size
    if not parts:
        return _Messages(*(np.zeros(0, dtype=np.int64) for _ in range(7)))
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    order = np.argsort(columns[0], kind="stable")
    return _Messages(*(column[order] for column in columns))


@dataclass(frozen=True)
class _Rows:
    """One day's rows of ``submit``, an array item a segment, in order of time."""

    message: NDArray[np.int64]  # index into the day's messages
    sequence: NDArray[np.int64]
    is_first_attempt: NDArray[np.bool_]  # of a message that was sent again
    is_second_attempt: NDArray[np.bool_]
    at_ms: NDArray[np.int64]


def _lay_out(messages: _Messages, outcomes: Outcomes) -> _Rows:
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
    database: sqlite3.Connection, rng: np.random.Generator, day: dt.date, messages: _Messages, outcomes: Outcomes,
    *, until: dt.date,
) -> None:  # fmt: skip
    suffix = f"_{day:%Y%m%d}"
    for statement in shard_tables(suffix):
        database.execute(statement)
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
    _insert(database, f"submit{suffix}", SUBMIT_COLUMNS, submit, _CONSTANTS)

    native = np.where(rows.is_first_attempt, outcomes.first_code[message], outcomes.code[message])
    made = at + outcomes.latency_ms[message] + 40 * rows.sequence
    has_report = ~refused & (rows.is_first_attempt | outcomes.is_reported[message])
    # what a carrier reports after the estate's end has not come yet
    kept = np.flatnonzero(has_report & (made < ((until - day).days + 1) * DAY_MS))
    kept = kept[np.argsort(made[kept], kind="stable")]
    reported = _times(day, made[kept] // 1000 * 1000, length=19)  # Status_Date has whole seconds
    report = {
        **{name: column[kept] for name, column in shared.items()},
        "Id": np.arange(1, len(kept) + 1),
        "Status_Code": _STATUS[(native[kept] != DELIVERED).astype(int)],
        "Native_Status": native[kept],
        "Status_Date": reported,
        "Create_Date": reported,
    }
    _insert(database, f"report{suffix}", REPORT_COLUMNS, report, {**_CONSTANTS, "Submit_Status_Code": "success"})
    database.execute(shard_index(suffix))


def _shared_columns(day: dt.date, messages: _Messages, rows: _Rows) -> dict[str, NDArray[Any]]:
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


def _times(day: dt.date, offset_ms: NDArray[np.int64], length: int = 23) -> NDArray[np.object_]:
    """Local wall-clock texts ``YYYY-MM-DD HH:MM:SS.fff`` (``length`` 19: whole seconds)."""
    moments = pa.array(np.datetime64(day, "ms") + offset_ms.astype("timedelta64[ms]"), pa.timestamp("ms"))
    return _objects([text[:length] for text in moments.cast(pa.string()).to_pylist()])


def _insert(
    database: sqlite3.Connection,
    table: str,
    names: Sequence[str],
    columns: Mapping[str, NDArray[Any]],
    constants: Mapping[str, str],
) -> None:
    lists = [columns[name].tolist() for name in names]
    database.executemany(insertion(table, names, constants), zip(*lists, strict=True))
