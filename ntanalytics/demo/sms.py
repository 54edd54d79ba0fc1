"""The SMS platform's database: one row a segment, a shard a day, a whole day drawn at once."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ntanalytics.demo.incidents import Incident
from ntanalytics.demo.rhythm import Rhythm, generator
from ntanalytics.demo.sms_outcomes import CARRIERS, Outcomes, draw_outcomes
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
_CHANNELS = np.array(["CMPP01", "SGIP01", "SMGP01", "CMPP02", "SGIP02", "SMGP02"], dtype=object)  # the second half sends again
_OPERATORS = np.array(["cmpp", "sgip", "smgp"], dtype=object)
# Number segments of the three carriers (mobile, unicom, telecom); what follows is visibly made up: 0000 and four digits.
_PREFIXES = (("138", "139", "158", "187", "198"), ("130", "156", "186", "166", "196"), ("133", "153", "189", "191", "199"))
_SUBMITTED = np.array(["success", "faild"], dtype=object)  # sic: the product's own spelling
_REPORTED = np.array(["success", "faild"], dtype=object)


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
        parts.append((
            (rhythm.moments(rng, day, application.audience, size)[batch] + 35 * place).clip(max=86_399_000),
            np.full(count, index),
            rng.choice(ids, size, p=shares)[batch],
            batch + first_batch,
            place,
            rng.normal(application.length, 11, size).round().astype(np.int64).clip(18, 260)[batch],
            rng.choice(3, count, p=[0.58, 0.18, 0.24]),
        ))
        first_batch += size
    if not parts:
        return _Messages(*(np.zeros(0, dtype=np.int64) for _ in range(7)))
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    order = np.argsort(columns[0], kind="stable")
    return _Messages(*(column[order] for column in columns))


def _write_shard(
    database: sqlite3.Connection, rng: np.random.Generator, day: dt.date, messages: _Messages, outcomes: Outcomes, *,
    until: dt.date,
) -> None:
    stamp = f"{day:%Y%m%d}"
    suffix = f"_{stamp}"
    for statement in shard_tables(suffix):
        database.execute(statement)
    count = len(messages.at_ms)
    # A message that was sent again has a first attempt beside its last: the same batch number and recipient.
    attempt = np.concatenate([np.flatnonzero(outcomes.is_sent_again), np.arange(count)])
    is_first = np.arange(len(attempt)) < int(outcomes.is_sent_again.sum())
    parts = segments_of(messages.length)[attempt]
    row = np.repeat(np.arange(len(attempt)), parts)  # one row a segment
    sequence = np.arange(len(row)) - np.repeat(np.cumsum(parts) - parts, parts) + 1
    message, is_first = attempt[row], is_first[row]
    again = outcomes.is_sent_again[message] & ~is_first
    at = messages.at_ms[message] + 12 * (sequence - 1) + np.where(again, outcomes.resend_after_ms[message], 0)
    at = at.clip(max=86_399_990)  # a shard is that of the day of submission
    order = np.argsort(at, kind="stable")
    message, sequence, is_first, again, at = (column[order] for column in (message, sequence, is_first, again, at))

    failed = np.where(is_first, outcomes.first_failed_at_submit[message], outcomes.is_refused[message])
    midnight = np.datetime64(day, "ms")
    number = np.arange(1, len(at) + 1)
    application, carrier = messages.application[message], messages.carrier[message]
    prefix = np.array(_PREFIXES, dtype=object)[carrier, message % 5]
    suffix_digits = (messages.batch[message] * 37 + messages.place[message]) % 10_000
    texts = {
        "channel": _CHANNELS[carrier + 3 * again],
        "enterprise": np.array([item.number for item in APPLICATIONS], dtype=object)[application],
        "batch": [f"{stamp}{n:09d}" for n in messages.batch[message].tolist()],
        "channel_msg": [f"{stamp}{n:08X}" for n in number.tolist()],
        "phone": [f"{head}0000{tail:04d}" for head, tail in zip(prefix.tolist(), suffix_digits.tolist(), strict=True)],
        "state": np.where(is_first, "2", np.where(again, "1", "0")).astype(object),
        "operator": _OPERATORS[carrier],
        "content": np.array([item.signature + item.text for item in APPLICATIONS], dtype=object)[application],
        "submitted": _times(midnight, at),
    }
    account = messages.account[message]
    description = np.where(failed, "8 流量控制错", None).astype(object)
    response = _times(midnight, at + rng.integers(20, 260, len(at)))
    signature = np.array([item.signature for item in APPLICATIONS], dtype=object)[application]
    long = (segments_of(messages.length) > 1)[message].astype(int)
    _insert(database, insertion(f"submit{suffix}", SUBMIT_COLUMNS, _CONSTANTS), (
        number, texts["channel"], texts["enterprise"], account, texts["batch"], texts["channel_msg"], sequence, long,
        texts["state"], texts["operator"], texts["content"], signature, messages.length[message], texts["phone"],
        _SUBMITTED[failed.astype(int)], description, texts["submitted"], response, texts["submitted"],
    ))

    native = np.where(is_first, outcomes.first_code[message], outcomes.code[message])
    made = at + outcomes.latency_ms[message] + 40 * sequence
    end = (until - day).days * 86_400_000 + 86_400_000
    has_report = ~failed & (is_first | outcomes.is_reported[message]) & (made < end)
    kept = np.flatnonzero(has_report)
    kept = kept[np.argsort(made[kept], kind="stable")]
    status = _REPORTED[(native[kept] != "DELIVRD").astype(int)]
    reported = _times(midnight, made[kept] // 1000 * 1000, length=19)  # Status_Date has whole seconds
    pick = {name: np.asarray(column, dtype=object)[kept] for name, column in texts.items()}
    _insert(database, insertion(f"report{suffix}", REPORT_COLUMNS, {**_CONSTANTS, "Submit_Status_Code": "success"}), (
        np.arange(1, len(kept) + 1), pick["batch"], pick["channel_msg"], pick["phone"], pick["channel"], pick["enterprise"],
        account[kept], pick["operator"], pick["content"], pick["state"], sequence[kept], status, native[kept], reported,
        pick["submitted"], reported,
    ))
    database.execute(shard_index(suffix))


def _times(midnight: np.datetime64, offset_ms: NDArray[np.int64], length: int = 23) -> list[str]:
    """Local wall-clock texts ``YYYY-MM-DD HH:MM:SS.fff`` (``length`` 19: whole seconds)."""
    moments = pa.array(midnight + offset_ms.astype("timedelta64[ms]"), pa.timestamp("ms"))
    texts: list[str] = moments.cast(pa.string()).to_pylist()
    return texts if length == 23 else [text[:length] for text in texts]


def _insert(database: sqlite3.Connection, statement: str, columns: Sequence[Any]) -> None:
    lists = [column.tolist() if isinstance(column, np.ndarray) else column for column in columns]
    database.executemany(statement, zip(*lists, strict=True))
