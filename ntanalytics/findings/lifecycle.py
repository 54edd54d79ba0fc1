"""The life of a finding: opened, persisting, worse, better, closed; from what inspections of successive days saw.

A matter is what has one identity (rule and subject). The first inspection that sees it not in order opens it; the
first one after that which finds it in order closes it. Nothing is made of what was not seen: where a check could not
be made, or was not asked on that day, an open matter stays open and is not confirmed; a day without an inspection
says nothing at all. What opens again soon after it was closed is the same matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import Literal

from ntanalytics.findings.finding import ORDER, Finding, State, worst

#: What opens again within so many days after it was closed is the same matter, and keeps the day it was opened on.
SAME_MATTER = timedelta(days=3)

#: What an inspection made of a matter: first seen; seen again soon after it was closed; seen in a worse, a better or
#: the same state; neither seen nor found in order; found in order; its rule is no more.
Change = Literal["new", "back", "worse", "better", "same", "unconfirmed", "closed", "dropped"]

#: Each change in the reports' word.
CHANGES: Mapping[Change, str] = MappingProxyType({
    "new": "新增", "back": "复现", "worse": "加重", "better": "减轻", "same": "持续", "unconfirmed": "未确认",
    "closed": "已消除", "dropped": "不再检查",
})  # fmt: skip

#: The findings of the data themselves: where they are not known, nothing of that subsystem was seen to be in order.
_COMPLETENESS = "data.completeness"
_DAY = re.compile(r"(\d{1,2})[月](\d{1,2})日")


@dataclass(frozen=True)
class Observation:
    """One finding of an inspection, as far as its life needs it; the fields are the finding's."""

    code: str
    subsystem: str
    subject: str
    check: str
    state: State
    value: float | None
    format: str
    since: str | None = None

    @property
    def identity(self) -> str:
        """The matter: :attr:`Finding.identity`."""
        return f"{self.code}:{self.subject}"


@dataclass(frozen=True)
class ObservedDay:
    """What one inspection saw.

    Attributes:
        on: the inspected day.
        seen: what was not in order or not known; what was in order may be left out where ``codes`` says so.
        codes: the rules that were on: code → whether a subject that it says nothing of is in order.
    """

    on: date
    seen: tuple[Observation, ...]
    codes: Mapping[str, bool]


@dataclass(frozen=True)
class FindingLifecycle:
    """One matter, as the last inspection left it.

    Attributes:
        code: the rule's.
        subsystem: the subsystem's id.
        subject: what it is about, in Chinese.
        check: what was measured, in Chinese.
        opened_on: the day of the inspection that saw it first.
        begun_on: since when it is so: what the findings said, never later than ``opened_on``.
        is_older: whether it may have begun before ``begun_on``.
        confirmed_on: the day of the last inspection that saw it.
        state: its state on that day.
        value: what was measured on that day.
        format: how the value is written.
        worst: the worst state that it was ever in.
        change: what the last inspection made of it, or, of a closed matter, how it was closed.
        closed_on: the day of the inspection that closed it; None while it is open.
    """

    code: str
    subsystem: str
    subject: str
    check: str
    opened_on: date
    begun_on: date
    is_older: bool
    confirmed_on: date
    state: State
    value: float | None
    format: str
    worst: State
    change: Change = "new"
    closed_on: date | None = None

    @property
    def identity(self) -> str:
        """What it has in common with its findings."""
        return f"{self.code}:{self.subject}"

    @property
    def is_open(self) -> bool:
        """Whether no inspection has closed it."""
        return self.closed_on is None

    def day(self, on: date) -> int:
        """Which day of it ``on`` is, 1 for the day on which it began; of a closed one, how many days it lasted."""
        return ((self.closed_on or on + timedelta(days=1)) - self.begun_on).days


@dataclass(frozen=True)
class LifecycleState:
    """Every matter as of one inspection.

    Attributes:
        on: the day of that inspection; None when there is none.
        before: the day of the inspection before it; None for the first.
        lives: the matters, in the order in which they were opened; the open and the closed ones.
        days: the inspected days, oldest first.
        codes: what that inspection asked (:attr:`Inspected.codes`).
        is_known: whether the past could be read; where not, nothing is said of it.
    """

    on: date | None = None
    before: date | None = None
    lives: tuple[FindingLifecycle, ...] = ()
    days: tuple[date, ...] = ()
    codes: Mapping[str, bool] = field(default_factory=dict)
    is_known: bool = True
    _open: Mapping[str, FindingLifecycle] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_open", {each.identity: each for each in self.lives if each.is_open})

    @property
    def is_first(self) -> bool:
        """Whether there is no inspection to compare with."""
        return self.before is None

    def of(self, identity: str) -> FindingLifecycle | None:
        """The open matter of that identity; None when there is none."""
        return self._open.get(identity)

    @property
    def open(self) -> tuple[FindingLifecycle, ...]:
        """What is open after this inspection."""
        return tuple(self._open.values())

    @property
    def closed(self) -> tuple[FindingLifecycle, ...]:
        """What this inspection closed."""
        return tuple(each for each in self.lives if each.closed_on is not None and each.closed_on == self.on)

    def count(self, *changes: Change) -> int:
        """How many open matters this inspection left with one of these changes."""
        return sum(each.change in changes for each in self._open.values())


