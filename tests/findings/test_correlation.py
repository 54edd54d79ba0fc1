"""Incidents: what failed first and what followed is one group; what is unrelated is another."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

import pytest

from ntanalytics.findings.correlation import IncidentGroup, correlate
from ntanalytics.findings.correlation_rules import CORRELATION_RULES
from ntanalytics.findings.finding import Entity, Finding, Window, subsystem_entity
from ntanalytics.findings.threshold import Status
from ntanalytics.findings.topology import Topology, host_of, place, places_of
from ntanalytics.subsystems import DEPENDS_ON, RULES

ON = dt.date(2026, 11, 12)
PLACES = places_of([
    ("im", "https://im.city.example/"), ("infra", "im-app-1"), ("docexchange", "https://exchange.city.example/"),
    ("infra", "tls://oa.city.example:443"), ("oa", "https://oa.city.example/"), ("infra", "core-switch-1"),
])  # fmt: skip
TOPOLOGY = Topology(PLACES, DEPENDS_ON, {"core-switch-*": ("*",), "firewall-1": ("*",), "storage-1": ("oa-db-*",)})


def _host(key: str) -> Entity:
    return Entity("host", key, key)


def _window(begin: float, end: float, day: dt.date = ON) -> Window:
    return Window(day, begin * 3600, end * 3600)


def _finding(code: str, entity: Entity | None = None, status: Status = "critical", **more: Any) -> Finding:
    given = {"value": 1.0, "since": ON, **more}
    return Finding(rule=RULES[code], entity=entity or subsystem_entity(code.partition(".")[0]), status=status, **given)


def _down(subsystem: str, **more: Any) -> Finding:
    return _finding("infra.availability", subsystem_entity(subsystem), **more)


def _groups(*findings: Finding) -> list[IncidentGroup]:
    return correlate(findings, TOPOLOGY)


DOWN = _finding("infra.reachable", _host("im-app-1"), window=_window(14.87, 16.73))
FOLLOWERS = [
    _down("im"),
    _down("infra"),
    _finding("im.im_messages", status="warning", window=_window(15, 16.67)),
    _finding("infra.error_rate", Entity("service", "im.city.example", "im.city.example"), "warning"),
    _finding("infra.problems", _host("im-app-1"), "warning"),
]


def test_a_host_that_was_down_is_one_incident_with_all_that_followed() -> None:
    [group] = _groups(*FOLLOWERS, DOWN, _finding("oa.handling", status="ok"))
    assert group.root == DOWN
    assert {finding.identity for finding in group.followers} == {finding.identity for finding in FOLLOWERS}
    assert (group.status, len(group.findings)) == ("critical", 6)


def test_the_order_of_the_findings_does_not_matter() -> None:
    for findings in itertools.permutations([DOWN, *FOLLOWERS[:3]]):
        [group] = _groups(*findings)
        assert group.root == DOWN


def test_two_incidents_of_one_day_are_two_groups() -> None:
    papers = _down("docexchange")
    clerks = _finding("docexchange.call_failure_rate", Entity("caller", "政务服务网", "政务服务网"), "warning")
    groups = _groups(papers, DOWN, clerks, *FOLLOWERS)
    assert {group.root.identity: len(group.followers) for group in groups} == {papers.identity: 1, DOWN.identity: 5}


def test_two_incidents_of_one_subsystem_at_other_hours_are_two_groups() -> None:
    evening = _finding("im.im_messages", window=_window(20.17, 21))
    assert [group.root for group in _groups(DOWN, evening)] == [DOWN, evening]
    of_next_day = _finding("im.im_messages", window=_window(15, 16, ON + dt.timedelta(days=1)))
    assert len(_groups(DOWN, of_next_day)) == 2


@pytest.mark.parametrize(
    ("fall_since", "outage_since", "groups"),
    [
        (dt.date(2026, 11, 9), ON, 2),
        (ON, ON, 1),
        (dt.date(2026, 11, 13), ON, 1),
        # across the turn of the year
        (dt.date(2026, 12, 30), dt.date(2027, 1, 2), 2),
        (dt.date(2026, 12, 30), dt.date(2026, 12, 29), 1),
        (None, ON, 1),
    ],
)
def test_what_began_before_does_not_follow(fall_since: dt.date | None, outage_since: dt.date, groups: int) -> None:
    fall = _finding("oa.active_change_rate", status="warning", since=fall_since)
    assert len(_groups(fall, _down("oa", since=outage_since))) == groups


def test_a_subsystem_that_others_need_is_their_root_and_not_the_other_way_round() -> None:
    logins, oa = _down("identity"), _finding("oa.active_change_rate", status="warning")
    [group] = _groups(oa, logins)
    assert group.root == logins
    assert len(_groups(_finding("im.im_messages", status="warning"), _down("oa"))) == 2


def test_a_carrier_that_fails_is_the_root_of_codes_that_do_not_come() -> None:
    carrier = _finding("sms.delivery_rate", Entity("carrier", "unicom", "中国联通"), "warning")
    codes = _finding("identity.method_failures", Entity("method", "sms_code", "短信验证码"))
    passwords = _finding("identity.method_failures", Entity("method", "password", "口令"))
    groups = _groups(codes, passwords, carrier)
    assert {group.root.identity: group.followers for group in groups} == {
        carrier.identity: (codes,),
        passwords.identity: (),
    }
    assert groups[0].status == "critical"


def test_an_unknown_is_never_a_root_and_follows_only_what_makes_it_unknown() -> None:
    unknown = _finding("infra.reachable", _host("im-app-1"), "unknown", since=None)
    messages = _finding("im.im_messages", status="warning")
    assert [group.root for group in _groups(unknown, messages)] == [messages, unknown]
    silent = _finding("infra.checks_gap", Entity("monitoring", "monitoring", "监控平台"), "warning")
    not_known = _down("infra", status="unknown", since=None)
    [group] = _groups(not_known, silent)
    assert (group.root, group.followers) == (silent, (not_known,))


def test_one_disk_is_one_incident_and_takes_backups_along_only_when_it_is_critical() -> None:
    data = Entity("disk", "oa-db-1/data", "oa-db-1 /data")
    disk = _finding("infra.disk_used", data, "warning", since=dt.date(2026, 11, 14))
    growth = _finding("infra.days_until_full", data, "warning", since=None)
    alarm = _finding("infra.problems", _host("oa-db-1"), "warning", since=dt.date(2026, 11, 9))
    backup = _finding("infra.size_drop", Entity("plan", "oa-files/data", "oa-files"), since=dt.date(2026, 11, 20))
    first, second = _groups(disk, growth, alarm, backup)
    assert (first.root, first.followers) == (backup, ())
    assert (len(second.findings), second.is_one_view) == (3, True)
    full = _finding("infra.disk_used", data, since=dt.date(2026, 11, 14))
    [group] = _groups(full, growth, alarm, backup)
    assert (group.root, group.is_one_view) == (full, False)


def test_every_correlation_rule_names_rules_that_there_are() -> None:
    patterns = {pattern for rule in CORRELATION_RULES for pattern in (*rule.roots, *rule.followers)}
    assert [name for name in sorted(patterns) if not any(fnmatchcase(code, name) for code in RULES)] == []


def test_the_place_of_a_finding_is_the_subsystem_that_its_host_carries() -> None:
    for key, subsystem in {
        "im-app-1": "im",
        "exchange-db-1": "docexchange",
        "exchange-db-1/data": "docexchange",
        "tls://oa.city.example:443": "oa",
        "core-switch-1": "infra",
        "portal": "infra",
    }.items():
        assert place(_finding("infra.problems", _host(key)), PLACES) == subsystem
    assert place(_down("docexchange"), PLACES) == "docexchange"
    assert place(_finding("sms.delivery_rate", _host("oa-db-1")), PLACES) == "sms"
    dataset = _finding("data.completeness", Entity("dataset", "sms/sms.messages", "短信"), details={"subsystem": "sms"})
    assert place(dataset, PLACES) == "sms"


def test_the_host_of_an_entity_is_the_first_part_of_its_key() -> None:
    assert host_of(Entity("disk", "oa-db-1/data", "")) == host_of(_host("oa-db-1")) == "oa-db-1"


def test_what_is_ok_is_no_incident() -> None:
    assert correlate([_finding("oa.handling", status="ok")]) == []


def _stopped(host: str, begin: float = 14.9) -> Finding:
    return _finding("infra.reachable", _host(host), window=_window(begin, 15.3))


def test_hosts_that_stop_behind_a_switch_are_one_incident_with_the_switch_as_its_root() -> None:
    switch, firewall = _stopped("core-switch-1", 14.92), _stopped("firewall-1")
    behind = [_stopped("oa-app-1"), _stopped("exchange-db-1", 14.95), _down("oa", window=_window(14.9, 15.3))]
    quiet = _finding("sso.surveillance", Entity("subject", "sso.accesses", ""), window=_window(14, 16))
    [group] = _groups(*behind, firewall, quiet, switch)
    assert group.root == switch
    assert len(group.followers) == 5


def test_a_storage_carries_the_hosts_that_the_site_names_and_no_others() -> None:
    storage, database, other = _stopped("storage-1"), _stopped("oa-db-2"), _stopped("exchange-db-1")
    groups = {group.root.entity.key: len(group.followers) for group in _groups(database, other, storage)}
    assert groups == {"storage-1": 1, "exchange-db-1": 0}


@pytest.mark.parametrize(("begin", "count"), [(14.9, 1), (14.7, 2), (15.5, 1), (17.0, 2)])
def test_nothing_follows_from_what_began_later(begin: float, count: int) -> None:
    assert len(_groups(_stopped("core-switch-1"), _stopped("oa-app-1", begin))) == count


def _slow(service: str, begin: float, end: float) -> Finding:
    return _finding("infra.slow_hours", Entity("service", service, service), "warning", window=_window(begin, end))


def test_one_check_at_three_services_at_once_is_one_incident() -> None:
    [group] = _groups(_slow("portal", 9, 11), _slow("oa", 9.5, 12), _slow("im", 9.2, 10))
    assert (group.is_at_once, len(group.findings)) == (True, 3)


def test_two_services_or_services_at_other_hours_are_incidents_of_their_own() -> None:
    assert len(_groups(_slow("portal", 9, 11), _slow("oa", 9.5, 12))) == 2
    assert len(_groups(_slow("portal", 9, 11), _slow("oa", 13, 14), _slow("im", 16, 17))) == 3


def test_within_a_week_only_what_tells_its_day_follows() -> None:
    undated = _finding("oa.active_change_rate", since=None)
    down = _down("oa", window=_window(9, 11))
    assert len(correlate([down, undated], TOPOLOGY)) == 1
    assert len(correlate([down, undated], TOPOLOGY, needs_days=True)) == 2
    later = _finding("oa.lull", window=_window(9.5, 11))
    assert len(correlate([down, later], TOPOLOGY, needs_days=True)) == 1
    before = _finding("oa.lull", window=_window(9, 11, ON - dt.timedelta(days=2)), since=ON - dt.timedelta(days=2))
    assert len(correlate([down, before], TOPOLOGY, needs_days=True)) == 2


def test_a_clock_that_is_off_explains_what_is_unknown_by_the_hour() -> None:
    dataset = Entity("dataset", "maxkey/sso.accesses", "应用访问")
    clock = _finding("data.clock_offset", dataset).with_details(dataset="sso.accesses", subsystem="sso")
    silence, other = (
        _finding(code, status="unknown", unknown="incomplete", since=None) for code in ("sso.access_silence", "im.lull")
    )
    groups = _groups(clock, silence, other)
    assert [[finding.code for finding in group.findings] for group in groups] == [
        ["data.clock_offset", "sso.access_silence"], ["im.lull"],
    ]  # fmt: skip


def test_a_channel_whose_clock_is_off_and_seems_to_rest_is_one_incident() -> None:
    carrier = Entity("carrier", "unicom", "中国联通")
    [group] = _groups(_finding("sms.carrier_lull", carrier), _finding("data.clock_offset", carrier))
    assert group.root.code == "data.clock_offset"


def _subject(key: str, seen: float, expected: float, window: Window | None = None) -> Finding:
    figures = {"seen": seen, "expected": expected}
    entity, window = Entity("subject", key, key), window or _window(9, 12)
    return _finding("infra.surveillance", entity, "warning", window=window, figures=figures, details={"value": ""})


def test_what_ends_otherwise_and_is_missing_where_it_usually_ends_is_one_incident() -> None:
    gone, come = "infra.requests/route=home/status=200", "infra.requests/route=home/status=302"
    [group] = _groups(_subject(gone, 0, 300), _subject(come, 300, 0))
    assert len(group.findings) == 2
    # another page that is asked for less, and the same at another hour, are other matters
    for other in (_subject("infra.requests/route=inbox", 0, 300), _subject(gone, 0, 300, _window(15, 16))):
        assert len(_groups(_subject(come, 300, 0), other)) == 2


def test_two_ends_of_what_is_checked_follow_from_its_outage_and_not_from_each_other_alone() -> None:
    up, down = (f"infra.checks/target=exchange.city.example/is_up={value}" for value in ("true", "false"))
    ends = [_subject(up, 6, 36), _subject(down, 30, 0)]
    [alone] = _groups(*ends)
    assert len(alone.findings) == 2
    outage = _down("docexchange", window=_window(9.4, 11.8))
    [group] = _groups(outage, *ends)
    assert (group.root, len(group.followers)) == (outage, 2)
    # an outage that began after them has no part in it
    assert len(_groups(_down("docexchange", window=_window(13, 14)), *ends)) == 2


def test_what_went_another_way_is_one_incident_with_what_it_left() -> None:
    gone, come = "sms.messages/carrier=telecom/application=oa", "sms.messages/carrier=unicom/application=oa"
    left = _subject(gone, 0, 130)
    assert len(_groups(left, _subject(come, 240, 105))) == 2
    named = replace(left, details={**left.details, "counterpart_key": come})
    [group] = _groups(named, _subject(come, 240, 105))
    assert len(group.findings) == 2
    # another one that fell, too, is no counterpart
    assert len(_groups(named, _subject(come, 40, 105))) == 2


@pytest.mark.parametrize(
    ("counterpart", "come", "groups"),
    [
        ("client=new", "client=new/terminal=xinchuang", 1),
        ("client=new/terminal=xinchuang", "client=new", 1),
        ("client=new/terminal=xinchuang", "client=new/terminal=traditional", 2),
        ("client=new", "client=web/terminal=xinchuang", 2),
    ],
)
def test_what_went_another_way_may_be_told_with_fewer_dimensions_or_more(
    counterpart: str, come: str, groups: int
) -> None:
    terminal = "/terminal=xinchuang" if "terminal" in counterpart else ""
    left = _subject(f"im.sessions/client=old{terminal}", 0, 751)
    named = replace(left, details={**left.details, "counterpart_key": f"im.sessions/{counterpart}"})
    assert len(_groups(named, _subject(f"im.sessions/{come}", 723, 0))) == groups


@pytest.mark.parametrize(
    ("service", "seen", "begin", "joined"),
    [
        ("portal", 2700.0, 9, True),
        ("portal", 4300.0, 9, False),  # more logins than usual
        ("portal", 2700.0, 14, False),  # hours later
        ("im.city.example", 2700.0, 9, False),  # a page of one subsystem
    ],
)
def test_who_meets_errors_at_the_portal_does_not_log_in(service: str, seen: float, begin: int, joined: bool) -> None:
    errors = _finding("infra.error_burst", Entity("service", service, service), window=_window(9.33, 10.67))
    entity = Entity("subject", "identity.logins/terminal=pc", "终端 电脑端")
    figures = {"seen": seen, "expected": 3500.0}
    logins = _finding("identity.surveillance", entity, "warning", window=_window(begin, begin + 2), figures=figures)
    groups = _groups(logins, errors)
    assert len(groups) == (1 if joined else 2)
    assert not joined or groups[0].root == errors


def test_errors_of_the_portal_follow_from_the_identity_platform_behind_it() -> None:
    down = _down("identity", window=_window(15, 15.42))
    errors = _finding("infra.error_burst", Entity("service", "portal", "portal"), window=_window(15, 15.5))
    [group] = _groups(errors, down)
    assert group.root == down
    before = replace(errors, window=_window(12, 12.5))
    assert len(_groups(before, down)) == 2


@pytest.mark.parametrize(
    ("seen", "hours", "member", "groups"),
    [
        (49, (22, 24), "12345", 1),
        (49, (12.5, 14), "12345", 1),  # the hour in which the gap ends
        (26, (22, 24), "12345", 2),  # 20 for 49 that were lacking
        (149, (22, 24), "12345", 2),
        (49, (22, 24), "fund", 2),
        (49, (7, 9), "12345", 2),  # before
    ],
)
def test_what_had_waited_and_comes_later_follows_from_the_gap(
    seen: float, hours: tuple[float, float], member: str, groups: int
) -> None:
    gap = _finding(
        "sms.application_lull",
        Entity("application", "12345", "12345热线"),
        window=_window(8, 13),
        figures={"expected": 49},
    )
    late = replace(
        _subject(f"sms.messages/application={member}", seen, 6, _window(*hours)), rule=RULES["sms.surveillance"]
    )
    made = _groups(late, gap)
    assert len(made) == groups
    assert groups == 2 or made[0].root == gap


@pytest.mark.parametrize(
    ("key", "seen", "hours", "groups"),
    [
        ("ca.logins/outcome=success", 232, (11, 23), 1),
        ("ca.logins/outcome=success", 440, (11, 23), 2),  # 293 more than usual, of 290 who were refused
        ("ca.logins/outcome=success", 232, (6, 8), 2),  # before
        ("ca.logins/outcome=failure", 232, (11, 23), 2),
        ("ca.logins", 232, (11, 23), 2),  # of all of it nothing says that it succeeded
    ],
)
def test_who_was_refused_comes_again_and_succeeds_later(
    key: str, seen: float, hours: tuple[float, float], groups: int
) -> None:
    refused = _finding(
        "ca.refused_logins",
        Entity("reason", "untrusted", "证书登录（不受信任）"),
        window=_window(8.5, 11.5),
        figures={"attempts": 326.0, "failures": 290.0, "usual": 0.0},
    )
    later = replace(_subject(key, seen, 147, _window(*hours)), rule=RULES["ca.surveillance"])
    made = _groups(later, refused)
    assert len(made) == groups
    assert groups == 2 or made[0].root == refused


def test_two_subjects_that_lose_to_the_same_one_are_one_incident() -> None:
    first, second = (_subject(f"im.sessions/client={name}", 70, 100) for name in ("Spark", "web"))
    lost = [
        replace(item, details={**item.details, "counterpart_key": "im.sessions/client=old"}) for item in (first, second)
    ]
    assert len(_groups(*lost)) == 1
    assert len(_groups(first, second)) == 2


def test_the_clients_that_an_old_one_displaces_follow_from_it() -> None:
    old = _finding("im.old_client", Entity("client", "Spark 2.8.3", "Spark 2.8.3"), since=ON)
    figures: dict[str, Any] = {"seen": 80.0, "expected": 100.0, "days": 5.0}
    fallen, risen, at_home = (
        _finding(
            "im.surveillance",
            Entity("subject", f"im.sessions/{members}", members),
            "warning",
            since=ON - dt.timedelta(days=5),
            figures={**figures, "seen": seen},
            details={"value": ""},
        )
        for members, seen in (
            ("client=Spark 3.0.2", 80.0),
            ("client=Spark 3.0.2", 120.0),
            ("client=Spark 3.0.2/terminal=mobile", 80.0),
        )
    )
    [group] = _groups(fallen, old)
    assert group.root == old
    assert len(_groups(risen, old)) == len(_groups(at_home, old)) == 2
    assert len(_groups(replace(fallen, entity=Entity("subject", "im.sessions/client=Spark 2.8.3", "")), old)) == 2


def test_what_has_failed_for_days_is_one_incident_with_what_fails_today() -> None:
    today = _finding("identity.method_failures", Entity("method", "ca", "CA证书"), window=_window(9, 17))
    entity = Entity("subject", "identity.logins/outcome=failure/parent=通州区", "结果 失败、上级单位 通州区")
    figures = {"seen": 60.0, "expected": 31.0, "days": 8.0}
    given: dict[str, Any] = {"since": ON - dt.timedelta(days=9), "figures": figures}
    drift = _finding("identity.surveillance", entity, "warning", details={"value": "", "is_ending": True}, **given)
    [group] = _groups(drift, today)
    assert group.root == today
    # one of a number of logins is another matter
    assert len(_groups(replace(drift, details={"value": "", "is_ending": False}), today)) == 2


def test_who_guesses_passwords_fails_by_password_alone() -> None:
    guessed = _finding("identity.sprayed_accounts", window=_window(2, 22))
    for method, count in (("password", 1), ("ca", 2)):
        failing = _finding("identity.method_failures", Entity("method", method, method), window=_window(2, 6))
        assert len(_groups(guessed, failing)) == count


def test_who_does_not_log_in_at_all_does_nothing_elsewhere() -> None:
    fallen, risen = (
        replace(_subject("identity.logins", seen, 1000), rule=RULES["identity.surveillance"]) for seen in (400, 2500)
    )
    method = replace(_subject("identity.logins/method=password", 400, 1000), rule=RULES["identity.surveillance"])
    accesses = replace(_subject("sso.accesses", 300, 900), rule=RULES["sso.surveillance"])
    assert [group.root for group in _groups(accesses, fallen)] == [fallen]
    assert len(_groups(accesses, risen)) == len(_groups(accesses, method)) == 2


def test_what_one_account_does_is_the_cause_of_what_is_counted_of_all() -> None:
    beyond = _finding(
        "oa.account_beyond",
        Entity("account", "beyond", "单一账号"),
        window=_window(9, 12),
        details={"member": "公文管理"},
    )
    figures = {"seen": 900.0, "expected": 9.0}
    entity = Entity("subject", "oa.activities/unit=u/module=documents", "单位 u、模块 公文管理")
    counted = _finding("oa.surveillance", entity, window=_window(9, 12), figures=figures, details={"value": ""})
    [group] = _groups(counted, beyond)
    assert group.root == beyond
    other = replace(counted, entity=Entity("subject", "oa.activities/module=mail", "模块 邮件"))
    assert len(_groups(other, beyond)) == 2


def _counted(dataset: str, seen: float, expected: float, **more: Any) -> Finding:
    details = {"value": "", **more.pop("details", {})}
    given: dict[str, Any] = {"since": ON, "figures": {"seen": seen, "expected": expected}, "details": details, **more}
    return _finding(
        f"{dataset.partition('.')[0]}.surveillance", Entity("subject", dataset, dataset), "warning", **given
    )


def test_what_a_rule_says_of_one_thing_is_one_incident_with_what_is_counted_of_it() -> None:
    slow = _finding("infra.slow_hours", Entity("service", "portal", "portal"), window=_window(12, 15))
    details = {"value": "耗时"}
    [group] = _groups(_counted("infra.requests/service=portal/route=home", 3.0, 1.0, details=details), slow)
    assert (group.root, group.is_one_view) == (slow, True)
    assert len(_groups(_counted("infra.checks/target=tls", 3.0, 1.0, window=_window(20, 22)), slow)) == 2
    # nearly all messages of the application that fail go over the carrier whose failures a rule tells
    failing = _finding("sms.failures_rise", Entity("carrier", "mobile", "中国移动"), window=_window(8, 17))
    of_carrier = {"value": "", "also_members": ("mobile",)}
    refused = _counted(
        "sms.messages/application=12345/outcome=failed", 63.0, 0.0, window=_window(9, 17), details=of_carrier
    )
    assert [group.root for group in _groups(refused, failing)] == [failing]
    # a patch that is missing for weeks is not why a host is busy
    patch = _finding("infra.failed_patches", _host("oa-app-1"), "warning")
    assert len(_groups(_counted("infra.metrics/host=oa-app-1", 3.0, 1.0), patch)) == 2
    # nor is there more of what stayed away
    gone = _finding("sms.application_lull", Entity("application", "12345", "12345"), window=_window(8, 13))
    assert len(_groups(_counted("sms.messages/application=12345", 90.0, 6.0, window=_window(9, 10)), gone)) == 2


def test_an_old_client_is_one_incident_with_its_own_sessions_and_what_these_displace() -> None:
    old = _finding("im.old_client", Entity("client", "Pidgin", "Pidgin"), since=ON)
    come = _counted("im.sessions/client=Pidgin/terminal=pc", 65.0, 0.0)
    gone = _counted("im.sessions/terminal=pc/platform=traditional", 36.0, 101.0)
    gone = replace(gone, details={**gone.details, "counterpart_key": come.entity.key})
    [group] = _groups(come, gone, old)
    assert (group.root, len(group.followers)) == (old, 2)


@pytest.mark.parametrize(
    ("more", "events", "root"),
    [
        (101.0, "公文送达退回", "unit"),  # 129 of one unit
        (300.0, "公文送达退回", "subject"),  # less than half of what is more
        (101.0, "公文送达", ""),  # more deliveries are no more returns
        (-20.0, "公文送达退回", ""),
    ],
)
def test_what_comes_back_to_one_unit_is_one_incident_with_what_comes_back_of_all(
    more: float, events: str, root: str
) -> None:
    unit = Entity("unit", "市数据局", "市数据局")
    returned = _finding("docexchange.returns_rise", unit, "warning", figures={"hits": 129.0})
    counted = _counted("docexchange.deliveries", 44.0 + more, 44.0, window=_window(14, 18), details={"events": events})
    made = _groups(counted, returned)
    assert len(made) == (1 if root else 2)
    assert not root or made[0].root.entity.kind == root


@pytest.mark.parametrize(
    ("seen", "details", "groups"),
    [
        (70.0, {"events": "公文送达退回"}, 1),
        (7.0, {"events": "公文送达退回"}, 2),  # fewer than came back to the one
        (70.0, {"events": "公文送达"}, 2),  # more were sent
        (70.0, {"events": "公文送达退回", "value": "用时"}, 2),
    ],
)
def test_what_many_receivers_give_back_is_one_incident_with_what_comes_back_to_a_sender(
    seen: float, details: dict[str, str], groups: int
) -> None:
    returned = replace(
        _subject("docexchange.deliveries/platform=xinchuang", seen, 0.0, _window(9, 13)),
        rule=RULES["docexchange.surveillance"], details={"value": "", **details},
    )  # fmt: skip
    unit = Entity("unit", "甲局", "甲局")
    sender = _finding("docexchange.returns_rise", unit, "warning", figures={"hits": 8.0, "events": 32.0}, since=ON)
    found = _groups(sender, returned)
    assert len(found) == groups
    assert groups == 2 or found[0].root == returned


def test_durations_between_clocks_that_disagree_follow_from_these() -> None:
    clocks = _finding("docexchange.disordered", status="warning", since=ON)
    took = replace(
        _subject("docexchange.deliveries", 334.0, 9.0), rule=RULES["docexchange.surveillance"],
        details={"value": "送达用时"},
    )  # fmt: skip
    sent = replace(_subject("docexchange.documents", 10.0, 90.0), rule=RULES["docexchange.surveillance"])
    assert {group.root: len(group.followers) for group in _groups(took, clocks, sent)} == {clocks: 1, sent: 0}


def test_a_day_of_much_work_is_one_incident_in_all_that_is_used() -> None:
    papers, tasks = _counted("docexchange.documents", 91, 50), _counted("oa.tasks", 2721, 1881)
    seals = _counted("seal.signings/system=docexchange", 507, 261, window=_window(10, 16))
    [group] = _groups(papers, tasks, seals)
    assert (len(group.findings), group.is_at_once) == (3, True)
    others = [
        _counted("seal.signings/system=oa", 507, 261, window=_window(10, 16)),  # of another subsystem
        _counted("oa.tasks", 900, 1881),  # less
        _counted("oa.tasks", 900, 181, details={"is_ending": True}),  # how they end
    ]
    assert [len(_groups(papers, other)) for other in others] == [2, 2, 2]


def test_an_outage_of_an_hour_makes_no_day_fuller() -> None:
    down = _down("im", window=_window(12.6, 13.6))
    assert len(_groups(_counted("im.sessions/terminal=pc", 650, 300), down)) == 2
    assert len(_groups(_counted("im.sessions/terminal=pc", 650, 300, window=_window(13, 15)), down)) == 1
    assert len(_groups(_counted("im.sessions/terminal=pc", 100, 300), down)) == 1


def test_what_comes_after_an_outage_of_logins_follows_from_it_and_is_no_day_of_much_work() -> None:
    down = _down("identity", window=_window(10.67, 11.75))
    logins, accesses = (
        _counted(name, 2400, 960, window=_window(12, 13)) for name in ("identity.logins", "sso.accesses")
    )
    [group] = _groups(logins, accesses, down)
    assert (group.root, group.is_at_once) == (down, False)


def test_what_does_not_watch_counts_nothing() -> None:
    gap = _finding("infra.checks_gap", Entity("monitoring", "monitoring", "监控平台"), window=_window(1.5, 2.67))
    assert len(_groups(_counted("infra.checks", 418, 864, window=_window(1, 3)), gap)) == 1
    assert len(_groups(_counted("infra.requests", 418, 864, window=_window(1, 3)), gap)) == 2


def test_an_expired_certificate_that_is_tried_is_refused() -> None:
    tried = _finding("ca.expired_tried", status="warning")
    refused = _counted("ca.logins/outcome=failure/reason=expired", 28, 0, details={"is_ending": True})
    assert [group.root for group in _groups(refused, tried)] == [tried]
    assert len(_groups(_counted("ca.logins/outcome=failure/reason=untrusted", 28, 0), tried)) == 2


def test_a_manual_check_sees_what_is_wrong_with_its_subsystem() -> None:
    slow = _finding("infra.slow_hours", Entity("service", "oa.city.example", "oa"), window=_window(12, 15))
    assert [group.root for group in _groups(_finding("desk.checks", subsystem_entity("oa"), "warning"), slow)] == [slow]
    again = _finding("desk.same_incident", subsystem_entity("identity"), "warning")
    guessed = _finding("identity.attempts", Entity("address", "worst", "单一来源地址"), window=_window(0.5, 0.67))
    assert [group.root for group in _groups(again, guessed)] == [guessed]
    # the air of the machine room has nothing to do with a service
    portal = _finding("infra.error_burst", Entity("service", "core-switch-1", "…"), window=_window(9, 10))
    assert len(_groups(_finding("desk.checks", subsystem_entity("infra"), "warning"), portal)) == 2


def test_a_backup_that_takes_longer_keeps_nobody_from_work() -> None:
    decay = _finding("infra.slow_decay", Entity("plan", "oa", "oa"), since=ON - dt.timedelta(days=9))
    assert len(_groups(decay, _finding("oa.unit_task_lull", Entity("unit", "u", "市卫健委"), since=ON))) == 2


def test_levels_that_a_dead_sensor_repeats_follow_from_it_and_those_of_other_subsystems_do_not() -> None:
    still = _finding("data.stood_still", _host("im-app-1"), details={"dataset": "infra.metrics", "subsystem": "infra"})
    own, other = (
        replace(_subject(f"infra.metrics/host={host}/metric=load", 0.44, 0.17), rule=RULES["infra.surveillance"])
        for host in ("im-app-1", "oa-app-1")
    )
    groups = _groups(own, still, other)
    assert [(group.root, group.followers) for group in groups] == [(still, (own,)), (other, ())]


def test_what_all_backups_took_follows_from_the_plans_that_took_it() -> None:
    plans = _finding("infra.backup_duration", Entity("plans", "all", "备份计划"), "warning")
    whole = replace(_subject("infra.backups", 400.0, 60.0), rule=RULES["infra.surveillance"], details={"value": "用时"})
    requests = replace(_subject("infra.requests/route=a", 400.0, 60.0), rule=RULES["infra.surveillance"])
    assert {group.root.code: len(group.followers) for group in _groups(whole, plans, requests)} == {
        "infra.backup_duration": 1, "infra.surveillance": 0,
    }  # fmt: skip
