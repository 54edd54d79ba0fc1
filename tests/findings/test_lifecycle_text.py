from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from ntanalytics.findings.finding import Finding, State
from ntanalytics.findings.lifecycle import LifecycleState, ObservedDay, follow_lifecycles, observe
from ntanalytics.findings.lifecycle_text import begun_words, compared, opening


def _finding(subject: str, state: State = "warning", **more: Any) -> Finding:
    return Finding("ca.expired", "ca", subject, "过期", state, 3.0, "integer", "", "过期 3 张。", **more)


def _on(day: int, *found: Finding, codes: tuple[str, ...] = ("ca.expired",)) -> ObservedDay:
    return observe(date(2026, 11, day), found, codes, is_working_day=True)


OLD, NEW = _finding("甲", since="11月16日"), _finding("乙", since="11月12日")


def _two_days(*found: Finding) -> LifecycleState:
    return follow_lifecycles([_on(17, OLD, _finding("丁")), _on(18, *found)])


def _words(finding: Finding, found: LifecycleState) -> str:
    """What is said of when it began, with plain spaces."""
    return (begun_words(finding, found) or "").replace("\u00a0", " ")


def test_since_when_and_which_day_it_is() -> None:
    found = _two_days(OLD, NEW, _finding("丙", "critical"), _finding("丁", "critical"))
    assert _words(OLD, found) == "11月16日（第 3 天）"
    assert _words(NEW, found) == "11月12日（第 7 天，新增）"
    assert _words(_finding("丙", "critical"), found) == "11月18日（新增）"
    assert _words(_finding("丁", "critical"), found) == "11月17日或更早（加重）"
    assert _words(_finding("戊", "ok"), found) == ""


def test_what_is_not_confirmed_is_said_with_the_day_that_is_known() -> None:
    doubted = _finding("甲", "unknown", since="11月18日")
    assert _words(doubted, _two_days(doubted)) == "11月16日（第 3 天，未确认）"
    untold = _finding("己", "unknown", since="11月18日")
    assert _words(untold, _two_days(untold)) == "11月18日"


def test_without_a_past_nothing_is_new() -> None:
    first = follow_lifecycles([_on(17, OLD)])
    assert _words(OLD, first) == "11月16日（第 2 天）"
    assert compared(first) == "此前没有巡检记录，各项不区分新增与持续。"
    unread = replace(first, is_known=False)
    assert _words(OLD, unread) == "11月16日"
    assert compared(unread) == "此前的巡检记录无法读取，各项是新增还是持续未知。"
    assert opening([OLD], unread) == [compared(unread), "甲过期 3 张，自11月16日起。"]


def test_what_became_of_the_findings_is_counted() -> None:
    assert compared(_two_days(OLD, NEW)) == "较上次巡检（11月17日）：新增 1 项，持续 1 项，已消除 1 项。"
    worse = _two_days(OLD, _finding("丁", "critical"))
    assert compared(worse) == "较上次巡检（11月17日）：新增 0 项，持续 2 项（加重 1 项），已消除 0 项。"
    back = follow_lifecycles([_on(16, OLD), _on(17), _on(18, OLD)])
    assert compared(back) == "较上次巡检（11月17日）：新增 0 项，复现 1 项，持续 0 项，已消除 0 项。"
    dropped = follow_lifecycles([_on(17, OLD), _on(18, codes=())])
    assert compared(dropped) == "较上次巡检（11月17日）：新增 0 项，持续 0 项，已消除 0 项，不再检查 1 项。"


def test_what_is_new_is_told_before_what_lasts_and_is_worse() -> None:
    lasting = replace(OLD, state="critical")
    found = follow_lifecycles([_on(17, lasting), _on(18, lasting, NEW)])
    assert opening([lasting, NEW], found) == [
        "较上次巡检（11月17日）：新增 1 项，持续 1 项，已消除 0 项。",
        "新增：乙过期 3 张，自11月12日起。",
        "甲过期 3 张，自11月16日起。",
    ]
    assert opening([lasting, NEW], found, most=1)[1:] == [
        "新增：乙过期 3 张，自11月12日起。",
        "另有 1 项关注、异常或未知，见状态表。",
    ]
    assert opening([_finding("甲", "ok")], follow_lifecycles([_on(17), _on(18)]))[1:] == ["1 项检查全部正常。"]
    assert opening([], follow_lifecycles([_on(17), _on(18)]))[1:] == ["没有检查结果，状态未知。"]
