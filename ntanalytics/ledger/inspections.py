"""Findings of published inspections by day: the history of the findings of the next inspection."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

import sqlalchemy as sa

from ntanalytics.ledger import tables
from ntanalytics.ledger.access import from_stored, reading, to_stored, writing


@dataclass(frozen=True, kw_only=True)
class InspectedFinding:
    """One finding of a recorded inspection; see ``tables.findings``."""

    code: str
    entity_kind: str
    entity_key: str
    entity_label: str
    check: str
    status: str
    value: float | None
    format: str
    since_on: dt.date | None
    since_is_bound: bool
    is_over: bool | None = None
    is_doubtful: bool | None = None


@dataclass(frozen=True, kw_only=True)
class PastInspection:
    """One published inspection of a day.

    Attributes:
        run_id: run that published it.
        report: name of the report.
        day: inspected day.
        published_at: time of publication (aware UTC). The last publication of a day is valid.
        codes: evaluated rules: code → whether a subject without a recorded finding was ok.
        findings: findings that are not ok or unknown, and ok findings where ``codes`` does not imply them.
    """

    run_id: str
    report: str
    day: dt.date
    published_at: dt.datetime
    codes: Mapping[str, bool]
    findings: tuple[InspectedFinding, ...]


class Inspections:
    """Inspections in the ledger; see :class:`ntanalytics.ledger.Ledger`.

    Args:
        engine: engine of the ledger.
        before: moment (aware); inspections published from then on are not known; None for all.
    """

    def __init__(self, engine: sa.Engine, before: dt.datetime | None = None) -> None:
        self._engine, self._before = engine, before

    def record(self, inspection: PastInspection) -> None:
        """Record a published inspection. A recorded inspection is not changed."""
        table = tables.inspections
        values = {name: value for name, value in vars(inspection).items() if name != "findings"}
        values |= {"published_at": to_stored(inspection.published_at), "codes": dict(inspection.codes)}
        with writing(self._engine) as connection:
            query = sa.select(table.c.id).where(table.c.run_id == inspection.run_id)
            if connection.execute(query).first() is not None:
                return
            result = connection.execute(table.insert().values(values))
            inspection_id: int = result.inserted_primary_key[0]  # type: ignore[index]  # the table has one
            rows = [{"inspection_id": inspection_id, **vars(finding)} for finding in inspection.findings]
            if rows:
                connection.execute(tables.findings.insert(), rows)

    def unrecorded(self, run_ids: Iterable[str]) -> set[str]:
        """Return the run ids whose inspection is not recorded."""
        with reading(self._engine) as connection:
            recorded = set(connection.execute(sa.select(tables.inspections.c.run_id)).scalars())
        return set(run_ids) - recorded

    def issued(self, report: str, last: dt.date) -> list[tuple[dt.date, str, dt.datetime]]:
        """Return day, run and time of publication of what :meth:`until` returns, without reading a finding."""
        table = tables.inspections
        query = sa.select(table.c.day, table.c.run_id, table.c.published_at).where(
            self._condition(report, dt.date.min, last)
        )
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(table.c.day, table.c.published_at, table.c.id))
            by_day = {row.day: row for row in rows}
        return [(row.day, row.run_id, from_stored(row.published_at)) for row in by_day.values()]

    def _condition(self, report: str, first: dt.date, last: dt.date) -> sa.ColumnElement[bool]:
        """Return the condition on the inspections of some days that are known."""
        table = tables.inspections
        condition = sa.and_(table.c.report == report, table.c.day.between(first, last))
        if self._before is not None:
            condition = sa.and_(condition, table.c.published_at < to_stored(self._before))
        return condition

    def until(self, report: str, last: dt.date, first: dt.date = dt.date.min) -> list[PastInspection]:
        """Return the inspections of the days from ``first`` to ``last``, in order; per day the one published last."""
        table, finding = tables.inspections, tables.findings
        condition = self._condition(report, first, last)
        query = sa.select(table).where(condition).order_by(table.c.day, table.c.published_at, table.c.id)
        names = [field.name for field in fields(InspectedFinding)]
        joined = sa.select(finding.c.inspection_id, *(finding.c[name] for name in names)).join(
            table, table.c.id == finding.c.inspection_id
        )
        with reading(self._engine) as connection:
            by_day = {row.day: row for row in connection.execute(query)}
            findings: dict[int, list[InspectedFinding]] = {row.id: [] for row in by_day.values()}
            same: dict[tuple[Any, ...], InspectedFinding] = {}  # most findings are those of the day before
            for inspection_id, *values in connection.execute(joined.where(condition).order_by(finding.c.id)).all():
                if inspection_id in findings:
                    key = tuple(values)
                    if key not in same:
                        same[key] = InspectedFinding(**dict(zip(names, key, strict=True)))
                    findings[inspection_id].append(same[key])
        return [
            PastInspection(
                run_id=row.run_id,
                report=row.report,
                day=row.day,
                published_at=from_stored(row.published_at),
                codes=row.codes,
                findings=tuple(findings[row.id]),
            )
            for row in by_day.values()
        ]
