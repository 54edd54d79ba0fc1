"""Duties of the contract: facts that prove or break them (docs/domain.md, Service quality and score).

A fact is one thing that had to be done: an inspection of a working day, a report that was due, a ticket with a
deadline. Every function takes plain values and returns rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Literal

from ntanalytics.metrics.measure import Measure, catalogue, count, rate

#: What one fact says of its duty: kept, broken, without proof, still running, outside of the promise, or that a plan
#: had nothing due.
Result = Literal["met", "short", "unproven", "open", "none", "idle"]

#: What the facts together say.
Verdict = Literal["met", "not_met", "not_shown"]

#: What a duty is in a period that asked nothing of it.
NOTHING_DUE = "无应办事项"

RESULTS: Mapping[str, str] = MappingProxyType(
    {"met": "符合", "short": "不符合", "unproven": "缺证据", "open": "未到期", "none": "不适用", "idle": NOTHING_DUE}
)

VERDICTS: Mapping[str, str] = MappingProxyType({"met": "达到", "not_met": "未达到", "not_shown": "无法证明"})

DUTY = (
    count("duty_facts", "应证事项", "项", "Facts that prove or break a duty in the period."),
    count("duty_kept", "有证据符合", "项", "Facts that prove the duty.", good="up"),
    count("duty_short", "不符合", "项", "Facts that break the duty.", good="down"),
    count(
        "duty_unproven",
        "缺证据",
        "项",
        "Facts without proof: they neither prove nor break. Over a gap data that come may prove some, and add others.",
        good="down",
        over_gap="unknown",
    ),
    rate(
        "duty_rate",
        "达成率",
        "duty_kept / duty_facts; null where a fact has no proof or there is none (docs/domain.md, Service quality and "
        "score).",
        good="up",
    ),
    Measure(
        "duty_verdict",
        "结论",
        "Met, not met, or cannot be shown: over a gap nothing is met, and what is proven to be broken is not met "
        "(docs/domain.md, Contract obligations).",
        format="text",
        values=VERDICTS,
    ),
    Measure("fact_result", "判定", "What one fact says of its duty.", format="text", values=RESULTS),
)

MEASURES = catalogue(DUTY)

#: Measures of which a fact without proof may be one.
BY_PROOF = ("duty_kept", "duty_short", "duty_rate")


def counted(results: Sequence[Result]) -> dict[str, float | None]:
    """Return the facts of a duty by what they say, and the rate of those that were kept.

    Facts that are still running, outside of the promise, or that nothing was due, are not counted.
    """
    kept, short, unproven = (sum(result == name for result in results) for name in ("met", "short", "unproven"))
    facts = kept + short + unproven
    return {
        "duty_facts": facts,
        "duty_kept": kept,
        "duty_short": short,
        "duty_unproven": unproven,
        "duty_rate": kept / facts if facts and not unproven else None,
    }


def verdict(results: Sequence[Result], *, is_complete: bool, when_none: Verdict) -> Verdict:
    """Return what the facts of a duty say together (docs/domain.md, Contract obligations).

    Args:
        results: what each fact says; one is short only where no missing data could turn it.
        is_complete: whether the data behind them have no gap: over a gap no duty is met.
        when_none: the verdict where complete data have no fact.
    """
    if "short" in results:
        return "not_met"
    if not is_complete or "unproven" in results:
        return "not_shown"
    return "met" if "met" in results or "idle" in results else when_none


def verdict_by_share(results: Sequence[Result], least_rate: float, *, is_complete: bool) -> Verdict:
    """Return the verdict on a duty of which a share of the facts has to be kept (docs/domain.md, Contract obligations).

    Args:
        results: what each fact says; one at least is counted.
        least_rate: the share of kept facts from which it is met.
        is_complete: whether the data behind them have no gap: over a gap no share is known.
    """
    kept, short = results.count("met"), results.count("short")
    facts = kept + short + results.count("unproven")
    if not is_complete:
        return "not_shown"
    if kept >= least_rate * facts:
        return "met"
    return "not_met" if facts - short < least_rate * facts else "not_shown"


def worst(verdicts: Sequence[Verdict]) -> Verdict:
    """Return the verdict of an obligation of several duties: not met if one is not, else not shown if one is not."""
    if "not_met" in verdicts:
        return "not_met"
    return "not_shown" if not verdicts or "not_shown" in verdicts else "met"
