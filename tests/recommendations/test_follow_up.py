"""What became of earlier recommendations: numbers that stay, decisions, and effects worked out by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ntanalytics.findings.finding import Finding
from ntanalytics.findings.threshold import Status
from ntanalytics.recommendations.causes import CAUSES
from ntanalytics.recommendations.follow_up import IssuedRecommendation, follow, followed_up, numbers, unknown_numbers
from ntanalytics.recommendations.ranking import Recommendation, recommend
from tests.recommendations.given import finding

#: Cause → the rule whose findings these tests give it; more is worse for each.
CODES = {"overdue": "docexchange.overdue_deliveries", "patches": "infra.failed_patches", "web": "infra.error_rate"}


def seen(code: str, name: str, value: float, status: Status = "warning") -> Finding:
    return finding(code, status, name, value)


def issued(number: str, value: float, name: str = "甲") -> IssuedRecommendation:
    code = CODES[number.partition("-")[0]]
    return IssuedRecommendation(number, "问题", f"{code}:unit/{name}", f"{name}：逾期未签收 {value:g} 件次", value)


def of_number(number: str, cause: str) -> IssuedRecommendation:
    return IssuedRecommendation(number, "问题", f"{CODES[cause]}:unit/甲", "甲", 5.0)


def advised(*findings: Finding) -> list[Recommendation]:
    return recommend(findings, CAUSES, {})


def noted(number: str, decision: str, finished: dt.datetime | None = None) -> dict[str, Any]:
    return {"recommendation_no": number, "decision": decision, "finished_at": finished, "remark": None}


def test_a_recommendation_keeps_its_number_while_each_report_issues_it_again() -> None:
    now = advised(seen("docexchange.overdue_deliveries", "甲", 9), seen("infra.error_rate", "乙", 9))
    last = [of_number("2026-09-04", "overdue")]
    assert [item.code for item in now] == ["web", "overdue"]
    assert numbers(now, "2026-11", last) == {"overdue": "2026-09-04", "web": "2026-11-01"}
    assert numbers(now, "2026-W47", []) == {"web": "2026-W47-01", "overdue": "2026-W47-02"}


def test_a_number_of_an_older_version_stays_and_tells_its_cause() -> None:
    now = advised(seen("docexchange.overdue_deliveries", "甲", 9))
    assert numbers(now, "2026-11", [issued("overdue-2026-09", 5)]) == {"overdue": "overdue-2026-09"}
    assert IssuedRecommendation("slow_services-2026-W47", "", "", "", None).cause == "slow_services"


def test_a_later_version_of_a_report_keeps_its_numbers_and_uses_none_twice() -> None:
    own = [of_number("2026-11-01", "patches"), of_number("2026-11-02", "web")]
    now = advised(seen("docexchange.overdue_deliveries", "甲", 9), seen("infra.error_rate", "乙", 9))
    assert numbers(now, "2026-11", [], own) == {"overdue": "2026-11-03", "web": "2026-11-02"}


def test_a_decision_is_found_whatever_the_case_of_its_number() -> None:
    [followed] = follow([[of_number("2026-W47-01", "web")]], [noted("2026-w47-01", "adopted")], [], [])
    assert followed.decision == "adopted"
    assert unknown_numbers([[of_number("2026-W47-01", "web")]], [noted("2026-w47-01", "adopted")]) == []


@pytest.mark.parametrize(
    ("then", "now", "effect"), [(10, 5, "better"), (10, 20, "worse"), (100, 104, "same"), (None, 4, "open")]
)
def test_what_is_still_there_moved_or_not(then: float | None, now: float, effect: str) -> None:
    before = [
        IssuedRecommendation(
            "overdue-2026-10", "问题", "docexchange.overdue_deliveries:unit/甲", "甲：逾期未签收 10 件次", then
        )
    ]
    finding_now = seen("docexchange.overdue_deliveries", "甲", now)
    [followed] = follow([before], [], advised(finding_now), [finding_now])
    assert (followed.effect, followed.measured, followed.is_open) == (effect, f"甲：逾期未签收 {now:g} 件次", True)


def test_what_is_not_recommended_any_more_is_gone_and_shows_its_figure_now() -> None:
    fine = seen("docexchange.overdue_deliveries", "甲", 2, "ok")
    done = dt.datetime(2026, 11, 20, 18)
    before = [issued("overdue-2026-10", 9), issued("web-2026-10", 5)]
    overdue, web = follow([before], [noted("overdue-2026-10", "adopted", done)], [], [fine])
    assert (overdue.effect, overdue.measured, overdue.finished_on) == ("gone", "甲：逾期未签收 2 件次", done.date())
    assert (web.effect, web.measured, web.decision, web.is_open) == ("gone", "本期无此问题", None, False)


def test_over_a_gap_it_is_not_known_whether_it_is_gone() -> None:
    gap = seen("docexchange.overdue_deliveries", "甲", 0, "unknown")
    [followed] = follow([[issued("overdue-2026-10", 9)]], [], [], [gap])
    assert (followed.effect, followed.is_open) == ("unknown", True)
    assert followed_up([followed]) == "往期建议 1 项：未登记 1 项；问题仍在 0 项。"


def test_of_a_rule_that_tells_only_what_is_wrong_it_is_not_known_over_a_gap_whether_it_is_gone() -> None:
    before = [[issued("overdue-2026-10", 9), issued("web-2026-10", 5)]]
    web, overdue = follow(before, [], [], [], judged={CODES["overdue"]})
    assert (overdue.effect, web.effect, web.measured) == ("gone", "unknown", "未知")


def test_a_decision_may_stand_in_a_row_that_could_not_be_read() -> None:
    before, decided = [[issued("overdue-2026-10", 9), issued("web-2026-10", 5)]], [noted("web-2026-10", "adopted")]
    overdue, web = follow(before, decided, [], [], is_whole=False)
    assert (overdue.decision, overdue.is_open, web.decision) == ("unknown", False, "adopted")
    assert overdue.decision_label == "未知"
    assert "未登记 " not in followed_up([overdue, web])


def test_another_unit_with_the_same_obstacle_leaves_it_open() -> None:
    finding_now = seen("docexchange.overdue_deliveries", "乙", 9)
    [followed] = follow([[issued("overdue-2026-10", 5)]], [], advised(finding_now), [finding_now])
    assert (followed.effect, followed.measured) == ("open", "乙：逾期未签收 9 件次")


def test_what_came_again_after_it_was_gone_is_a_new_one() -> None:
    finding_now = seen("docexchange.overdue_deliveries", "甲", 9)
    reports = [[issued("overdue-2026-08", 9)], [issued("web-2026-09", 5)]]
    by_number = {item.first.number: item.effect for item in follow(reports, [], advised(finding_now), [finding_now])}
    assert by_number == {"overdue-2026-08": "gone", "web-2026-09": "gone"}
    assert numbers(advised(finding_now), "2026-11", reports[-1]) == {"overdue": "2026-11-01"}


def test_the_first_figure_is_compared_and_what_is_open_comes_first() -> None:
    finding_now = seen("docexchange.overdue_deliveries", "甲", 5)
    reports = [[issued("web-2026-08", 9)], [issued("overdue-2026-09", 9)], [issued("overdue-2026-09", 5)]]
    one, other = follow(reports, [], advised(finding_now), [finding_now])
    assert (one.first.number, one.effect) == ("overdue-2026-09", "better")
    assert other.first.number == "web-2026-08"


def test_the_sentence_counts_decisions_and_effects() -> None:
    finding_now = seen("docexchange.overdue_deliveries", "甲", 9)
    before = [issued("overdue-2026-10", 5), issued("patches-2026-10", 5), issued("web-2026-10", 5)]
    decided = [
        noted("patches-2026-10", "adopted"),
        noted("overdue-2026-10", "declined"),
        noted("wep-2026-10", "adopted"),
    ]
    followed = follow([before], decided, advised(finding_now), [finding_now])
    assert unknown_numbers([before], decided) == ["wep-2026-10"]
    assert followed_up(followed, unknown=["wep-2026-10"]) == (
        "往期建议 3 项：采纳 1 项（其中 1 项问题已消除），未采纳 1 项，未登记 1 项；问题仍在 1 项。"
        "台账登记的 wep-2026-10 未曾出具，请核对编号。"
    )
    assert not any(item.is_open for item in followed)
    assert followed_up([]) == "此前各期未出具过建议。"
    assert followed_up([], unknown=["2026-09-01"]) == (
        "此前各期未出具过建议；台账另登记有往期建议 1 项（2026-09-01），非本报告出具，见台账。"
    )
    assert followed_up([], is_readable=False) == "往期报告无法读取，此前建议的落实情况未知。"
