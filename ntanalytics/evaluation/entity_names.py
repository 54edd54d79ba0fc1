"""How the subject of an incident is called in the findings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from ntanalytics.contract.enumerations import EDITIONS, MODULES, SUBSYSTEMS
from ntanalytics.contract.identity import METHODS
from ntanalytics.contract.sms import CARRIERS
from ntanalytics.demo import Incident
from ntanalytics.demo.population.applications import APPLICATIONS
from ntanalytics.demo.products.maxkey.schema import APPS

#: What carries a subsystem or a service: the names of its service in the access logs, and of its probes.
SERVICES: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "portal": ("统一门户", "portal"),
    "portal.nantong.example": ("portal.nantong.example",),
    "oa": ("协同办公", "oa.nantong.example", "wecom.nantong.example"),
    "oa.nantong.example": ("oa.nantong.example",),
    "docexchange": ("公文交换", "exchange.nantong.example"),
    "exchange.nantong.example": ("exchange.nantong.example",),
    "im": ("即时通讯", "im.nantong.example"),
    "ca": ("CA证书", "ca.nantong.example"),
    "seal": ("电子印章", "seal.nantong.example"),
})  # fmt: skip
_SSO_APPS = {app.id: (app.name,) for app in APPS}
_APPLICATIONS = {each.number: (each.name, each.number) for each in APPLICATIONS}


def names_of(incident: Incident) -> tuple[str, ...]:
    """The words of which one at least is in the subject of a finding that is about the incident's subject."""
    subject, kind = incident.subject, incident.kind
    edition, slash, module = subject.partition("/")
    if slash and edition in EDITIONS:
        return tuple(f"{EDITIONS[edition]}{between}{MODULES[module]}" for between in ("", " ", "·"))
    if kind == "edition_down":
        return (EDITIONS[subject],)
    if kind == "app_silent":
        return _SSO_APPS[subject]
    if kind.startswith("backup_"):
        return (subject,)
    named = SERVICES.get(subject) or _APPLICATIONS.get(subject)
    if named:
        return named
    return (CARRIERS.get(subject) or METHODS.get(subject) or SUBSYSTEMS.get(subject) or subject,)


def names_entity(subject: str, names: tuple[str, ...]) -> bool:
    """Whether the subject of a finding has one of the names."""
    return any(name in subject if not name.isascii() else _is_word(name, subject) for name in names)


def _is_word(name: str, subject: str) -> bool:
    """Whether a name stands by itself: ``oa`` is neither in ``oa-db-1`` nor in ``oa.nantong.example``."""
    return re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w.-])", subject, re.ASCII) is not None
