"""Correlation: findings of one incident are reported once, as a root and its followers.

Which findings follow from which is data (findings/correlation_rules.py). A finding follows from another when a rule
joins their codes, both concern the same place or one that depends on it, and it did not begin before the other. One
check that fails at several carriers, editions or services at once is one incident, too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from ntanalytics.findings.correlation_rules import CORRELATION_RULES, CorrelationRule, Reach
from ntanalytics.findings.finding import Finding, ranked
from ntanalytics.findings.related_subjects import RELATIONS, are_both_more, fell, is_more_of_a_day, rose
from ntanalytics.findings.subjects import KIND as SUBJECT
from ntanalytics.findings.subjects import dataset_of, members_of
from ntanalytics.findings.threshold import Status, worst
from ntanalytics.findings.topology import Topology, host_of, place

#: Seconds by which a follower may be seen before the begin of its cause: what is checked or counted by minutes, and
#: what is counted by hours, whose first hour may hold the begin. And seconds after its end.
_BEFORE_S, _HOUR_S, _AFTER_S = 600, 3600, 3600

#: Findings of one check that begin together from which they are one incident.
_AT_ONCE = 3

#: Reaches of a cause among findings of one code.
_OF_ONE_CODE = ("carried", "subject", "caught_up", "more")

#: Reaches that say by themselves whether both belong together in time: the views of one host or channel begin earlier
#: or later by chance of the limits, what drifts has done so for longer than a day fails; what others have in common, or
#: displace, began with them.
_VIEWS, _COMMON = ("host", "entity", "drift", "counted", "share", "among", "measured"), ("part", "displaced")
_AT_ANY_TIME = (*_VIEWS, *_COMMON, "caught_up", "more")

_EVERYTHING_ALONE = Topology()


@dataclass(frozen=True)
class IncidentGroup:
    """One incident.

    Attributes:
        root: the finding that failed first.
        followers: what followed, the worst first.
    """

    root: Finding
    followers: tuple[Finding, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, the root first."""
        return (self.root, *self.followers)

    @property
    def status(self) -> Status:
        """The worst status of its findings."""
        return worst(finding.status for finding in self.findings)

    @property
    def is_one_view(self) -> bool:
        """Return whether all followers are views of the root: of its host or entity, of its events, or the desk's."""
        return all(
            host_of(finding.entity) == host_of(self.root.entity)
            or finding.subsystem == "desk"
            or (finding.entity.kind == SUBJECT and finding.subsystem == self.root.subsystem)
            for finding in self.followers
        )

    @property
    def is_at_once(self) -> bool:
        """Return whether all followers are the check of the root at other entities, or more events of other kinds."""
        return all(finding.code == self.root.code or are_both_more(self.root, finding) for finding in self.followers)


def correlate(
    findings: Iterable[Finding], topology: Topology = _EVERYTHING_ALONE, *, needs_days: bool = False
) -> list[IncidentGroup]:
    """Return the incidents of what is not ok, the worst first.

    A finding without cause and followers is an incident of its own. What is unknown may follow, and is the root of
    nothing else.

    Args:
        findings: of one day or period.
        topology: what depends on what.
        needs_days: whether only findings that tell their day can follow from each other: within a week, what has none
            tells nothing of before and after.
    """
    open_findings = [finding for finding in ranked(findings) if finding.status != "ok"]
    joined = _Joined(open_findings, topology, needs_days=needs_days)
    followers: dict[int, list[Finding]] = {}
    for number, finding in enumerate(open_findings):
        root = joined.root(number)
        followers.setdefault(root, [])
        if root != number:
            followers[root].append(finding)
    groups = [IncidentGroup(open_findings[number], tuple(rest)) for number, rest in followers.items()]
    order = {id(group.root): number for number, group in enumerate(groups)}
    statuses = ("critical", "warning", "unknown")
    return sorted(groups, key=lambda group: (statuses.index(group.status), order[id(group.root)]))


