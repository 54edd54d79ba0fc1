"""The log of the gateway that lets certificates in (queries/nginx-client-cert/README.md), a file a day, rotated."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ntanalytics.demo.population.city import City
from ntanalytics.demo.products.ejbca.certificates import Certificates, certificates_of, hexadecimal, seconds
from ntanalytics.demo.products.log_files import write_rotated
from ntanalytics.demo.products.maxkey.logins import CA, draw_logins

#: The gateway's log.
LOG = "certificate-login.log"
#: Share of logins before which somebody brings no certificate.
_NONE = 0.003
#: How often somebody tries with an expired certificate, on a day.
_TRIES = 12

_STREAM = 35
#: What becomes of a request: what nginx found of its certificate, and the status.
_OUTCOMES = (
    ("SUCCESS", "302"),
    ("SUCCESS", "403"),
    ("NONE", "401"),
    ("FAILED:certificate has expired", "400"),
    ("FAILED:unable to get local issuer certificate", "400"),
)
_IN, _REFUSED, _MISSING, _EXPIRED, _NOT_TRUSTED = range(len(_OUTCOMES))

#: Moment in seconds since local midnight, certificate, and what becomes of it.
_Part: TypeAlias = tuple[NDArray[np.int64], NDArray[np.int64], int | NDArray[np.int64]]


def write_gateway(city: City, folder: Path) -> int:
    """Write the gateway's log into ``folder``, a file a day, and return its number of lines."""
    folder.mkdir(parents=True, exist_ok=True)
    lines, certificates = 0, certificates_of(city)
    for day in city.days:
        content, count = _log(city, certificates, day)
        write_rotated(folder, LOG, day, city.until, [content])
        lines += count
    return lines


def _log(city: City, held: Certificates, day: dt.date) -> tuple[bytes, int]:
    """The gateway's log of one day, and how many lines it has."""
    rng = city.rng(_STREAM, day)
    at, certificate, outcome = _attempts(city, rng, held, day)
    count = len(at)
    fingerprint = np.where(outcome == _MISSING, "", held.fingerprint[certificate])
    verified, status = np.array(_OUTCOMES, dtype=object)[outcome].T
    ids = hexadecimal(rng, count, 16)
    order = np.argsort(at, kind="stable")
    clock = pa.array(at[order].astype(np.int32), pa.time32("s")).cast(pa.string())
    lines: Any = pc.binary_join_element_wise(
        f'{{"time_iso8601":"{day.isoformat()}T',
        clock,
        '+08:00","request_id":"',
        pa.array(ids, pa.string()),
        '","status":"',
        pa.array(status[order], pa.string()),
        '","ssl_client_verify":"',
        pa.array(verified[order], pa.string()),
        '","ssl_client_fingerprint":"',
        pa.array(fingerprint[order], pa.string()),
        '"}',
        "",
    )
    return "".join(f"{line}\n" for line in lines.to_pylist()).encode(), count


def _attempts(
    city: City, rng: np.random.Generator, held: Certificates, day: dt.date
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Who tries to log in when, with which certificate, and what becomes of it.

    Those whom the gateway lets through are the logins by certificate of the unified login; it lets nobody else
    through. A few bring none at first.
    """
    logins, midnight = draw_logins(city, day, held), seconds(day)
    at, is_by_certificate = logins.at_ms // 1000, logins.method == CA
    certificate = held.of(logins.person, midnight + at)
    through = np.flatnonzero(is_by_certificate & (certificate >= 0))
    forgot = through[rng.random(len(through)) < _NONE]
    parts: list[_Part] = [
        (at[through], certificate[through], np.where(logins.is_success[through], _IN, _REFUSED)),
        (at[forgot] - rng.integers(6, 40, len(forgot)), certificate[forgot], _MISSING),
        _with_expired(city, rng, held, day),
    ]
    others = ~is_by_certificate & logins.is_success & ~logins.is_mobile & (certificate >= 0)
    for incident in city.planted("certificates_refused"):
        begin, end = (bound // 1000 for bound in incident.span_ms(day))
        # who had to take another way in had tried once or twice
        hit = np.flatnonzero(others & (at >= begin) & (at < end))
        hit = np.repeat(hit, rng.integers(1, 3, len(hit)))
        tried = np.maximum(at[hit] - rng.integers(20, 400, len(hit)), begin)
        parts.append((tried, certificate[hit], _NOT_TRUSTED))
    moment, certificate = (np.concatenate([part[item] for part in parts]) for item in (0, 1))
    outcome = np.concatenate([np.broadcast_to(part[2], len(part[0])) for part in parts])
    kept = moment >= 0
    for incident in city.planted("login_outage"):
        begin, end = (bound // 1000 for bound in incident.span_ms(day))
        kept &= (moment < begin) | (moment >= end)
    return moment[kept], certificate[kept], outcome[kept]


def _with_expired(city: City, rng: np.random.Generator, held: Certificates, day: dt.date) -> _Part:
    """Those who go on with an expired certificate, all day long, before and after they have come in another way."""
    present, midnight = city.present(day), seconds(day)
    arrival = np.full(len(city.people), -1)
    arrival[present.person] = present.at_ms // 1000
    at = arrival[held.person]
    stale = np.flatnonzero(held.is_stale & (at >= 0) & (held.expires <= midnight + at))
    stale = np.repeat(stale, 1 + rng.poisson(_TRIES, len(stale)))
    moment = at[stale] + rng.integers(30, 6 * 3600, len(stale))
    kept = np.zeros(len(stale), dtype=bool)
    for incident in city.planted("expired_in_use"):
        begin, end = (bound // 1000 for bound in incident.span_ms(day))
        kept |= (moment >= begin) & (moment < end)
    return moment[kept], stale[kept], _EXPIRED
