"""Guessing of passwords: who tried how many accounts from how many addresses, and where somebody got in."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ntanalytics.findings.finding import Finding
from ntanalytics.subsystems import word
from ntanalytics.subsystems.identity import SUBSYSTEM
from tests.subsystems.made import ON, at, judge


def _login(account: str, day: dt.date, hour: float, address: str, outcome: str = "failure") -> dict[str, Any]:
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