class _Joined:
    """The cause of each finding among some findings."""

    def __init__(self, findings: Sequence[Finding], topology: Topology, *, needs_days: bool) -> None:
        self._findings = findings
        self._topology = topology
        self._needs_days = needs_days
        self._roots = [
            [at for at, finding in enumerate(findings) if finding.has_code(rule.roots)] for rule in CORRELATION_RULES
        ]
        self._causes = [self._cause(number) for number in range(len(findings))]
        self._causes = [self._sibling(number) if cause is None else cause for number, cause in enumerate(self._causes)]
        for number in range(len(findings)):
            self._lead_out(self._circle(number))

    def root(self, number: int) -> int:
        """Return the number of the first cause; of findings that follow from each other, of the worst."""
        while (cause := self._causes[number]) is not None:
            if circle := self._circle(number):
                return min(circle)
            number = cause
        return number

    def _circle(self, number: int) -> list[int]:
        """Return the findings that follow from each other to which a finding leads; none where it leads to no such."""
        seen = [number]
        while (cause := self._causes[seen[-1]]) is not None:
            if cause in seen:
                return seen[seen.index(cause) :]
            seen.append(cause)
        return []

    def _lead_out(self, circle: Sequence[int]) -> None:
        """Let findings that follow from each other follow from another one, where one of them does: two ends of checks.

        Args:
            circle: their numbers.
        """
        for number in circle:
            if (cause := self._cause(number, besides=circle)) is not None:
                self._causes[number] = cause
                return

    def _cause(self, number: int, besides: Collection[int] = ()) -> int | None:
        """Return the number of the finding from which another follows, by the first rule that joins them.

        Args:
            number: that of the other one.
            besides: those of findings that are not asked.
        """
        finding = self._findings[number]
        for rule, roots in zip(CORRELATION_RULES, self._roots, strict=True):
            if finding.has_code(rule.followers):
                for at in roots:
                    if at != number and at not in besides and self._joins(rule, self._findings[at], finding):
                        return at
        return None

    def _sibling(self, number: int) -> int | None:
        """Return the first of the findings without a cause that began together with one, by the same check."""
        finding = self._findings[number]
        together = [
            at
            for at, other in enumerate(self._findings)
            if self._causes[at] is None and (at == number or _is_at_once(finding, other))
        ]
        return together[0] if len(together) >= _AT_ONCE and together[0] != number else None

    def _joins(self, rule: CorrelationRule, root: Finding, follower: Finding) -> bool:
        """Return whether a rule joins two findings that have its codes."""
        # one host stops another; any other finding has its cause in one of another kind
        is_other = root.entity != follower.entity if rule.reach in _OF_ONE_CODE else root.code != follower.code
        if not is_other or root.status == "unknown" or (rule.needs_critical and root.status != "critical"):
            return False
        if rule.explains_unknown != (follower.status == "unknown"):
            return False
        keys = {follower.entity.key, dataset_of(follower), *members_of(follower).values()}
        if rule.entity_keys and not keys & set(rule.entity_keys):
            return False
        if rule.root_keys and (root.entity.key not in rule.root_keys or rose(root)):
            return False
        if not self._reaches(rule.reach, root, follower):
            return False
        if rule.reach in _AT_ANY_TIME:
            return True
        if self._needs_days and not (_tells_day(root) and _tells_day(follower)):
            return False
        return _is_later(root, follower)

    def _reaches(self, reach: Reach, root: Finding, follower: Finding) -> bool:
        if reach == "everywhere":
            return True
        if reach == "entity":
            return root.entity == follower.entity
        if reach == "host":
            return host_of(root.entity) == host_of(follower.entity)
        if reach == "more":
            return are_both_more(root, follower)
        if reach in RELATIONS:
            return root.subsystem == follower.subsystem and RELATIONS[reach](root, follower)
        if is_more_of_a_day(follower):
            return False  # an outage of some hours does not make a whole day fuller
        if reach == "carried":
            return self._topology.is_behind(root, follower)
        return self._reaches_place(reach, root, follower)

    def _reaches_place(self, reach: Reach, root: Finding, follower: Finding) -> bool:
        begin, end = (place(finding, self._topology.places) for finding in (root, follower))
        if reach == "entrance":
            return begin == "infra" and root.entity.kind == "service" and fell(follower)
        if begin == end:
            return True
        # the agent of a host is checked as part of the environment: its outage stands there, too
        if end == "infra" and follower.entity.kind == "subsystem":
            return root.subsystem == "infra"
        return reach == "dependents" and begin in self._topology.depends_on.get(end, ())


def _is_at_once(finding: Finding, other: Finding) -> bool:
    """Return whether two findings are the same check at two entities of one kind, of hours that began together."""
    if finding.code != other.code or finding.entity.kind != other.entity.kind or finding.status == "unknown":
        return False
    if finding.window is None or other.window is None or finding.window.day != other.window.day:
        return False
    is_together = abs(finding.window.from_s - other.window.from_s) < _HOUR_S
    return is_together and finding.window.overlap_s(other.window) > 0


def _tells_day(finding: Finding) -> bool:
    return finding.window is not None or finding.since is not None


def _is_later(root: Finding, follower: Finding) -> bool:
    """Return whether the follower did not begin before its root, as far as both tell."""
    if root.since is not None and follower.since is not None and root.since != follower.since:
        return root.since < follower.since
    if root.window is not None and follower.window is not None:
        begin = follower.window.from_s + (follower.window.day - root.window.day).days * 86_400
        before = _BEFORE_S if begin % _HOUR_S else _HOUR_S
        return root.window.from_s - before <= begin <= root.window.until_s + _AFTER_S
    return True
