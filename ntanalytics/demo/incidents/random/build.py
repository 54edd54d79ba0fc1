"""Construction of a drawn incident from its kind, with its Chinese sentence."""

from __future__ import annotations

import datetime as dt
from typing import TypeAlias

from ntanalytics.contract.enumerations import EDITIONS, MODULES, SUBSYSTEMS
from ntanalytics.contract.identity import METHODS
from ntanalytics.contract.sms import CARRIERS
from ntanalytics.demo.arrays import Rng
from ntanalytics.demo.incidents.incident import Incident
from ntanalytics.demo.incidents.incident_kind import IncidentKind
from ntanalytics.demo.incidents.subjects import subsystem_of
from ntanalytics.demo.population.applications import APPLICATIONS
from ntanalytics.demo.products.backup_plans import DATABASE_PLANS
from ntanalytics.demo.products.maxkey.schema import APPS

#: Start and end of an incident.
Span: TypeAlias = tuple[dt.datetime, dt.datetime]

_SHAPES = {"sharp": "", "ramp": "，逐渐加重又缓解", "intermittent": "，时断时续"}
_NAMES: dict[str, str] = {
    **{app.id: app.name for app in APPS},
    **{application.number: application.name for application in APPLICATIONS},
    **METHODS,
    **EDITIONS,
    **SUBSYSTEMS,
    **CARRIERS,
    "portal": "统一门户",
    "portal.nantong.example": "统一门户",
    "oa.nantong.example": "协同办公",
    "exchange.nantong.example": "公文交换",
}


def draw_size(rng: Rng, sizes: tuple[float, float], digits: int) -> float:
    """Return a size between two bounds, with some decimal digits; 0 digits draw whole numbers, bounds included."""
    low, high = sizes
    return float(rng.integers(int(low), int(high) + 1)) if digits == 0 else round(float(rng.uniform(low, high)), digits)


def build(
    kind: IncidentKind, name: str, subject: str, span: Span, size: float, shape: str = "sharp", *, severity: str = ""
) -> Incident:
    """Return an incident of a kind.

    Args:
        kind: kind of the incident.
        name: id, unique in the estate.
        subject: subject, by id.
        span: start and end.
        size: drawn size; the duration takes its place where the kind measures that.
        shape: course, one of ``SHAPES``.
        severity: severity; the size decides where it is empty.
    """
    measured = kind.measured(*span, size)
    return Incident(
        id=name,
        subsystem=kind.subsystem or subsystem_of(subject),
        kind=kind.id,
        subject=subject,
        start=span[0],
        end=span[1],
        severity=severity or kind.severity(size),
        description=_sentence(kind, subject, span, measured, shape),
        size=measured,
        shape=shape,
    )


def _sentence(kind: IncidentKind, subject: str, span: Span, size: float, shape: str) -> str:
    """Return the sentence of the kind, filled with the subject, the duration and the size."""
    duration = span[1] - span[0]
    text = kind.sentence.format(
        name=_name(kind, subject),
        percent=f"{size * 100:.3g}",
        size=size,
        count=int(size),
        lasted="全天" if duration == dt.timedelta(days=1) else _in_words(duration),
        days=duration.days,
        left=int(size) - duration.days,
        grade="明显异常" if size > 1 else "轻微异常",
    )
    return f"{text}{_SHAPES[shape]}。"


def _name(kind: IncidentKind, subject: str) -> str:
    edition, slash, module = subject.partition("/")
    if slash and edition in EDITIONS:
        return EDITIONS[edition] + MODULES[module]
    if kind.id.startswith("backup_") and subject in (plan.name for plan in DATABASE_PLANS):
        return f"{subject} 数据库"
    return _NAMES.get(subject, subject)


def _in_words(duration: dt.timedelta) -> str:
    hours, minutes = divmod(round(duration.total_seconds() / 60), 60)
    if not hours:
        return f"{minutes}分钟" if minutes else ""
    return f"{hours}小时{minutes}分" if minutes else f"{hours}小时"
