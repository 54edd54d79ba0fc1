"""Conformance of a mapping to the contract, over a window; nothing that is read is stored."""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from ntanalytics.catalog import Mapping
from ntanalytics.contract import Column, Dataset, Privacy, Type
from ntanalytics.extraction.check import CheckedBatch, check
from ntanalytics.extraction.convert import translate
from ntanalytics.extraction.log_diagnostics import LogCoverage, log_coverage
from ntanalytics.extraction.pii import mask_text
from ntanalytics.sources import Source
from ntanalytics.sources.logs import LogsSource

#: Sample rows for each reason of rejection.
_SAMPLES = 3

#: Key of the hashes, which are not stored.
_NO_KEY = b"conformance"

_ORDERED_TYPES = {Type.INTEGER, Type.NUMBER, Type.TIMESTAMP, Type.DATE}


@dataclass(frozen=True, kw_only=True)
class ColumnFacts:
    """Facts about one column of the valid rows.

    Attributes:
        name: the column.
        null_share: fraction of the rows without a value; None without rows.
        least: the smallest value, as text; empty without a value or an order.
        greatest: the largest value.
        unseen: words of an enumeration that neither the contract nor the product's table of words has → rows.
        yes: rows in which a flag is true.
        no: rows in which it is false.
    """

    name: str
    null_share: float | None
    least: str
    greatest: str
    unseen: dict[str, int]
    yes: int = 0
    no: int = 0


@dataclass(frozen=True, kw_only=True)
class Conformance:
    """Result of a mapping over a window.

    Attributes:
        dataset: the dataset.
        source: the source.
        rows: valid rows.
        rejected: reason → rejected rows or lines of the source.
        samples: reason → some of these rows, as JSON, without columns that identify a person.
        duplicates: rows beyond the first one of each key.
        seconds: duration.
        columns: facts about each column.
        lines: coverage of the lines of logs; None if it was not measured.
        masked: column → values with a telephone or identity card number.
        replaced_words: column → rows or lines with a word that the contract does not have, now null or ``other``.
        absent: columns that the source does not have.
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
    replaced_words: dict[str, int] = field(default_factory=dict)
    absent: tuple[str, ...] = ()

    @property
    def conforms(self) -> bool:
        """True if every row is valid, each word known, no key occurs twice and no number of a person is selected."""
        return not (self.rejected or self.duplicates or self.masked or self.replaced_words)

    def as_data(self) -> dict[str, object]:
        """Return plain values, for JSON."""
        return {**asdict(self), "conforms": self.conforms}


class _Tally:
    """Counts over the batches of a window."""

    def __init__(self, dataset: Dataset) -> None:
        self.tables = [dataset.schema().empty_table()]
        self.rejected: Counter[str] = Counter()
        self.masked: Counter[str] = Counter()
        self.replaced_words: Counter[str] = Counter()
        self.samples: dict[str, list[str]] = {}
        self.unseen: dict[str, Counter[str]] = {column.name: Counter() for column in dataset.mapped if column.values}

    def add(self, batch: pa.RecordBatch, checked: CheckedBatch, mapping: Mapping) -> None:
        """Count one batch."""
        self.tables.append(checked.rows)
        self.masked += checked.masked
        for (_, column, _), rows in checked.unknown_values.items():
            self.replaced_words[column] += rows
        for reject in checked.rejects.to_pylist():
            self.rejected[reject["reason"]] += reject["source_rows"]
            samples = self.samples.setdefault(reject["reason"], [])
            if len(samples) < _SAMPLES:
                samples.append(reject["record"])
        delivered = {name.lower(): batch.column(index) for index, name in enumerate(batch.schema.names)}
        for name, words in self.unseen.items():
            if name in mapping.absent:
                continue
            words.update(_unseen_words(delivered[name], mapping.dataset.column(name), mapping))


def conform(
    source: Source,
    mapping: Mapping,
    since: dt.datetime,
    until: dt.datetime,
    site_zone: ZoneInfo,
    *,
    with_lines: bool = False,
    taken_at: dt.datetime | None = None,
) -> Conformance:
    """Read a window and compare it with the contract.

    Args:
        source: the source.
        mapping: its mapping of the dataset.
        since: an aware moment, included.
        until: an aware moment, not included.
        site_zone: the zone of the local day.
        with_lines: read logs once more and measure the coverage of their lines.
        taken_at: the present moment, after which nothing can have happened; None for no limit.

    Raises:
        SourceError: the source could not be read.
    """
    started = time.monotonic()
    dataset, tally = mapping.dataset, _Tally(mapping.dataset)
    last = (until - dt.timedelta(microseconds=1)).astimezone(site_zone).date()
    days = (since.astimezone(site_zone).date(), last)
    with source.read(mapping, since, until) as batches:
        for batch in batches:
            checked = check(batch, mapping, source, site_zone=site_zone, days=days, key=_NO_KEY, taken_at=taken_at)
            tally.add(batch, checked, mapping)
    rows = pa.concat_tables(tally.tables)
    keys = rows.select(list(dataset.key)).group_by(list(dataset.key)).aggregate([]).num_rows
    facts = tuple(_facts(rows, column, tally.unseen.get(column.name, Counter())) for column in dataset.columns)
    seconds = time.monotonic() - started
    lines = None
    if with_lines and isinstance(source, LogsSource):
        lines = log_coverage(source, mapping, since, until, seconds)
    return Conformance(
        dataset=dataset.name,
        source=source.name,
        rows=rows.num_rows,
        rejected=dict(tally.rejected.most_common()),
        samples=tally.samples,
        # An extraction adds up the rows of one key if they are counts.
        duplicates=0 if dataset.counts else rows.num_rows - keys,
        seconds=seconds,
        columns=facts,
        lines=lines,
        masked=dict(tally.masked),
        replaced_words=dict(tally.replaced_words),
        absent=tuple(sorted(mapping.absent)),
    )


def _unseen_words(values: pa.Array, column: Column, mapping: Mapping) -> Counter[str]:
    """Return words that only the ``*`` of the table of words catches, or that the contract does not have → rows."""
    words = mapping.translations.get(column.name)
    known = set(words) if words is not None else set(column.values)
    texts = values.cast(pa.string()) if words is not None else translate(values, {})
    counts = pc.value_counts(texts.drop_null()).to_pylist()
    return Counter({mask_text(row["values"]): row["counts"] for row in counts if row["values"].strip() not in known})


def _facts(rows: pa.Table, column: Column, unseen: Counter[str]) -> ColumnFacts:
    values = rows[column.name]
    share = values.null_count / rows.num_rows if rows.num_rows else None
    least = greatest = ""
    if column.type in _ORDERED_TYPES and column.privacy is Privacy.OPEN and rows.num_rows > values.null_count:
        ends = pc.min_max(values).as_py()
        least, greatest = str(ends["min"]), str(ends["max"])
    yes = (pc.sum(values).as_py() or 0) if column.type is Type.BOOLEAN else 0
    no = rows.num_rows - values.null_count - yes if column.type is Type.BOOLEAN else 0
    return ColumnFacts(
        name=column.name,
        null_share=share,
        least=least,
        greatest=greatest,
        unseen=dict(unseen.most_common(20)),
        yes=yes,
        no=no,
    )
