"""What became of earlier recommendations: decided, carried out, and whether the figure that spoke for them moved.

A recommendation has a number: its cause and the period that first issued it (``capacity-2026-10``). It keeps it as long
as each report after that issues it again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Literal

from ntanalytics.contract.desk import DECISIONS
from ntanalytics.findings.finding import Finding
from ntanalytics.metrics.rows import Rows, rows
from ntanalytics.recommendations.ranking import Recommendation
from ntanalytics.subsystems import word

#: What can be said of a recommendation's effect, and its words.
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

#: A figure that moved by less than this share of itself did not move.
_MOVED = 0.05

_NUMBER = re.compile(r"([a-z_]+)-(\d{4}-.+)")


@dataclass(frozen=True)
class IssuedRecommendation:
    """One recommendation as a published report has it.

    Attributes:
        number: its number.
        problem: what was wrong, in Chinese.
        identity: the identity of the finding that weighed most.
        seen: what was measured, in Chinese: the subject and the first clause of the evidence.
        value: the figure; None where there is none.
    """

    number: str
    problem: str
    identity: str
    seen: str
    value: float | None

    @property
    def cause(self) -> str:
        """The code of its cause."""
        found = _NUMBER.fullmatch(self.number)
        return found[1] if found else self.number

    @property
    def period(self) -> str:
        """The period that first issued it."""
        found = _NUMBER.fullmatch(self.number)
        return found[2] if found else ""


@dataclass(frozen=True)
class FollowedRecommendation:
    """What became of one recommendation.

    Attributes:
        first: as it was first issued.
        decision: what was decided (``DECISIONS``); None where nobody noted it.
        finished_on: when it was carried out, if it was.
        remark: what the desk wrote.
        seen: what is measured now, in Chinese.
        effect: what became of the problem.
    """

    first: IssuedRecommendation
    decision: str | None
    finished_on: date | None
    remark: str
    seen: str
    effect: Effect

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done: the problem is there, and nobody declined the recommendation."""
        return self.effect != "gone" and self.decision != "declined"


def numbers(
    recommendations: Iterable[Recommendation], period: str, before: Sequence[IssuedRecommendation]
) -> dict[str, str]:
    """Cause → number, for each recommendation: that which it had in the report before, else one of this period.

    Args:
        recommendations: those of this report.
        period: its period (``2026-11``).
        before: what the last report before it issued.
    """
    kept = {each.cause: each.number for each in before}
    return {each.code: kept.get(each.code, f"{each.code}-{period}") for each in recommendations}


def first_clause(finding: Finding) -> str:
    """Return what was measured in a few words: the entity and the first clause of the evidence."""
    wording = word(finding)
    return f"{wording.entity}：{wording.brief}"


def follow(
    reports: Sequence[Sequence[IssuedRecommendation]],
    decisions: Rows,
    now: Sequence[Recommendation],
    findings: Iterable[Finding],
    good: Mapping[str, str],
) -> list[FollowedRecommendation]:
    """What became of each recommendation that was ever issued.

    Args:
        reports: what each earlier report issued, oldest first.
        decisions: rows of ``desk.recommendations``.
        now: what this report recommends.
        findings: every finding that this report has, those in order, too.
        good: code of a finding → whether more of its figure is better (``up``) or less (``down``).

    Returns:
        One for each number, those that are open first, then in the order in which they were first issued.
    """
    first: dict[str, IssuedRecommendation] = {}
    for report in reports:
        for each in report:
            first.setdefault(each.number, each)
    noted = {row["recommendation_no"]: row for row in rows(decisions)}
    last = {each.number for each in reports[-1]} if reports else set()
    present = {each.code: each for each in now}
    known = {each.identity: each for each in findings}
    found = [
        _followed(each, noted.get(number), present.get(each.cause) if number in last else None, known, good)
        for number, each in first.items()
    ]
    return sorted(found, key=lambda each: not each.is_open)


def _followed(
    first: IssuedRecommendation,
    noted: Mapping[str, Any] | None,
    present: Recommendation | None,
    known: Mapping[str, Finding],
    good: Mapping[str, str],
) -> FollowedRecommendation:
    now = known.get(first.identity)
    seen, effect = "本期无此问题", "gone"
    if present is not None:
        seen, effect = first_clause(now or present.findings[0]), "open"
        if now is not None:
            effect = _moved(first.value, now.value, good.get(now.code, ""))
    elif now is not None:
        seen, effect = first_clause(now), "unknown" if now.status == "unknown" else "gone"
    finished = (noted or {}).get("finished_at")
    return FollowedRecommendation(
        first,
        (noted or {}).get("decision"),
        finished.date() if isinstance(finished, datetime) else finished,
        (noted or {}).get("remark") or "",
        seen,
        effect,  # type: ignore[arg-type]  # one of EFFECTS
    )


def _moved(then: float | None, now: float | None, good: str) -> Effect:
    if then is None or now is None or not good:
        return "open"
    if abs(now - then) <= _MOVED * max(abs(then), abs(now)):
        return "same"
    return "better" if (now > then) == (good == "up") else "worse"


def unknown_numbers(reports: Iterable[Iterable[IssuedRecommendation]], decisions: Rows) -> list[str]:
    """The numbers that the desk noted something of, and that no report issued: a slip of the pen, most likely."""
    issued = {each.number for report in reports for each in report}
    return sorted({str(row["recommendation_no"]) for row in rows(decisions)} - issued)


def followed_up(
    followed: Sequence[FollowedRecommendation], *, unknown: Sequence[str] = (), is_readable: bool = True
) -> str:
    """What became of the earlier recommendations, in one Chinese sentence.

    Returns:
        ``往期建议 6 项：采纳 2 项（其中 1 项问题已消除），进行中 1 项，未采纳 1 项，未登记 2 项；问题仍在 4 项。``
    """
    if not is_readable:
        return "往期报告无法读取，此前建议的落实情况未知。"
    if not followed:
        return "首次出具，无往期建议。"
    said = []
    for code, word in DECISIONS.items():
        its = [each for each in followed if each.decision == code]
        gone = sum(each.effect == "gone" for each in its)
        if its:
            said.append(
                f"{word} {len(its)} 项" + (f"（其中 {gone} 项问题已消除）" if gone and code == "adopted" else "")
            )
    bare = sum(each.decision is None for each in followed)
    if bare:
        said.append(f"未登记 {bare} 项")
    there = sum(each.effect not in ("gone", "unknown") for each in followed)
    told = f"往期建议 {len(followed)} 项：{'，'.join(said)}；问题仍在 {there} 项。"
    return told + (f"台账登记的 {'、'.join(unknown)} 未曾出具，请核对编号。" if unknown else "")
