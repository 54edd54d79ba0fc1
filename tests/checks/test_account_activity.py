"""Accounts that do far more than they ever did, and than anybody does."""

from __future__ import annotations

from typing import Any

import pytest

from ntanalytics.findings.finding import Finding, Window
from ntanalytics.subsystems import subsystem, word
from tests.subsystems.made import ON, at, days, judge

RULE = "oa.account_beyond"


def _actions(account: str, day: Any, actions: int, hour: int = 9, module: str = "files") -> dict[str, Any]:
    return {
        "hour_at": at(day, hour), "account_id": account, "edition": "party", "module": module, "terminal": "pc",
        "platform": None, "unit": None, "actions": actions, "day": day,
    }  # fmt: skip


#: Six weeks of forty persons with ten actions a working day, and a clerk with two hundred.
PAST = [
    _actions(account, row["day"], actions)
    for row in days(42)
    if row["is_working_day"] and row["day"] != ON
    for account, actions in [*((f"p{n}", 10) for n in range(40)), ("clerk", 200)]
]


def _found(*today: dict[str, Any], past: list[dict[str, Any]] = PAST) -> list[Finding]:
    return judge(subsystem("oa"), [RULE], {"oa.activities": [*past, *today]})


def test_a_person_who_reads_far_beyond_himself_and_all_others_is_told_with_hours() -> None:
    [finding] = _found(_actions("p1", ON, 500, 20), _actions("p1", ON, 600, 22), _actions("p2", ON, 12))
    assert (finding.status, finding.value) == ("warning", pytest.approx(1100 / 200))
    assert finding.window == Window(ON, 20 * 3600.0, 23 * 3600.0)
    assert (finding.figures["events"], finding.figures["own_most"]) == (1100, 10)
    assert "文件共享" in word(finding).sentence
    assert "p1" not in word(finding).sentence


def test_who_always_does_much_is_not_told_for_it() -> None:
    assert _found(_actions("clerk", ON, 700)) == []


def test_who_does_more_than_ever_and_no_more_than_others_is_not_told() -> None:
    assert _found(_actions("p1", ON, 210)) == []


def test_a_newcomer_is_held_against_the_others_alone() -> None:
    [finding] = _found(_actions("new", ON, 5000))
    assert (finding.status, finding.figures["own_most"]) == ("critical", 0)


def test_few_days_and_few_events_say_nothing() -> None:
    last = [row for row in PAST if (ON - row["day"]).days <= 4]
    assert _found(_actions("p1", ON, 5000), past=last) == []
    quiet = [{**row, "actions": 1} for row in PAST]
    assert _found(_actions("p1", ON, 40), past=quiet) == []


@pytest.mark.parametrize(("name", "row"), [
    ("sso", {"access_id": "{}", "accessed_at": at(ON, 9), "app_id": "oa", "account_id": "p", "outcome": "success"}),
    ("im", {"hour_at": at(ON, 9), "account_id": "p", "kind": "file", "reach": "single", "messages": 1}),
])  # fmt: skip
def test_accesses_and_messages_are_watched_alike(name: str, row: dict[str, Any]) -> None:
    dataset = {"sso": "sso.accesses", "im": "im.messages"}[name]
    rows = [
        {**row, "access_id": f"{each['day']}", "account_id": f"p{n}", "day": each["day"]}
        for each in days(20)
        if each["is_working_day"]
        for n in range(5)
    ]
    far = [{**row, "access_id": f"far{n}", "messages": 1, "day": ON} for n in range(100)]
    code = f"{name}.account_beyond"
    [finding] = judge(subsystem(name), [code], {dataset: [_fitting(dataset, r) for r in [*rows, *far]]})
    assert finding.status == "critical"


def test_an_application_is_named_and_not_by_its_number() -> None:
    accesses = [
        {"access_id": f"{day['day']}-{n}", "accessed_at": at(day["day"], 9), "app_id": "a7", "account_id": f"p{n}"}
        | {"day": day["day"]}
        for day in days(20)
        if day["is_working_day"]
        for n in range(5)
    ]
    accesses += [{**accesses[0], "access_id": f"far{n}", "accessed_at": at(ON, 9), "day": ON} for n in range(100)]
    apps = [{"app_id": "a7", "app": "财政一体化", "is_enabled": True, "day": ON}]
    [finding] = judge(subsystem("sso"), ["sso.account_beyond"], {"sso.accesses": accesses, "sso.apps": apps})
    assert finding.details["member"] == "财政一体化"
    [bare] = judge(subsystem("sso"), ["sso.account_beyond"], {"sso.accesses": accesses})
    assert bare.details["member"] == "a7"


def _logins(name: str, far: int, outcome: str = "success", most: int = 3) -> list[Finding]:
    """Return the findings where forty persons log in thrice a day at most, and one of them so often today."""
    holder, dataset = {"ca": ("certificate_id", "ca.logins"), "identity": ("account_id", "identity.logins")}[name]
    login = {"method": "ca", "outcome": outcome}
    rows = [
        {**login, "outcome": "success", "login_id": f"{each['day']}-{n}-{time}", "logged_in_at": at(each["day"], 9)}
        | {holder: f"p{n}", "day": each["day"]}
        for each in days(20)
        if each["is_working_day"]
        for n in range(40)
        for time in range(1 + n % most)
    ]
    today = [
        {**login, "login_id": f"far{n}", "logged_in_at": at(ON, 8 + n / 12), holder: "p0", "day": ON}
        for n in range(far)
    ]
    return judge(
        subsystem(name), [f"{name}.account_beyond"], {dataset: [_fitting(dataset, r) for r in [*rows, *today]]}
    )


@pytest.mark.parametrize(("name", "word_for_it"), [("ca", "同一证书"), ("identity", "同一账号")])
def test_a_program_that_logs_in_all_day_is_told(name: str, word_for_it: str) -> None:
    """One login each day before, three at most of anybody: 145 of today are 48 times as many."""
    [finding] = _logins(name, 144)
    assert (finding.status, finding.value) == ("critical", pytest.approx(145 / 3))
    assert finding.window is not None
    assert (finding.window.from_s, finding.window.until_s) == pytest.approx((8 * 3600.0, (8 + 143 / 12) * 3600.0))
    assert word_for_it in word(finding).sentence
    assert "p0" not in word(finding).sentence


@pytest.mark.parametrize("name", ["ca", "identity"])
def test_a_few_logins_more_and_logins_that_fail_are_not_told(name: str) -> None:
    assert _logins(name, 40) == []
    assert _logins(name, 144, outcome="failure") == []  # rules on attempts tell them
    assert _logins(name, 144, most=40) == []  # others do as much


def _fitting(dataset: str, row: dict[str, Any]) -> dict[str, Any]:
    from ntanalytics import contract

    return {name: value for name, value in row.items() if name in {*contract.dataset(dataset).schema().names}}
