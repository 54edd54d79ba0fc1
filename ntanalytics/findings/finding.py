"""What a finding is: one check of one subject, its state, and the evidence for it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

State = Literal["ok", "warning", "critical", "unknown"]

#: Each state's mark and word; a state is a shape and a word, never a colour alone.
STATES: Mapping[State, str] = MappingProxyType(
    {"critical": "■ 异常", "warning": "▲ 关注", "unknown": "○ 未知", "ok": "● 正常"}
)

#: What is wrong comes first; what is not known is never below what is in order.
ORDER: tuple[State, ...] = ("critical", "warning", "unknown", "ok")


@dataclass(frozen=True)
class Finding:
    """One check of one subject.

    Args:
        code: identifies the rule (``sms.delivery_rate``).
        subsystem: the subsystem's id (docs/domain.md, The platform).
        subject: what was checked, in Chinese (``中国联通``, a service's name).
        check: what was measured, in Chinese (``送达率``).
        state: ``ok``, ``warning``, ``critical`` or ``unknown``.
        value: the measured value; None when it is not known.
        format: how the value is shown, in the format mini-language of metrics.measure.
        threshold: the threshold or the usual range, in Chinese.
        evidence: one Chinese sentence, made from the values.
        since: since when it has been so, in Chinese (``11月18日``); None when that is not known or all is well.
        advice: what to do about it, in Chinese; empty when there is nothing to do.
        effect: what it does to the users, in Chinese; empty when nothing is wrong.
        owner: who sees to it, in Chinese; empty when nothing is wrong.
        effort: what that costs, in Chinese; empty when nothing is wrong.
        figures: other figures of the evidence by name (``low`` and ``high`` of a usual range, a count).
        origin: the metric, the period, and the datasets with the versions that were read.
        is_asked: whether the day called for the check at all; where not, it says nothing of what was found before.
    """

    code: str
    subsystem: str
    subject: str
    check: str
    state: State
    value: float | None
    format: str
    threshold: str
    evidence: str
    since: str | None = None
    advice: str = ""
    effect: str = ""
    owner: str = ""
    effort: str = ""
    figures: Mapping[str, float | None] = field(default_factory=dict, compare=False)
    origin: Mapping[str, object] = field(default_factory=dict, compare=False)
    is_asked: bool = True

    @property
    def identity(self) -> str:
        """What stays the same from day to day while the matter lasts: the rule and the subject."""
        return f"{self.code}:{self.subject}"


def judge(value: float | None, warning: float, critical: float, good: Literal["up", "down"]) -> State:
    """The state of a value against two thresholds.

    A value on a threshold still keeps it: it must be worse than ``warning`` to be a warning.

    Args:
        value: the measured value; None or NaN when it is not known.
        watch: beyond it the state is ``warning``.
        bad: beyond it the state is ``critical``.
        good: ``up`` when more is better (a rate of success), ``down`` when less is.

    Returns:
        ``unknown`` for an unknown value, else ``critical``, ``warning`` or ``ok``.
    """
    if value is None or math.isnan(value):
        return "unknown"
    sign = 1 if good == "up" else -1
    if sign * value < sign * critical:
        return "critical"
    return "warning" if sign * value < sign * warning else "ok"


@dataclass(frozen=True)
class Threshold:
    """The two thresholds of a check and its good direction; ``judge`` says how they are read."""

    warning: float
    critical: float
    good: Literal["up", "down"]

    def __post_init__(self) -> None:
        if judge(self.critical, self.warning, self.warning, self.good) == "ok" and self.critical != self.warning:
            raise ValueError(f"the critical limit {self.critical} is no worse than the warning limit {self.warning}")

    def judge(self, value: float | None) -> State:
        """The state of a value against these thresholds."""
        return judge(value, self.warning, self.critical, self.good)


def worst(states: Iterable[State]) -> State:
    """The worst of some states; ``unknown`` when there is none, since nothing was seen to be in order."""
    return min(states, key=ORDER.index, default="unknown")


def ranked(findings: Iterable[Finding]) -> list[Finding]:
    """The findings, what is wrong first; those of one state keep their order."""
    return sorted(findings, key=lambda finding: ORDER.index(finding.state))


def summary(findings: Iterable[Finding]) -> dict[State, int]:
    """How many findings are in each state, worst state first, zeros included."""
    states = [finding.state for finding in findings]
    return {state: states.count(state) for state in ORDER}
