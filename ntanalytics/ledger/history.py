"""What happened, of every kind in one list: runs, extractions, turns, deliveries, and the audit trail."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ntanalytics.ledger.access import reading
from ntanalytics.ledger.audit import Audit, Event
from ntanalytics.ledger.delivery_tables import deliveries, notices
from ntanalytics.ledger.schedule_tables import corrections, turns
from ntanalytics.ledger.tables import extractions, runs

#: The kinds of the trail that can be asked for, and what each is.
KINDS: Mapping[str, str] = {
    "run": "a run of a report, and how it ended",
    "extraction": "a window of days taken from a source",
    "turn": "a turn of a job",
    "correction": "a report that came out with a hole, and what became of it",
    "extract": "a person's command to take days",
    "delivery": "a report or notice that was sent to a recipient",
    "notice": "what the operator was told",
    "settings": "keys of the settings that changed",
    "backfill": "periods of the past that were issued",
    "retention": "what was deleted by policy",
    "maintain": "care of the lake",
}


@dataclass(frozen=True)
class Entry:
    """One thing that happened.

    Attributes:
        at: when it began (aware UTC).
        kind: one of ``KINDS``.
        subject: of what: a report, a dataset and its source, a job, a file.
        period: the report's period, or the days; empty where there is none.
        status: how it ended; empty where that is no question.
        said: where or why.
        who: account, sudo's user and host, or host and process; empty where that was not noted.
        details: the rest.
    """

    at: dt.datetime
    kind: str
    subject: str
    period: str
    status: str
    said: str
    who: str
    details: Mapping[str, Any]

    @property
    def by_whom(self) -> str:
        """Who, and of a run whether a person, a job or a backfill asked for it."""
        by = self.details.get("by")
        return f"{self.who} ({by})" if by else self.who

    def as_data(self) -> dict[str, Any]:
        """It as JSON."""
        return {**vars(self), "at": self.at.isoformat(), "details": dict(self.details)}


def history(
    engine: sa.Engine,
    audit: Audit,
    kinds: Collection[str] = (),
    *,
    report: str = "",
    since: dt.datetime | None = None,
    limit: int = 20,
) -> list[Entry]:
    """What happened last, newest first.

    Args:
        engine: the ledger's.
        audit: its trail.
        kinds: of these of ``KINDS``; none for all.
        report: of this report alone; what concerns no report is left out.
        since: not before this moment (aware).
        limit: at most so many.
    """
    wanted = set(kinds or KINDS)
    noted = wanted - {"run", "extraction", "turn", "correction", "delivery", "notice"}
    found: list[Entry] = []
    with reading(engine) as connection:
        if "run" in wanted:
            begun = _begun(audit, report, since, limit)
            rows = _latest(connection, runs, "started_at", since, limit, runs.c.report, report)
            found += [_run(row, begun.get(row.id)) for row in rows]
        if "extraction" in wanted and not report:
            found += [_extraction(row) for row in _latest(connection, extractions, "taken_at", since, limit)]
        if "turn" in wanted and not report:
            found += [_turn(row) for row in _latest(connection, turns, "turn_at", since, limit)]
        if "correction" in wanted and not report:
            found += [_correction(row) for row in _latest(connection, corrections, "since", since, limit)]
        if "delivery" in wanted:
            rows = _latest(connection, deliveries, "intended_at", since, limit, deliveries.c.subject, report)
            found += [_delivery(row) for row in rows]
        if "notice" in wanted and not report:
            found += [_notice(row) for row in _latest(connection, notices, "begun_at", since, limit)]
    if noted:
        found += [_event(each) for each in audit.events(noted, subject=report, since=since, limit=limit)]
    return sorted(found, key=lambda each: each.at, reverse=True)[:limit]


def _latest(
    connection: sa.Connection,
    table: sa.Table,
    moment: str,
    since: dt.datetime | None,
    limit: int,
    column: sa.ColumnElement[str] | None = None,
    wanted: str = "",
) -> list[sa.Row[Any]]:
    """The latest rows of a table by the time in a column; of those alone whose ``column`` is ``wanted``, if given."""
    query = sa.select(table).order_by(table.c[moment].desc(), *(key.desc() for key in table.primary_key)).limit(limit)
    if since is not None:
        query = query.where(table.c[moment] >= since.astimezone(dt.UTC).replace(tzinfo=None))
    if column is not None and wanted:
        query = query.where(column == wanted)
    return list(connection.execute(query))


def _begun(audit: Audit, report: str, since: dt.datetime | None, limit: int) -> dict[str, Event]:
    """Run → the event that tells who began it and how."""
    # a run that is begun is noted right after: as many events as runs reach as far back
    events = audit.events(["run"], subject=report, since=since, limit=limit + 10)
    return {str(each.details.get("run_id")): each for each in events}


def _run(row: sa.Row[Any], begun: Event | None) -> Entry:
    details = {
        "run_id": row.id,
        "version": row.version,
        "parameters": row.parameters,
        "ended_at": _aware(row.ended_at).isoformat() if row.ended_at else None,
        "by": begun.details.get("by") if begun else None,
    }
    who = _who(begun) if begun else row.who
    return Entry(_aware(row.started_at), "run", row.report, row.period, row.status, row.error or row.path, who, details)


def _extraction(row: sa.Row[Any]) -> Entry:
    days = f"{row.first_on} … {row.last_on}"
    said = row.error or f"{row.rows} rows, {row.rejected} set aside"
    details = {"dataset": row.dataset, "source": row.source, "seconds": row.seconds, "source_rows": row.source_rows}
    return Entry(
        _aware(row.taken_at), "extraction", f"{row.dataset} ← {row.source}", days, row.status, said, "", details
    )


def _turn(row: sa.Row[Any]) -> Entry:
    details = {"attempts": row.attempts, "holder": row.holder}
    return Entry(_aware(row.turn_at), "turn", row.job, row.period, row.status, row.why, "", details)


def _correction(row: sa.Row[Any]) -> Entry:
    turn_at = _aware(row.turn_at).isoformat()
    lacking = "; ".join(f"{dataset} ← {source}" for dataset, source, _days in row.lacking)
    details = {"turn_at": turn_at, "lacking": row.lacking, "tries": row.tries}
    return Entry(_aware(row.since), "correction", row.job, "", row.status, row.why or lacking, "", details)


def _delivery(row: sa.Row[Any]) -> Entry:
    details = {
        "kind": row.kind,
        "channel": row.channel,
        "recipient": row.recipient,
        "version": row.version,
        "attempts": row.attempts,
        "run_id": row.run_id,
    }
    said = f"{row.channel} {row.recipient}".strip() + (f": {row.why}" if row.why else "")
    return Entry(_aware(row.intended_at), "delivery", row.subject, row.period, row.status, said, row.holder, details)


def _notice(row: sa.Row[Any]) -> Entry:
    details = {"key": row.key, "round": row.round, "title": row.title}
    status = "mended" if row.mended_at else "open"
    return Entry(_aware(row.begun_at), "notice", row.key, "", status, row.said, "", details)


def _event(event: Event) -> Entry:
    details = {key: value for key, value in event.details.items() if key not in ("keys", "period", "status")}
    said = "; ".join(f"{key}: {_short(value)}" for key, value in details.items() if value not in (None, "", [], {}))
    if event.kind == "settings":
        said = ", ".join(event.details["changed"]) or "noted for the first time"
    return Entry(
        event.at,
        event.kind,
        event.subject,
        str(event.details.get("period", "")),
        str(event.details.get("status", "")),
        said,
        _who(event),
        details,
    )


def _short(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _who(event: Event) -> str:
    sudo = f" (sudo of {event.sudo_user})" if event.sudo_user else ""
    return f"{event.account}{sudo} @ {event.host}"


def _aware(moment: dt.datetime) -> dt.datetime:
    return moment.replace(tzinfo=dt.UTC)
