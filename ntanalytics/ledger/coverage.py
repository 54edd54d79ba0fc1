"""Coverage: the extracted days of each dataset and source, with time and number of rows."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from ntanalytics.ledger import tables
from ntanalytics.ledger.access import reading, records_of, to_stored, writing
from ntanalytics.ledger.past_coverage import Conditions, all_days, coverage_until, keep_replaced
from ntanalytics.ledger.rows_held import RowsHeld, rows_held


@dataclass(frozen=True, kw_only=True)
class ExtractionResult:
    """Result of one extraction.

    Attributes:
        dataset: name of the dataset.
        source: name of the source.
        first: first requested local day.
        last: last requested local day, included.
        taken_at: start of the extraction (aware UTC).
        seconds: its duration.
        rows: day → rows written to the lake.
        absent_days: days without data in the source.
        source_rows: day → rows or lines of the source that were written (a row can stand for many).
        rejected: (day or None, reason) → rejected rows or lines.
        masked: column → values with a masked telephone or identity card number.
        unknown_values: (day, column, word) → rows or lines with a word that the contract does not have, replaced by
            null or ``other``.
        withdrawn: reason → withdrawn cases, whose former versions left the lake's current state.
        kept: day → what was read of it before and stays, since the source has lost rows of it.
        error: reason of the failure; empty if there is none.
        cause: public message of the error (``NtaError.public_message``).
        exit_code: exit code of the error (``NtaError.exit_code``); 0 if there is none.
        is_retryable: whether the cause may pass (``NtaError.retryable``).
        ends_source: whether other days of the source cannot be read either.
        is_backlog: whether it took only the open cases, of all days before the first extracted one; it covers no day.
        is_claimed_elsewhere: whether another process did this extraction at the same time.
    """

    dataset: str
    source: str
    first: dt.date
    last: dt.date
    taken_at: dt.datetime
    seconds: float
    rows: Counter[dt.date] = field(default_factory=Counter)
    absent_days: frozenset[dt.date] = frozenset()
    source_rows: Counter[dt.date] = field(default_factory=Counter)
    rejected: Counter[tuple[dt.date | None, str]] = field(default_factory=Counter)
    masked: Counter[str] = field(default_factory=Counter)
    unknown_values: Counter[tuple[dt.date | None, str, str]] = field(default_factory=Counter)
    withdrawn: Counter[str] = field(default_factory=Counter)
    kept: Mapping[dt.date, CoverageDay] = field(default_factory=dict)
    error: str = ""
    cause: str = ""
    exit_code: int = 0
    is_retryable: bool = False
    ends_source: bool = True
    is_backlog: bool = False
    is_claimed_elsewhere: bool = False

    @property
    def rows_read(self) -> int:
        """Number of rows or lines read from the source, rejected ones included."""
        return self.source_rows.total() + self.rejected.total()

    @property
    def rejected_by_reason(self) -> Counter[str]:
        """Reason → number of rejected rows or lines of all days."""
        counts: Counter[str] = Counter()
        for (_, reason), rows in self.rejected.items():
            counts[reason] += rows
        return counts

    @property
    def unknown_values_by_column(self) -> dict[str, Counter[str]]:
        """Column → word → number of rows or lines of all days."""
        counts: dict[str, Counter[str]] = {}
        for (_, column, word), rows in self.unknown_values.items():
            counts.setdefault(column, Counter())[word] += rows
        return counts

    def as_data(self) -> dict[str, object]:
        """Return the result as JSON data: counts by day and by reason, times as ISO text."""
        return {
            "dataset": self.dataset,
            "source": self.source,
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "taken_at": self.taken_at.isoformat(),
            "seconds": round(self.seconds, 3),
            "source_rows": self.rows_read,
            "rows": {day.isoformat(): rows for day, rows in sorted(self.rows.items())},
            "absent": [day.isoformat() for day in sorted(self.absent_days)],
            "rejected": dict(self.rejected_by_reason),
            "masked": dict(self.masked),
            "unknown_values": {name: dict(words) for name, words in self.unknown_values_by_column.items()},
            "withdrawn": dict(self.withdrawn),
            "kept": [day.isoformat() for day in sorted(self.kept)],
            "error": self.error,
            "by_another_process": self.is_claimed_elsewhere,
        }


@dataclass(frozen=True, kw_only=True)
class CoverageDay:
    """One day of a dataset from a source, as the lake holds it; see ``tables.coverage``."""

    source: str
    day: dt.date
    taken_at: dt.datetime
    rows: int
    source_rows: int
    rejected: int
    is_held: bool
    extraction_id: int = 0


class Coverage:
    """Extractions and coverage in the ledger; see :class:`ntanalytics.ledger.Ledger`.

    Args:
        engine: engine of the ledger.
        until: id of the last extraction that it knows (see ``past_coverage``); None for all, the present coverage.
    """

    def __init__(self, engine: sa.Engine, until: int | None = None) -> None:
        self._engine = engine
        self._until = until

    def record(self, result: ExtractionResult) -> int:
        """Record an extraction, and return its id. A failed one does not change the coverage of its days."""
        with writing(self._engine) as connection:
            inserted = connection.execute(
                tables.extractions.insert().values(
                    dataset=result.dataset,
                    source=result.source,
                    first_on=result.first,
                    last_on=result.last,
                    taken_at=to_stored(result.taken_at),
                    seconds=result.seconds,
                    status="failed" if result.error else "taken",
                    source_rows=result.rows_read,
                    rows=result.rows.total(),
                    rejected=result.rejected.total(),
                    error=result.error[:4000],
                    cause=result.cause,
                )
            )
            extraction_id: int = inserted.inserted_primary_key[0]  # type: ignore[index]  # the table has one
            rejections: list[dict[str, object]] = [
                {"extraction_id": extraction_id, "day": day, "reason": reason[:400], "rows": rows}
                for (day, reason), rows in result.rejected.items()
            ]
            maskings: list[dict[str, object]] = [
                {"extraction_id": extraction_id, "column": column, "rows": rows}
                for column, rows in result.masked.items()
            ]
            words: list[dict[str, object]] = [
                {"extraction_id": extraction_id, "day": day, "column": column, "word": word, "rows": rows}
                for (day, column, word), rows in result.unknown_values.items()
            ]
            counted = ((tables.rejections, rejections), (tables.maskings, maskings), (tables.unknown_values, words))
            for table, rows_of_table in counted:
                if rows_of_table:
                    connection.execute(table.insert(), rows_of_table)
            if not result.error and not result.is_backlog:
                self._replace_days(connection, result, extraction_id)
        return extraction_id

    def _replace_days(self, connection: sa.Connection, result: ExtractionResult, extraction_id: int) -> None:
        window = _window(result.dataset, result.source, result.first, result.last)(tables.coverage)
        keep_replaced(connection, *window)
        connection.execute(tables.coverage.delete().where(*window))
        rejected: Counter[dt.date | None] = Counter()
        for (day, _), rows in result.rejected.items():
            rejected[day] += rows
        count = (result.last - result.first).days + 1
        covered = (
            result.kept.get(day)
            or CoverageDay(
                source=result.source,
                day=day,
                taken_at=result.taken_at,
                rows=result.rows[day],
                source_rows=result.source_rows[day],
                rejected=rejected[day],
                is_held=day not in result.absent_days,
            )
            for day in (result.first + dt.timedelta(days=offset) for offset in range(count))
        )
        connection.execute(
            tables.coverage.insert(),
            [
                {
                    **vars(day),
                    "dataset": result.dataset,
                    "taken_at": to_stored(day.taken_at),
                    "extraction_id": extraction_id,
                }
                for day in covered
            ],
        )
        for kept in result.kept.values():
            _copy_counts(connection, kept, extraction_id)

    def last_extraction_id(self) -> int:
        """Return the id of the latest extraction, for :meth:`days_extracted_since`; 0 if there is none."""
        with reading(self._engine) as connection:
            return connection.execute(sa.select(sa.func.max(tables.extractions.c.id))).scalar() or 0

    def last_extraction_before(self, moment: dt.datetime) -> int:
        """Return the id of the latest extraction that had begun at a moment; 0 if there is none."""
        table = tables.extractions
        with reading(self._engine) as connection:
            query = sa.select(sa.func.max(table.c.id)).where(table.c.taken_at <= to_stored(moment))
            return connection.execute(query).scalar() or 0

    def datasets_extracted_since(self, extraction_id: int) -> frozenset[str]:
        """Return the datasets of which later extractions covered a day."""
        table = self._covered()
        query = sa.select(table.c.dataset).where(table.c.extraction_id > extraction_id).distinct()
        with reading(self._engine) as connection:
            return frozenset(connection.execute(query).scalars())

    def days_extracted_since(
        self, extraction_id: int, dataset: str, source: str | None, first: dt.date, last: dt.date
    ) -> list[CoverageDay]:
        """Return the days of a window that later extractions covered; of every source, if none is named."""
        table = self._covered(_window(dataset, source, first, last))
        return self._select(sa.select(table).where(table.c.extraction_id > extraction_id).order_by("day"))

    def days(self, dataset: str, first: dt.date, last: dt.date) -> list[CoverageDay]:
        """Return the covered days from ``first`` to ``last``, of every source."""
        return self._select(self._of_window, dataset=dataset, first=first, last=last)

    @cached_property
    def _of_window(self) -> sa.Select[Any]:
        """Query of the days of a dataset, which a report asks a hundred times: to build it takes as long as to ask."""

        def conditions(table: sa.FromClause) -> tuple[sa.ColumnElement[bool], ...]:
            of_days = table.c.day.between(sa.bindparam("first"), sa.bindparam("last"))
            return table.c.dataset == sa.bindparam("dataset"), of_days

        return sa.select(self._covered(conditions)).order_by("day")

    def _covered(self, conditions: Conditions = all_days) -> sa.Subquery:
        """Return the covered days that some conditions admit."""
        if self._until is not None:
            return coverage_until(self._until, conditions)
        return sa.select(tables.coverage).where(*conditions(tables.coverage)).subquery()

    def _select(self, query: sa.Select[Any], **parameters: object) -> list[CoverageDay]:
        with reading(self._engine) as connection:
            return records_of(CoverageDay, connection.execute(query, parameters))

    def last_taken_at(self, first: dt.date, last: dt.date, *, beside: str) -> dt.datetime | None:
        """Return the latest time (UTC) at which a day of a window was taken of any dataset but one; None of no day."""
        table = self._covered(lambda table: (table.c.dataset != beside, table.c.day.between(first, last)))
        with reading(self._engine) as connection:
            latest = connection.execute(sa.select(sa.func.max(table.c.taken_at))).scalar()
        return None if latest is None else latest.replace(tzinfo=dt.UTC)

    def rows_held(self) -> dict[tuple[str, str], RowsHeld]:
        """Return (dataset, source) → its days with rows; those without any row are left out."""
        with reading(self._engine) as connection:
            return rows_held(connection, self._covered())

    def is_extracted_from(self, dataset: str, source: str, first: dt.date) -> bool:
        """Return whether an extraction that began at a day succeeded."""
        table = tables.extractions
        same = (table.c.dataset == dataset, table.c.source == source, table.c.first_on == first)
        query = sa.select(table.c.id).where(*same, table.c.status == "taken").limit(1)
        with reading(self._engine) as connection:
            return connection.execute(query).first() is not None

    def has_given_rows(self, dataset: str, source: str) -> bool:
        """Return whether an extraction has ever given a row."""
        table = tables.extractions
        given = (table.c.dataset == dataset, table.c.source == source, table.c.rows > 0)
        with reading(self._engine) as connection:
            return connection.execute(sa.select(table.c.id).where(*given).limit(1)).first() is not None

    def has_rejected_last(self, dataset: str, source: str) -> bool:
        """Return whether the latest extraction that succeeded rejected a row."""
        table = tables.extractions
        same = (table.c.dataset == dataset, table.c.source == source, table.c.status == "taken")
        query = sa.select(table.c.rejected).where(*same).order_by(table.c.id.desc()).limit(1)
        with reading(self._engine) as connection:
            return bool(connection.execute(query).scalar())

    def last_days(self) -> dict[tuple[str, str], dt.date]:
        """Return (dataset, source) → last covered day with data in the source."""
        table = self._covered()
        query = (
            sa.select(table.c.dataset, table.c.source, sa.func.max(table.c.day))
            .where(table.c.is_held)
            .group_by(table.c.dataset, table.c.source)
        )
        with reading(self._engine) as connection:
            return {(row[0], row[1]): row[2] for row in connection.execute(query)}

    def rejected(self, dataset: str, first: dt.date, last: dt.date) -> list[tuple[str, str, int]]:
        """Return the rows rejected by the extractions that cover those days, as (source, reason, rows)."""
        cover, reject = self._covered(_window(dataset, None, first, last)), tables.rejections
        # A day extracted twice counts with its later extraction; the earlier one may still cover other days. Each
        # extraction meets the rows without a time again: those of the latest one count.
        dated = sa.select(cover.c.source, reject.c.reason, reject.c.rows).join(
            reject, sa.and_(reject.c.extraction_id == cover.c.extraction_id, reject.c.day == cover.c.day)
        )
        latest = sa.func.max(cover.c.extraction_id).label("extraction_id")
        current = sa.select(latest, cover.c.source).group_by(cover.c.source).subquery()
        undated = (
            sa.select(current.c.source, reject.c.reason, reject.c.rows)
            .join(reject, reject.c.extraction_id == current.c.extraction_id)
            .where(reject.c.day.is_(None))
        )
        every = sa.union_all(dated, undated).subquery()
        total = sa.func.sum(every.c.rows)
        query = (
            sa.select(every.c.source, every.c.reason, total)
            .group_by(every.c.source, every.c.reason)
            .order_by(total.desc(), every.c.reason, every.c.source)
        )
        with reading(self._engine) as connection:
            return [(row[0], row[1], int(row[2])) for row in connection.execute(query)]

    def datasets_with_rejects(self) -> frozenset[str]:
        """Return the datasets of which any extraction has rejected a row."""
        return self._datasets_with(tables.rejections)

    def datasets_with_undated_rejects(self) -> frozenset[str]:
        """Return the datasets of which any extraction has rejected a row without a readable time."""
        return self._datasets_with(tables.rejections, tables.rejections.c.day.is_(None))

    def datasets_with_unknown_values(self) -> frozenset[str]:
        """Return the datasets of which any extraction has replaced words."""
        return self._datasets_with(tables.unknown_values)

    def _datasets_with(self, counts: sa.Table, *conditions: sa.ColumnElement[bool]) -> frozenset[str]:
        table = tables.extractions
        counted = sa.select(counts.c.extraction_id).where(*conditions)
        query = sa.select(table.c.dataset).where(table.c.id.in_(counted)).distinct()
        with reading(self._engine) as connection:
            return frozenset(connection.execute(query).scalars())

    def unknown_values(self, dataset: str, first: dt.date, last: dt.date) -> list[tuple[str, str, str, int]]:
        """Return the replaced words of those days, as (source, column, word, rows), most first."""
        cover, words = self._covered(_window(dataset, None, first, last)), tables.unknown_values
        total = sa.func.sum(words.c.rows)
        query = (
            sa.select(cover.c.source, words.c.column, words.c.word, total)
            .join(words, sa.and_(words.c.extraction_id == cover.c.extraction_id, words.c.day == cover.c.day))
            .group_by(cover.c.source, words.c.column, words.c.word)
            .order_by(total.desc(), words.c.word, cover.c.source, words.c.column)
        )
        with reading(self._engine) as connection:
            return [(row[0], row[1], row[2], int(row[3])) for row in connection.execute(query)]

    def failed_sources(self) -> dict[tuple[str, str], str]:
        """Return (dataset, source) → public message of the failure, where the latest extraction failed."""
        table = tables.extractions
        latest = sa.select(sa.func.max(table.c.id)).where(*self._known(table))
        latest = latest.group_by(table.c.dataset, table.c.source)
        query = sa.select(table).where(table.c.id.in_(latest), table.c.status == "failed").order_by(table.c.id)
        with reading(self._engine) as connection:
            return {(row.dataset, row.source): row.cause for row in connection.execute(query)}

    def _known(self, table: sa.Table) -> list[sa.ColumnElement[bool]]:
        """Return the condition on the extractions that this coverage knows; none for the present coverage."""
        return [] if self._until is None else [table.c.id <= self._until]


def _copy_counts(connection: sa.Connection, kept: CoverageDay, extraction_id: int) -> None:
    """Copy what an extraction rejected and replaced of a day to the one that left the day as it was."""
    for table in (tables.rejections, tables.unknown_values):
        columns = [column for column in table.columns if column.name != "extraction_id"]
        same = (table.c.extraction_id == kept.extraction_id, table.c.day == kept.day)
        rows = sa.select(sa.literal(extraction_id), *columns).where(*same)
        connection.execute(table.insert().from_select(["extraction_id", *(column.name for column in columns)], rows))


def _window(dataset: str, source: str | None, first: dt.date, last: dt.date) -> Conditions:
    """Return the conditions on the days of a dataset; of every source, if none is named."""

    def conditions(table: sa.FromClause) -> tuple[sa.ColumnElement[bool], ...]:
        of_source = () if source is None else (table.c.source == source,)
        return table.c.dataset == dataset, *of_source, table.c.day.between(first, last)

    return conditions
