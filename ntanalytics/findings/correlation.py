"""Stories: an incident that the rules see as ten findings is told once, by what failed first and what followed.

What follows from what is data (findings/stories_links.py). A finding follows from another when a link joins their
codes, they concern the same place or one that depends on it, and it did not begin before the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from types import MappingProxyType

from ntanalytics.contract.enumerations import SUBSYSTEMS
from ntanalytics.findings.correlation_rules import CORRELATION_RULES, DEPENDS_ON, CorrelationRule, Reach
from ntanalytics.findings.finding import Finding, State, ranked, worst
from ntanalytics.findings.sentences import exception, spaced
from ntanalytics.metrics.number_format import format_number

#: So many of what followed are named.
FOLLOWERS_SAID = 3

#: Counts are of hours or their parts: what follows may be seen so many minutes before its cause, or after its end.
_BEFORE_MIN, _AFTER_MIN = 60, 60

_IDS: Mapping[str, str] = MappingProxyType({label: name for name, label in SUBSYSTEMS.items()})
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_DAY = re.compile(r"\d{1,2}月\d{1,2}日")
_CLOCK = re.compile(r"(\d{2}):(\d{2})[—–](\d{2}):(\d{2})")


@dataclass(frozen=True)
class IncidentGroup:
    """One incident: what failed first, and what followed from it.

    Attributes:
        root: what failed first.
        followers: what followed, the worst first.
    """

    root: Finding
    followers: tuple[Finding, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All of it, the root first."""
        return (self.root, *self.followers)

    @property
    def state(self) -> State:
        """The worst state of its findings."""
        return worst(each.state for each in self.findings)

    @property
    def subject(self) -> str:
        """What failed first."""
        return self.root.subject

    @property
    def sentence(self) -> str:
        """It in one Chinese sentence: what failed, what followed, what to do about the first of it."""
        if not self.followers:
            return exception(self.root)
        said = list(dict.fromkeys(_briefly(each) for each in self.followers))
        named = "、".join(said[:FOLLOWERS_SAID]) + (f"等 {len(said)} 项" if len(said) > FOLLOWERS_SAID else "")
        begun = exception(replace(self.root, advice="")).removesuffix("。")
        # one host's level, growth and alarm are one thing seen in several ways: none comes after the other
        is_one = all(_host(each) == _host(self.root) for each in self.followers)
        return f"{begun}；{'另见' if is_one else '其后'}：{named}" + (
            f"；建议{self.root.advice}。" if self.root.advice else "。"
        )


def correlate(findings: Iterable[Finding], places: Mapping[str, str] = MappingProxyType({})) -> list[IncidentGroup]:
    """The stories of what is not in order.

    Args:
        findings: of one day or period; those in order are in no story.
        places: the head of a host's or service's name → the subsystem that it carries (``places_of``).

    Returns:
        The worst first; what follows from nothing and has no followers is a story of its own. What is unknown may
        follow, and is never what failed first of anything else.
    """
    wrong = [each for each in ranked(findings) if each.state != "ok"]
    causes = {number: _cause(number, wrong, places) for number in range(len(wrong))}
    followers: dict[int, list[Finding]] = {}
    for number, each in enumerate(wrong):
        first = _first(number, causes)
        followers.setdefault(first, [])
        if first != number:
            followers[first].append(each)
    made = [IncidentGroup(wrong[number], tuple(its)) for number, its in followers.items()]
    order = {story.root: number for number, story in enumerate(made)}
    return sorted(made, key=lambda story: (("critical", "warning", "unknown").index(story.state), order[story.root]))


def places_of(targets: Iterable[tuple[str, str]]) -> dict[str, str]:
    """What the names of hosts and services say of the subsystem that they carry.

    Args:
        targets: subsystem and target of availability checks (``oa``, ``https://oa.nantong.example/``).

    Returns:
        The first label of each target's host name, and each subsystem's id, → the subsystem. Where two subsystems
        share a label, it is not the environment's.
    """
    found: dict[str, str] = {}
    for subsystem, target in targets:
        head = _head(target.partition("://")[2] or target)
        if head and (head not in found or found[head] == "infra"):
            found[head] = subsystem
    return found | {name: name for name in SUBSYSTEMS if name not in ("infra", "desk")}


