"""Thresholds: the two limits of a rule, and the status that follows from a value."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Status = Literal["ok", "warning", "critical", "unknown"]

#: Mark and word of each status; a status is a shape and a word, never a colour alone.
STATUSES: Mapping[Status, str] = MappingProxyType(
    {"critical": "■ 异常", "warning": "▲ 关注", "unknown": "○ 未知", "ok": "● 正常"}
)

#: State on a board of a check that its day did not call for, with its mark and words: it is no status.
UNJUDGED, UNJUDGED_TEXT = "unjudged", "· 不作判断"

#: Violations come first; unknown is never below ok.
ORDER: tuple[Status, ...] = ("critical", "warning", "unknown", "ok")

#: The statuses of a violation.
VIOLATIONS: frozenset[Status] = frozenset({"warning", "critical"})


def judge(value: float | None, warning: float, critical: float, good: Literal["up", "down"]) -> Status:
    """Return the status of a value against two limits; a value on a limit still keeps it.

    Args:
        value: the measured value; None or NaN when it is unknown.
        warning: limit of ``warning``.
        critical: limit of ``critical``.
        good: ``up`` when more is better (a rate of success), ``down`` when less is.
    """
    if value is None or math.isnan(value):
        return "unknown"
    sign = 1 if good == "up" else -1
    if sign * value < sign * critical:
        return "critical"
    return "warning" if sign * value < sign * warning else "ok"


@dataclass(frozen=True)
class Threshold:
    """The two limits of a rule and the good direction of its measure.

    Raises:
        ValueError: the critical limit is less grave than the warning limit.
    """

    warning: float
    critical: float
    good: Literal["up", "down"]

    def __post_init__(self) -> None:
        if judge(self.critical, self.warning, self.warning, self.good) == "ok" and self.critical != self.warning:
            raise ValueError(f"the critical limit {self.critical} is less grave than the warning limit {self.warning}")

    def judge(self, value: float | None) -> Status:
        """Return the status of a value against the limits."""
        return judge(value, self.warning, self.critical, self.good)


def worst(statuses: Iterable[Status]) -> Status:
    """Return the worst of some statuses; ``unknown`` when there is none."""
    return min(statuses, key=ORDER.index, default="unknown")
