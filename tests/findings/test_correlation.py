"""Stories: what failed first and what followed is told once; what is unrelated is told apart."""

from __future__ import annotations

import itertools
from fnmatch import fnmatchcase

from ntanalytics.findings.correlation import correlate, place, places_of
from ntanalytics.findings.correlation_rules import CORRELATION_RULES
from ntanalytics.findings.finding import Finding, State
from ntanalytics.subsystems import RULES

PLACES = places_of([
    ("im", "https://im.city.example/"), ("infra", "im-app-1"), ("docexchange", "https://exchange.city.example/"),
    ("infra", "tls://oa.city.example:443"), ("oa", "https://oa.city.example/"), ("infra", "core-switch-1"),
])  # fmt: skip


def finding(
    code: str,
    subject: str,
    state: State = "critical",
    evidence: str = "失败 9 次，高于阈值。",
    since: str | None = "11月12日",
) -> Finding:
    return Finding(
        code, code.partition(".")[0], subject, "检查", state, 1.0, "integer", "", evidence, since, "查看主机"
    )


DOWN = finding("infra.reachable", "im-app-1", evidence="14:52—16:44 无应答。")
FOLLOWERS = [
    finding("infra.availability", "即时通讯", evidence="可用率 92.36%，低于异常阈值 99.00%。"),
    finding("infra.availability", "软硬件环境", evidence="可用率 92.01%，低于异常阈值 99.00%。"),
    finding("im.im_messages", "即时通讯", "warning", "15:00—16:40 几乎没有消息，同一时段通常 900 条。"),
    finding("infra.error_rate", "im.city.example", "warning", "错误率 3.00%，高于异常阈值 2.00%。"),
    finding("infra.problems", "im-app-1", "warning", "监控告警“无应答”尚未恢复。"),
]


def test_a_host_that_was_down_is_one_story_with_all_that_followed() -> None:
    [story] = correlate([*FOLLOWERS, DOWN, finding("oa.handling", "甲", "ok")], PLACES)
    assert story.root == DOWN
    assert set(story.followers) == set(FOLLOWERS)
    assert (story.state, story.subject) == ("critical", "im-app-1")
    assert story.sentence == (
        "im-app-1：14:52—16:44 无应答，自11月12日起；其后：即时通讯可用率 92.36%、软硬件环境可用率 92.01%、"
        "即时通讯 15:00—16:40 几乎没有消息等 5 项；建议查看主机。"
    )


def test_the_order_of_the_findings_does_not_matter() -> None:
    for some in itertools.permutations([DOWN, *FOLLOWERS[:3]]):
        [story] = correlate(some, PLACES)
        assert story.root == DOWN


def test_two_incidents_of_one_day_are_two_stories() -> None:
    papers = finding("infra.availability", "公文交换", evidence="可用率 97.00%，低于异常阈值 99.00%。")
    clerks = finding("docexchange.call_failure_rate", "政务服务网", "warning")
    found = correlate([papers, DOWN, clerks, *FOLLOWERS], PLACES)
    assert {story.root: len(story.followers) for story in found} == {papers: 1, DOWN: 5}


def test_two_incidents_of_one_subsystem_at_other_hours_are_two_stories() -> None:
    evening = finding("im.im_messages", "即时通讯", evidence="20:10—21:00 几乎没有消息，同一时段通常 300 条。")
    assert {story.root for story in correlate([DOWN, evening], PLACES)} == {DOWN, evening}


def test_what_began_before_does_not_follow() -> None:
    for day, is_one in (("11月9日", False), ("11月12日", True), ("11月13日", True)):
        fall = finding("oa.active_change_rate", "协同办公", "warning", since=day)
        outage = finding("infra.availability", "协同办公")
        assert (len(correlate([fall, outage], PLACES)) == 1) is is_one
    # across the turn of the year
    fall = finding("oa.active_change_rate", "协同办公", "warning", since="12月30日")
    assert len(correlate([fall, finding("infra.availability", "协同办公", since="1月2日")], PLACES)) == 2
    assert len(correlate([fall, finding("infra.availability", "协同办公", since="12月29日")], PLACES)) == 1


