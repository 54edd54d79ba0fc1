"""Topology: the subsystem that a host or service carries, and which hosts depend on which."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from ntanalytics.contract.enumerations import SUBSYSTEMS
from ntanalytics.findings.finding import Entity, Finding
from ntanalytics.findings.subjects import members_of

#: Dimensions whose members are hosts or services.
_PLACED = ("host", "service", "target")

#: Kinds of entities that are on a host.
_ON_HOSTS = ("host", "disk", "sensor", "plan")

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Topology:
    """Dependencies of subsystems, checked targets and the site's hosts.

    Attributes:
        places: head of a host's or service's name → the subsystem that it carries (:func:`places_of`).
        depends_on: subsystem → subsystems without which it cannot be reached or used.
        carries: pattern of a host → patterns of the hosts that stand behind it; ``*`` is everything. The first is the
            root where two stop together.
    """

    places: Mapping[str, str] = field(default_factory=dict)
    depends_on: Mapping[str, Sequence[str]] = field(default_factory=dict)
    carries: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def is_behind(self, root: Finding, follower: Finding) -> bool:
        """Return whether the host of a finding carries that of another, or everything."""
        host, carried = host_of(root.entity), hosts_of(follower)
        for pattern, behind in self.carries.items():
            if any(fnmatchcase(name, pattern) for name in carried):
                return False  # it is such a host itself, and not after the other one
            if fnmatchcase(host, pattern):
                return any(part == "*" or any(fnmatchcase(name, part) for name in carried) for part in behind)
        return False


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

    A finding of the data names the subsystem of its dataset in ``details["subsystem"]``, and one of a route the service
    that answers it in ``details["service"]``.
    """
    entity = finding.entity
    if entity.kind == "subsystem":
        return entity.key
    members = members_of(finding)
    subsystem = str(members.get("subsystem", finding.details.get("subsystem", finding.subsystem)))
    if subsystem != "infra":
        return subsystem
    service = str(finding.details.get("service", entity.key))
    name = next((members[column] for column in _PLACED if column in members), service)
    return places.get(_head(name.partition("://")[2] or name), "infra")


def hosts_of(finding: Finding) -> set[str]:
    """Return the host that a finding is about; none where it is about none."""
    members = members_of(finding)
    on_host = {host_of(finding.entity)} if finding.entity.kind in _ON_HOSTS else set()
    return on_host | {members["host"]} if "host" in members else on_host


def host_of(entity: Entity) -> str:
    """Return the host of an entity: of a host, a disk or a sensor."""
    return entity.key.partition("/")[0]


def _head(name: str) -> str:
    match = _NAME.match(name)
    return match[0].lower() if match else ""
