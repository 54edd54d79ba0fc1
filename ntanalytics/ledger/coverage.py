"""Coverage: which day of which dataset was taken from which source, when, and how much of it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from ntanalytics.ledger import tables
from ntanalytics.ledger.access import reading, writing


@dataclass(frozen=True)
class ExtractionResult:
    """What one extraction did.

    Attributes:
        dataset: the dataset's name.
        source: the source's name.
        first: the first local day asked for.
        last: the last one, included.
        taken_at: aware UTC moment from which the source was read.
        seconds: how long it took.
        rows: day → rows that went to the lake.
        absent: days that the source had no data of.
        source_rows: day → rows or lines of the source that went to the lake (a row can stand for many).
        rejected: (day or None, reason) → rows or lines set aside.
        masked: column → values in which a telephone or identity card number was masked.
        error: why it failed; empty when it did not.
        cause: the same in a report's words (``NtaError.said``).
        exit_code: the error's (``NtaError.exit_code``); 0 when it did not fail.
        is_passing: whether it failed by a cause that passes by itself (``NtaError.retryable``).
        is_others: whether another process took it, while this one was asked for the same.
    """

    dataset: str
    source: str
    first: dt.date
    last: dt.date
    taken_at: dt.datetime
    seconds: float
    rows: Counter[dt.date] = field(default_factory=Counter)
    absent: frozenset[dt.date] = frozenset()
    source_rows: Counter[dt.date] = field(default_factory=Counter)
    rejected: Counter[tuple[dt.date | None, str]] = field(default_factory=Counter)
    masked: Counter[str] = field(default_factory=Counter)
    error: str = ""
    cause: str = ""
    exit_code: int = 0
    is_passing: bool = False
    is_others: bool = False

    @property
    def read(self) -> int:
        """How many rows or lines of the source were read, those set aside included."""
        return self.source_rows.total() + self.rejected.total()

    @property
    def reasons(self) -> Counter[str]:
        """Reason → rows or lines set aside for it, whatever their day."""
        counted: Counter[str] = Counter()
        for (_, reason), rows in self.rejected.items():
            counted[reason] += rows
        return counted

    def as_data(self) -> dict[str, object]:
        """It as JSON: counts by day and by reason, times as ISO text."""
        return {
            "dataset": self.dataset,
            "source": self.source,
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "taken_at": self.taken_at.isoformat(),
            "seconds": round(self.seconds, 3),
            "source_rows": self.read,
            "rows": {day.isoformat(): rows for day, rows in sorted(self.rows.items())},
            "absent": [day.isoformat() for day in sorted(self.absent)],
            "rejected": dict(self.reasons),
            "masked": dict(self.masked),
            "error": self.error,
            "by_another_process": self.is_others,
        }


@dataclass(frozen=True)
class Covered:
    """One day of a dataset from a source, as the lake holds it; see ``tables.coverage``."""

    source: str
    day: dt.date
    taken_at: dt.datetime
    rows: int
    source_rows: int
    rejected: int
    is_held: bool


class Coverage:
    """Writes and reads coverage; get one from :class:`ntanalytics.ledger.Ledger`."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def record(self, taken: ExtractionResult) -> None:
        """Note an extraction; a failed one leaves the coverage of its days as it was."""
        with writing(self._engine) as connection:
            result = connection.execute(
                tables.extractions.insert().values(
                    dataset=taken.dataset,
                    source=taken.source,
                    first_on=taken.first,
                    last_on=taken.last,
                    taken_at=_stored(taken.taken_at),
                    seconds=taken.seconds,
                    status="failed" if taken.error else "taken",
                    source_rows=taken.read,
                    rows=taken.rows.total(),
                    rejected=taken.rejected.total(),
                    error=taken.error[:4000],
                    cause=taken.cause,
                )
            )
            extraction_id: int = result.inserted_primary_key[0]  # type: ignore[index]  # the table has one
            if taken.rejected:
                connection.execute(
                    tables.rejections.insert(),
                    [
                        {"extraction_id": extraction_id, "day": day, "reason": reason[:400], "rows": rows}
                        for (day, reason), rows in taken.rejected.items()
                    ],
                )
            if taken.masked:
                connection.execute(
                    tables.maskings.insert(),
                    [
                        {"extraction_id": extraction_id, "column": column, "rows": rows}
                        for column, rows in taken.masked.items()
                    ],
                )
            if not taken.error:
                self._cover(connection, taken, extraction_id)

    def _cover(self, connection: sa.Connection, taken: ExtractionResult, extraction_id: int) -> None:
        table = tables.coverage
        connection.execute(
            table.delete().where(
                table.c.dataset == taken.dataset,
                table.c.source == taken.source,
                table.c.day.between(taken.first, taken.last),
            )
        )
        rejected: Counter[dt.date | None] = Counter()
        for (day, _), rows in taken.rejected.items():
            rejected[day] += rows
        count = (taken.last - taken.first).days + 1
        connection.execute(
            table.insert(),
            [
                {
                    "dataset": taken.dataset,
                    "source": taken.source,
                    "day": day,
                    "taken_at": _stored(taken.taken_at),
                    "rows": taken.rows[day],
                    "source_rows": taken.source_rows[day],
                    "rejected": rejected[day],
                    "is_held": day not in taken.absent,
                    "extraction_id": extraction_id,
                }
                for day in (taken.first + dt.timedelta(days=offset) for offset in range(count))
            ],
        )

    def mark(self) -> int:
        """What :meth:`taken_since` tells later extractions from earlier ones by."""
        with reading(self._engine) as connection:
            return connection.execute(sa.select(sa.func.max(tables.extractions.c.id))).scalar() or 0

    def taken_since(self, mark: int, dataset: str, source: str, first: dt.date, last: dt.date) -> list[Covered]:
        """The days of a window that were taken after a mark was made."""
        table = tables.coverage
        mine = (table.c.dataset == dataset, table.c.source == source, table.c.day.between(first, last))
        return self._covered(sa.select(table).where(*mine, table.c.extraction_id > mark).order_by(table.c.day))

    def days(self, dataset: str, first: dt.date, last: dt.date) -> list[Covered]:
        """The days from ``first`` to ``last`` that were taken, of every source."""
        table = tables.coverage
        query = (
            sa.select(table).where(table.c.dataset == dataset, table.c.day.between(first, last)).order_by(table.c.day)
        )
        return self._covered(query)

    def _covered(self, query: sa.Select[Any]) -> list[Covered]:
        with reading(self._engine) as connection:
            found = connection.execute(query).all()
        return [
            Covered(
                source=row.source,
                day=row.day,
                taken_at=row.taken_at.replace(tzinfo=dt.UTC),
                rows=row.rows,
                source_rows=row.source_rows,
                rejected=row.rejected,
                is_held=row.is_held,
            )
            for row in found
        ]

    def last_days(self) -> dict[tuple[str, str], dt.date]:
        """(dataset, source) → the last day that was taken and that the source had."""
        table = tables.coverage
        query = (
            sa.select(table.c.dataset, table.c.source, sa.func.max(table.c.day))
            .where(table.c.is_held)
            .group_by(table.c.dataset, table.c.source)
        )
        with reading(self._engine) as connection:
            return {(row[0], row[1]): row[2] for row in connection.execute(query)}

    def rejected(self, dataset: str, first: dt.date, last: dt.date) -> list[tuple[str, str, int]]:
        """What was set aside by the extractions that cover those days: (source, reason, rows)."""
        cover, reject = tables.coverage, tables.rejections
        covering = sa.and_(cover.c.dataset == dataset, cover.c.day.between(first, last))
        # Of a day that was taken again, only the later extraction tells; the earlier one may still cover other days.
        dated = sa.select(cover.c.source, reject.c.reason, reject.c.rows).join(
            reject, sa.and_(reject.c.extraction_id == cover.c.extraction_id, reject.c.day == cover.c.day)
        )
        current = sa.select(cover.c.extraction_id, cover.c.source).where(covering).distinct().subquery()
        undated = (
            sa.select(current.c.source, reject.c.reason, reject.c.rows)
            .join(reject, reject.c.extraction_id == current.c.extraction_id)
            .where(reject.c.day.is_(None))
        )
        every = sa.union_all(dated.where(covering), undated).subquery()
        total = sa.func.sum(every.c.rows)
        query = (
            sa.select(every.c.source, every.c.reason, total)
            .group_by(every.c.source, every.c.reason)
            .order_by(total.desc(), every.c.reason)
        )
        with reading(self._engine) as connection:
            return [(row[0], row[1], int(row[2])) for row in connection.execute(query)]

    def last_causes(self, dataset: str, sources: Iterable[str]) -> dict[str, str]:
        """Source → why its latest extraction of the dataset failed, in a report's words; only those that failed."""
        table = tables.extractions
        causes: dict[str, str] = {}
        with reading(self._engine) as connection:
            for source in sources:
                query = (
                    sa.select(table.c.cause)
                    .where(table.c.dataset == dataset, table.c.source == source)
                    .order_by(table.c.id.desc())
                    .limit(1)
                )
                cause = connection.execute(query).scalar()
                if cause:
                    causes[source] = cause
        return causes

    def failing(self) -> dict[tuple[str, str], str]:
        """(dataset, source) → why its latest extraction failed, in a report's words; only those that failed."""
        table = tables.extractions
        latest = sa.select(sa.func.max(table.c.id)).group_by(table.c.dataset, table.c.source)
        query = sa.select(table).where(table.c.id.in_(latest), table.c.status == "failed").order_by(table.c.id)
        with reading(self._engine) as connection:
            return {(row.dataset, row.source): row.cause for row in connection.execute(query)}


def _stored(moment: dt.datetime) -> dt.datetime:
    """Naive UTC: the one form in which SQLite, PostgreSQL and MySQL keep the same moment."""
    return moment.astimezone(dt.UTC).replace(tzinfo=None)
