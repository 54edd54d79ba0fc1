"""Construction of a drawn incident from its kind."""

from __future__ import annotations

import datetime as dt
from typing import TypeAlias

import numpy as np

from ntanalytics.demo.incidents.incident import Incident
from ntanalytics.demo.incidents.incident_kind import IncidentKind
from ntanalytics.demo.incidents.random.sentence import sentence
from ntanalytics.demo.incidents.subjects import subsystem_of

#: Start and end of an incident.
Span: TypeAlias = tuple[dt.datetime, dt.datetime]


def draw_size(rng: np.random.Generator, sizes: tuple[float, float], digits: int) -> float:
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
        description=sentence(kind, subject, span, measured, shape),
        size=measured,
        shape=shape,
    )
