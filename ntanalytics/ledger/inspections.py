"""What published inspections found, day by day: the past of the findings of the next one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from ntanalytics.ledger import tables
from ntanalytics.ledger.access import reading, writing


@dataclass(frozen=True, kw_only=True)
class InspectedFinding:
    """One finding of an inspection: a row of ``tables.findings``."""

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


@dataclass(frozen=True)
class PastInspection:
    """One published inspection of a day.

    Attributes:
        run_id: the run that published it.
        report: the report's name.
        day: the inspected day.
        published_at: when (aware UTC); of several of one day the last published holds.
        codes: the rules that were asked: code → whether a subject of which nothing is noted was in order.
        findings: what was not in order or not known, and what was in order where ``codes`` does not say so.
    """

    run_id: str
    report: str
    day: dt.date
    published_at: dt.datetime
    codes: Mapping[str, bool]
    findings: tuple[InspectedFinding, ...]


class Inspections:
    """Writes and reads what inspections found; get one from :class:`ntanalytics.ledger.Ledger`."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def note(self, inspection: PastInspection) -> None:
        """Note a published inspection; one that is noted already stays as it is."""
        table = tables.inspections
        with writing(self._engine) as connection:
            query = sa.select(table.c.id).where(table.c.run_id == inspection.run_id)
            if connection.execute(query).first() is not None:
                return
            result = connection.execute(
                table.insert().values(
                    run_id=inspection.run_id,
                    report=inspection.report,
                    day=inspection.day,
                    published_at=inspection.published_at.astimezone(dt.UTC).replace(tzinfo=None),
                    codes=dict(inspection.codes),
                )
            )
            inspection_id: int = result.inserted_primary_key[0]  # type: ignore[index]  # the table has one
            rows = [{"inspection_id": inspection_id, **vars(finding)} for finding in inspection.findings]
            if rows:
                connection.execute(tables.findings.insert(), rows)

    def unnoted(self, run_ids: Iterable[str]) -> set[str]:
        """Those of some runs whose inspection is not noted."""
        wanted = set(run_ids)
        with reading(self._engine) as connection:
            noted = set(connection.execute(sa.select(tables.inspections.c.run_id)).scalars())
        return wanted - noted

    def until(self, report: str, last: dt.date) -> list[PastInspection]:
        """The inspections of the days up to ``last``, oldest day first; of a day the one published last."""
        table, found = tables.inspections, tables.findings
        holding = sa.and_(table.c.report == report, table.c.day <= last)
        query = sa.select(table).where(holding).order_by(table.c.day, table.c.published_at, table.c.id)
        noted = sa.select(found).join(table, table.c.id == found.c.inspection_id).where(holding).order_by(found.c.id)
        with reading(self._engine) as connection:
            by_day = {row.day: row for row in connection.execute(query)}
            by_id: dict[int, list[InspectedFinding]] = {row.id: [] for row in by_day.values()}
            for row in connection.execute(noted).mappings():
                if row["inspection_id"] in by_id:
                    by_id[row["inspection_id"]].append(
                        InspectedFinding(**{name: row[name] for name in InspectedFinding.__annotations__})
                    )
        return [
            PastInspection(
                row.run_id,
                row.report,
                row.day,
                row.published_at.replace(tzinfo=dt.UTC),
                row.codes,
                tuple(by_id[row.id]),
            )
            for row in by_day.values()
        ]