def place(finding: Finding, places: Mapping[str, str]) -> str:
    """The subsystem that a finding is about: a host's or a target's is that which it carries, if that is known."""
    if finding.subject in _IDS:
        return _IDS[finding.subject]
    if finding.subsystem != "infra":
        return finding.subsystem
    return places.get(_head(finding.subject.partition("://")[2] or finding.subject), "infra")


def _host(finding: Finding) -> str:
    return finding.subject.partition(" ")[0]


def _head(name: str) -> str:
    found = _NAME.match(name)
    return found[0].lower() if found else ""


def _cause(number: int, wrong: Sequence[Finding], places: Mapping[str, str]) -> int | None:
    """The place in ``wrong`` of what a finding follows from, by the first link that joins them; None without one."""
    for link in CORRELATION_RULES:
        for at, root in enumerate(wrong):
            if at != number and _joins(link, root, wrong[number], places):
                return at
    return None


def _joins(link: CorrelationRule, root: Finding, follower: Finding, places: Mapping[str, str]) -> bool:
    is_meant = _among(follower.code, link.followers) and _among(root.code, link.roots) and root.code != follower.code
    if not is_meant or root.state == "unknown" or (link.is_of_bad and root.state != "critical"):
        return False
    if link.is_of_unknowns != (follower.state == "unknown"):
        return False
    if link.about not in follower.subject + follower.evidence or not _reaches(link.reach, root, follower, places):
        return False
    # what one host or channel shows is seen earlier or later by chance of the thresholds
    return link.reach in ("host", "subject") or _is_later(root, follower)


def _first(number: int, causes: Mapping[int, int | None]) -> int:
    """What the cause of the cause … is; of what follows from each other, the worst."""
    seen = [number]
    while (cause := causes[number]) is not None:
        if cause in seen:
            return min(seen[seen.index(cause) :])
        seen.append(cause)
        number = cause
    return number


def _among(code: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(code, pattern) for pattern in patterns)


def _reaches(reach: Reach, root: Finding, follower: Finding, places: Mapping[str, str]) -> bool:
    if reach == "everywhere":
        return True
    if reach == "subject":
        return root.subject == follower.subject
    if reach == "host":
        return _host(root) == _host(follower)
    begin, end = place(root, places), place(follower, places)
    if begin == end:
        return True
    # a host's agent is checked as the environment's: its own outage stands there, too
    if end == "infra" and follower.subject == SUBSYSTEMS["infra"]:
        return root.subsystem == "infra"
    return reach == "dependents" and begin in DEPENDS_ON.get(end, ())


def _is_later(root: Finding, follower: Finding) -> bool:
    """Whether the follower did not begin before its root, as far as both say when."""
    days = [_DAY.search(each.since or "") for each in (root, follower)]
    if days[0] and days[1]:
        first, second = (_ordinal(day[0]) for day in days if day)
        # without a year, December lies before January
        if 0 < (first - second) % (12 * 31) < 6 * 31:
            return False
        if first != second:
            return True
    clocks = [_CLOCK.search(each.evidence) for each in (root, follower)]
    if clocks[0] and clocks[1]:
        begin, end = _minutes(clocks[0][1], clocks[0][2]), _minutes(clocks[0][3], clocks[0][4])
        return begin - _BEFORE_MIN <= _minutes(clocks[1][1], clocks[1][2]) <= end + _AFTER_MIN
    return True


def _ordinal(day: str) -> int:
    """``11月12日`` as a number that grows within a year, 31 a month."""
    month, number = day.removesuffix("日").split("月")
    return 31 * int(month) + int(number)


def _minutes(hour: str, minute: str) -> int:
    return 60 * int(hour) + int(minute)


def _briefly(finding: Finding) -> str:
    """A finding in a few words: its subject and the first clause of its evidence; of some hours, their share."""
    seen = finding.evidence.removesuffix("。").partition("，")[0]
    if (hours := _CLOCK.match(seen)) and finding.value is not None and finding.format.startswith("rate"):
        seen = f"{hours[0]} {finding.check} {format_number(finding.value, finding.format)}"
    if seen.startswith(finding.subject):
        return seen
    return f"{finding.subject} {seen}" if seen[:1].isdigit() else spaced(finding.subject, seen)
