"""Rules: a measure, its limits, the advice and the reason, as data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from types import MappingProxyType
from typing import Literal

from ntanalytics.findings.threshold import Threshold
from ntanalytics.metrics import measure as measure_of
from ntanalytics.metrics.number_format import format_number

#: Kinds of rules: what a figure is held against.
Kind = Literal[
    "threshold", "usual", "change", "absence", "deadline", "growth", "imbalance", "burst", "reconciliation", "hygiene"
]
KINDS: Mapping[Kind, str] = MappingProxyType(
    {
        "threshold": "阈值",
        "usual": "常态",
        "change": "变化",
        "absence": "缺失",
        "deadline": "期限",
        "growth": "增长",
        "imbalance": "失衡",
        "burst": "突发",
        "reconciliation": "核对",
        "hygiene": "规范",
    }
)

#: What the limits of a rule are limits of: the measure itself; the share by which it departs from what is usual
#: (of a rate, the percentage points); the points above what is usual, of a day or of some of its hours; the multiple
#: of what is usual; the seconds without an event; the distance from the median of its peers.
LimitScale = Literal["measure", "departure", "points", "points of hours", "multiple", "silence", "peers"]


@dataclass(frozen=True)
class RateNouns:
    """Chinese nouns of a rate: the hits, the events of which they are a part, and their unit."""

    hits: str
    events: str
    unit: str


#: Limit of a rule in a text.
_LIMIT = re.compile(r"\{([a-z0-9_.]+)( critical)?\}")


@dataclass(frozen=True)
class Rule:
    """One measure held against two limits; a site may override it (``rules:`` of ntanalytics.yml).

    Attributes:
        code: ``<subsystem>.<name>``, unique.
        measure: name of the measure.
        threshold: the limits, on the rule's scale; those of a departure or of peers are negative for a fall.
        advice: what to do, in Chinese.
        reason: why these limits, in English.
        count_measure: measure that counts the events of the figure; too few of them say nothing.
        min_count: least number of these events.
        label: label of the check in Chinese, where the label of the measure does not say enough.
        kind: what the figure is held against.
        scale: what the limits are limits of.
        cause: code of the cause (``recommendations.causes``), or empty.
        nouns: nouns of the rate, where a sentence needs them.
        enabled: False where the site has switched the rule off; then it makes no finding.
    """

    code: str
    measure: str
    threshold: Threshold
    advice: str
    reason: str
    _: KW_ONLY
    count_measure: str = ""
    min_count: int = 0
    label: str = ""
    kind: Kind = "threshold"
    scale: LimitScale = "measure"
    cause: str = ""
    nouns: RateNouns | None = None
    enabled: bool = True

    @property
    def subsystem(self) -> str:
        """The id of the subsystem."""
        return self.code.partition(".")[0]

    @property
    def check(self) -> str:
        """The label of the check, in Chinese."""
        return self.label or measure_of(self.measure).label


def with_limits(text: str, rules: Mapping[str, Rule]) -> str:
    """Return a text with the limits of rules in place of their codes: ``{desk.team}``, ``{infra.disk critical}``.

    Args:
        text: the text.
        rules: code → rule, as the site has it.
    """
    return _LIMIT.sub(lambda match: _limit_words(rules[match[1]], is_critical=bool(match[2])), text)


def _limit_words(rule: Rule, *, is_critical: bool) -> str:
    measure = measure_of(rule.measure)
    limit = rule.threshold.critical if is_critical else rule.threshold.warning
    return format_number(limit, measure.format, measure.unit)


def source_rule(subsystem: str) -> Rule:
    """Return the rule ``<subsystem>.source``: each required dataset of a subsystem has a source."""
    return Rule(
        f"{subsystem}.source",
        "missing_days",
        Threshold(0, 0, "down"),
        "在配置中接入该系统",
        "A subsystem without a source is unknown, and never ok.",
        label="数据",
        kind="hygiene",
    )


def activity_rule(
    subsystem: str,
    threshold: Threshold,
    *,
    advice: str = "与本人核实，停用该账号会话，核查其读取、下载的内容",
    label: str = "账号操作量远超常态",
    min_count: int = 50,
) -> Rule:
    """Return the rule ``<subsystem>.account_beyond``: no account goes far beyond its past and all others."""
    return Rule(
        f"{subsystem}.account_beyond",
        "beyond_ratio",
        threshold,
        advice,
        "Four times of what the person ever did in a day, and of what one in a thousand days of all persons reaches, "
        "is a program, or somebody else.",
        min_count=min_count,
        label=label,
        kind="burst",
        cause="machines",
    )


def surveillance_rule(subsystem: str) -> Rule:
    """Return the rule ``<subsystem>.surveillance``: no member of a dimension departs from its expected range."""
    return Rule(
        f"{subsystem}.surveillance",
        "affected_share",
        Threshold(0.0, 0.2, "down"),
        "核查该对象在所列时段的运行情况，核实是否为计划内活动",
        "What departs beyond chance is told, whatever its size; a fifth of all events is critical, a surge or a longer "
        "duration from three times the usual on (docs/domain.md, Surveillance).",
        label="偏离常态",
        kind="usual",
    )


def mass_change_rule(subsystem: str, threshold: Threshold) -> Rule:
    """Return the rule ``<subsystem>.mass_changes``: the states of a snapshot do not change in mass."""
    return Rule(
        f"{subsystem}.mass_changes",
        "moved_share",
        threshold,
        "核对操作工单、同步任务与操作人，确认变更经过授权，误操作的立即恢复",
        "A few come, and leave a state, on any day. Ten at least, that are a fiftieth of a snapshot or of a kind or a "
        "fifth of a unit, are one decision, or one mistake; so are twenty on a day, where by the dates of "
        "the register no earlier day but two had a third of them (docs/domain.md, Surveillance: states).",
        label="状态批量变化",
        kind="change",
    )
