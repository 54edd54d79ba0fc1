"""Logins of single units, worked by hand: 40 a day of each of ten units, of which a tenth fails."""

from __future__ import annotations

import datetime as dt

import pytest

from ntanalytics.subsystems.identity import SUBSYSTEM
from ntanalytics.subsystems.identity.unit_checks import failing_units
from tests.subsystems.made import ON, Data, Row, at, days, judge, statuses, table_of

UNITS = [f"单位{number}" for number in range(10)]
CODE = "identity.unit_failures"


def _logins(day: dt.date, unit: str, failures: int, persons: int) -> list[Row]:
    """Forty logins of twenty accounts over the day; the failures are those of the first persons, in turn."""
    own = [f"{unit}/{number}" for number in range(20)]
    return [
        {
            "login_id": f"{day}/{unit}/{number}",
            "logged_in_at": at(day, 9 + number / 5),
            "account_id": own[number % persons] if number < failures else own[number % 20],
            "method": "password",
            "outcome": "failure" if number < failures else "success",
            "day": day,
        }
        for number in range(40)
    ]


def _data(today: dict[str, int], persons: int = 20, of_others: int = 4) -> Data:
    logins = [
        row
        for day in days()
        if day["is_working_day"]
        for unit in UNITS
        for row in _logins(day["day"], unit, today.get(unit, of_others) if day["day"] == ON else 4, persons)
    ]
    accounts = [
        {"account_id": f"{unit}/{number}", "unit_id": unit, "is_enabled": True, "day": ON}
        for unit in UNITS
        for number in range(20)
    ]
    units = [{"unit_id": unit, "unit": unit, "is_enabled": True, "day": ON} for unit in UNITS]
    return {
        "identity.logins": table_of("identity.logins", logins),
        "identity.accounts": table_of("identity.accounts", accounts),
        "identity.units": table_of("identity.units", units),
    }


@pytest.mark.parametrize(("failures", "status"), [(4, None), (11, None), (22, "warning"), (30, "critical")])
def test_a_unit_that_cannot_log_in_is_told(failures: int, status: str | None) -> None:
    findings = judge(SUBSYSTEM, [CODE], _data({"单位3": failures}))
    assert statuses(findings) == ([("unit/单位3", status)] if status else [])


def test_how_many_failed_of_how_many_is_told() -> None:
    [finding] = judge(SUBSYSTEM, [CODE], _data({"单位3": 22}))
    assert finding.value == pytest.approx(22 / 40)
    assert finding.figures == {"count": 40.0, "logins": 40.0, "failures": 22.0, "accounts": 20.0}


def test_two_persons_who_forgot_their_password_are_no_unit() -> None:
    assert judge(SUBSYSTEM, [CODE], _data({"单位3": 24}, persons=2)) == []


def test_where_all_fail_no_unit_is_told() -> None:
    assert judge(SUBSYSTEM, [CODE], _data({"单位3": 22}, of_others=20)) == []


def test_a_unit_of_which_half_fails_each_day_is_as_usual() -> None:
    row = {"logins": 40, "login_failures": 22, "failed_accounts": 9, "past_logins": 800, "past_failures": 440}
    others = {"logins": 400, "login_failures": 40, "failed_accounts": 30, "past_logins": 8000, "past_failures": 800}
    assert failing_units([{"unit": "a", **row}, {"unit": "b", **others}]) == set()
    assert failing_units([{"unit": "a", **row, "past_failures": 80}, {"unit": "b", **others}]) == {"a"}
