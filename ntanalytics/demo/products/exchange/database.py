"""Database of the document exchange: documents, their deliveries, and interface calls."""

from __future__ import annotations

import datetime as dt
from typing import TypeAlias

import numpy as np

from ntanalytics.demo.arrays import Ints, Objects, Times, texts
from ntanalytics.demo.local_time import wall_seconds, wall_times
from ntanalytics.demo.population.city import City
from ntanalytics.demo.population.units import UNITS
from ntanalytics.demo.products.exchange.calls import write_calls
from ntanalytics.demo.products.exchange.deliveries import NEVER, STATES, DrawnDeliveries, WorkClock, deliveries_of
from ntanalytics.demo.products.exchange.documents import Documents, documents_of
from ntanalytics.demo.products.exchange.offices import ExchangeOffices, offices_of
from ntanalytics.demo.store import Columns, Database, Store, parse_tables

_TABLES = parse_tables("""
exchange_document: document_id* 64, sent_at time, sender_unit 200, is_ofd bool, is_sealed bool, platform 20;
  index sent_at
exchange_delivery: delivery_id* 64, document_id 64, receiver_unit 200, sent_at time, due_at time, delivered_at time,
  signed_at time, registered_at time, returned_at time, state 20, platform 20, changed_at time; index changed_at
exchange_call: ended_at time, caller 100, interface 100, is_success bool, duration_ms double; index ended_at
""")

_STREAM = 31
_PLATFORMS = texts(["传统终端", "信创终端"])
_NAMES = texts(UNITS)

_Ids: TypeAlias = Objects


def write_exchange(city: City, store: Store) -> int:
    """Write the database ``exchange`` (PostgreSQL) in its state at the estate's end, and return the number of rows."""
    rows = 0
    offices, clock = offices_of(city), WorkClock(city)
    with store.database("exchange", "postgresql") as database:
        database.create(*_TABLES)
        for day in city.days:
            rng = city.rng(_STREAM, day)
            documents = documents_of(city, offices, day)
            count = len(documents.at_s)
            ids = texts(f"GW{day:%Y%m%d}{number:05d}" for number in range(1, count + 1))
            rows += _write_documents(database, city, offices, documents, ids, day)
            deliveries = deliveries_of(city, rng, clock, offices, documents, day)
            sent = wall_seconds(day) + documents.at_s[deliveries.document]
            rows += _write_deliveries(database, city, offices.unit[deliveries.office], deliveries, ids, sent)
            rows += write_calls(database, city, rng, day)
    return rows


def _write_documents(
    database: Database, city: City, offices: ExchangeOffices, documents: Documents, ids: _Ids, day: dt.date
) -> int:
    is_xinchuang = city.people.is_xinchuang[offices.clerk[documents.office]]
    columns: Columns = {
        "document_id": ids,
        "sent_at": wall_times(day, documents.at_s),
        "sender_unit": _NAMES[offices.unit[documents.office]],
        "is_ofd": documents.is_ofd,
        "is_sealed": documents.is_sealed,
        "platform": _PLATFORMS[is_xinchuang.astype(int)],
    }
    return database.insert("exchange_document", columns)


def _write_deliveries(
    database: Database, city: City, unit: Ints, deliveries: DrawnDeliveries, ids: _Ids, sent: Ints
) -> int:
    document_id = ids[deliveries.document]
    steps = np.stack([sent, deliveries.delivered, deliveries.signed, deliveries.registered, deliveries.returned])
    changed = np.where(steps < NEVER, steps, 0).max(axis=0)
    platform = _PLATFORMS[city.people.is_xinchuang[deliveries.signer].astype(int)]
    pairs = zip(document_id.tolist(), unit.tolist(), strict=True)
    columns: Columns = {
        "delivery_id": [f"{document}-{number:03d}" for document, number in pairs],
        "document_id": document_id,
        "receiver_unit": _NAMES[unit],
        "sent_at": _times(sent),
        "due_at": _times(deliveries.due),
        "delivered_at": _times(deliveries.delivered),
        "signed_at": _times(deliveries.signed),
        "registered_at": _times(deliveries.registered),
        "returned_at": _times(deliveries.returned),
        "state": STATES[deliveries.state],
        "platform": np.where(deliveries.signed < NEVER, platform, None),
        "changed_at": _times(changed),
    }
    return database.insert("exchange_delivery", columns)


def _times(seconds: Ints) -> Times:
    """Return wall-clock times with seconds; NaT for ``NEVER``."""
    is_known = seconds < NEVER
    times: Times = np.where(is_known, seconds, 0).astype("datetime64[s]")
    times[~is_known] = np.datetime64("NaT", "s")
    return times
