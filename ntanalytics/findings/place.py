"""Place of a finding: the subsystem that a host or service carries."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ntanalytics.contract.enumerations import SUBSYSTEMS
from ntanalytics.findings.finding import Entity, Finding
from ntanalytics.findings.subjects import members_of

#: Dimensions whose members are hosts or services.
_PLACED = ("host", "service", "target")

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def places_of(targets: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the head of the name of a host or service → the subsystem that it carries.

    Where two subsystems share a head, it is not that of the environment.

    Args:
        targets: subsystem and target of availability checks (``oa``, ``https://oa.nantong.example/``).
    """
    places: dict[str, str] = {}
    for subsystem, target in targets:
        head = _head(target.partition("://")[2] or target)
        if head and (head not in places or places[head] == "infra"):
            places[head] = subsystem
    return places | {name: name for name in SUBSYSTEMS if name not in ("infra", "desk")}


def place(finding: Finding, places: Mapping[str, str]) -> str:
    """Return the subsystem that a finding is about: for a host or target that which it carries, if it is known.

    A finding of the data names the subsystem of its dataset in ``details["subsystem"]``.
    """
    entity = finding.entity
    if entity.kind == "subsystem":
        return entity.key
    members = members_of(finding)
    subsystem = str(members.get("subsystem", finding.details.get("subsystem", finding.subsystem)))
    if subsystem != "infra":
        return subsystem
    name = next((members[column] for column in _PLACED if column in members), entity.key)
    return places.get(_head(name.partition("://")[2] or name), "infra")


def host_of(entity: Entity) -> str:
    """Return the host of an entity: of a host, a disk or a sensor."""
    return entity.key.partition("/")[0]


def _head(name: str) -> str:
    match = _NAME.match(name)
    return match[0].lower() if match else ""
