"""Interface calls of the systems that are connected to the document exchange."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from ntanalytics.demo.arrays import Rng, texts
from ntanalytics.demo.local_time import wall_times
from ntanalytics.demo.population.city import City
from ntanalytics.demo.population.seasonality import Audience
from ntanalytics.demo.store import Columns, Database

#: Calls on a plain working day at scale 1.
CALLS_PER_DAY = 60_000
#: Share of calls that fail on a plain day, and share of these that time out.
_FAILURES, _TIMEOUTS = 0.004, 0.3
_TIMEOUT_MS = 30_000.0

#: Interface → median duration of a call in milliseconds.
_DURATION_MS = {
    "document/status": 38.0,
    "document/send": 420.0,
    "document/receive": 260.0,
    "receipt/sign": 95.0,
    "file/get": 310.0,
    "unit/list": 120.0,
    "=1+1": 12.0,
}


@dataclass(frozen=True)
class _Partner:
    """System that is connected to the exchange."""

    name: str
    share: float  # part of all calls
    audience: Audience
    interfaces: dict[str, float]  # interface → part of the partner's calls


_PARTNERS = (
    _Partner("政务服务网", 0.33, Audience.COUNTER, {"document/status": 0.6, "document/send": 0.15, "file/get": 0.25}),
    _Partner("协同办公", 0.36, Audience.OFFICE, {"document/receive": 0.4, "receipt/sign": 0.35, "document/send": 0.25}),
    _Partner(
        "省公文交换平台", 0.15, Audience.OFFICE, {"document/receive": 0.55, "receipt/sign": 0.3, "unit/list": 0.15}
    ),
    _Partner("电子档案系统", 0.09, Audience.OFFICE, {"file/get": 0.8, "document/status": 0.2}),
    _Partner("督查督办系统", 0.064, Audience.OFFICE, {"document/status": 0.85, "unit/list": 0.15}),
    # a partner chooses its own name, and may choose markup
    _Partner('联调测试"><script>alert(1)</script>', 0.004, Audience.OFFICE, {"=1+1": 0.3, "document/status": 0.7}),
    _Partner("电子印章系统", 0.002, Audience.OFFICE, {"unit/list": 1.0}),
)


def write_calls(database: Database, city: City, rng: Rng, day: dt.date) -> int:
    """Write the calls of a day, and return the number of rows."""
    return sum(_write_partner(database, city, rng, day, partner) for partner in _PARTNERS)


def _write_partner(database: Database, city: City, rng: Rng, day: dt.date, partner: _Partner) -> int:
    expected = CALLS_PER_DAY * city.scale * partner.share * city.seasonality.factor(day, partner.audience)
    expected *= city.volume_factor("docexchange", day)
    count = int(rng.poisson(expected))
    at_s = city.seasonality.moments(rng, day, partner.audience, count) // 1000
    interface = rng.choice(len(partner.interfaces), count, p=list(partner.interfaces.values()))
    median = np.array([_DURATION_MS[name] for name in partner.interfaces])[interface]
    duration = np.maximum(np.round(median * rng.lognormal(0, 0.55, count)), 1.0)
    failing = np.full(count, _FAILURES)
    for incident in city.incidents_of("calls_failing"):
        if incident.subject == partner.name:
            failing = np.maximum(failing, incident.size * incident.strength(day, at_s * 1000))
    is_down = np.zeros(count, dtype=bool)
    for incident in city.outages("docexchange"):
        is_down |= incident.strength(day, at_s * 1000) > 0
    failed = rng.random(count) < failing
    duration = np.where(failed & (rng.random(count) < _TIMEOUTS), _TIMEOUT_MS, duration)
    kept = np.flatnonzero(~is_down)
    if not len(kept):
        return 0
    columns: Columns = {
        "ended_at": wall_times(day, at_s[kept]),
        "caller": partner.name,
        "interface": texts(list(partner.interfaces))[interface[kept]],
        "is_success": ~failed[kept],
        "duration_ms": duration[kept],
    }
    return database.insert("exchange_call", columns)
