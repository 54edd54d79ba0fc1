"""What confirmed changes leave behind, and is excused on the first days: small cases worked by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ntanalytics.findings.change_effects import excuse_effects
from ntanalytics.findings.concurrent_changes import ConcurrentChange
from ntanalytics.findings.finding import Comparison, Entity, Excuse, Finding, Window
from ntanalytics.findings.subjects import subject
from ntanalytics.subsystems import RULES, word

ON = dt.date(2026, 11, 19)


def _hours(begin: float, end: float) -> Window:
    return Window(ON, begin * 3600, end * 3600)


def _change(begin: float, end: float, **more: Any) -> ConcurrentChange:
    given = {"number": "BG1", "subsystem": "im", "kind": "upgrade", "is_confirmed": True, **more}
    return ConcurrentChange(window=_hours(begin, end), **given)


def _told(change: ConcurrentChange, *findings: Finding) -> list[str]:
    return [finding.status for finding in excuse_effects(findings, [change])]


def _finding(dataset: str, seen: float, expected: float, *members: tuple[str, str], **more: Any) -> Finding:
    details = {"value": "", "events": "会话", "form": "integer", **more.pop("details", {})}
    return Finding(
        rule=RULES[f"{dataset.partition('.')[0]}.surveillance"],
        entity=subject(dataset, members, "、".join(f"项 {member}" for _, member in members)),
        status="warning",
        comparison=Comparison("expected", expected),
        figures={"seen": seen, "expected": expected, **more.pop("figures", {})},
        details=details,
        **more,
    )


def _disk(host: str = "sms-db-1", part: str = "/data", seen: float = 0.41, **more: Any) -> Finding:
    members = (("host", host), *((("part", part),) if part else ()))
    return _finding("infra.metrics", seen, 0.63, *members, details={"value": "均值"}, **more)


def _work(begin: float = 20, end: float = 21, **more: Any) -> ConcurrentChange:
    return _change(begin, end, **{"subsystem": "sms", "kind": "maintenance", "host": "sms-db-1", **more})


@pytest.mark.parametrize(
    ("finding", "status"),
    [
        (_disk(window=_hours(21, 24)), "ok"),
        (_disk(window=_hours(20, 24)), "ok"),
        (_disk(window=_hours(19, 24)), "warning"),  # before it
        (_disk(window=_hours(22, 24)), "warning"),  # after it
        (_disk(), "warning"),  # the whole day, of which it is the evening
        (_disk(seen=0.9, window=_hours(21, 24)), "warning"),  # it fills
        (_disk("sms-db-2", window=_hours(21, 24)), "warning"),
        (_disk(part="", window=_hours(21, 24)), "warning"),  # its processor is idle: it does nothing
    ],
)
def test_a_maintenance_of_a_host_excuses_a_file_system_of_it_that_has_less_since_then(
    finding: Finding, status: str
) -> None:
    assert _told(_work(), finding) == [status]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (_work(-4, -3), "ok"),
        (_work(-76, -72), "ok"),
        (_work(-77, -73), "warning"),  # four days before
        (_work(6, 8), "ok"),
        (_work(7, 9), "warning"),
        (_work(-4, -3, is_confirmed=False), "warning"),
        (_work(-4, -3, host=""), "warning"),
        (_work(-4, -3, kind="fix"), "warning"),
        (_work(-4, 20, planned_until_s=-3 * 3600.0), "ok"),
    ],
)
def test_a_whole_day_is_excused_on_the_first_days_after_a_maintenance(change: ConcurrentChange, status: str) -> None:
    assert _told(change, _disk()) == [status]
    assert _told(change, _disk(figures={"days": 5.0})) == ["warning"]  # it fell before


def test_what_falls_after_the_planned_end_of_a_maintenance_that_overran_is_told() -> None:
    overrun = _work(20, 23, planned_until_s=21 * 3600.0)
    assert _told(overrun, _disk(window=_hours(21, 24))) == ["ok"]
    assert _told(overrun, _disk(window=_hours(22, 24))) == ["warning"]


OLD, NEW = ("client", "Spark 3.0.2"), ("client", "Spark 3.0.3")
COME = "im.sessions/client=Spark 3.0.3/terminal=xinchuang"


def _gone(seen: float = 0, usual: float = 751, **more: Any) -> Finding:
    return _finding("im.sessions", seen, usual, OLD, details={"counterpart_key": COME}, **more)


def _come(seen: float = 723, usual: float = 0, **more: Any) -> Finding:
    return _finding("im.sessions", seen, usual, NEW, ("terminal", "xinchuang"), **more)


#: From 19:00 of the evening before until 22:00.
UPGRADE = _change(-5, -2)


def test_an_upgrade_excuses_the_client_that_is_gone_with_the_one_in_its_place() -> None:
    gone, come = excuse_effects([_gone(), _come()], [UPGRADE])
    assert gone.excuse == come.excuse == Excuse("upgrade", ("BG1",))
    assert (gone.status, come.status) == ("ok", "ok")
    assert "计划升级（变更单 BG1），已事先书面确认" in word(gone).evidence


@pytest.mark.parametrize(
    ("findings", "statuses"),
    [
        ([_gone()], ["warning"]),  # nothing in its place
        ([_come()], ["warning"]),
        ([_gone(), _come(560)], ["warning", "warning"]),  # 560 of 751: a quarter cannot log in
        ([_gone(), _come(610)], ["ok", "ok"]),
        ([_gone(), _come(950)], ["warning", "warning"]),  # beyond 751 / 0.8
        ([_gone(), _come(800, 80)], ["ok", "ok"]),
        ([_gone(), _come(800, 81)], ["warning", "warning"]),  # a client that was there before
        ([_finding("im.sessions", 0, 751, OLD), _come()], ["warning", "warning"]),  # no counterpart of each other
        ([_gone(figures={"days": 5.0}), _come()], ["warning", "warning"]),
        ([_gone(window=_hours(8, 12)), _come(window=_hours(8, 12))], ["ok", "ok"]),
    ],
)
def test_only_a_new_client_that_has_about_as_many_sessions_takes_the_place(
    findings: list[Finding], statuses: list[str]
) -> None:
    assert _told(UPGRADE, *findings) == statuses


@pytest.mark.parametrize(
    "change",
    [
        _change(-5, -2, is_confirmed=False),
        _change(-5, -2, kind="maintenance"),
        _change(-5, -2, subsystem="oa"),
        _change(-5, -2, named="im-app-1", host="im-app-1"),
        _change(-77, -73),  # four days before
        _change(19, 22),  # this evening
    ],
)
def test_a_change_that_is_no_upgrade_of_the_clients_of_these_days_excuses_none(change: ConcurrentChange) -> None:
    assert _told(change, _gone(), _come()) == ["warning", "warning"]


def test_two_clients_that_are_gone_are_excused_by_one_that_has_the_sessions_of_both() -> None:
    older = _finding("im.sessions", 0, 249, ("client", "Spark 2.9"), details={"counterpart_key": COME})
    assert _told(UPGRADE, _gone(), older, _come(980)) == ["ok", "ok", "ok"]
    assert _told(UPGRADE, _gone(), older, _come(723)) == ["warning", "warning", "warning"]


def test_another_kind_of_subject_has_no_client() -> None:
    fewer = _finding("im.sessions", 0, 751, ("terminal", "traditional"))
    more = _finding("im.sessions", 723, 0, ("terminal", "xinchuang"))
    assert _told(UPGRADE, fewer, more) == ["warning", "warning"]


def _caller(name: str = "省平台", **more: Any) -> Finding:
    entity = Entity("caller", name, name)
    given = {"window": _hours(19, 21), "since": ON, **more}
    return Finding(rule=RULES["docexchange.unknown_caller"], entity=entity, status="critical", value=240.0, **given)


@pytest.mark.parametrize(
    ("finding", "change", "status"),
    [
        (_caller(), {}, "ok"),
        (_caller(window=_hours(22, 23)), {}, "ok"),  # it goes on calling
        (_caller(window=_hours(17, 21)), {}, "critical"),  # before anybody had let it in
        (_caller("他平台"), {}, "critical"),
        (_caller(), {"is_confirmed": False}, "critical"),
        (_caller(), {"named": ""}, "critical"),
        (_caller(), {"subsystem": "sms"}, "critical"),
    ],
)
def test_a_new_caller_that_a_confirmed_change_names_is_approved(
    finding: Finding, change: dict[str, Any], status: str
) -> None:
    connection = _change(19, 21, **{"subsystem": "docexchange", "kind": "feature", "named": "省平台", **change})
    [judged] = excuse_effects([finding], [connection])
    assert (judged.status, judged.excuse) == (status, Excuse("connection", ("BG1",)) if status == "ok" else None)


def test_the_words_of_a_connection_name_its_change() -> None:
    [judged] = excuse_effects([_caller()], [_change(19, 21, subsystem="docexchange", kind="feature", named="省平台")])
    assert "BG1" in word(judged).evidence
