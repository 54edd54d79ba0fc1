"""Entity keys under which the findings know the subject of a planted incident."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType

from ntanalytics.contract.enumerations import SUBSYSTEMS
from ntanalytics.demo import Incident
from ntanalytics.demo.population.applications import APPLICATIONS
from ntanalytics.demo.products.maxkey.schema import APPS
from ntanalytics.findings.finding import Entity
from ntanalytics.findings.subjects import subject_members

#: Subject → further keys: the services of a subsystem in the access logs, and the targets of its probes.
SERVICES: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "oa": ("oa.nantong.example", "wecom.nantong.example"),
    "docexchange": ("exchange.nantong.example",),
    "wecom": ("wecom.nantong.example",),
    "im": ("im.nantong.example",),
    "ca": ("ca.nantong.example",),
    "seal": ("seal.nantong.example",),
    "统一身份认证": ("id.nantong.example",),
    "portal": ("portal.nantong.example",),
})  # fmt: skip
_IDS = {label: subsystem for subsystem, label in SUBSYSTEMS.items()}
_APPS = {app.id: (app.name,) for app in APPS}
_APPLICATIONS = {application.number: (application.name,) for application in APPLICATIONS}


def keys_of(incident: Incident) -> tuple[str, ...]:
    """Return the entity keys of findings that are about the incident's subject."""
    subject, kind = incident.subject, incident.kind
    if kind == "edition_down":
        return (subject, f"oa-{subject}", *SERVICES.get(subject, ()))
    if kind == "app_silent":
        return (subject, *_APPS[subject])
    if kind.startswith("backup_"):
        return (subject,)
    more = SERVICES.get(subject) or _APPLICATIONS.get(subject) or ()
    owners = [own for own, services in SERVICES.items() if subject in services and own in SUBSYSTEMS]
    return (subject, *more, *owners, *([_IDS[subject]] if subject in _IDS else []))


def is_about(entity: Entity, keys: Iterable[str]) -> bool:
    """Return whether the entity has one of the keys, is a part of one, or is a target (``https://…``) of one.

    A unit may be written with spaces in one product, and without in another.
    """
    own = "".join(entity.key.split())
    return any(re.match(rf"(?:\w+://)?{re.escape(''.join(key.split()))}(?![\w.-])", own) for key in keys)


def speaks_of(entity: Entity, keys: Iterable[str]) -> bool:
    """Return whether a subject of surveillance names one of the keys, or a target of one, beside what else it names."""
    return any(is_about(Entity("", member, ""), keys) for member in subject_members(entity).values())


def is_subject_of(entity: Entity, keys: Collection[str]) -> bool:
    """Return whether the entity is a subject of surveillance that the keys name: it has no other member."""
    members = subject_members(entity).values()
    return bool(members) and all(member in keys for member in members)
