"""The log of the gateway that lets certificates in (queries/nginx-client-cert/README.md), a file a day, rotated."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ntanalytics.demo.ca_certificates import Certificates, certificates_of, hexadecimal, seconds
from ntanalytics.demo.city import City
from ntanalytics.demo.rotation import write_rotated

#: The gateway's log.
LOG = "certificate-login.log"
#: Share of logins that bring no certificate, that the application refuses, and that are repeated in the afternoon.
_NONE, _REFUSED, _AGAIN = 0.008, 0.0008, 0.15
#: Share of logins that fail while the issuer is not trusted.
_UNTRUSTED = 0.95
#: How often somebody tries with an expired certificate, on a day.
_TRIES = 12

_STREAM = 35
_VERIFIED = ("SUCCESS", "NONE", "FAILED:certificate has expired", "FAILED:unable to get local issuer certificate")
_OK, _MISSING, _EXPIRED, _NOT_TRUSTED = range(4)


def write_gateway(city: City, folder: Path) -> int:
    """Write the gateway's log into ``folder``, a file a day, and return its number of lines."""
    folder.mkdir(parents=True, exist_ok=True)
    lines, certificates = 0, certificates_of(city)
    for day in city.days:
        content, count = _log(city, certificates, day)
        write_rotated(folder, LOG, day, city.until, content)
        lines += count
    return lines


def _log(city: City, held: Certificates, day: dt.date) -> tuple[bytes, int]:
    """The gateway's log of one day, and how many lines it has."""
    rng = city.rng(_STREAM, day)
    at, certificate = _attempts(city, rng, held, day)
    count = len(at)
    is_expired = held.expires[certificate] <= seconds(day) + at
    verified = np.where(is_expired, _EXPIRED, np.where(rng.random(count) < _NONE, _MISSING, _OK))
    draw = rng.random(count)
    for incident in city.planted("certificates_refused"):
        begin, end = (bound // 1000 for bound in incident.span_ms(day))
        verified = np.where((at >= begin) & (at < end) & (draw < _UNTRUSTED), _NOT_TRUSTED, verified)
    status = np.select(
        [verified == _MISSING, verified != _OK, rng.random(count) < _REFUSED], ["401", "400", "403"], "302"
    )
    fingerprint = np.where(verified == _MISSING, "", held.fingerprint[certificate])
    ids = hexadecimal(rng, count, 16)
    order = np.argsort(at, kind="stable")
    clock = pa.array(at[order].astype(np.int32), pa.time32("s")).cast(pa.string())
    lines: Any = pc.binary_join_element_wise(
        f'{{"time_iso8601":"{day.isoformat()}T', clock, '+08:00","request_id":"', pa.array(ids, pa.string()),
        '","status":"', pa.array(status[order], pa.string()), '","ssl_client_verify":"',
        pa.array(_VERIFIED).take(pa.array(verified[order])), '","ssl_client_fingerprint":"',
        pa.array(fingerprint[order], pa.string()), '"}', "",
    )  # fmt: skip
    return "".join(f"{line}\n" for line in lines.to_pylist()).encode(), count


def _attempts(
    city: City, rng: np.random.Generator, held: Certificates, day: dt.date
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """When, and with which certificate, those who are present and have one try to log in.

    Each takes the newest that he has. Who is refused tries again; who has an expired one, all day long.
    """
    present, midnight = city.present(day), seconds(day)
    arrival = np.full(len(city.people), -1)
    arrival[present.person] = present.at_ms // 1000
    at = arrival[held.person]
    # certificates of a person stand one behind the other, the newest last
    begun = (at >= 0) & (held.issued <= midnight + at)
    follows = np.append((held.person[1:] == held.person[:-1]) & begun[1:], False)
    certificate = np.flatnonzero(begun & ~follows & ((held.expires > midnight + at) | held.is_stale))
    at = at[certificate]
    again = np.flatnonzero(rng.random(len(at)) < _AGAIN)
    later = at[again] + rng.integers(3 * 3600, 5 * 3600, len(again))
    tries = rng.poisson(_TRIES, len(at)) * (held.is_stale[certificate] & (held.expires[certificate] <= midnight + at))
    stale = np.repeat(np.arange(len(at)), tries)
    tried = at[stale] + rng.integers(30, 6 * 3600, len(stale))
    refused, repeats = [], rng.integers(1, 3, len(at))
    for incident in city.planted("certificates_refused"):
        begin, end = (bound // 1000 for bound in incident.span_ms(day))
        hit = np.repeat(np.arange(len(at)), np.where((at >= begin) & (at < end), repeats, 0))
        refused.append((at[hit] + rng.integers(20, 400, len(hit)), hit))
    parts = [(at, np.arange(len(at))), (later, again), (tried, stale), *refused]
    moment, index = np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])
    certificate = certificate[index]
    kept = moment < 20 * 3600
    for incident in city.planted("login_outage"):
        begin, end = (bound // 1000 for bound in incident.span_ms(day))
        kept &= (moment < begin) | (moment >= end)
    is_expired = held.expires[certificate] <= midnight + moment
    for incident in city.planted("expired_in_use"):
        begin, end = (bound // 1000 for bound in incident.span_ms(day))
        kept &= ~is_expired | ((moment >= begin) & (moment < end))
    return moment[kept], certificate[kept]
