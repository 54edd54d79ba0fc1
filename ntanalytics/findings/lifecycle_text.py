"""Sentences of the lifecycle: onset, day number, new findings, order of the incidents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ntanalytics.findings.correlation import IncidentGroup, correlate
from ntanalytics.findings.finding import Finding, Unknown, checks_by_system
from ntanalytics.findings.lifecycle import CHANGES, Change, LifecycleState
from ntanalytics.findings.phrases import hours_words, listed, spaced, unknown_begin, value_words
from ntanalytics.findings.subjects import KIND as SUBJECT
from ntanalytics.findings.text import Wording, exceptions, remaining, since_words
from ntanalytics.findings.topology import Topology
from ntanalytics.periods.day_text import day_words

#: Changes at the head of an inspection, in this order.
_FIRST: tuple[Change, ...] = ("new", "back", "worse")
#: Changes that stand beside the day; the number of the day tells that it persists.
_BESIDE: tuple[Change, ...] = (*_FIRST, "better", "unconfirmed")
#: Why the data of a check could not be read; of several, one sentence tells how many they are.
_UNREAD: frozenset[Unknown] = frozenset({"missing", "incomplete"})
#: Number of followers that are named.
MAX_FOLLOWERS = 3

Word = Callable[[Finding], Wording]


def onset_words(finding: Finding, state: LifecycleState) -> str:
    """Return since when it is so, which day that is, and what the last inspection made of it.

    Returns:
        For example ``11月18日（第 3 天）`` or ``10月30日（第 22 天，新增）``; without a lifecycle what the
        finding itself tells; empty where there is nothing to tell, as of what is in order over the period, though
        an inspection left it open.
    """
    if finding.status == "ok":
        return ""
    lifecycle = state.of(finding.identity) if state.is_known else None
    if lifecycle is None or state.on is None:
        return since_words(finding)
    if lifecycle.snapshot_on is not None:
        return unknown_begin(lifecycle.snapshot_on)
    day = lifecycle.day(state.on)
    # a narrow column breaks before the bracket, and not within
    notes = [f"第\u00a0{day}\u00a0天"] if day > 1 and not lifecycle.is_older else []
    if lifecycle.change in _BESIDE and not state.is_first:
        notes.append(CHANGES[lifecycle.change])
    onset = day_words(lifecycle.begun_on) + ("或更早" if lifecycle.is_older else "")
    return f"{onset}（{'，'.join(notes)}）" if notes else onset


def compared(state: LifecycleState, *, is_partial: bool = False) -> str:
    """Return what became of the findings since the inspection before, in one sentence.

    Args:
        state: the lifecycles.
        is_partial: whether many checks could not be made, so that more may be new, and more may be gone.

    Returns:
        For example ``较上次巡检（11月19日）：新增 2 项，持续 14 项（加重 1 项），已消除 3 项。``
    """
    if not state.is_known:
        return "此前的巡检记录无法读取，各项是新增还是持续未知。"
    if state.previous_on is None:
        return "此前没有巡检记录，各项不区分新增与持续。"
    lasting = len(state.open) - state.count("new", "back")
    parts = [change_count("新增", state.count("new"), is_partial=is_partial)]
    if back := state.count("back"):
        parts.append(f"复现 {back} 项")
    changes: tuple[Change, ...] = ("worse", "better", "unconfirmed")
    more = [f"{CHANGES[change]} {count} 项" for change in changes if (count := state.count(change))]
    parts.append(f"持续 {lasting} 项" + (f"（{'，'.join(more)}）" if more else ""))
    dropped = sum(lifecycle.change == "dropped" for lifecycle in state.closed)
    parts.append(change_count("已消除", len(state.closed) - dropped, is_partial=is_partial))
    if dropped:
        parts.append(f"不再检查 {dropped} 项")
    return f"较上次巡检（{day_words(state.previous_on)}）：{'，'.join(parts)}。"


def change_count(change: str, count: int, *, is_partial: bool) -> str:
    """Return a number of findings; where some were not looked for, at least so many, and of none that it is unknown.

    Args:
        change: what became of them: ``新增``.
        count: the number that is known.
        is_partial: whether checks or inspections could not be made.
    """
    if is_partial and not count:
        return f"{change}未知"
    return f"{change} {'≥ ' if is_partial else ''}{count} 项"


def opening(
    findings: Iterable[Finding], state: LifecycleState, word: Word, *, topology: Topology, limit: int = 5
) -> list[str]:
    """Return the sentences at the head of an inspection: changes of the findings, then one for each incident.

    New incidents come first, then those that came back or are worse, then the rest, the worst first.

    Args:
        findings: all findings.
        state: their lifecycles.
        word: a finding in Chinese.
        topology: as :func:`correlate` takes it.
        limit: number of incidents; a last sentence tells how many findings more there are.
    """
    known: list[Finding] = []
    lacking: list[Finding] = []
    unread: list[Finding] = []
    for finding in findings:
        (lacking if finding.unknown == "no_source" else unread if finding.unknown in _UNREAD else known).append(finding)
    if len(unread) <= MAX_FOLLOWERS:
        known, unread = [*known, *unread], []
    sentence = compared(state, is_partial=bool(unread) or bool(lacking and state.count("unconfirmed")))
    marked = [(change_of(group, state), group) for group in correlate(known, topology)]
    last = [*_not_read(unread, word), *_without_source(lacking)]
    if not marked:
        return [sentence, *(exceptions(known, word) if known or not last else ()), *last]
    order: tuple[Change | None, ...] = (*_FIRST, None)
    marked.sort(key=lambda pair: order.index(pair[0]))
    sentences = [
        f"{CHANGES[change]}：{group_sentence(group, word)}" if change else group_sentence(group, word)
        for change, group in marked[:limit]
    ]
    more = remaining([finding for _, group in marked[limit:] for finding in group.findings])
    return [sentence, *sentences, *more, *last]


def _not_read(findings: Sequence[Finding], word: Word) -> list[str]:
    """Return one sentence on the checks whose data are missing or in part: how many of each system."""
    if not findings:
        return []
    counted = [f"{name} {count} 项" for name, count in checks_by_system(findings).items()]
    return [f"数据缺失或不完整，{'、'.join(counted)}检查未知。{word(findings[0]).advice_sentence}"]


def _without_source(findings: Sequence[Finding]) -> list[str]:
    """Return one sentence on all that no source feeds, and one on datasets of the rest; none where they have one."""
    whole = [finding.entity.label for finding in findings if not finding.details.get("is_part")]
    parts = [finding.details["datasets"] for finding in findings if finding.details.get("is_part")]
    lacking = list(dict.fromkeys(name for names in parts if isinstance(names, tuple) for name in names))
    sentences = [f"{listed(whole)} {len(whole)} 项没有配置数据源，状态未知。"] if whole else []
    return sentences + ([f"没有配置{listed(lacking)}的数据源，有关检查未进行。"] if lacking else [])


def group_sentence(group: IncidentGroup, word: Word) -> str:
    """Return an incident: the headline of what failed first, what followed, what to do about the first of it."""
    root = word(group.root)
    if not group.followers:
        return root.sentence
    briefs = list(dict.fromkeys(_briefly(finding, word(finding)) for finding in group.followers))
    mark = "；" if any("、" in brief for brief in briefs[:MAX_FOLLOWERS]) else "、"
    named = mark.join(briefs[:MAX_FOLLOWERS]) + (f"等 {len(briefs)} 项" if len(briefs) > MAX_FOLLOWERS else "")
    # the level, growth and alarm of one host are one thing seen in several ways: none comes after the other
    order = "同时" if group.is_at_once else "另见" if group.is_one_view else "其后"
    return f"{root.headline}{root.event.detail_sentence}{order}：{named}。{root.advice_sentence}"


def _briefly(finding: Finding, wording: Wording) -> str:
    """Return a finding in a few words: its entity and the hours with their share, or the check with its value.

    Of a subject of surveillance it tells how much of it moved, and not which share of all events that is.
    """
    if finding.entity.kind == SUBJECT and finding.is_violation:
        what = wording.event.what
        return what if finding.window is None else what.removeprefix(day_words(finding.window.day)).replace("，", "", 1)
    if finding.code == "desk.checks":
        return wording.event.what
    if finding.window is not None and finding.value is not None and finding.format.startswith("rate"):
        seen = f"{hours_words(finding.window)} {wording.check} {value_words(finding)}"
        return f"{wording.entity} {seen}"
    if wording.brief.startswith(wording.entity):
        return wording.brief
    return f"{wording.entity} {wording.brief}" if wording.brief[:1].isdigit() else spaced(wording.entity, wording.brief)


def change_of(group: IncidentGroup, state: LifecycleState) -> Change | None:
    """Return the change that ranks first among the findings as bad as the incident; None if it only lasts."""
    if state.is_first or not state.is_known:
        return None
    changes = {
        lifecycle.change
        for finding in group.findings
        if finding.status == group.status and (lifecycle := state.of(finding.identity)) is not None
    }
    return next((change for change in _FIRST if change in changes), None)
