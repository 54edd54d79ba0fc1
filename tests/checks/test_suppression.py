"""Suppression: what another finding tells already is not told twice, and what leads further is named."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from ntanalytics.checks.check import DAY
from ntanalytics.checks.suppression import suppress
from ntanalytics.findings.correlation import correlate
from ntanalytics.findings.finding import Entity, Finding, Window, subsystem_entity
from ntanalytics.findings.subjects import subject
from ntanalytics.subsystems import RULES, SUBSYSTEMS, word
from ntanalytics.subsystems.infra.load_checks import disk_entity


def _late(carrier: str) -> Finding:
    rule = RULES["sms.late_rise"]
    return Finding(rule=rule, entity=Entity("carrier", carrier, "中国移动"), status="warning", format="rate:1")


def _subject(code: str, key: Sequence[tuple[str, str]], label: str, **more: Any) -> Finding:
    dataset = {
        "sms.surveillance": "sms.messages",
        "oa.surveillance": "oa.tasks",
        "identity.surveillance": "identity.logins",
        "docexchange.surveillance": "docexchange.interface_calls",
        "infra.surveillance": "infra.metrics" if ("part", "/data") in key else "infra.checks",
    }[code]
    entity = subject(dataset, key, label)
    details = {"dataset": dataset, "events": "短信", "value": "", "form": "integer"}
    return Finding(rule=RULES[code], entity=entity, status="warning", detector="surveillance", details=details, **more)


def _suppressed(*findings: Finding) -> list[Finding]:
    return suppress(findings, [check for item in SUBSYSTEMS for check in item.checks], [DAY])[0]


def test_a_rule_that_hides_a_narrower_subject_names_it_and_none_that_says_no_more() -> None:
    narrow = _subject("sms.surveillance", [("carrier", "mobile"), ("application", "oa")], "运营商 中国移动、应用 oa")
    (told,) = _suppressed(_late("mobile"), narrow)
    assert told.details["narrower"] == narrow.entity.label
    assert told.details["narrower_key"] == narrow.entity.key
    assert "其中运营商 中国移动、应用 oa最为突出" in word(told).evidence
    (plain,) = _suppressed(_late("mobile"), _subject("sms.surveillance", [("carrier", "mobile")], "运营商 中国移动"))
    assert "narrower" not in plain.details


def test_fewer_successes_are_not_what_more_failures_are_of() -> None:
    members = [("carrier", "mobile"), ("application", "oa")]
    more = _subject("sms.surveillance", [*members, ("outcome", "failed")], "应用 oa、最终状态 失败")
    more = replace(more.with_details(is_ending=True), figures={"seen": 63.0, "expected": 1.0})
    (told,) = _suppressed(_late("mobile"), more)
    assert told.details["narrower"] == more.entity.label
    fewer = replace(more, figures={"seen": 0.0, "expected": 81.0})
    (told,) = _suppressed(_late("mobile"), fewer)
    assert "narrower" not in told.details


def test_the_part_that_a_rule_names_is_a_part_of_its_own_subject() -> None:
    members, hours = (
        [("interface", "document/send"), ("outcome", "failure")],
        Window(dt.date(2026, 11, 12), 9 * 3600.0, 12 * 3600.0),
    )
    every = _subject("docexchange.surveillance", members, "接口 document/send、结果 失败", window=hours)
    every = replace(every.with_details(is_ending=True), figures={"seen": 46.0, "expected": 1.0})
    caller = Entity("caller", "督查", "督查")
    failing = Finding(
        rule=RULES["docexchange.calls_failing"], entity=caller, status="critical", window=hours, figures={"hits": 42.0}
    )
    (told,) = _suppressed(failing, every)
    assert told.details["narrower"] == every.entity.label
    # of all that calls this interface, the sentence is about one caller
    key = "docexchange.interface_calls/caller=督查/interface=document%2Fsend/outcome=failure"
    assert told.details["narrower_key"] == key


@pytest.mark.parametrize(("hits", "codes"), [(13.0, 2), (17.0, 1)])
def test_what_fails_for_one_caller_hides_no_interface_that_fails_for_others_too(hits: float, codes: int) -> None:
    """Of 18 failures of an interface the caller has 13, or nearly all."""
    members, hours = [("interface", "status"), ("outcome", "failure")], Window(dt.date(2026, 9, 30), 46800.0, 54000.0)
    every = _subject("docexchange.surveillance", members, "接口 status、结果 失败", window=hours)
    every = replace(every.with_details(is_ending=True), figures={"seen": 18.0, "expected": 0.0})
    caller = Entity("caller", "政务服务网", "政务服务网")
    failing = Finding(
        rule=RULES["docexchange.calls_failing"],
        entity=caller,
        status="warning",
        window=hours,
        figures={"hits": hits, "events": 70.0},
    )
    told = _suppressed(failing, every)
    assert len(told) == codes
    assert [finding.details["parts"] for finding in told if finding.code == every.code] == [("政务服务网",)] * (
        codes - 1
    )


def test_a_disk_is_no_narrower_than_itself() -> None:
    entity = disk_entity({"host": "oa-db-1", "part": "/data"})
    full = Finding(rule=RULES["infra.disk_used"], entity=entity, status="warning")
    level = _subject("infra.surveillance", [("host", "oa-db-1"), ("part", "/data")], "主机 oa-db-1、部位 /data")
    (told,) = _suppressed(full, level)
    assert "narrower" not in told.details


def test_a_path_of_an_address_is_no_member() -> None:
    slow = Finding(
        rule=RULES["infra.slow_probes"], entity=Entity("target", "https://w.example/oa/", "门户"), status="warning"
    )
    office = _subject("infra.surveillance", [("subsystem", "oa")], "系统 协同办公")
    address = _subject("infra.surveillance", [("target", "https://w.example/oa/")], "对象 https://w.example/oa/")
    assert _suppressed(slow, office) == [slow, office]
    assert _suppressed(slow, address) == [slow]


def test_a_rule_names_what_nearly_all_that_fails_has_in_common() -> None:
    failing = _subject(
        "sms.surveillance", [("carrier", "mobile"), ("outcome", "failed")], "运营商 中国移动、最终状态 失败"
    )
    key = f"{failing.entity.key}/application=fund"
    led = failing.with_details(also="应用 公积金服务", also_members=("fund",), also_key=key, is_ending=True)
    (told,) = _suppressed(_late("mobile"), led)
    assert (told.details["narrower"], told.details["narrower_key"]) == ("应用 公积金服务", key)
    wide = _subject("sms.surveillance", [("carrier", "mobile"), ("unit", "u")], "运营商 中国移动、单位 u")
    for also, words in (("fund", "（几乎全部为应用 公积金服务）"), ("mobile", "")):
        named = wide.with_details(also="应用 公积金服务", also_members=(also,))
        (told,) = _suppressed(_late("mobile"), named)
        assert told.details["narrower"] == f"{wide.entity.label}{words}"
    own = _subject("sms.surveillance", [("outcome", "failed")], "最终状态 失败", window=None)
    own = own.with_details(also="运营商 中国移动", also_members=("mobile",), is_ending=True)
    assert all("narrower" not in told.details for told in _suppressed(_late("mobile"), own))
    (plain,) = _suppressed(_late("mobile"), failing.with_details(also="", is_ending=True))
    assert "narrower" not in plain.details


def test_a_rate_says_nothing_of_more_events_than_usual() -> None:
    failing = Finding(
        rule=RULES["docexchange.calls_failing"], entity=Entity("caller", "督查", "督查"), status="critical"
    )
    surge = _subject(
        "docexchange.surveillance", [("caller", "督查")], "调用方 督查", figures={"seen": 520, "expected": 52}
    )
    fall = _subject(
        "docexchange.surveillance", [("caller", "督查")], "调用方 督查", figures={"seen": 5, "expected": 52}
    )
    assert _suppressed(failing, surge) == [failing, surge]
    assert _suppressed(failing, fall) == [failing]


def _lull(edition: str) -> Finding:
    entity = Entity("module", f"{edition}/cars", f"{edition}·用车管理")
    return Finding(rule=RULES["oa.task_lull"], entity=entity, status="warning", format="rate:1")


def test_what_several_findings_of_one_rule_have_in_common_is_told_and_they_follow_from_it() -> None:
    cars = _subject("oa.surveillance", [("module", "cars")], "模块 用车管理")
    editions = [_lull("gov"), _lull("wecom")]
    told = _suppressed(*editions, cars)
    assert told == [*editions, cars]
    [group] = correlate(told)
    assert group.root == cars
    assert set(group.followers) == set(editions)
    # one of them tells it itself, and what names no more than a part is no whole
    assert _suppressed(editions[0], cars) == [editions[0]]
    part = _subject("oa.surveillance", [("edition", "gov"), ("module", "cars")], "版本 政府版、模块 用车管理")
    assert _suppressed(*editions, part) == editions
    # another module's lull is another matter
    other = replace(_lull("gov"), entity=Entity("module", "gov/mail", "政府版·邮件"))
    assert len(correlate([*told, other])) == 2


def test_methods_that_fail_at_one_terminal_are_one_matter_of_the_terminal() -> None:
    window = Window(dt.date(2026, 11, 12), 16 * 3600, 20 * 3600)
    rule = RULES["identity.method_failures"]
    failing = [
        Finding(rule=rule, entity=Entity("method", key, key), status="critical", window=window)
        for key in ("sms_code", "federated")
    ]
    ending: dict[str, Any] = {"window": window, "figures": {"seen": 28, "expected": 2}}
    phone = _subject("identity.surveillance", [("outcome", "failure"), ("terminal", "mobile")], "移动端", **ending)
    phone = phone.with_details(is_ending=True)
    assert _suppressed(*failing, phone) == [*failing, phone]
    # of any failures they tell all there is
    anything = _subject("identity.surveillance", [("outcome", "failure")], "结果 失败", **ending)
    assert _suppressed(*failing, anything.with_details(is_ending=True)) == failing


def test_checks_that_fail_while_a_target_is_down_are_its_outage_and_others_are_not() -> None:
    day = dt.date(2026, 11, 11)
    down = Finding(
        rule=RULES["infra.availability"],
        entity=subsystem_entity("docexchange"),
        status="critical",
        window=Window(day, 19 * 3600 + 600, 20 * 3600 + 1200),
    )
    hours: dict[str, Any] = {"window": Window(day, 19 * 3600, 21 * 3600), "figures": {"seen": 14, "expected": 0}}
    failing, elsewhere = (
        _subject("infra.surveillance", members, "", **hours).with_details(is_ending=True)
        for members in ([("is_up", "false")], [("target", "https://oa.example/"), ("is_up", "false")])
    )
    assert _suppressed(down, failing) == [down]
    assert _suppressed(down, elsewhere) == [down, elsewhere]
    late = replace(failing, window=Window(day, 20 * 3600, 24 * 3600))
    assert _suppressed(down, late) == [down, late]


@pytest.mark.parametrize(("hour", "is_told"), [(22, True), (14, False)])
def test_the_rate_of_a_day_hides_nothing_at_another_time_than_its_failures(hour: int, is_told: bool) -> None:
    """Errors after noon make the rate of the day; pages that do not exist, asked for at night, are another matter."""
    day, service = dt.date(2026, 11, 20), Entity("service", "portal", "portal")
    burst = Finding(
        rule=RULES["infra.error_burst"], entity=service, status="critical", window=Window(day, 14 * 3600, 15 * 3600)
    )
    rate = Finding(rule=RULES["infra.error_rate"], entity=service, status="warning", format="rate:1")
    scan = Finding(
        rule=RULES["infra.surveillance"],
        entity=subject("infra.requests", [("service", "portal"), ("status", "404")], "服务 portal、状态码 404"),
        status="warning",
        detector="surveillance",
        window=Window(day, hour * 3600, (hour + 1) * 3600),
        figures={"seen": 300.0, "expected": 1.0},
        details={"dataset": "infra.requests", "events": "网络请求", "value": "", "form": "integer", "is_ending": True},
    )
    told = [finding.code for finding in _suppressed(burst, rate, scan)]
    assert told == ["infra.error_burst", *(["infra.surveillance"] if is_told else [])]


_NINE_TO_TWELVE = Window(dt.date(2026, 11, 17), 9 * 3600.0, 12 * 3600.0)


def _scanned(dataset: str, *members: tuple[str, str], **details: Any) -> Finding:
    """Return what surveillance tells from nine to twelve: 28 events more than usual, or a value."""
    return Finding(
        rule=RULES[f"{dataset.partition('.')[0]}.surveillance"],
        entity=subject(dataset, members, ""),
        status="warning",
        detector="surveillance",
        window=_NINE_TO_TWELVE,
        figures={"seen": 29.0, "expected": 1.0},
        details={"dataset": dataset, "events": "", "value": "", "form": "integer", **details},
    )


def _burst(code: str, entity: Entity, hits: float) -> Finding:
    return Finding(
        rule=RULES[code],
        entity=entity,
        status="critical",
        window=_NINE_TO_TWELVE,
        figures={"hits": hits, "events": 500},
    )


def test_failed_calls_hide_no_late_delivery_of_the_same_hours() -> None:
    """52 calls of one caller fail while deliveries arrive two hours late: they are read from other rows."""
    failing = _burst("docexchange.calls_failing", Entity("caller", "政务服务网", "政务服务网"), 52.0)
    late = _scanned("docexchange.deliveries", value="送达用时")
    assert _suppressed(failing, late) == [failing, late]
    calls = _scanned("docexchange.interface_calls", ("caller", "政务服务网"), value="时长分段")
    assert _suppressed(failing, calls) == [failing]


@pytest.mark.parametrize(
    ("members", "details", "is_told"),
    [
        # not found on one route, while another service has 400 errors
        ([("route", "/oa/m/todo"), ("status", "404")], {"is_ending": True}, True),
        ([("route", "/oa/m/todo"), ("status", "404")], {"is_ending": True, "service": "oa"}, True),
        ([("route", "/gw/api/inbox")], {"value": "时长分段"}, True),
        ([("route", "/gw/api/inbox")], {"value": "时长分段", "service": "portal"}, False),
        ([("route", "/news"), ("status", "502")], {"is_ending": True, "also_members": ("portal",)}, False),
        ([("status", "502")], {"is_ending": True}, False),
    ],
)
def test_an_error_burst_hides_what_is_of_its_service(
    members: list[tuple[str, str]], details: dict[str, Any], is_told: bool
) -> None:
    burst = _burst("infra.error_burst", Entity("service", "portal", "portal"), 400.0)
    scan = _scanned("infra.requests", *members, **details)
    assert _suppressed(burst, scan) == [burst, *([scan] if is_told else [])]


@pytest.mark.parametrize(
    ("hits", "told"), [(13.0, ["alone"]), (15.0, ["with parts"]), (26.0, []), (55.0, []), (57.0, ["alone"])]
)
def test_about_as_many_failures_are_those_of_a_burst_whatever_they_name(hits: float, told: list[str]) -> None:
    """A route has 28 errors more than usual; a burst counts between half and twice as many."""
    burst = _burst("infra.error_burst", Entity("service", "portal", "portal"), hits)
    scan = _scanned("infra.requests", ("route", "/news"), ("status", "502"), is_ending=True)
    left = [finding for finding in _suppressed(burst, scan) if finding.code == scan.code]
    assert ["with parts" if "parts" in finding.details else "alone" for finding in left] == told


def test_a_page_that_is_down_hides_no_route_that_is_slow() -> None:
    """The availability of 软硬件环境 is that of one address, and knows no requests."""
    down = Finding(
        rule=RULES["infra.availability"], entity=subsystem_entity("infra"), status="warning", window=_NINE_TO_TWELVE
    )
    slow = _scanned("infra.requests", ("route", "/gw/api/inbox"), value="时长分段")
    assert _suppressed(down, slow) == [down, slow]
    fewer = replace(_scanned("infra.requests"), figures={"seen": 1.0, "expected": 29.0})
    assert _suppressed(down, fewer) == [down]


def test_hours_in_which_nobody_registers_are_told_once() -> None:
    gap = Finding(
        rule=RULES["docexchange.registration_lull"],
        entity=Entity("process", "registration", "公文登记"),
        status="warning",
        window=_NINE_TO_TWELVE,
    )
    every, some = (
        replace(_scanned("docexchange.deliveries", *members, not_done="登记"), figures={"seen": 0.0, "expected": 90.0})
        for members in ((), (("platform", "xinchuang"),))
    )
    assert _suppressed(gap, every) == [gap]
    assert _suppressed(gap, some) == [gap, some]
    sent = replace(every, details={name: value for name, value in every.details.items() if name != "not_done"})
    assert _suppressed(gap, sent) == [gap, sent]