def test_what_others_need_is_their_root_and_not_the_other_way_round() -> None:
    logins = finding("infra.availability", "统一身份认证")
    oa = finding("oa.active_change_rate", "协同办公", "warning")
    [story] = correlate([oa, logins], PLACES)
    assert story.root == logins
    messages = finding("im.im_messages", "即时通讯", "warning")
    assert len(correlate([messages, finding("infra.availability", "协同办公")], PLACES)) == 2


def test_a_carrier_that_fails_is_the_root_of_codes_that_do_not_come() -> None:
    carrier = finding("sms.delivery_rate", "中国联通", "warning", "送达率 70.0%。")
    codes = finding("identity.method_failures", "短信验证码", "critical", "失败率 80.0%。")
    passwords = finding("identity.method_failures", "口令", "critical", "失败率 30.0%。")
    found = correlate([codes, passwords, carrier], PLACES)
    assert {story.root: story.followers for story in found} == {carrier: (codes,), passwords: ()}
    assert found[0].state == "critical"


def test_an_unknown_is_never_a_root_and_follows_only_what_makes_it_unknown() -> None:
    unknown = finding("infra.reachable", "im-app-1", "unknown", "监控代理状态未知。")
    messages = finding("im.im_messages", "即时通讯", "warning")
    assert {story.root for story in correlate([unknown, messages], PLACES)} == {unknown, messages}
    silent = finding("infra.checks_gap", "监控平台", "warning", "01:10—03:25 没有检查。")
    not_known = finding("infra.availability", "软硬件环境", "unknown", "可用率未知：数据不完整。")
    [story] = correlate([not_known, silent], PLACES)
    assert (story.root, story.followers) == (silent, (not_known,))


def test_one_disk_is_one_story_and_takes_backups_along_only_when_it_is_bad() -> None:
    disk = finding("infra.disk_used", "oa-db-1 /data", "warning", "磁盘使用率 92.0%，高于关注阈值 85.0%。", "11月14日")
    growth = finding("infra.days_until_full", "oa-db-1 /data", "warning", "磁盘预计写满 8 天。", None)
    alarm = finding("infra.problems", "oa-db-1", "warning", "监控告警“Space is low”尚未恢复。", "11月9日")
    backup = finding("infra.size_drop", "oa-files /data", "critical", "备份数据量下降 62.0%。", "11月20日")
    found = correlate([disk, growth, alarm, backup], PLACES)
    assert "；另见：oa-db-1 /data 磁盘预计写满 8 天、oa-db-1 监控告警" in found[1].sentence
    assert sorted(len(story.findings) for story in found) == [1, 3]
    full = finding("infra.disk_used", "oa-db-1 /data", "critical", "磁盘使用率 99.0%，高于异常阈值 93.0%。", "11月14日")
    [story] = correlate([full, growth, alarm, backup], PLACES)
    assert story.root == full


def test_every_link_speaks_of_rules_that_there_are() -> None:
    patterns = {pattern for link in CORRELATION_RULES for pattern in (*link.roots, *link.followers)}
    assert [each for each in sorted(patterns) if not any(fnmatchcase(code, each) for code in RULES)] == []


def test_the_place_of_a_finding() -> None:
    subjects = ["im-app-1", "exchange-db-1", "tls://oa.city.example:443", "公文交换", "core-switch-1", "portal"]
    assert [place(finding("infra.x", each), PLACES) for each in subjects] == [
        "im",
        "docexchange",
        "oa",
        "docexchange",
        "infra",
        "infra",
    ]
    assert place(finding("sms.x", "oa-db-1"), PLACES) == "sms"


def test_what_is_in_order_is_no_story() -> None:
    assert correlate([finding("oa.handling", "甲", "ok")]) == []


def test_what_followed_for_some_hours_is_told_by_what_was_measured():
    down = Finding(
        "infra.availability",
        "infra",
        "统一门户",
        "可用率",
        "critical",
        0.98,
        "rate:2",
        "低于 99.9%",
        "可用率 98.00%：14:25—14:30 无应答。",
        "11月20日",
    )
    burst = Finding(
        "infra.error_burst",
        "infra",
        "统一门户",
        "集中出错",
        "critical",
        0.344,
        "rate:1",
        "高 15 个百分点",
        "14:10—14:50 请求数 1,404 次，服务端错误 483 次（34.4%），通常 0.1%。",
        "11月20日",
    )
    [story] = correlate([down, burst])
    assert "另见：统一门户 14:10—14:50 集中出错 34.4%" in story.sentence
