"""Log of the gateway for certificate logins (queries/nginx-client-cert/README.md), a file a day, rotated."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pyarrow as pa

from ntanalytics.demo.arrays import Ints, Rng
from ntanalytics.demo.local_time import wall_seconds
from ntanalytics.demo.population.city import City
from ntanalytics.demo.products.ejbca.certificates import Certificates, certificates_of, hexadecimal
from ntanalytics.demo.products.log_files import clock_of, format_lines, write_rotated
from ntanalytics.demo.products.maxkey.logins import CA, draw_logins

#: File name of the log.
LOG = "certificate-login.log"
#: Share of logins before which a request has no certificate, and mean tries a day with an expired one.
_FORGOTTEN, _TRIES = 0.003, 12

_STREAM = 35
#: Outcomes of a request: nginx's verification of the certificate, and the status.
_OUTCOMES = (
    ("SUCCESS", "302"),
    ("SUCCESS", "403"),
    ("NONE", "401"),
    ("FAILED:certificate has expired", "400"),
    ("FAILED:unable to get local issuer certificate", "400"),
)
_ADMITTED, _REFUSED, _MISSING, _EXPIRED, _NOT_TRUSTED = range(len(_OUTCOMES))

_LINE = (
    '{"time_iso8601":"${date}T${clock}+08:00","request_id":"${request_id}","status":"${status}",'
    '"ssl_client_verify":"${verify}","ssl_client_fingerprint":"${fingerprint}"}\n'
)

#: Time in seconds since local midnight, certificate, and outcome.
_Requests: TypeAlias = tuple[Ints, Ints, Ints]


def write_client_cert_log(city: City, folder: Path) -> int:
    """Write the gateway's log into ``folder``, a file a day, and return its number of lines."""
    lines, certificates = 0, certificates_of(city)
    for day in city.days:
        content, count = _log(city, certificates, day)
        write_rotated(folder, LOG, day, city.until, [content])
        lines += count
    return lines


def _log(city: City, held: Certificates, day: dt.date) -> tuple[bytes, int]:
    """Return the gateway's log of one day, and the number of its lines."""
    rng = city.rng(_STREAM, day)
    at_s, certificate, outcome = _requests(city, rng, held, day)
    fingerprint = np.where(outcome == _MISSING, "", held.fingerprint[certificate])
    verify, status = np.array(_OUTCOMES, dtype=object)[outcome].T
    order = np.argsort(at_s, kind="stable")
    fields = {
        "date": day.isoformat(),
        "clock": clock_of(at_s[order]),
        "request_id": pa.array(hexadecimal(rng, len(at_s), 16), pa.string()),
        "status": pa.array(status[order], pa.string()),
        "verify": pa.array(verify[order], pa.string()),
        "fingerprint": pa.array(fingerprint[order], pa.string()),
    }
    return "".join(format_lines(_LINE, fields).to_pylist()).encode(), len(at_s)


def _requests(city: City, rng: Rng, held: Certificates, day: dt.date) -> _Requests:
    """Return the requests of a day.

    The gateway admits the logins by certificate of the unified login, and nobody else. Some bring no certificate at
    first. Who is refused because the issuer is not trusted had tried once or twice before another method.
    """
    logins, midnight = draw_logins(city, day, held), wall_seconds(day)
    at_s, is_by_certificate = logins.at_ms // 1000, logins.method == CA
    certificate = held.of(logins.person, midnight + at_s)
    admitted = np.flatnonzero(is_by_certificate & (certificate >= 0))
    forgot = admitted[rng.random(len(admitted)) < _FORGOTTEN]
    parts: list[_Requests] = [
        (at_s[admitted], certificate[admitted], np.where(logins.is_success[admitted], _ADMITTED, _REFUSED)),
        (at_s[forgot] - rng.integers(6, 40, len(forgot)), certificate[forgot], np.full(len(forgot), _MISSING)),
        _expired(city, rng, held, day),
    ]
    others = ~is_by_certificate & logins.is_success & ~logins.is_mobile & (certificate >= 0)
    for incident in city.incidents_of("certificates_refused"):
        hit = np.flatnonzero(others & incident.covers(day, logins.at_ms))
        hit = np.repeat(hit, rng.integers(1, 3, len(hit)))
        tried = np.maximum(at_s[hit] - rng.integers(20, 400, len(hit)), incident.span_ms(day)[0] // 1000)
        parts.append((tried, certificate[hit], np.full(len(hit), _NOT_TRUSTED)))
    times, certificate, outcome = (np.concatenate(column) for column in zip(*parts, strict=True))
    kept = times >= 0
    for incident in city.incidents_of("login_outage"):
        kept &= ~incident.covers_s(day, times)
    return times[kept], certificate[kept], outcome[kept]


def _expired(city: City, rng: Rng, held: Certificates, day: dt.date) -> _Requests:
    """Return the requests with an expired certificate, all day long."""
    present = city.present(day)
    arrival = np.full(len(city.people), -1)
    arrival[present.person] = present.at_ms // 1000
    at_s = arrival[held.person]
    stale = np.flatnonzero(held.is_stale & (at_s >= 0) & (held.expires <= wall_seconds(day) + at_s))
    stale = np.repeat(stale, 1 + rng.poisson(_TRIES, len(stale)))
    times = at_s[stale] + rng.integers(30, 6 * 3600, len(stale))
    kept = np.zeros(len(stale), dtype=bool)
    for incident in city.incidents_of("expired_in_use"):
        kept |= incident.covers_s(day, times)
    return times[kept], stale[kept], np.full(int(kept.sum()), _EXPIRED)
