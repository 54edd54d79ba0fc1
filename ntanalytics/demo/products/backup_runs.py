"""The demo city's backup plans, and what each of their runs is like."""

from __future__ import annotations

import datetime as dt

import numpy as np

from ntanalytics.demo.incidents.incident import ZONE, Incident
from ntanalytics.demo.population.city import City

_STREAM = 43
_GB = 1 << 30

#: Databases, by the name of pgBackRest's stanza: gigabytes at the estate's end, and minute of the night it begins.
DATABASES = {
    "identity": (18.0, 62),
    "sso": (9.0, 68),
    "exchange": (164.0, 75),
    "oa": (212.0, 110),
    "im": (47.0, 160),
    "sms": (96.0, 175),
    "ca": (6.0, 200),
    "seal": (12.0, 205),
}
#: File trees, by restic's host and path, as its snapshots are told apart: gigabytes, minute of the night.
FILE_TREES = {
    ("oa-files", "/data/attachments"): (1480.0, 150),
    ("exchange-files", "/data/documents"): (860.0, 195),
    ("seal-files", "/data/seals"): (22.0, 215),
}
#: Growth a day, as a share.
_GROWTH = 0.0008
#: Gigabytes that are written in a minute.
_GB_A_MINUTE = 14.0


def run(city: City, day: dt.date, plan: str, place: int, gigabytes: float, minute: int) -> tuple[dt.datetime, int, int]:
    """When a plan's run of a day began, how many seconds it took, and how many bytes it holds."""
    rng = np.random.default_rng([city.seed, _STREAM, day.toordinal(), place])
    began = dt.datetime.combine(day, dt.time(), ZONE) + dt.timedelta(minutes=minute, seconds=int(rng.integers(1, 9)))
    size = gigabytes * (1 - _GROWTH * (city.until - day).days) * float(rng.normal(1, 0.002))
    for incident in hits(city, day, plan, "backup_shrunk"):
        size *= 1 - incident.size
    for incident in hits(city, day, plan, "backup_moved"):
        began += dt.timedelta(hours=incident.size)
    return began, int(60 * size / _GB_A_MINUTE) + int(rng.integers(5, 30)), int(size * _GB)


def hits(city: City, day: dt.date, plan: str, kind: str) -> list[Incident]:
    """The incidents of a kind that concern a plan's run of a day."""
    return [each for each in city.planted(kind) if each.subject == plan and each.span_ms(day)[1]]
