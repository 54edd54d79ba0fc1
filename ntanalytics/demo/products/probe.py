"""The journal of the probes: whether each subsystem answered, and until when a certificate is good."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ntanalytics.demo.incidents.incident import ZONE, Incident
from ntanalytics.demo.population.city import City
from ntanalytics.demo.products.log_files import write_rotated

JOURNAL = "probes.jsonl"

_STREAM = 44
#: Milliseconds between two checks.
_EVERY_MS = 300_000
#: How long a certificate is still good at the estate's end, where none is about to expire.
_GOOD_FOR = dt.timedelta(days=240)


@dataclass(frozen=True)
class CheckedTargets:
    """One target of the probes.

    Attributes:
        subsystem: the subsystem that it belongs to.
        url: its address, which the journal calls it by.
        service: the edition or the host name by which incidents name it.
        duration_ms: how long it usually takes.
    """

    subsystem: str
    url: str
    service: str
    duration_ms: float

    @property
    def kind(self) -> str:
        """How it is checked."""
        return "tls" if self.url.startswith("tls://") else "http"


#: The eight subsystems, the portal, and two certificates. The edition for WeCom is served apart from the others.
CHECKED = (
    CheckedTargets("identity", "https://id.nantong.example/", "id.nantong.example", 42),
    CheckedTargets("sso", "https://sso.nantong.example/cas/login", "sso.nantong.example", 55),
    CheckedTargets("docexchange", "https://exchange.nantong.example/", "exchange.nantong.example", 88),
    CheckedTargets("oa", "https://oa.nantong.example/", "oa.nantong.example", 95),
    CheckedTargets("oa", "https://wecom.nantong.example/oa/", "wecom", 70),
    CheckedTargets("im", "https://im.nantong.example/", "im.nantong.example", 35),
    CheckedTargets("sms", "https://sms.nantong.example/", "sms.nantong.example", 40),
    CheckedTargets("ca", "https://ca.nantong.example/", "ca.nantong.example", 60),
    CheckedTargets("seal", "https://seal.nantong.example/", "seal.nantong.example", 75),
    CheckedTargets("infra", "https://portal.nantong.example/", "portal", 30),
    CheckedTargets("infra", "tls://portal.nantong.example:443", "portal.nantong.example", 18),
    CheckedTargets("infra", "tls://oa.nantong.example:443", "oa.nantong.example", 18),
)


def write_checks(city: City, folder: Path) -> int:
    """Write the journal into ``folder``, rotated like a log, and return the number of checks."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = 0
    for day in city.days:
        rng = city.rng(_STREAM, day)
        at = np.arange(0, 86_400_000, _EVERY_MS) + rng.integers(0, 900, 86_400_000 // _EVERY_MS)
        for gap in city.planted("checks_gap"):
            begin, end = gap.span_ms(day)
            at = at[(at < begin) | (at >= end)]
        lines = pa.concat_arrays([_lines(city, rng, day, target, at) for target in CHECKED])
        # the checks of one moment stand together
        lines = lines.take(pa.array(np.argsort(np.tile(at, len(CHECKED)), kind="stable")))
        write_rotated(folder, JOURNAL, day, city.until, ["".join(lines.to_pylist()).encode()])
        rows += len(lines)
    return rows


def _lines(
    city: City, rng: np.random.Generator, day: dt.date, target: CheckedTargets, at: NDArray[np.int64]
) -> pa.StringArray:
    """The journal's lines of one target and day, as the probe itself writes them."""
    duration = target.duration_ms * rng.lognormal(0, 0.25, len(at))
    failure = np.full(len(at), "", dtype=object)
    for incident in (*city.incidents, *city.harmless):
        strength = incident.strength(day, at)
        if incident.kind == "slow_responses" and incident.subject == target.service and target.kind == "http":
            duration *= 1 + (incident.size - 1) * strength
        elif incident.kind == "error_burst" and incident.subject == target.service:
            failure[rng.random(len(at)) < incident.size * strength] = "http_502"
        elif code := _failure(incident, target):
            failure[strength > 0] = code
    midnight = np.datetime64(dt.datetime.combine(day, dt.time(), ZONE).astimezone(dt.UTC).replace(tzinfo=None), "us")
    moments = pa.array(midnight + (1000 * at + rng.integers(0, 1000, len(at))).astype("timedelta64[us]"))
    is_up = pa.array(failure == "")
    millis = pa.array(np.round(duration, 3)).cast(pa.string())
    expires = f'"{_expiry(city, target):%Y-%m-%dT%H:%M:%S+00:00}"' if target.kind == "tls" else "null"
    lines: pa.StringArray = pc.binary_join_element_wise(
        '{"checked_at": "',
        pc.replace_substring(moments.cast(pa.string()), " ", "T"),
        f'+00:00", "subsystem": "{target.subsystem}", "target": "{target.url}", "kind": "{target.kind}", "is_up": ',
        is_up.cast(pa.string()),
        ', "duration_ms": ',
        pc.if_else(is_up, millis, "null"),
        ', "failure": ',
        pc.if_else(is_up, "null", pa.array([f'"{code}"' for code in failure])),
        f', "expires_at": {expires}}}\n',
        "",
    )
    return lines


def _failure(incident: Incident, target: CheckedTargets) -> str:
    """What a check of the target finds while the incident lasts; empty when it finds nothing."""
    if target.kind != "http":
        return ""
    if incident.kind in ("service_down", "planned_maintenance") and incident.subject == target.subsystem:
        return "refused"
    if incident.kind == "login_outage" and target.subsystem == "identity":
        return "http_503"
    if incident.kind == "edition_down" and incident.subject == target.service:
        return "timeout"
    if incident.kind == "messages_stopped" and incident.subject == target.subsystem:
        return "timeout"
    # the messenger needs its hosts; what runs on two application servers goes on with one of them
    is_host = incident.kind == "host_down" and target.subsystem == "im" and incident.subject.startswith("im-")
    return "timeout" if is_host else ""


def _expiry(city: City, target: CheckedTargets) -> dt.datetime:
    """When a certificate expires: within the incident's days from its day on, not before; in UTC."""
    for incident in city.planted("certificate_expiring"):
        if incident.subject == target.service:
            return (incident.start + dt.timedelta(days=incident.size) - dt.timedelta(seconds=1)).astimezone(dt.UTC)
    last = dt.datetime.combine(city.until, dt.time(), ZONE)
    return (last + _GOOD_FOR).astimezone(dt.UTC)
