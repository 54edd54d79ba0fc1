"""Sentences on since when findings last, what is new, and what is told first."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from ntanalytics.findings import lifecycle_text
from ntanalytics.findings.correlation import correlate
from ntanalytics.findings.finding import Comparison, Entity, Finding, Window, count_by_status, subsystem_entity
from ntanalytics.findings.lifecycle import LifecycleState, ObservedDay, follow_lifecycles, observe
from ntanalytics.findings.lifecycle_text import compared, group_sentence, onset_words
from ntanalytics.findings.rule import Rule
from ntanalytics.findings.text import RuleText, Wording
from ntanalytics.findings.text import word as word_with
from ntanalytics.findings.threshold import Status, Threshold
from ntanalytics.findings.topology import Topology
from ntanalytics.subsystems import DEPENDS_ON, RULES, word

EXPIRED = Rule("ca.expired", "expired", Threshold(0, 9, "down"), "换发", "a reason", label="过期")
TEXTS = {EXPIRED.code: RuleText(evidence=lambda _finding: "过期 3 张。", advice=lambda _finding: "")}


def _finding(label: str, status: Status = "warning", day: int | None = None) -> Finding:
    since = None if day is None else date(2026, 11, day)
    entity = Entity("certificate_kind", label, label)
    return Finding(rule=EXPIRED, entity=entity, status=status, value=3.0, since=since)


def _word(finding: Finding) -> Wording:
    return word_with(finding, TEXTS)


def opening(findings: list[Finding], state: LifecycleState, limit: int = 5) -> list[str]:
    """Return the sentences that open an inspection."""
    return lifecycle_text.opening(findings, state, _word, topology=Topology(depends_on=DEPENDS_ON), limit=limit)


def _on(day: int, *findings: Finding, codes: tuple[str, ...] = ("ca.expired",)) -> ObservedDay:
    return observe(date(2026, 11, day), findings, codes, is_working_day=True)


OLD, NEW = _finding("甲", day=16), _finding("乙", day=12)


def _two_days(*findings: Finding) -> LifecycleState:
    return follow_lifecycles([_on(17, OLD, _finding("丁")), _on(18, *findings)])


def _words(finding: Finding, state: LifecycleState) -> str:
    """Return since when it is so, with plain spaces."""
    return onset_words(finding, state).replace("\u00a0", " ")


def test_since_when_and_which_day_it_is() -> None:
    state = _two_days(OLD, NEW, _finding("丙", "critical"), _finding("丁", "critical"))
    assert _words(OLD, state) == "11月16日（第 3 天）"
    assert _words(NEW, state) == "11月12日（第 7 天，新增）"
    assert _words(_finding("丙", "critical"), state) == "11月18日（新增）"
    assert _words(_finding("丁", "critical"), state) == "11月17日或更早（加重）"
    assert _words(_finding("戊", "ok"), state) == ""
    assert _words(_finding("丙", "ok"), state) == ""  # open for the inspections, in order over the period


def test_what_is_not_confirmed_is_told_with_the_day_that_is_known() -> None:
    doubted = _finding("甲", "unknown", day=18)
    assert _words(doubted, _two_days(doubted)) == "11月16日（第 3 天，未确认）"
    untold = _finding("己", "unknown", day=18)
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
    partly = {"is_partial": True}
    assert compared(_two_days(OLD, NEW), **partly) == "较上次巡检（11月17日）：新增 ≥ 1 项，持续 1 项，已消除 ≥ 1 项。"
    assert compared(worse, **partly) == "较上次巡检（11月17日）：新增未知，持续 2 项（加重 1 项），已消除未知。"
    assert compared(back) == "较上次巡检（11月17日）：新增 0 项，复现 1 项，持续 0 项，已消除 0 项。"
    dropped = follow_lifecycles([_on(17, OLD), _on(18, codes=())])
    assert compared(dropped) == "较上次巡检（11月17日）：新增 0 项，持续 0 项，已消除 0 项，不再检查 1 项。"


def test_what_is_new_is_told_before_what_lasts_and_is_worse() -> None:
    lasting = replace(OLD, status="critical")
    state = follow_lifecycles([_on(17, lasting), _on(18, lasting, NEW)])
    assert opening([lasting, NEW], state) == [
        "较上次巡检（11月17日）：新增 1 项，持续 1 项，已消除 0 项。",
        "新增：乙过期 3 张，自11月12日起。",
        "甲过期 3 张，自11月16日起。",
    ]
    assert opening([lasting, NEW], state, limit=1)[1:] == [
        "新增：乙过期 3 张，自11月12日起。",
        "另有 1 项关注或异常，详见状态一览。",
    ]
    assert opening([_finding("甲", "ok")], follow_lifecycles([_on(17), _on(18)]))[1:] == ["1 项检查均正常。"]
    assert opening([], follow_lifecycles([_on(17), _on(18)]))[1:] == ["没有检查结果，状态未知。"]


def test_where_a_source_is_gone_nothing_is_told_to_be_closed_exactly() -> None:
    state = _two_days(OLD)  # of which the last inspection has nothing
    lacking = replace(_finding("甲", "unknown"), unknown="no_source", value=None)
    seen = follow_lifecycles([_on(17, OLD), _on(18, lacking)])
    assert seen.count("unconfirmed") == 1
    assert opening([lacking], seen)[0] == compared(seen, is_partial=True) != compared(seen)
    assert opening([], state)[0] == compared(state)


def test_checks_whose_data_are_missing_are_one_sentence() -> None:
    """Three of one system and one that stands for five of another; up to three are told one by one."""
    unread = [replace(_finding(name, "unknown"), unknown="incomplete", value=None) for name in "甲乙丙"]
    of_sms = Rule("sms.source", "expired", Threshold(0, 9, "down"), "", "a reason", label="数据")
    several = replace(unread[0], rule=of_sms, entity=subsystem_entity("sms"), details={"checks": 5})
    state = follow_lifecycles([_on(17), _on(18)])
    told = opening([OLD, *unread, several], state)
    assert [sentence for sentence in told[1:] if "未知" in sentence] == [
        "数据缺失或不完整，CA证书 3 项、短信平台 5 项检查未知。"
    ]
    assert len([sentence for sentence in opening([OLD, *unread], state) if "未知" in sentence]) == 3
    assert count_by_status([OLD, *unread, several])["unknown"] == 8


DAY = date(2026, 11, 20)


def _violation(code: str, entity: Entity, value: float, window: Window | None = None, **more: Any) -> Finding:
    given = {"status": "critical", "since": DAY, **more}
    return Finding(rule=RULES[code], entity=entity, value=value, window=window, **given)


def _host(key: str) -> Entity:
    return Entity("host", key, key)


def test_an_incident_is_named_by_its_root_its_followers_and_the_advice_of_the_root() -> None:
    details = {"answers_at_end": True}
    hours = Window(DAY, 14 * 3600, 16 * 3600)
    down = _violation("infra.reachable", _host("im-app-1"), 7200.0, hours, details=details, format="seconds")
    services = [
        _violation("infra.availability", subsystem_entity(name), 0.92, format="rate:2") for name in ("im", "infra")
    ]
    messages = _violation("im.im_messages", subsystem_entity("im"), 12.0, status="warning")
    places = {"im": "im"}
    [group] = correlate([messages, *services, down], Topology(places, DEPENDS_ON))
    assert group_sentence(group, word) == (
        "11月20日14时，即时通讯应用服务器（im-app-1）无应答 2 小时，已恢复。"
        "其后：即时通讯可用率 92.00%、软硬件环境可用率 92.00%、即时通讯消息 12 条。建议检查主机、网络与监控代理。"
    )
    [lone] = correlate([down], Topology(places, DEPENDS_ON))
    assert group_sentence(lone, word) == (
        "11月20日14时，即时通讯应用服务器（im-app-1）无应答 2 小时，已恢复。建议检查主机、网络与监控代理。"
    )


def test_the_views_of_one_host_stand_beside_each_other() -> None:
    disk = Entity("disk", "oa-db-1/data", "oa-db-1 /data")
    used = _violation("infra.disk_used", disk, 0.99, format="rate:1")
    growth = _violation("infra.days_until_full", disk, 8.0, status="warning", since=None, format="number:0")
    [group] = correlate([used, growth])
    assert "。另见：oa-db-1 /data 磁盘预计写满 8 天。建议" in group_sentence(group, word)


def test_a_follower_of_some_hours_is_named_by_its_hours_and_its_share() -> None:
    portal = Entity("service", "portal", "统一门户")
    down = _violation("infra.availability", portal, 0.98, format="rate:2")
    burst = _violation(
        "infra.error_burst", portal, 0.344, Window(DAY, 51_000, 53_400), format="rate:1", detector="failure_burst",
        figures={"attempts": 1404.0, "failures": 483.0, "usual": 0.001}, comparison=Comparison("usual", 0.001),
    )  # fmt: skip
    [group] = correlate([down, burst])
    assert "另见：统一门户 14时10分至50分 集中出错 34.4%" in group_sentence(group, word)


def test_a_follower_that_is_counted_is_named_by_how_much_it_moved() -> None:
    refused = _violation(
        "ca.refused_logins",
        Entity("reason", "untrusted", "不受信任"),
        0.9,
        Window(DAY, 45_000, 59_400),
        format="rate:1",
    )
    fewer = _violation(
        "identity.surveillance", Entity("subject", "identity.logins/method=ca", "方式 CA证书"), 0.029,
        Window(DAY, 46_800, 61_200), status="warning", format="rate:1", detector="surveillance",
        figures={"seen": 105.0, "expected": 500.0},
        details={"events": "登录", "value": "", "form": "integer", "is_over": True},
    )  # fmt: skip
    [group] = correlate([refused, fewer])
    assert "其后：13时至17时方式 CA证书的登录少 79%。" in group_sentence(group, word)


def test_what_no_source_feeds_is_told_in_one_sentence_and_last() -> None:
    lacking = [replace(_finding(name, "unknown"), unknown="no_source") for name in ("甲", "乙", "丙", "丁")]
    state = follow_lifecycles([_on(18, *lacking, NEW)])
    assert opening([*lacking, NEW], state)[1:] == [
        "乙过期 3 张，自11月12日起。",
        "甲、乙、丙等 4 项没有配置数据源，状态未知。",
    ]
    assert opening(lacking, state)[1:] == ["甲、乙、丙等 4 项没有配置数据源，状态未知。"]
