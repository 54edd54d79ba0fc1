"""Accounts that are entered by night from one address that nobody ever used."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ntanalytics.findings.finding import Finding, Window
from ntanalytics.subsystems import word
from ntanalytics.subsystems.identity import SUBSYSTEM
from tests.subsystems.made import ON, at, judge

RULE = "identity.night_entries"


def _login(account: int, day: dt.date, hour: float, address: str, **more: Any) -> dict[str, Any]:
    made = {"method": "password", "outcome": "success", "terminal": "pc", "day": day, **more}
    named = {"login_id": f"{account}-{day}-{hour}", "logged_in_at": at(day, hour), "address_hash": address}
    return {**named, "account_id": f"a{account}", **made}


HOME = [_login(0, ON - dt.timedelta(days=back), 9, "home") for back in range(1, 40)]


def _found(*logins: dict[str, Any], past: list[dict[str, Any]] = HOME) -> Finding:
    [finding] = judge(SUBSYSTEM, [RULE], {"identity.logins": [*past, *logins]})
    return finding


def _entered(count: int, address: str = "strange", **more: Any) -> list[dict[str, Any]]:
    """Return logins of accounts, one each ten minutes from two o'clock on."""
    return [_login(number, ON, 2 + number / 6, address, **more) for number in range(count)]


@pytest.mark.parametrize(("count", "status"), [(4, "ok"), (5, "warning"), (19, "warning"), (20, "critical")])
def test_accounts_that_are_entered_by_night_from_one_strange_address_are_told(count: int, status: str) -> None:
    finding = _found(*_entered(count), *_entered(2, "other"))
    assert (finding.status, finding.value) == (status, count)
    if status != "ok":
        assert finding.window == Window(ON, 7200.0, 7200.0 + 600 * (count - 1))
        assert f"登录{count}个账号" in word(finding).sentence.replace(" ", "")


def test_one_account_counts_once() -> None:
    again = [_login(1, ON, 2 + number / 6, "strange") for number in range(30)]
    assert _found(*again).value == 1


def test_a_desk_that_somebody_used_before_and_telephones_are_not_told() -> None:
    assert _found(*_entered(30, "home")).status == "ok"
    assert _found(*_entered(30, terminal="mobile")).status == "ok"


def test_the_day_and_failures_are_not_told() -> None:
    by_day = [_login(number, ON, 9, "strange") for number in range(30)]
    assert _found(*by_day).status == "ok"
    assert _found(*_entered(30, outcome="failure")).status == "ok"


def test_a_few_weeks_are_needed_to_know_what_is_strange() -> None:
    finding = _found(*_entered(30), past=HOME[:10])
    assert (finding.status, finding.unknown) == ("unknown", "short_history")
