"""Drawn incidents that are bound to days: those that last until the estate's end, a bill, and a late recovery."""

from __future__ import annotations

import datetime as dt

from ntanalytics.demo.arrays import Rng
from ntanalytics.demo.incidents.incident import SPAN_DAYS, Incident, billed_months
from ntanalytics.demo.incidents.incident_kind import IncidentKind
from ntanalytics.demo.incidents.kinds import KINDS
from ntanalytics.demo.incidents.random.build import Span, build, draw_size
from ntanalytics.demo.local_time import midnight, moment
from ntanalytics.periods import Calendar

#: Percent that a file system gains while it fills, and while it fills faintly.
_GAINED, _GAINED_FAINTLY = 22, 14
#: Days left of a certificate from which on the severity is 异常.
_EXPIRES_SOON = 7
#: Days before the estate's end from which on a whole batch of certificates expires within thirty days.
_BATCH_DAYS = 20
#: Working days before the last one, and clock, at which the first overdue ticket was due (desk_workbook.tickets).
_OVERDUE_BACK, _OVERDUE_FROM = 5, "18:46"


def dated_incidents(rng: Rng, calendar: Calendar, first: dt.date, until: dt.date) -> list[Incident]:
    """Return one or two incidents of each dated kind.

    Args:
        rng: random numbers of the script.
        calendar: working days.
        first: first day of the estate; no earlier month was billed.
        until: last day of the estate.
    """
    end = moment(until, "24:00")
    worked = calendar.working_days(until - dt.timedelta(days=SPAN_DAYS - 8), until)
    incidents = _disks(rng, end)
    expiring, untested = KINDS["certificates_expiring"], KINDS["seal_untested"]
    size = _size(rng, expiring)
    incidents.append(_build(expiring, "personal", (midnight(until - dt.timedelta(days=_BATCH_DAYS)), end), size))
    start = midnight(worked[-int(rng.integers(9, 26)) - 1])
    incidents.append(_build(untested, "seal", (start, end), draw_size(rng, untested.sizes, 0)))
    closed = KINDS["unit_closed"]
    for number, unit in enumerate(_choose(rng, closed), start=1):
        start = midnight(worked[int(rng.integers(len(worked) - 3))])
        incidents.append(_build(closed, unit, (start, end), 1.0, number=number))
    overdue = KINDS["tickets_overdue"]
    start = moment(worked[-_OVERDUE_BACK - 1], _OVERDUE_FROM)
    incidents.append(_build(overdue, "desk", (start, end), draw_size(rng, overdue.sizes, 0)))
    return [*incidents, _certificate(rng, until), *_bill(rng, first, until), *_late_recovery(rng, worked)]


def _disks(rng: Rng, end: dt.datetime) -> list[Incident]:
    kind, incidents = KINDS["disk_filling"], []
    for number, host in enumerate(_choose(rng, kind), start=1):
        size = _size(rng, kind)
        days = round((_GAINED_FAINTLY if size < kind.faint_below else _GAINED) / size)
        incidents.append(_build(kind, host, (end - dt.timedelta(days=days), end), size, number=number))
    return incidents


def _certificate(rng: Rng, until: dt.date) -> Incident:
    """Return the incident of a certificate that nobody renews, visible from 30 days before it expires."""
    kind = KINDS["certificate_expiring"]
    size = float(kind.sizes[0])
    start = until - dt.timedelta(days=int(rng.integers(3, int(size) - 2)))
    left = size - (until - start).days - 1
    host = kind.subjects[int(rng.integers(len(kind.subjects)))]
    span = (midnight(start), moment(until, "24:00"))
    return _build(kind, host, span, size, severity="异常" if left <= _EXPIRES_SOON else "关注")


def _bill(rng: Rng, first: dt.date, until: dt.date) -> list[Incident]:
    """Return the incident of the last month that was billed; none where there is no whole month."""
    kind = KINDS["bill_difference"]
    size, carrier = _size(rng, kind), kind.subjects[int(rng.integers(len(kind.subjects)))]
    return [
        _build(kind, carrier, (midnight(month.first), moment(month.last, "24:00")), size)
        for month in billed_months(first, until)[-1:]
    ]


def _late_recovery(rng: Rng, worked: list[dt.date]) -> list[Incident]:
    """Return a service that is down for more than four hours, and the desk's late recovery of it."""
    subject = KINDS["late_recovery"].subjects[int(rng.integers(2))]
    start = moment(worked[int(rng.integers(len(worked)))], "09:00") + dt.timedelta(minutes=5 * int(rng.integers(0, 18)))
    end = start + dt.timedelta(minutes=5 * int(rng.integers(52, 78)))
    return [_build(KINDS[kind], subject, (start, end), 1.0) for kind in ("late_recovery", "service_down")]


def _choose(rng: Rng, kind: IncidentKind) -> list[str]:
    """Return one or two subjects of a kind."""
    return [str(name) for name in rng.choice(kind.subjects, int(rng.integers(1, 3)), replace=False)]


def _size(rng: Rng, kind: IncidentKind) -> float:
    """Return a size, which is faint in one of six cases."""
    is_faint = rng.random() < 1 / 6
    return draw_size(rng, (is_faint and kind.faint_sizes) or kind.sizes, kind.digits)


def _build(
    kind: IncidentKind, subject: str, span: Span, size: float, *, number: int = 0, severity: str = ""
) -> Incident:
    return build(kind, f"{kind.id.replace('_', '-')}-{number or 'bound'}", subject, span, size, severity=severity)
