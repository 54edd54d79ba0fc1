"""History of all kinds in one list: runs, extractions, scheduled runs, deliveries, audit trail."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ntanalytics.language import tr
from ntanalytics.ledger.access import from_stored, reading, to_stored
from ntanalytics.ledger.audit import Audit, Event
from ntanalytics.ledger.delivery_tables import deliveries, notices
from ntanalytics.ledger.schedule_tables import corrections, scheduled_runs
from ntanalytics.ledger.tables import extractions, runs

#: Kind → description. The names are options of ``ntanalytics history`` and stand in its JSON.
KINDS: Mapping[str, str] = {
    "run": "a run of a report, and how it ended",
    "extraction": "a window of days extracted from a source",
    "scheduled-run": "a scheduled run of a job",
    "correction": "a report issued with a gap, and its correction",
    "extract": "a person's command to extract days",
    "delivery": "a report or notice that was sent to a recipient",
    "notice": "a notice to the operators",
    "settings": "keys of the settings that changed",
    "backfill": "periods of the past that were issued",
    "remark": "signed remarks on published reports",
    "retention": "what was deleted by policy",
    "maintain": "care of the lake",
    "backup": "a backup of the site",
    "restore": "the restoration of the site from a backup",
    "upgrade": "the upgrade of the site to another version",
}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry of the history.

    Attributes:
        at: start (aware UTC).
        kind: one of ``KINDS``.
        subject: the report, the dataset and its source, the job or the file.
        period: period of the report, or the days; empty where there is none.
        status: result; empty where there is none.
        summary: place or reason.
        who: account, caller of sudo and host, or host and process; empty where that is not recorded.
        details: further data.
    """

    at: dt.datetime
    kind: str
    subject: str
    period: str = ""
    status: str
    summary: str
    who: str = ""
    details: Mapping[str, Any]

    @property
    def actor_label(self) -> str:
        """Actor, and for a run whether a person, a job or a backfill asked for it."""
        by = self.details.get("by")
        return f"{self.who} ({by})" if by else self.who

    def as_data(self) -> dict[str, Any]:
        """Return the entry as JSON data."""
        data = {("said" if name == "summary" else name): value for name, value in vars(self).items()}
        return {**data, "at": self.at.isoformat(), "details": dict(self.details)}


@dataclass(frozen=True)
class _Filter:
    report: str
    since: dt.datetime | None
    limit: int


def history(
    engine: sa.Engine,
    audit: Audit,
    kinds: Collection[str] = (),
    *,
    report: str = "",
    since: dt.datetime | None = None,
    limit: int = 20,
) -> list[Entry]:
    """Return the latest entries, newest first.

    Args:
        engine: engine of the ledger.
        audit: its audit trail.
        kinds: wanted ``KINDS``; empty: all.
        report: wanted report; entries without a report are left out then.
        since: earliest moment (aware).
        limit: maximum number of entries.
    """
    wanted = set(kinds or KINDS)
    limits = _Filter(report, since, limit)
    entries: list[Entry] = []
    with reading(engine) as connection:
        if "run" in wanted:
            starts = _run_starts(audit, limits)
            rows = _latest(connection, runs.c.started_at, limits, runs.c.report)
            entries += [_run(row, starts.get(row.id)) for row in rows]
        if "delivery" in wanted:
            rows = _latest(connection, deliveries.c.intended_at, limits, deliveries.c.subject)
            entries += [_delivery(row) for row in rows]
        for kind, (column, entry_of) in _WITHOUT_REPORT.items():
            if kind in wanted and not report:
                entries += [entry_of(row) for row in _latest(connection, column, limits)]
    if audited := wanted - {"run", "delivery", *_WITHOUT_REPORT}:
        entries += [_event(event) for event in audit.events(audited, subject=report, since=since, limit=limit)]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)[:limit]


def _latest(
    connection: sa.Connection,
    moment: sa.Column[Any],
    limits: _Filter,
    report_column: sa.ColumnElement[str] | None = None,
) -> list[sa.Row[Any]]:
    """Return the latest rows of a table by a time column; with a report column, of the wanted report only."""
    table = moment.table
    query = sa.select(table).order_by(moment.desc(), *(key.desc() for key in table.primary_key)).limit(limits.limit)
    if limits.since is not None:
        query = query.where(moment >= to_stored(limits.since))
    if report_column is not None and limits.report:
        query = query.where(report_column == limits.report)
    return list(connection.execute(query))