def observe(on: date, findings: Iterable[Finding], switched_on: Iterable[str], *, is_working_day: bool) -> ObservedDay:
    """What an inspection saw, from its findings.

    A rule may say nothing of a subject because it is in order, or because it could not be judged: on a day that is no
    working day, where the data of its subsystem are not whole, or where it said of another subject that it does not
    know. Only a rule with none of these says by its silence that all is well.

    Args:
        on: the inspected day.
        findings: what was found, whatever the state.
        switched_on: the codes of the rules that were asked.
        is_working_day: whether the day is one.
    """
    found = list(findings)
    unsure = {each.code for each in found if not _is_judged(each)}
    blind = {each.subsystem for each in found if each.code == _COMPLETENESS and each.state == "unknown"}
    codes = {
        code: is_working_day and code not in unsure and code.partition(".")[0] not in blind
        for code in sorted({*switched_on, *(each.code for each in found)})
    }
    seen = tuple(
        Observation(
            each.code,
            each.subsystem,
            each.subject,
            each.check,
            each.state if _is_judged(each) else "unknown",
            each.value,
            each.format,
            each.since,
        )
        for each in found
        if each.state != "ok" or not codes[each.code]
    )
    return ObservedDay(on, seen, codes)


def _is_judged(finding: Finding) -> bool:
    return finding.is_asked and finding.state != "unknown"


def follow_lifecycles(inspections: Iterable[ObservedDay]) -> LifecycleState:
    """The matters as of the last of some inspections.

    Args:
        inspections: in any order, one a day.
    """
    by_day = {each.on: each for each in inspections}
    ended: list[FindingLifecycle] = []
    current: dict[str, FindingLifecycle] = {}
    for number, (_, each) in enumerate(sorted(by_day.items())):
        _follow(each, current, ended, is_first=number == 0)
    days = tuple(sorted(by_day))
    if not days:
        return LifecycleState()
    lives = sorted([*ended, *current.values()], key=lambda life: (life.opened_on, ORDER.index(life.worst)))
    return LifecycleState(
        days[-1], days[-2] if len(days) > 1 else None, tuple(lives), days, dict(by_day[days[-1]].codes)
    )


def _follow(
    inspection: ObservedDay, current: dict[str, FindingLifecycle], ended: list[FindingLifecycle], *, is_first: bool
) -> None:
    """One inspection: what it opens, confirms and closes, in ``current``; what is over for good goes to ``ended``."""
    on = inspection.on
    # of two findings of one matter the worse one counts
    seen = {each.identity: each for each in sorted(inspection.seen, key=lambda each: -ORDER.index(each.state))}
    for identity, life in list(current.items()):
        if life.closed_on is not None and on - life.closed_on > SAME_MATTER:
            ended.append(current.pop(identity))
        elif life.is_open and identity not in seen:
            current[identity] = _unseen(life, inspection)
    for identity, each in seen.items():
        last = current.get(identity)
        if each.state in ("warning", "critical"):
            current[identity] = _begun(each, on, is_first) if last is None else _again(last, each, on)
        elif last is not None and last.is_open:
            current[identity] = replace(last, change="closed", closed_on=on) if each.state == "ok" else _doubted(last)


def _unseen(life: FindingLifecycle, inspection: ObservedDay) -> FindingLifecycle:
    if life.code not in inspection.codes:
        return replace(life, change="dropped", closed_on=inspection.on)
    if inspection.codes[life.code]:
        return replace(life, change="closed", closed_on=inspection.on)
    return _doubted(life)


def _doubted(life: FindingLifecycle) -> FindingLifecycle:
    return replace(life, change="unconfirmed")


def _begun(seen: Observation, on: date, is_first: bool) -> FindingLifecycle:
    begun_on, is_older = _since(seen, on)
    is_older = is_older or (is_first and not seen.since)
    return FindingLifecycle(
        seen.code,
        seen.subsystem,
        seen.subject,
        seen.check,
        on,
        begun_on,
        is_older,
        on,
        seen.state,
        seen.value,
        seen.format,
        seen.state,
    )


def _again(life: FindingLifecycle, seen: Observation, on: date) -> FindingLifecycle:
    """A matter that is seen again: what it is now, and the earliest beginning that was ever told."""
    begun_on, is_older = min((life.begun_on, life.is_older), _since(seen, on))
    if not life.is_open:
        change: Change = "back"
    elif seen.state == life.state:
        change = "same"
    else:
        change = "worse" if worst([seen.state, life.state]) == seen.state else "better"
    return replace(
        life,
        check=seen.check,
        begun_on=begun_on,
        is_older=is_older,
        confirmed_on=on,
        state=seen.state,
        value=seen.value,
        format=seen.format,
        worst=worst([life.worst, seen.state]),
        change=change,
        closed_on=None,
    )


def _since(seen: Observation, on: date) -> tuple[date, bool]:
    """The latest day of that month and day up to ``on``, and whether it may be earlier; ``on`` where none is told."""
    said = _DAY.search(seen.since or "")
    if said is None:
        return on, False
    for year in (on.year, on.year - 1):
        try:
            day = date(year, int(said[1]), int(said[2]))
        except ValueError:  # 29 February of another year
            continue
        if day <= on:
            return day, "更早" in (seen.since or "")
    return on, False
