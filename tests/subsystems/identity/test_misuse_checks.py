"""Guessing of passwords: who tried how many accounts from how many addresses, and where somebody got in."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from ntanalytics.findings.correlation import correlate
from ntanalytics.findings.finding import Entity, Finding
from ntanalytics.subsystems import RULES, word
from ntanalytics.subsystems.identity import SUBSYSTEM
from tests.subsystems.made import ON, at, judge


def _login(account: str | None, day: dt.date, hour: float, address: str, outcome: str = "failure") -> dict[str, Any]:
    return {
        "login_id": f"{account}-{day}-{hour}-{address}", "logged_in_at": at(day, hour), "address_hash": address,
        "account_id": account, "outcome": outcome, "method": "password", "terminal": "pc", "day": day,
    }  # fmt: skip


def _found(rule: str, logins: list[dict[str, Any]]) -> Finding:
    [finding] = judge(SUBSYSTEM, [rule], {"identity.logins": logins})
    return finding


def test_several_spraying_addresses_are_counted_together_with_whom_they_entered() -> None:
    tried = [
        _login(f"{address}{number}", ON, 2 + number / 20, address) for address in ("x", "y") for number in range(30)
    ]
    entered = [_login("y7", ON, 3.9, "y", "success")]
    finding = _found("identity.sprayed_accounts", [*tried, *entered])
    assert (finding.value, finding.figures["others"]) == (30, 1)
    assert (finding.figures["tried"], finding.figures["entered"]) == (60, 1)
    assert "60" in word(finding).event.detail
    nobody = _found("identity.sprayed_accounts", tried)
    assert nobody.figures["entered"] == 0


def test_where_many_entries_lack_their_account_no_address_is_told_to_try_accounts() -> None:
    """An address behind which many work is known by who gets in from it."""
    tried = [_login(f"a{number}", ON, 9 + number / 20, "office") for number in range(6)]
    logins = {"identity.logins": [*tried, _login(None, ON, 9.5, "office", "success")]}
    for lacking, status in (({}, "warning"), ({"identity.logins": ["account_id"]}, "unknown")):
        [finding] = judge(SUBSYSTEM, ["identity.sprayed_accounts"], logins, unfilled=lacking)
        assert finding.status == status


@pytest.mark.parametrize(
    ("last", "weeks", "entries"),
    [
        (("strange", "success"), 6, 1),
        (("home", "success"), 6, None),
        (("strange", "failure"), 6, None),
        (("strange", "success"), 2, None),  # too short a past to know where he is at home
    ],
)
def test_a_guessed_account_that_is_entered_from_a_new_address_is_told(
    last: tuple[str, str], weeks: int, entries: int | None
) -> None:
    past = [_login("a", ON - dt.timedelta(days=back), 9, "home", "success") for back in range(1, 7 * weeks)]
    tried = [_login("a", ON, hour / 2, f"from{hour}") for hour in range(40)]
    finding = _found("identity.slow_attempts", [*past, *tried, _login("a", ON, 23.5, *last)])
    assert finding.is_violation
    assert finding.figures.get("entries") == entries
    assert ("23时30分" in word(finding).event.detail) == (entries is not None)


def _weeks(accounts: int = 200) -> list[dict[str, Any]]:
    """Return six weeks in which persons get in from their own places, of whom two of a hundred mistype before."""
    made = []
    for back in range(42):
        day = ON - dt.timedelta(days=back)
        for number in range(accounts if day.weekday() < 5 else 20):
            name, hour = f"p{number}", 8 + number % 8 + number / 250
            made.append(_login(name, day, hour, f"home-{name}", "success"))
            if (number + back) % 50 == 0:
                made.append(_login(name, day, hour - 0.01, f"home-{name}"))
    return made


def _together(logins: list[dict[str, Any]]) -> list[Finding]:
    findings = judge(SUBSYSTEM, ["identity.sprayed_accounts"], {"identity.logins": logins})
    return [finding for finding in findings if finding.is_violation]


def _sprayed(accounts: int, begin: float, end: float, addresses: int) -> list[dict[str, Any]]:
    """Return a spray over accounts of the first persons, evenly through some hours, from addresses in turn."""
    step = (end - begin) / accounts
    return [_login(f"p{number}", ON, begin + number * step, f"bot{number % addresses}") for number in range(accounts)]


@pytest.mark.parametrize(
    ("spray", "entered", "status"),
    [
        ((90, 2, 4, 30), 0, "critical"),
        ((90, 2, 4, 30), 2, "critical"),
        ((60, 9, 12, 60), 0, "critical"),  # in office hours, each account from its own address
        ((8, 3, 4, 8), 0, "warning"),
    ],
)
def test_accounts_that_many_addresses_try_together_are_told_as_an_attack(
    spray: tuple[int, float, float, int], entered: int, status: str
) -> None:
    got_in = [_login(f"p{100 + number}", ON, spray[2] - 0.3, f"bot{number}", "success") for number in range(entered)]
    [finding] = _together([*_weeks(), *_sprayed(*spray), *got_in])
    assert (finding.entity.identity, finding.status) == ("addresses/together", status)
    assert (finding.value, finding.figures["spraying_addresses"]) == (spray[0], spray[3])
    assert finding.figures["entered_accounts"] == entered
    assert finding.window is not None
    assert (finding.window.from_s, finding.window.until_s) == (spray[1] * 3600.0, spray[2] * 3600.0)


def _by_code(logins: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return logins by codes instead of passwords."""
    wrong = {"success": None, "failure": "wrong_code"}
    return [{**row, "method": "sms_code", "reason": wrong[row["outcome"]]} for row in logins]


