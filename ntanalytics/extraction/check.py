"""Check of a batch against its contract: rows that break it are rejected with a reason."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from ntanalytics.catalog import Mapping
from ntanalytics.contract import Column, Dataset, Kind, Type
from ntanalytics.extraction.convert import convert, local_day, seconds_between, translate
from ntanalytics.extraction.grain import truncate_times
from ntanalytics.extraction.pii import mask_identifiers, mask_text
from ntanalytics.extraction.pseudonym import hash_values
from ntanalytics.extraction.rejected_rows import rejects_of
from ntanalytics.extraction.truncation import truncate_texts
from ntanalytics.extraction.unknown_values import (
    WordCounts,
    count_words,
    replace_unknown_values,
    replace_unusable_numbers,
)
from ntanalytics.extraction.violations import label, violations, within
from ntanalytics.sources import Source

#: Types in the words of a reason, which is Chinese: people read it in a report.
_TYPES = {
    Type.TEXT: "文本",
    Type.INTEGER: "整数",
    Type.NUMBER: "数值",
    Type.BOOLEAN: "是否",
    Type.TIMESTAMP: "时间",
    Type.DATE: "日期",
}

#: Time after a window from which on a row has a wrong year: no other window is ever that of its day.
MISTAKEN = dt.timedelta(days=731)

#: Time by which the clock of a source may be ahead of ours, or its zone a wrong one.
_CLOCKS_DIFFER = dt.timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class CheckedBatch:
    """Result of the check of one batch.

    Attributes:
        rows: valid rows, in the contract's schema.
        rejects: rejected rows, in the schema ``delta.REJECTS``.
        source_rows: day → rows or lines of the source that the valid rows represent.
        masked: column → values in which a telephone or identity card number was masked.
        unknown_values: (day, column, word) → rows or lines of the source whose word or number was replaced.
        outdated: keys of cases, withdrawn or rejected and without a valid row: an older one does not hold any more.
        withdrawn: reason → withdrawn cases.
    """

    rows: pa.Table
    rejects: pa.Table
    source_rows: Counter[dt.date]
    masked: Counter[str] = field(default_factory=Counter)
    unknown_values: WordCounts = field(default_factory=Counter)
    outdated: pa.Table | None = None
    withdrawn: Counter[str] = field(default_factory=Counter)


@dataclass
class _Columns:
    """Columns of a batch during the check.

    Attributes:
        values: column → values as the contract types them.
        reasons: for each row its first reason for rejection; null for none.
        masked: see :class:`CheckedBatch`.
        words: column → its replaced words and numbers (:mod:`ntanalytics.extraction.unknown_values`).
    """

    values: dict[str, pa.Array]
    reasons: pa.Array
    masked: Counter[str] = field(default_factory=Counter)
    words: dict[str, pa.Array] = field(default_factory=dict)

    def note(self, column: Column, replaced: pa.Array | None) -> None:
        """Keep the replaced values of a column, if there are any."""
        if replaced is not None:
            self.words[column.name] = replaced

    def reject(self, is_broken: pa.Array, reason: str) -> None:
        """Give a reason to the broken rows that have none yet."""
        if pc.any(is_broken).as_py():
            is_new = pc.and_(pc.fill_null(is_broken, False), pc.is_null(self.reasons))
            self.reasons = pc.if_else(is_new, pa.scalar(reason), self.reasons)


def check(
    batch: pa.RecordBatch,
    mapping: Mapping,
    source: Source,
    *,
    site_zone: ZoneInfo,
    days: tuple[dt.date, dt.date],
    key: bytes,
    taken_at: dt.datetime | None = None,
) -> CheckedBatch:
    """Convert and check one batch.

    Args:
        batch: rows as the source delivered them.
        mapping: the mapping that selected them.
        source: the source; every row gets its name, and naive times are in its zone.
        site_zone: the zone of the local day.
        days: the first and the last local day of the window; an event on a day outside the window is rejected (a case
            belongs to the day of its opening, which may be any).
        key: the site's key for values that are stored as a hash only.
        taken_at: the start of the extraction; what happened more than a day later is rejected. None for no limit.
    """
    dataset, (first, last) = mapping.dataset, days
    delivered = {name.lower(): batch.column(index) for index, name in enumerate(batch.schema.names)}
    nothing = pa.nulls(batch.num_rows, pa.string())
    columns = _convert_columns(delivered, mapping, source.zone, key, _mask_reasons(delivered, "rejected_because"))
    is_rejected_by_mapping = pc.is_valid(delivered.get("rejected_because", nothing))
    _align_times(columns, dataset, site_zone)
    if taken_at is not None:
        _reject_future(columns, dataset, taken_at + _CLOCKS_DIFFER, site_zone)
    if dataset.time:
        day = local_day(columns.values[dataset.time], site_zone)
    else:  # a snapshot belongs to the day on which it is taken
        day = pa.repeat(pa.scalar(last, pa.date32()), batch.num_rows)
    weights, noted_on = _weights(delivered, batch.num_rows), day
    if dataset.kind is Kind.EVENT:
        is_outside = pc.fill_null(pc.or_(pc.less(day, first), pc.greater(day, last)), False)
        is_mistaken = pc.fill_null(pc.greater(day, last + MISTAKEN), False)
        # A row that the mapping rejects on another day is counted when that day is extracted, if it ever is.
        weights = pc.if_else(pc.and_not(pc.and_(is_outside, is_rejected_by_mapping), is_mistaken), 0, weights)
        noted_on = pc.if_else(is_mistaken, pa.scalar(None, pa.date32()), day)
        columns.reject(is_outside, f"{label(dataset.column(dataset.time))}不在所取日期内")
    elif dataset.kind is Kind.CASE:  # its day is that of its opening; what is rejected belongs to the window
        noted_on = _days_of_change(columns.values[dataset.window], site_zone, first, last)
        if source.is_read_whole:
            # what the mapping rejects is met by every extraction: the latest one counts it, whatever day it names
            noted_on = pc.if_else(is_rejected_by_mapping, pa.scalar(None, pa.date32()), noted_on)
    source_name = pa.repeat(pa.scalar(source.name), batch.num_rows).cast(pa.string())
    table = pa.Table.from_arrays([*columns.values.values(), source_name, day], names=dataset.schema().names)
    places = delivered.get("rejected_at", nothing).cast(pa.string())
    facts = pa.table([columns.reasons, weights, places, noted_on], ["reason", "rows", "at", "day"])
    return _divide(table, facts, _mask_reasons(delivered, "withdrawn_because"), columns, dataset)


def _divide(
    table: pa.Table, facts: pa.Table, withdrawals: pa.Array, columns: _Columns, dataset: Dataset
) -> CheckedBatch:
    """Return the valid rows of a batch, the rejected ones, and the keys of those that do not hold any more.

    Args:
        table: all rows.
        facts: see :func:`ntanalytics.extraction.rejected_rows.rejects_of`.
        withdrawals: for each row the reason why its case is withdrawn; null for none.
        columns: the columns of the rows.
        dataset: their dataset.
    """
    is_kept, day, weights = pc.is_null(withdrawals), table["day"], facts["rows"]
    is_valid = pc.and_(is_kept, pc.is_null(columns.reasons))
    is_rejected = pc.and_(pc.and_(is_kept, pc.is_valid(columns.reasons)), pc.greater(weights, 0))
    valid_days = pa.table([day, weights], ["day", "rows"]).filter(is_valid)
    by_day = valid_days.group_by("day", use_threads=False).aggregate([("rows", "sum")])
    rows = table if pc.all(is_valid).as_py() else table.filter(is_valid)
    return CheckedBatch(
        rows=rows.cast(dataset.schema()),
        rejects=rejects_of(table.filter(is_rejected), dataset, facts.filter(is_rejected)),
        source_rows=Counter(dict(zip(by_day["day"].to_pylist(), by_day["rows_sum"].to_pylist(), strict=True))),
        masked=columns.masked,
        unknown_values=count_words(columns.words, day, weights, is_valid),
        outdated=_outdated(table.filter(pc.invert(is_valid)), rows, dataset),
        withdrawn=Counter(withdrawals.drop_null().to_pylist()),
    )


def _days_of_change(changed: pa.Array, zone: ZoneInfo, first: dt.date, last: dt.date) -> pa.Array:
    """Return the days on which cases changed; null outside the window, of a row that its mapping always reads."""
    day = local_day(changed, zone)
    is_inside = pc.and_(pc.greater_equal(day, first), pc.less_equal(day, last))
    if pc.all(is_inside).as_py():  # nearly always, and in a moment
        return day
    return pc.if_else(is_inside, day, pa.scalar(None, pa.date32()))


def _outdated(rows: pa.Table, valid: pa.Table, dataset: Dataset) -> pa.Table | None:
    """Return the keys of rows, without those that cannot be read, or that a valid row of the batch has as well.

    None for a dataset that is no case, or no key.
    """
    if dataset.kind is not Kind.CASE or not rows.num_rows:
        return None
    names = list(dataset.key)
    keys = rows.select(names).drop_null()
    if keys.num_rows:
        keys = keys.join(valid.select(names), names, join_type="left anti")
    return keys if keys.num_rows else None


def _convert_columns(
    delivered: dict[str, pa.Array], mapping: Mapping, zone: ZoneInfo, key: bytes, reasons: pa.Array
) -> _Columns:
    """Return the columns of the contract, converted, hashed, masked and checked value by value."""
    columns = _Columns({}, reasons)
    for column in mapping.dataset.mapped:
        if column.name in mapping.absent:
            columns.values[column.name] = pa.nulls(len(reasons), column.type.arrow)
            continue
        values = delivered[column.name]
        if column.name in mapping.translations:
            values = translate(values, mapping.translations[column.name])
        values, is_unreadable = convert(values, column, mapping.times.get(column.name, ""), zone)
        if column.is_hashed:
            values = hash_values(values, key)
        values, masked = mask_identifiers(values, column, key)
        if masked:
            columns.masked[column.name] = masked
        values, words = replace_unknown_values(values, column)
        values, numbers = replace_unusable_numbers(values, delivered[column.name], is_unreadable, column)
        columns.note(column, words)
        columns.note(column, numbers)
        columns.values[column.name] = truncate_texts(values, column, key)
        columns.reject(pc.and_(is_unreadable, numbers is None), f"{label(column)}不是{_TYPES[column.type]}")
    for column in mapping.dataset.columns:
        if column.elapsed:
            start, end = (columns.values[name] for name in column.elapsed)
            # a clock that is off loses the duration, and not the row
            columns.values[column.name] = within(seconds_between(start, end), column)
        is_required = not column.nullable or column.name == mapping.dataset.time
        for is_broken, reason in violations(columns.values, column, is_required=is_required):
            columns.reject(is_broken, reason)
    return columns


def _align_times(columns: _Columns, dataset: Dataset, zone: ZoneInfo) -> None:
    """Truncate the times of an aggregated dataset to their grain if its counts are added up; else reject the rows."""
    for column in dataset.columns:
        if column.grain is None:
            continue
        moments = columns.values[column.name]
        truncated = truncate_times(moments, column.grain, zone)
        if dataset.counts:
            columns.values[column.name] = truncated
        else:
            columns.reject(pc.not_equal(moments, truncated), f"{label(column)}不是整{column.label}")


def _reject_future(columns: _Columns, dataset: Dataset, latest: dt.datetime, zone: ZoneInfo) -> None:
    """Reject rows with a thing that happened after a moment: a wrong year hides the case, its end or its delay.

    The time of an event is held against the window, and one that ends a duration with a maximum against that. Where a
    case without its time has that of its plan, the reason is that its own is missing.
    """
    limits = {Type.TIMESTAMP: latest, Type.DATE: latest.astimezone(zone).date()}
    bounded = {column.elapsed[1] for column in dataset.columns if column.elapsed and column.maximum is not None}
    if dataset.kind is Kind.EVENT:
        bounded.add(dataset.time)
    for column in dataset.mapped:
        limit = limits.get(column.type)
        if limit is None or column.is_planned or column.name in bounded:
            continue
        values = columns.values[column.name]
        last = pc.max(values).as_py()
        if last is None or last <= limit:
            continue
        is_late = pc.greater(values, limit)
        if column.name == dataset.time and column.nullable:  # without its time a row is taken at one that is planned
            for plan in (plan for plan in dataset.mapped if plan.is_planned and plan.type is column.type):
                is_taken = pc.and_(is_late, pc.equal(values, columns.values[plan.name]))
                columns.reject(is_taken, f"{label(column)}缺失，{label(plan)}晚于抽取时间")
        columns.reject(is_late, f"{label(column)}晚于抽取时间")


def _mask_reasons(delivered: dict[str, pa.Array], column: str) -> pa.Array:
    """Return a mapping's reasons without numbers of persons that it may have quoted; few reasons differ."""
    rows = len(next(iter(delivered.values())))
    reasons = delivered.get(column, pa.nulls(rows))
    if reasons.null_count == rows:
        return pa.nulls(rows, pa.string())
    encoded = pc.dictionary_encode(reasons.cast(pa.string()))
    masked = [mask_text(reason) if reason else reason for reason in encoded.dictionary.to_pylist()]
    return pa.DictionaryArray.from_arrays(encoded.indices, pa.array(masked, pa.string())).dictionary_decode()


def _weights(delivered: dict[str, pa.Array], rows: int) -> pa.Array:
    """Return for each row the number of rows or lines of the source that it represents."""
    if "source_rows" in delivered:
        return pc.fill_null(delivered["source_rows"].cast(pa.int64()), 1)
    return pa.repeat(pa.scalar(1, pa.int64()), rows)
