"""What was sent to whom, once: an intent is written before, the outcome after."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import sqlalchemy as sa

from ntanalytics.ledger.access import reading, writing
from ntanalytics.ledger.delivery_tables import deliveries, delivery_events
from ntanalytics.ledger.runs import who

#: How a sending stands. ``retry`` surely did not arrive and may yet; ``failed`` surely did not and will not;
#: ``ambiguous`` may have arrived: whoever was sending was killed, or the connection broke too late to tell.
Status = Literal["sending", "sent", "retry", "failed", "ambiguous"]


@dataclass(frozen=True)
class DeliveryRequest:
    """What is sent to one recipient; two that are equal are sent once.

    Attributes:
        kind: ``report`` or ``notice``.
        subject: the report's name, or the notice's key.
        period: the report's period, or empty.
        parameters: the report's parameters that are not their defaults.
        version: which publication of the report, or how many times the notice was told.
        channel: the channel's name.
        recipient: the address on it; empty: the channel itself.
        run_id: the run that published it.
        turn_at: the turn of the job that it came from (aware), if any.
    """

    kind: Literal["report", "notice"]
    subject: str
    period: str
    parameters: Mapping[str, Any]
    version: int
    channel: str
    recipient: str
    run_id: str = field(default="", compare=False)
    turn_at: dt.datetime | None = field(default=None, compare=False)

    @property
    def id(self) -> str:
        """A hash of what is sent and to whom."""
        said = [
            self.kind,
            self.subject,
            self.period,
            dict(self.parameters),
            self.version,
            self.channel,
            self.recipient,
        ]
        return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Delivery:
    """How one sending stands; see ``delivery_tables.deliveries``. Times are aware UTC."""

    parcel: DeliveryRequest
    status: Status
    attempts: int
    intended_at: dt.datetime
    ended_at: dt.datetime | None
    why: str

    @property
    def id(self) -> str:
        """The parcel's."""
        return self.parcel.id

    @property
    def to(self) -> str:
        """The channel and the address on it."""
        return f"{self.parcel.channel} {self.parcel.recipient}".strip()

    def as_data(self) -> dict[str, Any]:
        """It as JSON."""
        parcel = self.parcel
        return {
            "id": self.id,
            "kind": parcel.kind,
            "subject": parcel.subject,
            "period": parcel.period,
            "parameters": dict(parcel.parameters),
            "version": parcel.version,
            "channel": parcel.channel,
            "recipient": parcel.recipient,
            "status": self.status,
            "attempts": self.attempts,
            "why": self.why,
            "at": self.intended_at.isoformat(),
        }


class Deliveries:
    """Writes and reads deliveries; get one from :class:`ntanalytics.ledger.Ledger`.

    Each is written under the lease on its id, so that of several processes one sends.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def intend(self, parcel: DeliveryRequest, holder: str) -> None:
        """Note that a parcel is about to be sent: from now on it may have arrived."""
        now = _now()
        said = {"status": "sending", "intended_at": now, "ended_at": None, "why": "", "holder": holder}
        with writing(self._engine) as connection:
            again = deliveries.update().where(deliveries.c.id == parcel.id)
            if connection.execute(again.values(attempts=deliveries.c.attempts + 1, **said)).rowcount == 0:
                about = {name: getattr(parcel, name) for name in _PARCEL if name != "turn_at"}
                about |= {"parameters": dict(parcel.parameters), "turn_at": _naive(parcel.turn_at)}
                connection.execute(deliveries.insert().values(id=parcel.id, attempts=1, **about, **said))
            _note(connection, parcel.id, "sending", "")

    def end(self, delivery_id: str, status: Status, why: str = "") -> None:
        """Note how a sending that was intended ended."""
        with writing(self._engine) as connection:
            this = deliveries.update().where(deliveries.c.id == delivery_id)
            connection.execute(this.values(status=status, ended_at=_now(), why=why[:4000]))
            _note(connection, delivery_id, status, why[:4000])

    def of(self, delivery_id: str) -> Delivery | None:
        """How the sending of an id stands; None when it was never begun."""
        return next(iter(self._found(deliveries.c.id == delivery_id)), None)

    def named(self, beginning: str) -> Sequence[Delivery]:
        """The deliveries whose id begins so."""
        return self._found(deliveries.c.id.startswith(beginning, autoescape=True))

    def standing(self, *statuses: Status, since: dt.datetime | None = None) -> Sequence[Delivery]:
        """The deliveries of some statuses that were last attempted since a moment (aware), the oldest first."""
        conditions = [deliveries.c.status.in_(statuses)]
        return self._found(*conditions, *([deliveries.c.intended_at >= _naive(since)] if since else []))

    def about(
        self, kind: Literal["report", "notice"], subject: str, since: dt.datetime | None = None
    ) -> Sequence[Delivery]:
        """The deliveries of a report, or of a notice, the oldest first.

        Args:
            kind: which of the two.
            subject: the report's name, or the notice's key.
            since: of turns since then (aware), and of earlier ones what is still to be tried; None for all.
        """
        conditions = [deliveries.c.kind == kind, deliveries.c.subject == subject]
        if since is not None:
            conditions.append(sa.or_(deliveries.c.turn_at >= _naive(since), deliveries.c.status == "retry"))
        return self._found(*conditions)

    def events(self, delivery_id: str) -> Sequence[tuple[str, str]]:
        """Every intent and outcome of a delivery in order: status and why."""
        query = sa.select(delivery_events).where(delivery_events.c.delivery_id == delivery_id)
        with reading(self._engine) as connection:
            return [(row.status, row.why) for row in connection.execute(query.order_by(delivery_events.c.id))]

    def _found(self, *conditions: sa.ColumnElement[bool]) -> Sequence[Delivery]:
        query = sa.select(deliveries).where(*conditions).order_by(deliveries.c.intended_at, deliveries.c.id)
        with reading(self._engine) as connection:
            return [_delivery(row) for row in connection.execute(query)]


_PARCEL = tuple(DeliveryRequest.__annotations__)


def _delivery(row: sa.Row[Any]) -> Delivery:
    about = {name: getattr(row, name) for name in _PARCEL if name != "turn_at"}
    parcel = DeliveryRequest(**about, turn_at=_aware(row.turn_at))
    intended: dt.datetime = row.intended_at.replace(tzinfo=dt.UTC)
    return Delivery(parcel, row.status, row.attempts, intended, _aware(row.ended_at), row.why)


def _note(connection: sa.Connection, delivery_id: str, status: Status, why: str) -> None:
    row = {"delivery_id": delivery_id, "at": _now(), "status": status, "why": why, "who": who()}
    connection.execute(delivery_events.insert().values(row))


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)


def _naive(moment: dt.datetime | None) -> dt.datetime | None:
    return moment.astimezone(dt.UTC).replace(tzinfo=None) if moment else None


def _aware(moment: dt.datetime | None) -> dt.datetime | None:
    return moment.replace(tzinfo=dt.UTC) if moment else None
