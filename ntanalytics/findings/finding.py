"""Findings: the result of one check of one entity, as data; sentences are made from it at the edge (findings.text)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Literal

from ntanalytics.contract.enumerations import subsystem_label
from ntanalytics.findings.rule import Rule
from ntanalytics.findings.threshold import ORDER, VIOLATIONS, Status
from ntanalytics.metrics.quantity import Certainty

#: Value of a detail of a finding, for its sentence: a number, a text, a day as ISO text, or a list of texts.
Detail = float | int | str | bool | None | tuple[str, ...]

#: Why a check is unknown.
Unknown = Literal[
    "",  # it is known
    "no_source",  # no source feeds the dataset
    "missing",  # the day or period was not extracted
    "incomplete",  # a part of the period is a gap
    "no_value",  # nothing to compute a figure from
    "too_few",  # fewer events than the rule asks for
    "few_expected",  # fewer events are expected than the rule asks for
    "short_history",  # too few comparable days
    "not_recorded",  # nobody has written it down
    "unread",  # rows were rejected, and the one that is missed may be among them
    "no_previous",  # the period before has a gap
    "no_calendar",  # the working days of the year are unknown
    "not_in_source",  # the source does not have the column
    "failed",  # its computation ended in an error
    "unmeasured",  # too little of the time was measured to show it
]


#: Detail of a finding whose begin is unknown: the day (ISO) of the snapshot, taken after the period, that shows it.
SNAPSHOT_ON = "snapshot_on"


@dataclass(frozen=True)
class Entity:
    """Subject of a check.

    Attributes:
        kind: ``subsystem``, ``carrier``, ``application``, ``unit``, ``host``, ``disk``, ``service``, ``plan``, ….
        key: stable key, the same in every report and year; parts of a whole are joined by ``/`` (``party/meeting``).
        label: its name in Chinese, for readers only.
    """

    kind: str
    key: str
    label: str = field(compare=False)

    @property
    def identity(self) -> str:
        """Kind and key, as ``carrier/unicom``."""
        return f"{self.kind}/{self.key}"

    def is_part_of(self, whole: Entity) -> bool:
        """Return whether the key of ``whole`` is this key or its beginning."""
        return self.key == whole.key or self.key.startswith(f"{whole.key}/")


def subsystem_entity(subsystem: str) -> Entity:
    """Return a whole subsystem as an entity."""
    return Entity("subsystem", subsystem, subsystem_label(subsystem))


@dataclass(frozen=True)
class Window:
    """A span of local time.

    Attributes:
        day: the local day from whose midnight is counted.
        from_s: its begin in seconds after that midnight.
        until_s: its end.
    """

    day: date
    from_s: float
    until_s: float

    def overlap_s(self, other: Window) -> float:
        """Return the seconds that both have in common; negative for the seconds between them."""
        shift = (other.day - self.day).days * 86_400
        return min(self.until_s, other.until_s + shift) - max(self.from_s, other.from_s + shift)

    def whole_hours(self) -> Window:
        """Return the span of whole hours that holds it."""
        return replace(self, from_s=self.from_s // 3600 * 3600, until_s=-(-self.until_s // 3600) * 3600)

    @property
    def length_s(self) -> float:
        """Return the length in seconds."""
        return self.until_s - self.from_s


@dataclass(frozen=True)
class Comparison:
    """Expected value or range of a value, beside the limits of its rule.

    Attributes:
        kind: ``expected`` (a range from comparable days), ``usual`` (one value from earlier days) or ``peers``.
        value: the expected value.
        low: the lower end of the range; None without one.
        high: the upper end.
    """

    kind: Literal["expected", "usual", "peers"]
    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Excuse:
    """Planned work that explains a violation.

    Attributes:
        kind: ``maintenance``, ``upgrade``, ``mailing``, ``training``, ``onboarding``, ``unit_work`` or ``connection``.
        change_numbers: numbers of the confirmed changes; of an onboarding the number of its ticket.
    """

    kind: Literal["maintenance", "upgrade", "mailing", "training", "onboarding", "unit_work", "connection"]
    change_numbers: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Finding:
    """The result of one check of one entity.

    Attributes:
        rule: the rule, as the site has it.
        entity: what was checked.
        status: ``ok``, ``warning``, ``critical`` or ``unknown``.
        value: the measured value; None when it is unknown.
        format: format of the value (``metrics.number_format``).
        certainty: ``exact``, or the bound that the value is where its data have a gap.
        detector: name of the detector that found it; empty for plain limits.
        window: when it happened; None where only the day or period is known.
        since: first day of the condition; None when it is unknown or all is well.
        since_is_bound: whether it may have begun before ``since``.
        comparison: what the value was held against, beside the limits.
        figures: further numbers of the evidence, by name.
        details: further values of the evidence that are no numbers: names, ids, days, flags.
        unknown: why it is unknown; empty when it is known.
        is_applicable: whether the day called for the check at all; where not, the lifecycle learns nothing from it.
        excuse: planned work that explains it; its status is then ``ok``.
        origin: metric, period, and the datasets with the versions that were read.
    """

    rule: Rule
    entity: Entity
    status: Status
    value: float | None = None
    format: str = "integer"
    certainty: Certainty = "exact"
    detector: str = ""
    window: Window | None = None
    since: date | None = None
    since_is_bound: bool = False
    comparison: Comparison | None = None
    figures: Mapping[str, float | None] = field(default_factory=lambda: MappingProxyType({}), compare=False)
    details: Mapping[str, Detail] = field(default_factory=lambda: MappingProxyType({}), compare=False)
    unknown: Unknown = ""
    is_applicable: bool = True
    excuse: Excuse | None = None
    origin: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}), compare=False)

    @property
    def code(self) -> str:
        """The code of the rule."""
        return self.rule.code

    @property
    def subsystem(self) -> str:
        """The id of the subsystem."""
        return self.rule.subsystem

    @property
    def identity(self) -> str:
        """Rule and entity: the same from day to day while the condition lasts."""
        return f"{self.code}:{self.entity.identity}"

    @property
    def is_of_whole_subsystem(self) -> bool:
        """Return whether it is about the whole subsystem of its rule; a sentence then needs no name of an entity."""
        return self.entity.kind == "subsystem" and self.entity.key == self.subsystem

    @property
    def is_violation(self) -> bool:
        """Return whether a limit is broken."""
        return self.status in VIOLATIONS

    @property
    def checks(self) -> int:
        """The number of checks that it stands for: an unknown one may stand for all that could not read their data."""
        count = self.details.get("checks") if self.status == "unknown" else None
        return count if isinstance(count, int) else 1

    def has_code(self, patterns: Iterable[str]) -> bool:
        """Return whether a pattern of codes, as ``oa.*_fall``, matches the code."""
        return any(fnmatchcase(self.code, pattern) for pattern in patterns)

    def with_figures(self, **figures: float | None) -> Finding:
        """Return the finding with further figures."""
        return replace(self, figures={**self.figures, **figures})

    def with_details(self, **details: Detail) -> Finding:
        """Return the finding with further details."""
        return replace(self, details={**self.details, **details})

    @property
    def snapshot_on(self) -> date | None:
        """Day of the snapshot, taken after the period, from which alone it is known; None of any other finding."""
        day = self.details.get(SNAPSHOT_ON)
        return date.fromisoformat(day) if isinstance(day, str) and self.since is None else None

    def since_day(self, day: date | None, *, is_bound: bool = False) -> Finding:
        """Return the finding with the first day of its condition."""
        return replace(self, since=day, since_is_bound=is_bound and day is not None)


def violations(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings that break a limit."""
    return [finding for finding in findings if finding.is_violation]


