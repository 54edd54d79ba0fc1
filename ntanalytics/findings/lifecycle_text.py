"""The life of findings in Chinese: since when and which day, what is new, what is told first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from ntanalytics.findings.correlation import IncidentGroup, correlate
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.lifecycle import CHANGES, Change, LifecycleState
from ntanalytics.findings.sentences import day_words, exceptions

#: The changes that a reader is told of first, in this order.
_FIRST: tuple[Change, ...] = ("new", "back", "worse")
#: What is said beside the day; that it persists is said by the day itself.
_SAID: tuple[Change, ...] = (*_FIRST, "better", "unconfirmed")


def begun_words(finding: Finding, course: LifecycleState) -> str | None:
    """Since when it is so, which day that is, and what the last inspection made of it.

    Returns:
        For example ``11月18日（第 3 天）`` or ``10月30日（第 22 天，新增）``. What the finding itself says where nobody
        has opened it, or its past is not known; None where there is nothing to say.
    """
    life = course.of(finding.identity) if course.is_known else None
    if life is None or course.on is None:
        return finding.since
    day = life.day(course.on)
    # in a narrow column it breaks before its bracket, and not within
    said = [f"第\u00a0{day}\u00a0天"] if day > 1 and not life.is_older else []
    if life.change in _SAID and not course.is_first:
        said.append(CHANGES[life.change])
    begun = day_words(life.begun_on) + ("或更早" if life.is_older else "")
    return f"{begun}（{'，'.join(said)}）" if said else begun


def compared(course: LifecycleState) -> str:
    """What became of the findings since the inspection before, in one sentence.

    Returns:
        For example ``较上次巡检（11月19日）：新增 2 项，持续 14 项（加重 1 项），已消除 3 项。``
    """
    if not course.is_known:
        return "此前的巡检记录无法读取，各项是新增还是持续未知。"
    if course.before is None:
        return "此前没有巡检记录，各项不区分新增与持续。"
    lasting = len(course.open) - course.count("new", "back")
    said = [f"新增 {course.count('new')} 项"]
    if back := course.count("back"):
        said.append(f"复现 {back} 项")
    more = [
        f"{CHANGES[each]} {count} 项" for each in ("worse", "better", "unconfirmed") if (count := course.count(each))
    ]
    said.append(f"持续 {lasting} 项" + (f"（{'，'.join(more)}）" if more else ""))
    dropped = sum(each.change == "dropped" for each in course.closed)
    said.append(f"已消除 {len(course.closed) - dropped} 项")
    if dropped:
        said.append(f"不再检查 {dropped} 项")
    return f"较上次巡检（{day_words(course.before)}）：{'，'.join(said)}。"


def opening(
    findings: Iterable[Finding], course: LifecycleState, places: Mapping[str, str] = MappingProxyType({}), most: int = 5
) -> list[str]:
    """What a report of an inspection opens with: what became of the findings, then a sentence for each story.

    Args:
        findings: all findings.
        course: their life.
        places: as ``correlate.stories`` takes them.
        most: so many stories are told; a last sentence says how many findings more there are.

    Returns:
        What is new is told first, then what came back or is worse, then the rest, the worst first.
    """
    found = list(findings)
    marked = [(change_of(story, course), story) for story in correlate(found, places)]
    if not marked:
        return [compared(course), *exceptions(found)]
    order: tuple[Change | None, ...] = (*_FIRST, None)
    marked.sort(key=lambda each: order.index(each[0]))
    said = [f"{CHANGES[change]}：{story.sentence}" if change else story.sentence for change, story in marked[:most]]
    left = sum(len(story.findings) for _, story in marked[most:])
    more = [f"另有 {left} 项关注、异常或未知，见状态表。"] if left else []
    return [compared(course), *said, *more]


def change_of(story: IncidentGroup, course: LifecycleState) -> Change | None:
    """What is to be told first of a story: that of its findings which are as bad as it is; None where it only lasts."""
    if course.is_first or not course.is_known:
        return None
    changes = _changes((each for each in story.findings if each.state == story.state), course)
    return next((each for each in _FIRST if each in changes), None)


def _changes(findings: Iterable[Finding], course: LifecycleState) -> set[Change]:
    return {life.change for each in findings if (life := course.of(each.identity)) is not None}
