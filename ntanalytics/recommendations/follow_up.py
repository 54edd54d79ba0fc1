"""Follow-up of earlier recommendations: decision, completion, and the change of their figure.

A recommendation has a number: the period that first issued it, and its place among those that were new then
(``2026-10-01``). It keeps it as long as each report after that issues it again (docs/domain.md, O16: number).
Reports of older versions gave it the code of its cause (``capacity-2026-10``); such a number is kept as well.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Literal

from ntanalytics.contract.desk_plans import DECISIONS
from ntanalytics.findings.finding import Finding
from ntanalytics.metrics.quantity import UNKNOWN
from ntanalytics.metrics.rows import Rows, rows
from ntanalytics.recommendations.ranking import Recommendation
from ntanalytics.subsystems import RULES, word

#: Effects of a recommendation, with their labels.
Effect = Literal["gone", "better", "same", "worse", "open", "unknown"]
EFFECTS: Mapping[Effect, str] = MappingProxyType(
    {
        "gone": "问题已消除",
        "better": "有好转",
        "same": "未见变化",
        "worse": "加重",
        "open": "问题仍在",
        "unknown": "数据不完整，未知",
    }
)

#: Decision of which nobody knows: rows of the register are missing or could not be read, and it may stand in one.
UNKNOWN_DECISION = "unknown"

#: Smaller relative changes count as none.
_MOVED = 0.05

#: Number of an older version: its cause tells itself.
_NUMBER_OF_CAUSE = re.compile(r"([a-z_]+)-\d{4}-.+")

_NUMBER = re.compile(r"(\d{4}-.+)-(\d{2,})")


@dataclass(frozen=True)
class IssuedRecommendation:
    """Recommendation as a published report has it.

    Attributes:
        number: its number.
        problem: what was wrong, in Chinese.
        identity: identity of its worst finding.
        measured: entity and first clause of the evidence, in Chinese.
        value: value of that finding; None without one.
    """

    number: str
    problem: str
    identity: str
    measured: str
    value: float | None

    @property
    def code(self) -> str:
        """The code of the rule of its worst finding."""
        return self.identity.partition(":")[0]

    @property
    def cause(self) -> str:
        """The code of its cause."""
        if match := _NUMBER_OF_CAUSE.fullmatch(self.number):
            return match[1]
        rule = RULES.get(self.code)
        return self.number if rule is None else rule.cause


@dataclass(frozen=True, kw_only=True)
class FollowedRecommendation:
    """State of one issued recommendation.

    Attributes:
        first: the recommendation as first issued.
        decision: the decision (``DECISIONS``); None where none is recorded, ``UNKNOWN_DECISION`` where that is unknown.
        finished_on: day of completion, if any.
        remark: remark of the desk.
        measured: today's entity and evidence, in Chinese.
        effect: effect on the problem.
    """

    first: IssuedRecommendation
    decision: str | None
    finished_on: date | None
    remark: str
    measured: str
    effect: Effect

    @property
    def is_open(self) -> bool:
        """Return whether the problem remains and nobody declined the recommendation."""
        return self.effect != "gone" and self.decision != "declined"

    @property
    def decision_label(self) -> str:
        """The decision in Chinese."""
        return "未知" if self.decision == UNKNOWN_DECISION else DECISIONS.get(self.decision or "", "未登记")


def numbers(
    recommendations: Iterable[Recommendation],
    period: str,
    before: Sequence[IssuedRecommendation],
    own: Sequence[IssuedRecommendation] = (),
) -> dict[str, str]:
    """Return cause → number of each recommendation: that of the last report, or a new one of this period.

    Args:
        recommendations: recommendations of this report.
        period: its period (``2026-11``).
        before: recommendations of the last report before it.
        own: recommendations of the version of this report that is published already; its numbers are kept, and those
            that it gave to others are not used again.
    """
    kept = {issued.cause: issued.number for issued in (*own, *before)}
    matches = [_NUMBER.fullmatch(issued.number) for issued in own]
    last = max((int(match[2]) for match in matches if match and match[1] == period), default=0)
    given: dict[str, str] = {}
    for item in recommendations:
        if item.code not in kept:
            last += 1
        given[item.code] = kept.get(item.code, f"{period}-{last:02}")
    return given


def first_clause(finding: Finding) -> str:
    """Return what was measured in a few words: the entity and the first clause of the evidence."""
    wording = word(finding)
    return f"{wording.entity}：{wording.brief}"


def follow(
    reports: Sequence[Sequence[IssuedRecommendation]],
    decisions: Rows,
    recommendations: Sequence[Recommendation],
    findings: Iterable[Finding],
    *,
    is_whole: bool = True,
    judged: Collection[str] | None = None,
) -> list[FollowedRecommendation]:
    """Return the state of each recommendation that was ever issued.

    Args:
        reports: recommendations of each earlier report, oldest first.
        decisions: rows of ``desk.recommendations``.
        recommendations: recommendations of this report.
        findings: every finding of this report, those that are ok, too.
        is_whole: whether each row of the register is known; else a decision that it does not show may be in it.
        judged: codes of the rules without a finding where nothing is wrong; without them those of all rules.

    Returns:
        One for each number: open ones first, then in the order of their first issue.
    """
    first: dict[str, IssuedRecommendation] = {}
    for report in reports:
        for issued in report:
            first.setdefault(issued.number, issued)
    decision_of = {str(row["recommendation_no"]).lower(): row for row in rows(decisions)}
    latest = {issued.number for issued in reports[-1]} if reports else set()
    by_cause = {recommendation.code: recommendation for recommendation in recommendations}
    by_identity = {finding.identity: finding for finding in findings}
    undecided = {} if is_whole else {"decision": UNKNOWN_DECISION}
    unjudged = () if judged is None else {issued.code for issued in first.values()} - {*judged}
    followed = [
        _followed(
            issued,
            decision_of.get(number.lower(), undecided),
            by_cause.get(issued.cause) if number in latest else None,
            by_identity.get(issued.identity),
            is_judged=issued.code not in unjudged,
        )
        for number, issued in first.items()
    ]
    return sorted(followed, key=lambda item: not item.is_open)


def _followed(
    first: IssuedRecommendation,
    decision: Mapping[str, Any],
    recommendation: Recommendation | None,
    finding: Finding | None,
    *,
    is_judged: bool,
) -> FollowedRecommendation:
    measured = "本期无此问题" if is_judged else UNKNOWN
    effect: Effect = "gone" if is_judged else "unknown"
    if recommendation is not None:
        measured = first_clause(finding or recommendation.findings[0])
        effect = "open" if finding is None else _movement(first.value, finding)
    elif finding is not None:
        measured, effect = first_clause(finding), "unknown" if finding.status == "unknown" else "gone"
    finished = decision.get("finished_at")
    return FollowedRecommendation(
        first=first,
        decision=decision.get("decision"),
        finished_on=finished.date() if isinstance(finished, datetime) else finished,
        remark=decision.get("remark") or "",
        measured=measured,
        effect=effect,
    )


def _movement(before: float | None, finding: Finding) -> Effect:
    value, good = finding.value, finding.rule.threshold.good
    if before is None or value is None or not good:
        return "open"
    if abs(value - before) <= _MOVED * max(abs(before), abs(value)):
        return "same"
    return "better" if (value > before) == (good == "up") else "worse"


def unknown_numbers(reports: Iterable[Iterable[IssuedRecommendation]], decisions: Rows) -> list[str]:
    """Return the numbers that the desk recorded and no report issued, most likely typing errors."""
    issued = {recommendation.number.lower() for report in reports for recommendation in report}
    return sorted({str(row["recommendation_no"]).lower() for row in rows(decisions)} - issued)


def followed_up(
    followed: Sequence[FollowedRecommendation], *, unknown: Sequence[str] = (), is_readable: bool = True
) -> str:
    """Return the state of the earlier recommendations in one Chinese sentence.

    Returns:
        ``往期建议 6 项：采纳 2 项（其中 1 项问题已消除），进行中 1 项，未采纳 1 项，未登记 2 项；问题仍在 4 项。``
    """
    if not is_readable:
        return "往期报告无法读取，此前建议的落实情况未知。"
    if not followed:
        noted = f"台账另登记有往期建议 {len(unknown)} 项（{'、'.join(unknown)}），非本报告出具，见台账。"
        return f"此前各期未出具过建议；{noted}" if unknown else "此前各期未出具过建议。"
    parts = []
    for code, label in DECISIONS.items():
        decided = [item for item in followed if item.decision == code]
        gone = sum(item.effect == "gone" for item in decided)
        if decided:
            suffix = f"（其中 {gone} 项问题已消除）" if gone and code == "adopted" else ""
            parts.append(f"{label} {len(decided)} 项{suffix}")
    undecided = sum(item.decision is None for item in followed)
    if undecided:
        parts.append(f"未登记 {undecided} 项")
    unread = sum(item.decision == UNKNOWN_DECISION for item in followed)
    if unread:
        parts.append(f"处理结果未知 {unread} 项（登记未取得或未能读取）")
    remaining = sum(item.effect not in ("gone", "unknown") for item in followed)
    sentence = f"往期建议 {len(followed)} 项：{'，'.join(parts)}；问题仍在 {remaining} 项。"
    return sentence + (f"台账登记的 {'、'.join(unknown)} 未曾出具，请核对编号。" if unknown else "")
