"""Related subjects: how a subject of surveillance is related to what it follows from, by what both are of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from ntanalytics.contract import DATASETS
from ntanalytics.contract.dimensions import column_named
from ntanalytics.contract.outcomes import tells_outcome, tells_reason, tells_success
from ntanalytics.findings.correlation_rules import Reach
from ntanalytics.findings.finding import Entity, Finding
from ntanalytics.findings.subjects import KIND, dataset_of, members_of, says_what, subject_members

#: Kinds of rules whose violations last, or concern a whole period, and are no doing of a day.
LASTING = frozenset({"hygiene", "deadline", "growth", "reconciliation"})

#: Seconds of the hour that may hold the end of a gap and what followed; share of what was lacking that comes at least,
#: and of what is more among all that one has at least.
_HOUR_S, _HALF = 3600, 0.5


def _is_counterpart(root: Finding, follower: Finding) -> bool:
    """Return whether a finding is of the same events as another one in the same hours.

    Both are subjects of one dataset, of which one rose where the other fell, and they differ in how events end alone,
    or one is named as the other's counterpart; or both name the same one; or the other is of one account and names a
    member of it.
    """
    if _are_apart(root, follower):
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
    if is_named_counterpart(root, follower):
        return True
    ours, theirs = members_of(root), members_of(follower)
    shared = ours.keys() & theirs.keys()
    return bool(shared) and all(says_what(root, name) for name in shared if ours[name] != theirs[name])


def is_named_counterpart(finding: Finding, other: Finding) -> bool:
    """Return whether a finding is of the counterpart that another one names (the first one), of all or a part of it.

    It has the member that moved the other way; of further dimensions either may name more.
    """
    key = finding.details.get("counterpart_key")
    if not key or dataset_of(finding) != dataset_of(other):
        return False
    named, theirs = subject_members(Entity(KIND, str(key), "")).items(), members_of(other).items()
    return named - members_of(finding).items() <= theirs and (named <= theirs or theirs <= named)


def _are_apart(root: Finding, follower: Finding) -> bool:
    """Return whether two findings are known to be of other hours."""
    return root.window is not None and follower.window is not None and root.window.overlap_s(follower.window) <= 0


def _is_displaced(root: Finding, follower: Finding) -> bool:
    """Return whether a subject is of the root's entity, and rose, or is of another of its kind, and fell."""
    members = members_of(follower)
    if members.get(root.entity.kind) == root.entity.key:
        return not follower.details.get("value") and rose(follower)
    is_of_kind = list(members) == [root.entity.kind] and root.entity.key not in members.values()
    return is_of_kind and not follower.details.get("value") and not rose(follower)


def rose(finding: Finding) -> bool:
    """Return whether more of a subject was seen than is usual."""
    return float(finding.figures.get("seen") or 0) > float(finding.figures.get("expected") or 0)


def fell(finding: Finding) -> bool:
    """Return whether less of a subject was seen than is usual."""
    return float(finding.figures.get("seen") or 0) < float(finding.figures.get("expected") or 0)


def _is_part(root: Finding, follower: Finding) -> bool:
    """Return whether a finding is one of those that a subject has in common."""
    parts = root.details.get("parts")
    return isinstance(parts, tuple) and follower.entity.key in parts


def _is_caught_up(root: Finding, follower: Finding) -> bool:
    """Return whether a subject has later on the day about as many events more as the root lacked: what had waited.

    Who was refused tries several times, and succeeds once.
    """
    gap, rise = root.window, follower.window
    if gap is None or rise is None or gap.day != rise.day or rise.from_s < gap.until_s - _HOUR_S:
        return False
    lacked, more = -_moved(root), _moved(follower)
    if follower.details.get("value"):
        return False
    if failures := float(root.figures.get("failures") or 0):
        return _is_success(follower) and 0 < more <= failures
    is_as_much = 0 < lacked * _HALF <= more <= lacked / _HALF
    named = {*root.entity.key.split("/"), *members_of(root).values()} & {*members_of(follower).values()}
    return is_as_much and (bool(named) or root.is_of_whole_subsystem)


def _is_success(finding: Finding) -> bool:
    """Return whether a subject is all events of a dataset that succeeded."""
    columns = {name: column_named(DATASETS[dataset_of(finding)], name) for name in members_of(finding)}
    return bool(columns) and all(
        column is not None
        and (tells_outcome(column) or tells_reason(column))
        and tells_success(column, members_of(finding)[name])
        for name, column in columns.items()
    )


def _moved(finding: Finding) -> float:
    return float(finding.figures.get("seen") or 0) - float(finding.figures.get("expected") or 0)


def is_more_of_a_day(finding: Finding) -> bool:
    """Return whether a subject of surveillance has more events than usual over a whole day, however they end."""
    return finding.window is None and _is_more_of_events(finding)


def are_both_more(root: Finding, follower: Finding) -> bool:
    """Return whether two subjects have more events in the same hours: a whole dataset, and another or what it uses.

    The second one is a whole dataset, too, or names the subsystem of the first one (the seals of documents).
    """
    if members_of(root) or not (_is_more_of_events(root) and _is_more_of_events(follower)):
        return False
    members = set(members_of(follower).values())
    if members and root.subsystem not in members:
        return False
    return not _are_apart(root, follower)


def _is_more_of_events(finding: Finding) -> bool:
    is_of_events = dataset_of(finding) and not finding.details.get("value") and "started" not in finding.figures
    return bool(is_of_events) and rose(finding) and not _tells_ending(finding)


def _tells_ending(finding: Finding) -> bool:
    """Return whether a subject is about how its events or cases ended, and not about those that began."""
    events = finding.details.get("events")
    return bool(finding.details.get("is_ending") or (events and events != DATASETS[dataset_of(finding)].label))


def _is_counted_of(root: Finding, follower: Finding) -> bool:
    """Return whether a subject, or what nearly all of it is of, names what another finding is about, no subject itself.

    What lasts is not why it departs; nor is there more of what stayed away.
    """
    entity = root.entity
    if entity.kind in (KIND, "subsystem") or not dataset_of(follower) or _are_apart(root, follower):
        return False
    if root.rule.kind in LASTING or (root.rule.kind == "absence" and rose(follower)):
        return False
    also = follower.details.get("also_members")
    named = {*members_of(follower).values(), *(also if isinstance(also, tuple) else ())}
    return bool({entity.key, entity.label} & named)


def _is_share_of(root: Finding, follower: Finding) -> bool:
    """Return whether most of what went wrong more often among all events of a dataset did so for one thing."""
    hits = float(root.figures.get("hits") or 0)
    if not hits or root.rule.kind in LASTING or not dataset_of(follower) or follower.details.get("value"):
        return False
    if _are_apart(root, follower):
        return False
    names_none = not any(not says_what(follower, name) for name in members_of(follower))
    return names_none and _tells_ending(follower) and 0 < _moved(follower) * _HALF <= hits


def _is_among(root: Finding, follower: Finding) -> bool:
    """Return whether what went wrong for one thing is a part of the events that ended so more often than usual."""
    hits = float(follower.figures.get("hits") or 0)
    is_rise = bool(dataset_of(root)) and not root.details.get("value") and rose(root) and _tells_ending(root)
    return is_rise and 0 < hits <= _moved(root)


def _is_measured(_root: Finding, follower: Finding) -> bool:
    return bool(follower.details.get("value"))


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
        "counted": _is_counted_of,
        "share": _is_share_of,
        "among": _is_among,
        "measured": _is_measured,
    }
)