def test_codes_that_many_addresses_guess_are_told_as_an_attack_beside_passwords_that_work() -> None:
    [finding] = _together([*_weeks(), *_by_code(_weeks()), *_by_code(_sprayed(40, 13, 15, 40))])
    assert (finding.entity.identity, finding.status, finding.value) == ("addresses/sms_code", "critical", 40.0)
    assert "疑似遭分布式短信验证码试探" in word(finding).sentence
    failing = Finding(
        rule=RULES["identity.method_failures"], entity=Entity("method", "sms_code", "短信验证码登录"),
        status="critical", value=0.78, format="rate:1", window=finding.window,
    )  # fmt: skip
    by_scan = replace(failing, entity=Entity("method", "scan", "扫码登录"))
    groups = correlate([failing, finding, by_scan])
    assert [(group.root.code, [item.entity.key for item in group.followers]) for group in groups] == [
        ("identity.sprayed_accounts", ["sms_code"]),
        ("identity.method_failures", []),
    ]


def test_codes_that_fail_everybody_are_no_attack() -> None:
    assert _together([*_weeks(), *_by_code(_weeks()), *_by_code(_outage())]) == []


def _outage() -> list[dict[str, Any]]:
    """Return an hour in which the source of passwords fails everybody three times, some at places new to them."""
    made = []
    for number in range(200):
        place = f"home-p{number}" if number % 3 else f"new-{number}"
        made += [_login(f"p{number}", ON, 9.2 + number / 400 + again / 60, place) for again in range(3)]
    return made


def _changed_passwords() -> list[dict[str, Any]]:
    """Return a morning on which half of all type their old password once."""
    return [
        _login(f"p{number}", ON, 7.95 + number % 8 + number / 250, f"home-p{number}") for number in range(0, 200, 2)
    ]


def _new_places() -> list[dict[str, Any]]:
    """Return forty persons at one new place, of whom ten mistype and do not get in."""
    return [
        _login(f"p{number}", ON, 10 + number / 60, "hall", "success" if number % 4 else "failure")
        for number in range(40)
    ]


@pytest.mark.parametrize(
    "harmless",
    [[], _outage(), _changed_passwords(), _new_places(), _sprayed(4, 3, 4, 4)],
    ids=["usual", "outage", "changed passwords", "new place", "four accounts"],
)
def test_what_fails_persons_at_their_places_is_no_attack(harmless: list[dict[str, Any]]) -> None:
    assert [finding for finding in _together([*_weeks(), *harmless]) if finding.entity.kind == "addresses"] == []


def test_without_weeks_that_show_where_accounts_are_at_home_addresses_are_not_told_together() -> None:
    short = [row for row in _weeks() if row["day"] >= ON - dt.timedelta(days=14)]
    assert _together([*short, *_sprayed(90, 2, 4, 30)]) == []


def test_addresses_that_are_told_by_themselves_are_not_told_together() -> None:
    [finding] = _together([*_weeks(), *_sprayed(90, 2, 4, 3)])
    assert finding.entity.kind == "subsystem"
