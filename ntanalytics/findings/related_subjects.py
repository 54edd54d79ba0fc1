"""Related subjects: how a subject of surveillance is related to what it follows from, by what both are of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from ntanalytics.findings.correlation_rules import Reach
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.subjects import dataset_of, members_of, says_what

#: Seconds of the hour that may hold the end of a gap and what followed; share of what was lacking that comes at least.
_HOUR_S, _HALF = 3600, 0.5


def _is_counterpart(root: Finding, follower: Finding) -> bool:
    """Return whether a finding is of the same events as another one in the same hours.

    Both are subjects of one dataset, of which one rose where the other fell, and they differ in how events end alone,
    or one is named as the other's counterpart; or both name the same one; or the other is of one account and names a
    member of it.
    """
    if root.window is not None and follower.window is not None and root.window.overlap_s(follower.window) <= 0:
        return False
    named = root.details.get("member")
    if named:
        return str(named) in follower.entity.label
    if not dataset_of(root) or dataset_of(root) != dataset_of(follower):
        return False
    if (key := root.details.get("counterpart_key")) and key == follower.details.get("counterpart_key"):
        return True
    if root.details.get("value") or follower.details.get("value") or rose(root) == rose(follower):
        return False
    if root.details.get("counterpart_key") == follower.entity.key:
        return True
    ours, theirs = members_of(root), members_of(follower)
    shared = ours.keys() & theirs.keys()
    return bool(shared) and all(says_what(root, name) for name in shared if ours[name] != theirs[name])


def _is_displaced(root: Finding, follower: Finding) -> bool:
    """Return whether a subject is another member of the kind of the root's entity, and fell: its place is taken."""
    members = members_of(follower)
    is_of_kind = list(members) == [root.entity.kind] and root.entity.key not in members.values()
    return is_of_kind and not follower.details.get("value") and not rose(follower)


def rose(finding: Finding) -> bool:
    """Return whether more of a subject was seen than is usual."""
    return float(finding.figures.get("seen") or 0) > float(finding.figures.get("expected") or 0)


def _is_part(root: Finding, follower: Finding) -> bool:
    """Return whether a finding is one of those that a subject has in common."""
    parts = root.details.get("parts")
    return isinstance(parts, tuple) and follower.entity.key in parts


def _is_caught_up(root: Finding, follower: Finding) -> bool:
    """Return whether a subject has later on the day about as many events more as the root lacked: what had waited."""
    gap, rise = root.window, follower.window
    if gap is None or rise is None or gap.day != rise.day or rise.from_s < gap.until_s - _HOUR_S:
        return False
    lacked, more = -_moved(root), _moved(follower)
    is_as_much = 0 < lacked * _HALF <= more <= lacked / _HALF and not follower.details.get("value")
    named = {*root.entity.key.split("/"), *members_of(root).values()} & {*members_of(follower).values()}
    return is_as_much and (bool(named) or root.is_of_whole_subsystem)


def _moved(finding: Finding) -> float:
    return float(finding.figures.get("seen") or 0) - float(finding.figures.get("expected") or 0)


def _is_drift_of_endings(_root: Finding, follower: Finding) -> bool:
    return "days" in follower.figures and bool(follower.details.get("is_ending"))


#: Reach of a cause → whether a finding of the same subsystem, the second one, is related so to the first.
RELATIONS: Mapping[Reach, Callable[[Finding, Finding], bool]] = MappingProxyType(
    {
        "subject": _is_counterpart,
        "caught_up": _is_caught_up,
        "part": _is_part,
        "displaced": _is_displaced,
        "drift": _is_drift_of_endings,
    }
)
