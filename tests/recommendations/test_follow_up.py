"""What became of earlier recommendations: numbers that stay, decisions, and effects worked out by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ntanalytics.findings.finding import Finding, State
from ntanalytics.recommendations.follow_up import IssuedRecommendation, follow, followed_up, numbers, unknown_numbers
from ntanalytics.recommendations.ranking import Cause, Recommendation, recommend

CAUSES = [
    Cause(code, (finding,), "running", problem, "延误", "处理", "week", "运维团队", 3, "a reason")
    for code, finding, problem in (
        ("capacity", "infra.disk_used", "磁盘将写满"), ("overdue", "docexchange.overdue_deliveries", "逾期未签收"),
        ("web", "infra.error_rate", "出错率偏高"),
    )
]  # fmt: skip
GOOD = {"infra.disk_used": "down", "docexchange.overdue_deliveries": "down", "infra.error_rate": "down"}


def seen(code: str, subject: str, value: float, state: State = "warning") -> Finding:
    return Finding(
        code, code.partition(".")[0], subject, "检查", state, value, "number:0", "", f"检查 {value:g}，高于 4。"
    )


def issued(number: str, value: float, subject: str = "甲") -> IssuedRecommendation:
    code = {each.code: each.findings[0] for each in CAUSES}[number.partition("-")[0]]
    return IssuedRecommendation(number, "问题", f"{code}:{subject}", f"{subject}：检查 {value:g}", value)


def advised(*findings: Finding) -> list[Recommendation]:
    return recommend(findings, CAUSES, {})


def noted(number: str, decision: str, finished: dt.datetime | None = None) -> dict[str, Any]:
    return {"recommendation_no": number, "decision": decision, "finished_at": finished, "remark": None}


def test_a_recommendation_keeps_its_number_while_each_report_issues_it_again() -> None:
    now = advised(seen("infra.disk_used", "甲", 9), seen("infra.error_rate", "乙", 9))
    last = [issued("capacity-2026-09", 5)]
    assert numbers(now, "2026-11", last) == {"capacity": "capacity-2026-09", "web": "web-2026-11"}
    assert numbers(now, "2026-W47", []) == {"capacity": "capacity-2026-W47", "web": "web-2026-W47"}
    assert (last[0].cause, last[0].period) == ("capacity", "2026-09")
    assert IssuedRecommendation("slow_services-2026-W47", "", "", "", None).cause == "slow_services"


@pytest.mark.parametrize(
    ("then", "now", "effect"),
    [(10, 4, "better"), (10, 20, "worse"), (10, 10.4, "same"), (None, 4, "open")],
)
def test_what_is_still_there_moved_or_not(then: float | None, now: float, effect: str) -> None:
    before = [IssuedRecommendation("capacity-2026-10", "问题", "infra.disk_used:甲", "甲：检查 10", then)]
    found = seen("infra.disk_used", "甲", now)
    [followed] = follow([before], [], advised(found), [found], GOOD)
    assert (followed.effect, followed.seen, followed.is_open) == (effect, f"甲：检查 {now:g}", True)


def test_what_is_not_recommended_any_more_is_gone_and_shows_its_figure_now() -> None:
    fine = seen("infra.disk_used", "甲", 2, "ok")
    done = dt.datetime(2026, 11, 20, 18)
    before = [issued("capacity-2026-10", 9), issued("web-2026-10", 5)]
    capacity, web = follow([before], [noted("capacity-2026-10", "adopted", done)], [], [fine], GOOD)
    assert (capacity.effect, capacity.seen, capacity.finished_on) == ("gone", "甲：检查 2", done.date())
    assert (web.effect, web.seen, web.decision, web.is_open) == ("gone", "本期无此问题", None, False)


def test_over_a_hole_it_is_not_known_whether_it_is_gone() -> None:
    gap = seen("infra.disk_used", "甲", 0, "unknown")
    [followed] = follow([[issued("capacity-2026-10", 9)]], [], [], [gap], GOOD)
    assert (followed.effect, followed.is_open) == ("unknown", True)
    assert followed_up([followed]) == "往期建议 1 项：未登记 1 项；问题仍在 0 项。"


def test_another_unit_with_the_same_obstacle_leaves_it_open() -> None:
    found = seen("docexchange.overdue_deliveries", "乙", 9)
    [followed] = follow([[issued("overdue-2026-10", 5)]], [], advised(found), [found], GOOD)
    assert (followed.effect, followed.seen) == ("open", "乙：检查 9")


def test_what_came_again_after_it_was_gone_is_a_new_one() -> None:
    found = seen("infra.disk_used", "甲", 9)
    reports = [[issued("capacity-2026-08", 9)], [issued("web-2026-09", 5)]]
    by_number = {each.first.number: each.effect for each in follow(reports, [], advised(found), [found], GOOD)}
    assert by_number == {"capacity-2026-08": "gone", "web-2026-09": "gone"}
    assert numbers(advised(found), "2026-11", reports[-1]) == {"capacity": "capacity-2026-11"}


def test_the_first_figure_is_compared_and_what_is_open_comes_first() -> None:
    found = seen("infra.disk_used", "甲", 5)
    reports = [[issued("web-2026-08", 9)], [issued("capacity-2026-09", 9)], [issued("capacity-2026-09", 5)]]
    one, other = follow(reports, [], advised(found), [found], GOOD)
    assert (one.first.number, one.effect) == ("capacity-2026-09", "better")
    assert other.first.number == "web-2026-08"


def test_the_sentence_counts_decisions_and_effects() -> None:
    found = seen("infra.disk_used", "甲", 9)
    before = [issued("capacity-2026-10", 5), issued("overdue-2026-10", 5), issued("web-2026-10", 5)]
    decided = [
        noted("overdue-2026-10", "adopted"),
        noted("capacity-2026-10", "declined"),
        noted("wep-2026-10", "adopted"),
    ]
    followed = follow([before], decided, advised(found), [found], GOOD)
    assert unknown_numbers([before], decided) == ["wep-2026-10"]
    assert followed_up(followed, unknown=["wep-2026-10"]) == (
        "往期建议 3 项：采纳 1 项（其中 1 项问题已消除），未采纳 1 项，未登记 1 项；问题仍在 1 项。"
        "台账登记的 wep-2026-10 未曾出具，请核对编号。"
    )
    assert not any(each.is_open for each in followed)
    assert followed_up([]) == "首次出具，无往期建议。"
    assert followed_up([], is_readable=False) == "往期报告无法读取，此前建议的落实情况未知。"
