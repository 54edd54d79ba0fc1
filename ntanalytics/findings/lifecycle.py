"""Lifecycle of findings: opened, persisting, worse, better, closed; from the inspections of successive days.

One identity (rule and entity) is one lifecycle. The first inspection that sees a violation opens it; the first one
after that which sees it ok closes it. What was not seen says nothing: where a check was unknown or not applicable, an
open lifecycle stays open and is unconfirmed, unless the last inspection had noted that it was over; a day without an
inspection says nothing at all. A violation that comes back soon after it was closed continues its lifecycle.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from types import MappingProxyType
from typing import Literal

from ntanalytics.findings.finding import Entity, Finding
from ntanalytics.findings.threshold import ORDER, VIOLATIONS, Status, worst

#: Time after its close within which a violation that comes back continues its lifecycle.
REOPENS_WITHIN = timedelta(days=3)

#: What an inspection made of a lifecycle: first seen; back soon after its close; worse, better or the same; neither
#: seen nor ok; ok; its rule is gone.
Change = Literal["new", "back", "worse", "better", "same", "unconfirmed", "closed", "dropped"]

#: Word of each change in reports.
CHANGES: Mapping[Change, str] = MappingProxyType({
    "new": "新增", "back": "复现", "worse": "加重", "better": "减轻", "same": "持续", "unconfirmed": "未确认",
    "closed": "已消除", "dropped": "不再检查",
})  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Observation:
    """Finding of an inspection, reduced to the fields of its lifecycle.

    Attributes:
        code: code of the rule.
        entity: what was checked.
        check: label of the check, in Chinese.
        status: its status.
        value: the measured value.
        format: format of the value.
        since: first day of the condition, as the finding tells it; later than the inspected day, that of the snapshot
            from which alone it is known.
        since_is_bound: whether it may have begun before.
        is_over: whether it ended on the inspected day, as a published inspection noted it.
        is_doubtful: whether missing data may be all that was seen of it.
    """

    code: str
    entity: Entity
    check: str
    status: Status
    value: float | None
    format: str
    since: date | None = None
    since_is_bound: bool = False
    is_over: bool = False
    is_doubtful: bool = False

    @property
    def identity(self) -> str:
        """Rule and entity, as :attr:`Finding.identity`."""
        return f"{self.code}:{self.entity.identity}"


@dataclass(frozen=True)
class ObservedDay:
    """Observations of one inspection.

    Attributes:
        on: the inspected day.
        observations: what was not ok; what was ok may be left out where ``codes`` tells so.
        codes: code of each enabled rule → whether an entity without an observation is ok.
    """

    on: date
    observations: tuple[Observation, ...]
    codes: Mapping[str, bool]


@dataclass(frozen=True, kw_only=True)
class FindingLifecycle:
    """One violation over time, as the last inspection left it.

    Attributes:
        code: code of the rule.
        entity: what is checked.
        check: label of the check, in Chinese.
        opened_on: day of the inspection that saw it first.
        begun_on: first day of the condition by the findings, never later than ``opened_on``.
        is_older: whether it may have begun before ``begun_on``.
        confirmed_on: day of the last inspection that saw it.
        status: its status on that day.
        value: the measured value on that day.
        format: format of the value.
        worst: the worst status that it ever had.
        change: what the last inspection made of it; of a closed one, how it was closed.
        closed_on: day of the inspection that closed it; None while it is open.
        snapshot_on: day of the snapshot, later than ``opened_on``, from which alone its begin is known; else None.
        is_over: whether it ended on the day of the last inspection that saw it; the next one closes it.
        is_doubtful: whether missing data may be all that any inspection saw of it.
    """

    code: str
    entity: Entity
    check: str
    opened_on: date
    begun_on: date
    is_older: bool
    confirmed_on: date
    status: Status
    value: float | None
    format: str
    worst: Status
    change: Change = "new"
    closed_on: date | None = None
    snapshot_on: date | None = None
    is_over: bool = False
    is_doubtful: bool = False

    @property
    def identity(self) -> str:
        """Rule and entity, as :attr:`Finding.identity`."""
        return f"{self.code}:{self.entity.identity}"

    @property
    def subsystem(self) -> str:
        """The id of the subsystem."""
        return self.code.partition(".")[0]

    @property
    def is_open(self) -> bool:
        """Return whether no inspection has closed it."""
        return self.closed_on is None

    def day(self, on: date) -> int:
        """Return the number of its day ``on``, 1 for the first; of one that has ended, how many days it lasted."""
        end = self.closed_on or on + timedelta(days=1)
        if self.is_over:
            end = min(end, self.confirmed_on + timedelta(days=1))
        return (end - self.begun_on).days


@dataclass(frozen=True)
class LifecycleState:
    """Lifecycles as of one inspection.

    Attributes:
        on: day of that inspection; None when there is none.
        previous_on: day of the inspection before it; None for the first.
        lifecycles: in the order in which they were opened; the open and the closed ones.
        days: the inspected days, oldest first.
        codes: the rules of that inspection (:attr:`ObservedDay.codes`).
        is_known: whether the past could be read; where not, nothing is said of it.
        since: first day of a longer period; None for that of an inspection.
    """

    on: date | None = None
    previous_on: date | None = None
    lifecycles: tuple[FindingLifecycle, ...] = ()
    days: tuple[date, ...] = ()
    codes: Mapping[str, bool] = field(default_factory=dict)
    is_known: bool = True
    since: date | None = None

    @cached_property
    def _open(self) -> Mapping[str, FindingLifecycle]:
        return {lifecycle.identity: lifecycle for lifecycle in self.lifecycles if lifecycle.is_open}

    @property
    def is_first(self) -> bool:
        """Return whether there is no earlier inspection."""
        return self.previous_on is None

    def of(self, identity: str) -> FindingLifecycle | None:
        """Return the open lifecycle of that identity; None when there is none."""
        return self._open.get(identity)

    def seen(self, identity: str) -> FindingLifecycle | None:
        """Return the open lifecycle of that identity, else the last one that an inspection of a longer period saw."""
        since = self.since
        ended = (
            item
            for item in self.lifecycles
            if since is not None and item.identity == identity and item.confirmed_on >= since
        )
        return self.of(identity) or max(ended, key=lambda item: item.confirmed_on, default=None)

    @property
    def open(self) -> tuple[FindingLifecycle, ...]:
        """Return the lifecycles that are open after this inspection."""
        return tuple(self._open.values())

    @property
    def closed(self) -> tuple[FindingLifecycle, ...]:
        """Return the lifecycles that this inspection closed."""
        return tuple(item for item in self.lifecycles if item.closed_on is not None and item.closed_on == self.on)

    def count(self, *changes: Change) -> int:
        """Return how many open lifecycles this inspection left with one of these changes."""
        return sum(lifecycle.change in changes for lifecycle in self._open.values())


def observe(
    on: date,
    findings: Iterable[Finding],
    enabled: Iterable[str],
    *,
    unjudged: Collection[str] = (),
    is_working_day: bool,
) -> ObservedDay:
    """Return the observations of an inspection.

    A rule may be silent about an entity because it is ok, or because it could not be judged: on a day off, where its
    data have a gap, where another finding told enough, or where it is unknown for another entity. Only a rule with none
    of these tells by its silence that all is well.

    Args:
        on: the inspected day.
        findings: all findings, whatever the status.
        enabled: codes of the enabled rules.
        unjudged: codes of those whose silence tells nothing.
        is_working_day: whether the day is one.
    """
    everything = list(findings)
    unsure = {*unjudged, *(finding.code for finding in everything if not _is_judged(finding))}
    codes = {
        code: is_working_day and code not in unsure
        for code in sorted({*enabled, *(finding.code for finding in everything)})
    }
    observations = tuple(
        Observation(
            code=finding.code,
            entity=finding.entity,
            check=finding.rule.check,
            status=finding.status if _is_judged(finding) else "unknown",
            value=finding.value,
            format=finding.format,
            since=finding.since or finding.snapshot_on,
            since_is_bound=finding.since_is_bound or finding.snapshot_on is not None,
            is_doubtful=bool(finding.details.get("is_doubtful")),
        )
        for finding in everything
        if finding.status != "ok" or not codes[finding.code]
    )
    return ObservedDay(on, observations, codes)


def _is_judged(finding: Finding) -> bool:
    return finding.is_applicable and finding.status != "unknown"


@dataclass(frozen=True)
class FollowedDays:
    """Findings as the inspections up to a day left them, as far as later inspections need them.

    Attributes:
        days: the inspected days, oldest first.
        current: the lifecycles that were open after the last of them, or that a violation may still continue.
        codes: the rules of the last of them (:attr:`ObservedDay.codes`).
    """

    days: tuple[date, ...] = ()
    current: tuple[FindingLifecycle, ...] = ()
    codes: Mapping[str, bool] = field(default_factory=dict)


def follow_days(inspections: Iterable[ObservedDay]) -> FollowedDays:
    """Return what some inspections made of the findings, for :func:`follow_lifecycles`."""
    by_day = {inspection.on: inspection for inspection in inspections}
    days, _, current = _followed(by_day, FollowedDays())
    return FollowedDays(days, tuple(current.values()), dict(by_day[days[-1]].codes) if days else {})


def follow_lifecycles(inspections: Iterable[ObservedDay], after: FollowedDays = FollowedDays()) -> LifecycleState:
    """Return the lifecycles as of the last of some inspections, one a day, in any order.

    Args:
        inspections: the inspections.
        after: what those of earlier days made of the findings; lifecycles that had ended by then are left out.
    """
    by_day = {inspection.on: inspection for inspection in inspections}
    days, ended, current = _followed(by_day, after)
    if not days:
        return LifecycleState()
    lifecycles = sorted([*ended, *current.values()], key=lambda item: (item.opened_on, ORDER.index(item.worst)))
    previous = days[-2] if len(days) > 1 else None
    codes = by_day[days[-1]].codes if by_day else after.codes
    return LifecycleState(days[-1], previous, tuple(lifecycles), days, dict(codes))


def _followed(
    by_day: Mapping[date, ObservedDay], after: FollowedDays
) -> tuple[tuple[date, ...], list[FindingLifecycle], dict[str, FindingLifecycle]]:
    """Return the inspected days, the lifecycles that ended since ``after``, and the current ones by identity."""
    ended: list[FindingLifecycle] = []
    current = {lifecycle.identity: lifecycle for lifecycle in after.current}
    last = after.days[-1] if after.days else None
    for on, inspection in sorted(by_day.items()):
        # nobody looked for long: what is there now may have been there for long
        _follow(inspection, current, ended, is_blind=last is None or on - last > REOPENS_WITHIN)
        last = on
    return (*after.days, *sorted(by_day)), ended, current


def _follow(
    inspection: ObservedDay, current: dict[str, FindingLifecycle], ended: list[FindingLifecycle], *, is_blind: bool
) -> None:
    """Apply one inspection: what it opens, confirms and closes, in ``current``; what is over goes to ``ended``."""
    on = inspection.on
    # of two observations of one identity the worse one counts
    ranked = sorted(inspection.observations, key=lambda observation: -ORDER.index(observation.status))
    observed = {observation.identity: observation for observation in ranked}
    for identity, lifecycle in list(current.items()):
        if lifecycle.closed_on is not None and on - lifecycle.closed_on > REOPENS_WITHIN:
            ended.append(current.pop(identity))
        elif lifecycle.is_open and identity not in observed:
            current[identity] = _unobserved(lifecycle, inspection)
    for identity, observation in observed.items():
        last = current.get(identity)
        if observation.status in VIOLATIONS:
            current[identity] = (
                _opened(observation, on, is_blind) if last is None else _seen_again(last, observation, on)
            )
        elif last is not None and last.is_open:
            is_ok = observation.status == "ok" or last.is_over
            current[identity] = replace(last, change="closed", closed_on=on) if is_ok else _unconfirmed(last)


def _unobserved(lifecycle: FindingLifecycle, inspection: ObservedDay) -> FindingLifecycle:
    if lifecycle.code not in inspection.codes:
        return replace(lifecycle, change="dropped", closed_on=inspection.on)
    if inspection.codes[lifecycle.code] or lifecycle.is_over:
        return replace(lifecycle, change="closed", closed_on=inspection.on)
    return _unconfirmed(lifecycle)


def _unconfirmed(lifecycle: FindingLifecycle) -> FindingLifecycle:
    return replace(lifecycle, change="unconfirmed")


def _opened(observation: Observation, on: date, is_blind: bool) -> FindingLifecycle:
    return FindingLifecycle(
        code=observation.code,
        entity=observation.entity,
        check=observation.check,
        opened_on=on,
        begun_on=_begin(observation, on),
        is_older=observation.since_is_bound or (is_blind and observation.since is None),
        confirmed_on=on,
        status=observation.status,
        value=observation.value,
        format=observation.format,
        worst=observation.status,
        snapshot_on=observation.since if observation.since is not None and observation.since > on else None,
        is_over=observation.is_over,
        is_doubtful=observation.is_doubtful,
    )


def _seen_again(lifecycle: FindingLifecycle, observation: Observation, on: date) -> FindingLifecycle:
    """Return a lifecycle that is observed again, with the earliest known begin."""
    begin = _begin(observation, on), observation.since_is_bound
    begun_on, is_older = min((lifecycle.begun_on, lifecycle.is_older), begin)
    change: Change
    if not lifecycle.is_open:
        change = "back"
    elif observation.status == lifecycle.status:
        change = "same"
    else:
        change = "worse" if worst([observation.status, lifecycle.status]) == observation.status else "better"
    return replace(
        lifecycle,
        entity=observation.entity,
        check=observation.check,
        begun_on=begun_on,
        is_older=is_older,
        confirmed_on=on,
        status=observation.status,
        value=observation.value,
        format=observation.format,
        worst=worst([lifecycle.worst, observation.status]),
        change=change,
        closed_on=None,
        snapshot_on=lifecycle.snapshot_on if begun_on == lifecycle.begun_on else None,
        is_over=observation.is_over,
        is_doubtful=lifecycle.is_doubtful and observation.is_doubtful,
    )


def _begin(observation: Observation, on: date) -> date:
    """Return the first day of the condition; the inspected day where none is known or it lies later."""
    return observation.since if observation.since is not None and observation.since <= on else on
