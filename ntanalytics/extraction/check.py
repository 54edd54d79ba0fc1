"""A batch against its contract: what fits goes on, what does not is set aside with the reason."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from ntanalytics.catalog import Mapping
from ntanalytics.contract import Column, Dataset, Kind, Privacy, Type
from ntanalytics.extraction.convert import convert, local_day, seconds_between, translated
from ntanalytics.extraction.pii import mask_identifiers, mask_text
from ntanalytics.extraction.pseudonym import hash_values
from ntanalytics.extraction.truncation import truncate_texts
from ntanalytics.lake.delta import REJECTS
from ntanalytics.sources import Source

#: Reasons are read by people who open a report: they are Chinese.
_TYPES = {
    Type.TEXT: "文本",
    Type.INTEGER: "整数",
    Type.NUMBER: "数值",
    Type.BOOLEAN: "是否",
    Type.TIMESTAMP: "时间",
    Type.DATE: "日期",
}

#: Longest text kept of a value in a row that was set aside.
_KEPT = 120

#: Rows of a batch that are kept one by one when they are set aside; of more, as where a mapping fits nothing, the rest
#: is counted by day and reason.
_RECORDS = 1000


@dataclass(frozen=True)
class CheckedBatch:
    """A batch after the check.

    Attributes:
        rows: what fits, in the contract's schema.
        rejects: what does not, in ``delta.REJECTS``.
        source_rows: day → rows or lines of the source that the rows that fit stand for.
        masked: column → values in which a telephone or identity card number stood, and stands no more.
    """

    rows: pa.Table
    rejects: pa.Table
    source_rows: Counter[dt.date]
    masked: Counter[str] = field(default_factory=Counter)


def check(
    batch: pa.RecordBatch,
    mapping: Mapping,
    source: Source,
    *,
    site_zone: ZoneInfo,
    first: dt.date,
    last: dt.date,
    key: bytes,
) -> CheckedBatch:
    """Convert and check one batch.

    Args:
        batch: as the source delivered it.
        mapping: the mapping that made it.
        source: where it came from; its name is stamped on every row, its naive times are in its zone.
        site_zone: the zone of the local day.
        first: the first local day that was asked for; rows outside are set aside (a case's row
            lies on the day of its opening, which may be any).
        last: the last local day that was asked for.
        key: the site's key for what is kept as a hash only.
    """
    dataset = mapping.dataset
    delivered = {name.lower(): batch.column(index) for index, name in enumerate(batch.schema.names)}
    nothing = pa.nulls(batch.num_rows, pa.string())
    set_aside = _plain(delivered.get("rejected_because", nothing))
    places = delivered.get("rejected_at", nothing).cast(pa.string())
    reasons = set_aside
    columns: dict[str, pa.Array] = {}
    hidden: Counter[str] = Counter()
    for column in dataset.mapped:
        given = delivered[column.name]
        if column.name in mapping.translations:
            given = translated(given, mapping.translations[column.name])
        values, unreadable = convert(given, column, mapping.times.get(column.name, ""), source.zone)
        if column.is_hashed:
            values = hash_values(values, key)
        values, personal = mask_identifiers(values, column, key)
        if personal:
            hidden[column.name] = personal
        columns[column.name] = truncate_texts(values, column, key)
        reasons = _first_reason(reasons, unreadable, f"{_named(column)}不是{_TYPES[column.type]}")
    for column in dataset.columns:
        if column.elapsed:
            columns[column.name] = seconds_between(columns[column.elapsed[0]], columns[column.elapsed[1]])
        for broken, reason in _violations(columns[column.name], column):
            reasons = _first_reason(reasons, broken, reason)
    if dataset.time:
        day = local_day(columns[dataset.time], site_zone)
    else:  # a snapshot is of the day on which it is taken
        day = pa.repeat(pa.scalar(last, pa.date32()), batch.num_rows)
    stands_for = _stands_for(delivered, batch.num_rows)
    if dataset.kind is Kind.EVENT:
        outside = pc.fill_null(pc.or_(pc.less(day, first), pc.greater(day, last)), False)
        # What a mapping sets aside on another day is counted when that day is taken.
        elsewhere = pc.and_(outside, pc.is_valid(set_aside))
        stands_for = pc.if_else(elsewhere, 0, stands_for)
        reasons = _first_reason(reasons, outside, f"{_named(dataset.column(dataset.time))}不在所取日期内")
    fits = pc.is_null(reasons)
    stamped = [*columns.values(), pa.repeat(pa.scalar(source.name), batch.num_rows).cast(pa.string()), day]
    everything = pa.Table.from_arrays([*stamped], names=dataset.schema().names)
    unfit = pc.and_(pc.invert(fits), pc.greater(stands_for, 0))
    rejects = _rejects(everything, dataset, pa.table([reasons, stands_for, places], ["reason", "rows", "at"]), unfit)
    by_day = pa.table([day, stands_for], ["day", "rows"]).filter(fits).group_by("day").aggregate([("rows", "sum")])
    source_rows = Counter(dict(zip(by_day["day"].to_pylist(), by_day["rows_sum"].to_pylist(), strict=True)))
    rows = everything if reasons.null_count == batch.num_rows else everything.filter(fits)
    return CheckedBatch(rows.cast(dataset.schema()), rejects, source_rows, hidden)


def _plain(reasons: pa.Array) -> pa.Array:
    """The reasons that a mapping gives, without a number of a person that it may have quoted; few differ."""
    encoded = pc.dictionary_encode(reasons.cast(pa.string()))
    known = [mask_text(reason) if reason else reason for reason in encoded.dictionary.to_pylist()]
    return pa.DictionaryArray.from_arrays(encoded.indices, pa.array(known, pa.string())).dictionary_decode()


def _named(column: Column) -> str:
    return f"{column.label}（{column.name}）"


def _stands_for(delivered: dict[str, pa.Array], rows: int) -> pa.Array:
    if "source_rows" in delivered:
        return pc.fill_null(delivered["source_rows"].cast(pa.int64()), 1)
    return pa.repeat(pa.scalar(1, pa.int64()), rows)


def _violations(values: pa.Array, column: Column) -> list[tuple[pa.Array, str]]:
    """Masks of the values that a column does not allow, each with its reason."""
    found = []
    if not column.nullable:
        found.append((pc.is_null(values), f"{_named(column)}缺失"))
    if column.values:
        known = pc.is_in(values, value_set=pa.array(list(column.values), column.type.arrow))
        found.append((pc.and_(pc.is_valid(values), pc.invert(known)), f"{_named(column)}不在取值范围内"))
    if column.minimum is not None:
        found.append(
            (pc.fill_null(pc.less(values, column.minimum), False), f"{_named(column)}小于 {column.minimum:.15g}")
        )
    if column.maximum is not None:
        found.append(
            (pc.fill_null(pc.greater(values, column.maximum), False), f"{_named(column)}大于 {column.maximum:.15g}")
        )
    return found


def _first_reason(reasons: pa.Array, broken: pa.Array, reason: str) -> pa.Array:
    """``reasons``, with ``reason`` where a row is broken and has none yet."""
    if not pc.any(broken).as_py():
        return reasons
    broken = pc.fill_null(broken, False)
    return pc.if_else(pc.and_(broken, pc.is_null(reasons)), pa.scalar(reason), reasons)


def _rejects(rows: pa.Table, dataset: Dataset, why: pa.Table, unfit: pa.Array) -> pa.Table:
    """The unfit rows with their reason; of a row, only what tells nothing about a person is kept."""
    rows, why = rows.filter(unfit), why.filter(unfit)
    if rows.num_rows == 0:
        return REJECTS.empty_table()
    shown = [column.name for column in dataset.columns if column.privacy is Privacy.OPEN]
    told = zip(rows.select(shown).slice(0, _RECORDS).to_pylist(), why["at"].to_pylist(), strict=False)
    records = [
        mask_text(
            json.dumps({name: _short(value) for name, value in kept.items() if value is not None}, ensure_ascii=False)
        )
        for row, at in told
        for kept in [{"at": at, **row}]
    ]
    plain = pa.Table.from_arrays([rows["source"], rows["day"], why["reason"], why["rows"]], REJECTS.names[:-1])
    one_by_one = plain.slice(0, _RECORDS).append_column("record", pa.array(records, pa.string()))
    groups = plain.slice(_RECORDS).group_by(["source", "day", "reason"]).aggregate([("source_rows", "sum")])
    counted = groups.rename_columns([*groups.column_names[:-1], "source_rows"]).select(plain.column_names)
    return pa.concat_tables(
        [
            one_by_one.cast(REJECTS),
            counted.append_column("record", pa.nulls(groups.num_rows, pa.string())).cast(REJECTS),
        ]
    )


def _short(value: object) -> object:
    return value if isinstance(value, int | float | bool) else str(value)[:_KEPT]
