"""Deliveries to recipients. The intent is recorded before sending, the result after, so that nothing is sent twice."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import sqlalchemy as sa

from ntanalytics.ledger.access import from_stored, reading, record_of, to_stored, utc_now, writing
from ntanalytics.ledger.delivery_tables import deliveries, delivery_events
from ntanalytics.ledger.runs import user_name

#: Status of a delivery. ``retry``: it did not arrive and will be tried again. ``failed``: it did not and will not
#: arrive. ``ambiguous``: it may have arrived; the sender was killed, or the connection broke too late to know.
DeliveryStatus = Literal["sending", "sent", "retry", "failed", "ambiguous"]


@dataclass(frozen=True, kw_only=True)
class DeliveryRequest:
    """Content and recipient of one delivery. Equal requests are sent once.

    Attributes:
        kind: ``report`` or ``notice``.
        subject: name of the report, or key of the notice.
        period: period of the report, or empty.
        parameters: parameters of the report that differ from their defaults.
        version: publication of the report, or round of the notice.
        channel: name of the channel.
        recipient: address on the channel; empty: the channel itself.
        run_id: run that published the report.
        scheduled_at: time (aware) of the scheduled run, if any.
    """

    kind: Literal["report", "notice"]
    subject: str
    period: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    version: int
    channel: str
    recipient: str = ""
    run_id: str = field(default="", compare=False)
    scheduled_at: dt.datetime | None = field(default=None, compare=False)

    @property
    def id(self) -> str:
        """Hash of content and recipient."""
        content = (self.kind, self.subject, self.period, dict(self.parameters))
        identity = (*content, self.version, self.channel, self.recipient)
        return hashlib.sha256(json.dumps(identity, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """State of one delivery; see ``delivery_tables.deliveries``. Times are aware UTC."""

    request: DeliveryRequest
    status: DeliveryStatus
    attempts: int
    intended_at: dt.datetime
    ended_at: dt.datetime | None
    why: str

    @property
    def id(self) -> str:
        """Id of the request."""
        return self.request.id

    @property
    def to(self) -> str:
        """Channel and address."""
        return f"{self.request.channel} {self.request.recipient}".strip()

    def as_data(self) -> dict[str, Any]:
        """Return the delivery as JSON data."""
        request = self.request
        return {
            "id": self.id,
            "kind": request.kind,
            "subject": request.subject,
            "period": request.period,
            "parameters": dict(request.parameters),
            "version": request.version,
            "channel": request.channel,
            "recipient": request.recipient,
            "status": self.status,
            "attempts": self.attempts,
            "why": self.why,
            "at": self.intended_at.isoformat(),
        }


class Deliveries:
    """Deliveries in the ledger; see :class:`ntanalytics.ledger.Ledger`.

    A delivery is written under the lease on its id, so that only one process sends it.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def intend(self, request: DeliveryRequest, holder: str) -> None:
        """Record that a request is about to be sent. From then on it may have arrived."""
        state = {"status": "sending", "intended_at": utc_now(), "ended_at": None, "why": "", "holder": holder}
        with writing(self._engine) as connection:
            retry = deliveries.update().where(deliveries.c.id == request.id)
            if connection.execute(retry.values(attempts=deliveries.c.attempts + 1, **state)).rowcount == 0:
                content = vars(request) | {
                    "parameters": dict(request.parameters),
                    "scheduled_at": to_stored(request.scheduled_at),
                }
                connection.execute(deliveries.insert().values(id=request.id, attempts=1, **content, **state))
            _add_event(connection, request.id, "sending", "")

    def end(self, delivery_id: str, status: DeliveryStatus, why: str = "") -> None:
        """Record the result of a delivery."""
        with writing(self._engine) as connection:
            this = deliveries.update().where(deliveries.c.id == delivery_id)
            connection.execute(this.values(status=status, ended_at=utc_now(), why=why[:4000]))
            _add_event(connection, delivery_id, status, why[:4000])

    def get(self, delivery_id: str) -> Delivery | None:
        """Return the delivery of an id; None when it was never started."""
        return next(iter(self._select(deliveries.c.id == delivery_id)), None)

    def with_id_prefix(self, prefix: str) -> Sequence[Delivery]:
        """Return the deliveries with an id that starts with a prefix."""
        return self._select(deliveries.c.id.startswith(prefix, autoescape=True))

    def with_status(self, *statuses: DeliveryStatus, since: dt.datetime | None = None) -> Sequence[Delivery]:
        """Return the deliveries of some statuses with a last attempt since a moment (aware), oldest first."""
        conditions = [deliveries.c.status.in_(statuses)]
        return self._select(*conditions, *([deliveries.c.intended_at >= to_stored(since)] if since else []))

    def for_subject(
        self, kind: Literal["report", "notice"], subject: str, since: dt.datetime | None = None
    ) -> Sequence[Delivery]:
        """Return the deliveries of a report or of a notice, oldest first.

        Args:
            kind: ``report`` or ``notice``.
            subject: name of the report, or key of the notice.
            since: earliest scheduled time (aware); earlier deliveries are included if they will be tried again.
                None: all.
        """
        conditions = [deliveries.c.kind == kind, deliveries.c.subject == subject]
        if since is not None:
            recent = deliveries.c.scheduled_at >= to_stored(since)
            conditions.append(sa.or_(recent, deliveries.c.status == "retry"))
        return self._select(*conditions)

    def events(self, delivery_id: str) -> Sequence[tuple[str, str]]:
        """Return every intent and result of a delivery in order, as (status, why)."""
        query = sa.select(delivery_events).where(delivery_events.c.delivery_id == delivery_id)
        with reading(self._engine) as connection:
            return [(row.status, row.why) for row in connection.execute(query.order_by(delivery_events.c.id))]

    def _select(self, *conditions: sa.ColumnElement[bool]) -> Sequence[Delivery]:
        query = sa.select(deliveries).where(*conditions).order_by(deliveries.c.intended_at, deliveries.c.id)
        with reading(self._engine) as connection:
            return [_delivery(row) for row in connection.execute(query)]


def _delivery(row: sa.Row[Any]) -> Delivery:
    return Delivery(
        request=record_of(DeliveryRequest, row),
        status=row.status,
        attempts=row.attempts,
        intended_at=from_stored(row.intended_at),
        ended_at=from_stored(row.ended_at),
        why=row.why,
    )


def _add_event(connection: sa.Connection, delivery_id: str, status: DeliveryStatus, why: str) -> None:
    row = {"delivery_id": delivery_id, "at": utc_now(), "status": status, "why": why, "who": user_name()}
    connection.execute(delivery_events.insert().values(row))
