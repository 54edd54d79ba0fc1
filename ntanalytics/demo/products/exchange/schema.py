"""The reference schema of document exchange (queries/exchange/README.md), as tables where a site has views."""

from __future__ import annotations

import sqlalchemy as sa

from ntanalytics.demo.store import Database

_DOCUMENT = {
    "document_id": sa.String(64),
    "sent_at": sa.DateTime(),
    "sender_unit": sa.String(200),
    "is_ofd": sa.Boolean(),
    "is_sealed": sa.Boolean(),
    "platform": sa.String(20),
}

_DELIVERY = {
    "delivery_id": sa.String(64),
    "document_id": sa.String(64),
    "receiver_unit": sa.String(200),
    "sent_at": sa.DateTime(),
    "due_at": sa.DateTime(),
    "delivered_at": sa.DateTime(),
    "signed_at": sa.DateTime(),
    "registered_at": sa.DateTime(),
    "returned_at": sa.DateTime(),
    "state": sa.String(20),
    "platform": sa.String(20),
    "changed_at": sa.DateTime(),
}

_CALL = {
    "ended_at": sa.DateTime(),
    "caller": sa.String(100),
    "interface": sa.String(100),
    "is_success": sa.Boolean(),
    "duration_ms": sa.Double(),
}


def create_exchange(db: Database) -> None:
    """Create the three tables, with the indexes that the README asks for."""
    db.create("exchange_document", _DOCUMENT, key=["document_id"], indexes=[["sent_at"]])
    db.create("exchange_delivery", _DELIVERY, key=["delivery_id"], indexes=[["changed_at"]])
    db.create("exchange_call", _CALL, indexes=[["ended_at"]])
