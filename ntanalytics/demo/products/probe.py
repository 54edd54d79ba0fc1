"""Journal of the probes: whether each subsystem answers, and until when a certificate is valid."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ntanalytics.demo.arrays import Ints, Rng
from ntanalytics.demo.incidents.incident import Incident
from ntanalytics.demo.local_time import DAY_MS, midnight
from ntanalytics.demo.population.city import City
from ntanalytics.demo.products.log_files import Texts, format_lines, write_rotated

JOURNAL = "probes.jsonl"

_STREAM = 44
_EVERY_MS = 300_000
#: Validity of a certificate at the estate's end, where none is about to expire.
_VALID_FOR = dt.timedelta(days=240)

_LINE = (
    '{"checked_at": "${checked_at}+00:00", "subsystem": "${subsystem}", "target": "${url}", "kind": "${kind}", '
    '"is_up": ${is_up}, "duration_ms": ${duration_ms}, "failure": ${failure}, "expires_at": ${expires_at}}\n'
)


@dataclass(frozen=True)
class ProbeTarget:
    """Target of the probes."""

    subsystem: str
    url: str
    service: str  # edition or host name that incidents use for it
    duration_ms: float  # usual duration of a check

    @property
    def kind(self) -> str:
        """Kind of the check: ``tls`` or ``http``."""
        return "tls" if self.url.startswith("tls://") else "http"


#: The eight subsystems, the portal, and two certificates. The WeCom edition is served apart from the others.
TARGETS = (
    ProbeTarget("identity", "https://id.nantong.example/", "id.nantong.example", 42),
    ProbeTarget("sso", "https://sso.nantong.example/cas/login", "sso.nantong.example", 55),
    ProbeTarget("docexchange", "https://exchange.nantong.example/", "exchange.nantong.example", 88),
    ProbeTarget("oa", "https://oa.nantong.example/", "oa.nantong.example", 95),
    ProbeTarget("oa", "https://wecom.nantong.example/oa/", "wecom", 70),
    ProbeTarget("im", "https://im.nantong.example/", "im.nantong.example", 35),
    ProbeTarget("sms", "https://sms.nantong.example/", "sms.nantong.example", 40),
    ProbeTarget("ca", "https://ca.nantong.example/", "ca.nantong.example", 60),
    ProbeTarget("seal", "https://seal.nantong.example/", "seal.nantong.example", 75),
    ProbeTarget("infra", "https://portal.nantong.example/", "portal", 30),
    ProbeTarget("infra", "tls://portal.nantong.example:443", "portal.nantong.example", 18),
    ProbeTarget("infra", "tls://oa.nantong.example:443", "oa.nantong.example", 18),
)


def write_probes(city: City, folder: Path) -> int:
    """Write the journal into ``folder``, rotated like a log, and return the number of checks."""
    rows = 0
    for day in city.days:
        rng = city.rng(_STREAM, day)
        at_ms = np.arange(0, DAY_MS, _EVERY_MS) + rng.integers(0, 900, DAY_MS // _EVERY_MS)
        for gap in city.incidents_of("checks_gap"):
            at_ms = at_ms[~gap.covers(day, at_ms)]
        lines = pa.concat_arrays([_lines(city, rng, day, target, at_ms) for target in TARGETS])
        # the checks of one moment stand together
        lines = lines.take(pa.array(np.argsort(np.tile(at_ms, len(TARGETS)), kind="stable")))
        write_rotated(folder, JOURNAL, day, city.until, ["".join(lines.to_pylist()).encode()])
        rows += len(lines)
    return rows


def _lines(city: City, rng: Rng, day: dt.date, target: ProbeTarget, at_ms: Ints) -> Texts:
    """Return the journal's lines of one target and day."""
    duration = target.duration_ms * rng.lognormal(0, 0.25, len(at_ms))
    failure = np.full(len(at_ms), "", dtype=object)
    for incident in (*city.incidents, *city.benign_events):
        strength = incident.strength(day, at_ms)
        if incident.kind == "slow_responses" and incident.subject == target.service and target.kind == "http":
            duration *= 1 + (incident.size - 1) * strength
        elif incident.kind == "error_burst" and incident.subject == target.service:
            failure[rng.random(len(at_ms)) < incident.size * strength] = "http_502"
        elif code := _failure(incident, target):
            failure[strength > 0] = code
    begin = np.datetime64(midnight(day).astimezone(dt.UTC).replace(tzinfo=None), "us")
    moments = pa.array(begin + (1000 * at_ms + rng.integers(0, 1000, len(at_ms))).astype("timedelta64[us]"))
    is_up = pa.array(failure == "")
    fields = {
        "checked_at": pc.replace_substring(moments.cast(pa.string()), " ", "T"),
        "subsystem": target.subsystem,
        "url": target.url,
        "kind": target.kind,
        "is_up": is_up.cast(pa.string()),
        "duration_ms": pc.if_else(is_up, pa.array(np.round(duration, 3)).cast(pa.string()), "null"),
        "failure": pc.if_else(is_up, "null", pa.array([f'"{code}"' for code in failure])),
        "expires_at": f'"{_expiry(city, target):%Y-%m-%dT%H:%M:%S+00:00}"' if target.kind == "tls" else "null",
    }
    return format_lines(_LINE, fields)


def _failure(incident: Incident, target: ProbeTarget) -> str:
    """Return the failure of a check while the incident lasts; empty where the target answers."""
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
    # the messenger needs its hosts; the other subsystems go on with one of two
    is_host = incident.kind == "host_down" and target.subsystem == "im" and incident.subject.startswith("im-")
    return "timeout" if is_host else ""


def _expiry(city: City, target: ProbeTarget) -> dt.datetime:
    """Return the expiry of a certificate, in UTC: at the end of the incident's days, or long after the estate."""
    for incident in city.incidents_of("certificate_expiring"):
        if incident.subject == target.service:
            return (incident.start + dt.timedelta(days=incident.size) - dt.timedelta(seconds=1)).astimezone(dt.UTC)
    return (midnight(city.until) + _VALID_FOR).astimezone(dt.UTC)