def ranked(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings, the worst first; those of one status keep their order."""
    return sorted(findings, key=lambda finding: ORDER.index(finding.status))


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings by status, then by rule in the order given, then by their distance from the limit."""
    listed = ranked(findings)
    codes = list(dict.fromkeys(finding.code for finding in listed))

    def distance(finding: Finding) -> float:
        if finding.subsystem == "oa" and finding.entity.kind == "unit":
            return 0.0  # units have no order by use (docs/domain.md, No league tables)
        threshold = finding.rule.threshold
        beyond = (finding.value or 0) - threshold.warning
        return beyond if threshold.good == "down" else -beyond

    return sorted(
        listed, key=lambda finding: (ORDER.index(finding.status), codes.index(finding.code), -distance(finding))
    )


def count_by_status(findings: Iterable[Finding]) -> dict[Status, int]:
    """Return the number of checks of each status, the worst status first, zeros included.

    What its day did not call for has none: it was not judged, and is no check in order.
    """
    counts = dict.fromkeys(ORDER, 0)
    for finding in (finding for finding in findings if finding.is_applicable):
        counts[finding.status] += finding.checks
    return counts


def checks_by_system(findings: Iterable[Finding]) -> dict[str, int]:
    """Return label of a subsystem → the number of checks of it that some findings stand for, in their order."""
    counts: dict[str, int] = {}
    for finding in findings:
        label = subsystem_label(finding.subsystem)
        counts[label] = counts.get(label, 0) + finding.checks
    return counts