def _run_starts(audit: Audit, limits: _Filter) -> dict[str, Event]:
    """Return run id → event of its start, which names the actor."""
    # Each run is recorded right after its start: as many events as runs, and some more, reach as far back.
    events = audit.events(["run"], subject=limits.report, since=limits.since, limit=limits.limit + 10)
    return {str(event.details.get("run_id")): event for event in events}


def _run(row: sa.Row[Any], start: Event | None) -> Entry:
    details = {
        "run_id": row.id,
        "version": row.version,
        "parameters": row.parameters,
        "ended_at": from_stored(row.ended_at).isoformat() if row.ended_at else None,
        "by": start.details.get("by") if start else None,
    }
    return Entry(
        at=from_stored(row.started_at),
        kind="run",
        subject=row.report,
        period=row.period,
        status=row.status,
        summary=row.error or row.path,
        who=_actor_text(start) if start else row.who,
        details=details,
    )


def _extraction(row: sa.Row[Any]) -> Entry:
    return Entry(
        at=from_stored(row.taken_at),
        kind="extraction",
        subject=f"{row.dataset} ← {row.source}",
        period=f"{row.first_on} … {row.last_on}",
        status=row.status,
        summary=row.error or f"{row.rows} rows, {row.rejected} rejected",
        details={"dataset": row.dataset, "source": row.source, "seconds": row.seconds, "source_rows": row.source_rows},
    )


def _scheduled_run(row: sa.Row[Any]) -> Entry:
    return Entry(
        at=from_stored(row.scheduled_at),
        kind="scheduled-run",
        subject=row.job,
        period=row.period,
        status=row.status,
        summary=row.why,
        details={"attempts": row.attempts, "holder": row.holder},
    )


def _correction(row: sa.Row[Any]) -> Entry:
    gaps = "; ".join(f"{dataset} ← {source}" for dataset, source, _days in row.gaps)
    scheduled_at = from_stored(row.scheduled_at).isoformat()
    return Entry(
        at=from_stored(row.since),
        kind="correction",
        subject=row.job,
        status=row.status,
        summary=row.why or gaps,
        details={"scheduled_at": scheduled_at, "lacking": row.gaps, "tries": row.tries},
    )


def _delivery(row: sa.Row[Any]) -> Entry:
    names = ("kind", "channel", "recipient", "version", "attempts", "run_id")
    return Entry(
        at=from_stored(row.intended_at),
        kind="delivery",
        subject=row.subject,
        period=row.period,
        status=row.status,
        summary=f"{row.channel} {row.recipient}".strip() + (f": {row.why}" if row.why else ""),
        who=row.holder,
        details={name: getattr(row, name) for name in names},
    )


def _notice(row: sa.Row[Any]) -> Entry:
    return Entry(
        at=from_stored(row.started_at),
        kind="notice",
        subject=row.key,
        status="mended" if row.resolved_at else "open",
        summary=row.text,
        details={"key": row.key, "round": row.round, "title": row.title},
    )


#: Kinds without a report → time column, and function that makes the entry of a row.
_WITHOUT_REPORT: Mapping[str, tuple[sa.Column[Any], Callable[[sa.Row[Any]], Entry]]] = {
    "extraction": (extractions.c.taken_at, _extraction),
    "scheduled-run": (scheduled_runs.c.scheduled_at, _scheduled_run),
    "correction": (corrections.c.since, _correction),
    "notice": (notices.c.started_at, _notice),
}


def _event(event: Event) -> Entry:
    details = {key: value for key, value in event.details.items() if key not in ("keys", "period", "status")}
    if event.kind == "settings":
        summary = ", ".join(event.details["changed"]) or tr("noted for the first time")
    else:
        shown = {key: value for key, value in details.items() if value not in (None, "", [], {})}
        summary = "; ".join(f"{key}: {_joined(value)}" for key, value in shown.items())
    return Entry(
        at=event.at,
        kind=event.kind,
        subject=event.subject,
        period=str(event.details.get("period", "")),
        status=str(event.details.get("status", "")),
        summary=summary,
        who=_actor_text(event),
        details=details,
    )


def _joined(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _actor_text(event: Event) -> str:
    sudo = tr(" (sudo of {sudo_user})", sudo_user=event.sudo_user) if event.sudo_user else ""
    return f"{event.account}{sudo} @ {event.host}"
