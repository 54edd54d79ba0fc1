"""The document exchange's database: documents, their deliveries, and the calls of the systems that are joined to it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ntanalytics.demo.population.city import City
from ntanalytics.demo.population.seasonality import Audience
from ntanalytics.demo.population.units import UNITS
from ntanalytics.demo.products.exchange.deliveries import NEVER, STATES, WorkClock, deliveries_of
from ntanalytics.demo.products.exchange.documents import Documents, Offices, documents_of, offices_of
from ntanalytics.demo.products.exchange.schema import create_exchange
from ntanalytics.demo.store import Database, Store

#: Interface calls on a plain working day at scale 1.
CALLS_PER_DAY = 60_000
#: Share of calls that fail on a plain day.
_FAILURES = 0.004

_STREAM = 31
_PLATFORMS = np.array(["传统终端", "信创终端"], dtype=object)
_NAMES = np.array(UNITS, dtype=object)


@dataclass(frozen=True)
class _Partner:
    """A system that is joined to the exchange.

    Attributes:
        name: as it gives it in its calls.
        share: its part of all calls.
        audience: whose rhythm it follows.
        interfaces: interface → its part of the partner's calls.
    """

    name: str
    share: float
    audience: Audience
    interfaces: dict[str, float]


_PARTNERS = (
    _Partner("政务服务网", 0.33, Audience.COUNTER, {"document/status": 0.6, "document/send": 0.15, "file/get": 0.25}),
    _Partner("协同办公", 0.36, Audience.OFFICE, {"document/receive": 0.4, "receipt/sign": 0.35, "document/send": 0.25}),
    _Partner(
        "省公文交换平台", 0.15, Audience.OFFICE, {"document/receive": 0.55, "receipt/sign": 0.3, "unit/list": 0.15}
    ),
    _Partner("电子档案系统", 0.09, Audience.OFFICE, {"file/get": 0.8, "document/status": 0.2}),
    _Partner("督查督办系统", 0.064, Audience.OFFICE, {"document/status": 0.85, "unit/list": 0.15}),
    # whoever joins a system names it as he likes
    _Partner('联调测试"><script>alert(1)</script>', 0.004, Audience.OFFICE, {"=1+1": 0.3, "document/status": 0.7}),
    _Partner("电子印章系统", 0.002, Audience.OFFICE, {"unit/list": 1.0}),
)
#: Interface → the median duration of a call in milliseconds.
_DURATION_MS = {
    "document/status": 38.0,
    "document/send": 420.0,
    "document/receive": 260.0,
    "receipt/sign": 95.0,
    "file/get": 310.0,
    "unit/list": 120.0,
    "=1+1": 12.0,
}
_TIMEOUT_MS = 30_000.0


def write_exchange(city: City, store: Store) -> int:
    """Write the exchange's database (PostgreSQL), as it is when the estate ends, and return its number of rows."""
    rows = 0
    offices, clock = offices_of(city), WorkClock(city)
    with store.database("exchange", "postgresql") as db:
        create_exchange(db)
        for day in city.days:
            rng = city.rng(_STREAM, day)
            documents = documents_of(city, offices, day)
            ids = np.array(
                [f"GW{day:%Y%m%d}{number:05d}" for number in range(1, len(documents.at_s) + 1)], dtype=object
            )
            rows += _write_documents(db, city, offices, documents, ids, day)
            rows += _write_deliveries(db, city, rng, clock, offices, documents, ids, day)
            rows += _write_calls(db, city, rng, day)
    return rows


def _write_documents(
    db: Database, city: City, offices: Offices, documents: Documents, ids: NDArray[Any], day: dt.date
) -> int:
    is_xinchuang = city.people.is_xinchuang[offices.clerk[documents.office]]
    return db.insert(
        "exchange_document",
        {
            "document_id": ids,
            "sent_at": np.datetime64(day, "s") + documents.at_s.astype("timedelta64[s]"),
            "sender_unit": _NAMES[offices.unit[documents.office]],
            "is_ofd": documents.is_ofd,
            "is_sealed": documents.is_sealed,
            "platform": _PLATFORMS[is_xinchuang.astype(int)],
        },
    )


def _write_deliveries(
    db: Database,
    city: City,
    rng: np.random.Generator,
    clock: WorkClock,
    offices: Offices,
    documents: Documents,
    ids: NDArray[Any],
    day: dt.date,
) -> int:
    lives = deliveries_of(city, rng, clock, offices, documents, day)
    unit = offices.unit[lives.office]
    document_id = ids[lives.document]
    sent = np.datetime64(day, "s").astype(np.int64) + documents.at_s[lives.document]
    steps = [sent, lives.delivered, lives.signed, lives.registered, lives.returned]
    changed = np.max([np.where(step < NEVER, step, 0) for step in steps], axis=0)
    platform = _PLATFORMS[city.people.is_xinchuang[lives.signer].astype(int)]
    names = [f"{document}-{number:03d}" for document, number in zip(document_id.tolist(), unit.tolist(), strict=True)]
    return db.insert(
        "exchange_delivery",
        {
            "delivery_id": names,
            "document_id": document_id,
            "receiver_unit": _NAMES[unit],
            "sent_at": _times(sent),
            "due_at": _times(lives.due),
            "delivered_at": _times(lives.delivered),
            "signed_at": _times(lives.signed),
            "registered_at": _times(lives.registered),
            "returned_at": _times(lives.returned),
            "state": STATES[lives.state],
            "platform": np.where(lives.signed < NEVER, platform, None),
            "changed_at": _times(changed),
        },
    )


def _write_calls(db: Database, city: City, rng: np.random.Generator, day: dt.date) -> int:
    rows = 0
    for partner in _PARTNERS:
        expected = CALLS_PER_DAY * city.scale * partner.share * city.rhythm.factor(day, partner.audience)
        expected *= city.busier("docexchange", day)
        count = int(rng.poisson(expected))
        at = city.rhythm.moments(rng, day, partner.audience, count) // 1000
        interface = rng.choice(len(partner.interfaces), count, p=list(partner.interfaces.values()))
        median = np.array([_DURATION_MS[name] for name in partner.interfaces])[interface]
        duration = np.maximum(np.round(median * rng.lognormal(0, 0.55, count)), 1.0)
        failing = np.full(count, _FAILURES)
        is_down = np.zeros(count, dtype=bool)
        for incident in city.planted("calls_failing"):
            if incident.subject == partner.name:
                failing = np.maximum(failing, incident.size * incident.strength(day, at * 1000))
        for incident in city.outages("docexchange"):
            is_down |= incident.strength(day, at * 1000) > 0
        failed = rng.random(count) < failing
        # of those that fail three in ten have waited in vain
        duration = np.where(failed & (rng.random(count) < 0.3), _TIMEOUT_MS, duration)
        kept = np.flatnonzero(~is_down)
        if len(kept):
            rows += db.insert(
                "exchange_call",
                {
                    "ended_at": np.datetime64(day, "s") + at[kept].astype("timedelta64[s]"),
                    "caller": partner.name,
                    "interface": np.array(list(partner.interfaces), dtype=object)[interface[kept]],
                    "is_success": ~failed[kept],
                    "duration_ms": duration[kept],
                },
            )
    return rows


def _times(moment: NDArray[np.int64]) -> NDArray[np.datetime64]:
    """Local wall-clock times with seconds; NaT for what has not come."""
    known = moment < NEVER
    times: NDArray[np.datetime64] = np.where(known, moment, 0).astype("datetime64[s]")
    times[~known] = np.datetime64("NaT")
    return times
