"""One account in two places: changes between its own address and one that it never used before."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ntanalytics.findings.finding import Finding, Window
from ntanalytics.subsystems import word
from ntanalytics.subsystems.identity import SUBSYSTEM
from tests.subsystems.made import ON, at, judge

RULE = "identity.two_places"


def _login(day: dt.date, hour: float, address: str, **more: Any) -> dict[str, Any]:
    made = {"method": "password", "outcome": "success", "terminal": "pc", "account_id": "a", "day": day, **more}
    return {"login_id": f"{day}-{hour}-{address}", "logged_in_at": at(day, hour), "address_hash": address, **made}


HOME = [_login(ON - dt.timedelta(days=back), 9, "home") for back in range(1, 40)]


def _found(*logins: dict[str, Any], past: list[dict[str, Any]] = HOME) -> Finding:
    [finding] = judge(SUBSYSTEM, [RULE], {"identity.logins": [*past, *logins]})
    return finding


def _alternating(other: str, **more: Any) -> list[dict[str, Any]]:
    """Return logins at half past each hour of the forenoon, here and there by turns: three changes from 9:00 on."""
    places = ("home", other, "home", other)
    return [_login(ON, 9 + number / 2, place, **more) for number, place in enumerate(places)]


def test_who_alternates_between_his_place_and_a_strange_one_is_two() -> None:
    finding = _found(*_alternating("strange"))
    assert (finding.status, finding.value) == ("warning", 3)
    assert finding.window == Window(ON, 9 * 3600.0, 10.5 * 3600.0)
    assert "交替登录" in word(finding).sentence


def test_a_visit_to_a_colleague_is_no_second_person() -> None:
    assert _found(*_alternating("strange")[:3]).status == "ok"


def test_two_places_of_his_own_are_no_second_person() -> None:
    past = [*HOME, _login(ON - dt.timedelta(days=3), 14, "office")]
    assert _found(*_alternating("office"), past=past).status == "ok"


@pytest.mark.parametrize("more", [{"terminal": "mobile"}, {"outcome": "failure"}])
def test_telephones_and_failures_are_not_counted(more: dict[str, Any]) -> None:
    assert _found(*_alternating("strange", **more)).status == "ok"


def test_a_move_within_the_day_is_no_second_person() -> None:
    apart = [_login(ON, 8 + 2 * number, place) for number, place in enumerate(("home", "new", "home", "new"))]
    assert _found(*apart).status == "ok"


def test_a_short_history_knows_no_home() -> None:
    finding = _found(*_alternating("strange"), past=HOME[:10])
    assert (finding.status, finding.unknown) == ("unknown", "short_history")
