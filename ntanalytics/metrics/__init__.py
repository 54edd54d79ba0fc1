"""Metrics: pure functions, Ibis tables in, Ibis table out.

``MEASURES`` holds the words of every column that a metric makes. A new subject is a new module here,
added to the tuple below.
"""

from __future__ import annotations

from types import MappingProxyType

from ntanalytics.errors import UnknownName
from ntanalytics.metrics import (
    adoption,
    adoption_flow,
    adoption_hours,
    adoption_pace,
    adoption_ranking,
    availability,
    backups,
    certificates,
    days,
    desk,
    desk_day,
    docexchange,
    docexchange_days,
    duties,
    handling,
    hosts,
    identity,
    im,
    proofs,
    requests,
    seals,
    sms,
    sms_bills,
    sms_slots,
    sso,
    taken,
    units,
)
from ntanalytics.metrics.measure import Measure, catalogue

#: Every measure by name.
MEASURES: MappingProxyType[str, Measure] = catalogue(
    measure
    for module in (
        days,
        sms,
        sms_bills,
        sms_slots,
        requests,
        desk,
        desk_day,
        duties,
        proofs,
        adoption,
        adoption_flow,
        adoption_hours,
        adoption_pace,
        adoption_ranking,
        handling,
        docexchange,
        docexchange_days,
        identity,
        sso,
        im,
        certificates,
        seals,
        availability,
        hosts,
        backups,
        taken,
        units,
    )
    for measure in module.MEASURES.values()
)


def measure(name: str) -> Measure:
    """The measure of that name.

    Raises:
        UnknownName: there is none; the message lists them.
    """
    try:
        return MEASURES[name]
    except KeyError:
        raise UnknownName("measure", name, MEASURES) from None


__all__ = ["MEASURES", "Measure", "measure"]
