"""Does a mapping give what the contract asks, over a window? Nothing of what is read is kept."""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from ntanalytics.catalog import Mapping
from ntanalytics.contract import Column, Privacy, Type
from ntanalytics.extraction.check import check
from ntanalytics.extraction.convert import translated
from ntanalytics.extraction.log_diagnostics import LogCoverage, log_coverage
from ntanalytics.extraction.pii import mask_text
from ntanalytics.sources import Source
from ntanalytics.sources.logs import LogsSource

#: Rows shown of each reason for which rows are set aside.
_SAMPLES = 3

#: What a hash is keyed with here, where none is kept.
_NO_KEY = b"conformance"

_RANGED = {Type.INTEGER, Type.NUMBER, Type.TIMESTAMP, Type.DATE}


@dataclass(frozen=True)
class ColumnFacts:
    """What one column holds in the rows that fit.

    Attributes:
        name: the column.
        null_share: fraction of the rows that lack it; None without rows.
        least: its smallest value, as text; empty for what has no order, or no value.
        greatest: its largest value.
        unseen: words of an enumeration that neither the contract nor the product's table of words knows, with rows.
    """

    name: str
    null_share: float | None
    least: str
    greatest: str
    unseen: dict[str, int]


@dataclass(frozen=True)
class Conformance:
    """What a mapping gave.

    Attributes:
        dataset: the dataset.
        source: the source.
        rows: rows that fit.
        rejected: reason → rows or lines of the source that were set aside.
        samples: reason → some of those rows, as JSON, without what tells of a person.
        duplicates: rows beyond the first of each key.
        seconds: how long it took.
        columns: a fact sheet a column.
        lines: of logs, what became of their lines; None where it was not asked, or is no log.
        masked: column → values in which a telephone or identity card number stood.
    """

    dataset: str
    source: str
    rows: int
    rejected: dict[str, int]
    samples: dict[str, list[str]]
    duplicates: int
    seconds: float
    columns: tuple[ColumnFacts, ...]
    lines: LogCoverage | None = None
    masked: dict[str, int] = field(default_factory=dict)

    @property
    def conforms(self) -> bool:
        """Whether every row fits, no key stands twice and no number of a person is selected."""
        return not self.rejected and not self.duplicates and not self.masked

    def as_data(self) -> dict[str, Any]:
        """Plain values, for machines."""
        return {**asdict(self), "conforms": self.conforms}


def conform(
    source: Source,
    mapping: Mapping,
    since: dt.datetime,
    until: dt.datetime,
    site_zone: ZoneInfo,
    *,
    with_lines: bool = False,
) -> Conformance:
    """Read a window and hold it against the contract.

    Args:
        source: what to read.
        mapping: its mapping of the dataset.
        since: an aware moment, included.
        until: an aware moment, not included.
        site_zone: the zone of the local day.
        with_lines: of logs, read them once more to see which lines no expression of the mapping matches.

    Raises:
        SourceError: it could not be read.
    """
    begun = time.monotonic()
    dataset = mapping.dataset
    first = since.astimezone(site_zone).date()
    last = (until - dt.timedelta(microseconds=1)).astimezone(site_zone).date()
    kept: list[pa.Table] = []
    rejected: Counter[str] = Counter()
    masks: Counter[str] = Counter()
    samples: dict[str, list[str]] = {}
    unseen: dict[str, Counter[str]] = {column.name: Counter() for column in dataset.mapped if column.values}
    with source.read(mapping, since, until) as batches:
        for batch in batches:
            checked = check(batch, mapping, source, site_zone=site_zone, first=first, last=last, key=_NO_KEY)
            kept.append(checked.rows)
            masks += checked.masked
            for reject in checked.rejects.to_pylist():
                rejected[reject["reason"]] += reject["source_rows"]
                shown = samples.setdefault(reject["reason"], [])
                if len(shown) < _SAMPLES:
                    shown.append(reject["record"])
            delivered = {name.lower(): batch.column(index) for index, name in enumerate(batch.schema.names)}
            for name, words in unseen.items():
                words.update(_unseen(delivered[name], dataset.column(name), mapping))
    rows = pa.concat_tables(kept) if kept else dataset.schema().empty_table()
    facts = tuple(_facts(rows, column, unseen.get(column.name, Counter())) for column in dataset.columns)
    keys = rows.select(list(dataset.key)).group_by(list(dataset.key)).aggregate([]).num_rows
    # Where rows are counts, those of one key are added up when they are taken.
    duplicates = 0 if dataset.counts else rows.num_rows - keys
    seconds = time.monotonic() - begun
    lines = None
    if with_lines and isinstance(source, LogsSource):
        lines = log_coverage(source, mapping, since, until, seconds)
    return Conformance(
        dataset.name,
        source.name,
        rows.num_rows,
        dict(rejected.most_common()),
        samples,
        duplicates,
        seconds,
        facts,
        lines,
        dict(masks),
    )


def _unseen(values: pa.Array, column: Column, mapping: Mapping) -> Counter[str]:
    """Words that came by no table: those that only its ``*`` catches, and those that are none of the contract's."""
    words = mapping.translations.get(column.name)
    known = set(words) if words is not None else set(column.values)
    texts = values.cast(pa.string()) if words is not None else translated(values, {})
    counted = pc.value_counts(texts.drop_null()).to_pylist()
    return Counter(
        {mask_text(each["values"]): each["counts"] for each in counted if each["values"].strip() not in known}
    )


def _facts(rows: pa.Table, column: Column, unseen: Counter[str]) -> ColumnFacts:
    values = rows[column.name]
    share = values.null_count / rows.num_rows if rows.num_rows else None
    least = greatest = ""
    if column.type in _RANGED and column.privacy is Privacy.OPEN and rows.num_rows > values.null_count:
        ends = pc.min_max(values).as_py()
        least, greatest = str(ends["min"]), str(ends["max"])
    return ColumnFacts(column.name, share, least, greatest, dict(unseen.most_common(20)))
