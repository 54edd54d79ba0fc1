"""Registration that stopped: of all units for some hours, of one unit for days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from ntanalytics.findings.finding import Finding
from ntanalytics.subsystems import RULES, word
from ntanalytics.subsystems.docexchange import SUBSYSTEM
from tests.subsystems.made import ON, at, days, judge

LULL, LEFT_OFF = "docexchange.registration_lull", "docexchange.unregistered"
UNITS = [f"单位{n}" for n in range(12)]


def _delivery(unit: str, day: dt.date, number: int, registered: dt.datetime | None) -> dict[str, Any]:
    sent = at(day, 8 + number)
    return {
        "delivery_id": f"{unit}-{day}-{number}", "document_id": f"{day}-{number}", "receiver_unit": unit,
        "sent_at": sent, "signed_at": sent + dt.timedelta(minutes=20), "registered_at": registered,
        "state": "registered" if registered else "signed", "changed_at": sent, "day": day,
    }  # fmt: skip


def _deliveries(lying: str = "", since: dt.date = ON, stopped: range = range(0)) -> list[dict[str, Any]]:
    """Return six weeks in which each unit registers an hour later; but for a unit, and some hours of today."""
    made = []
    for day in (row["day"] for row in days(42) if row["is_working_day"]):
        for unit in UNITS:
            for number in range(8):
                left = (unit == lying and day >= since) or (day == ON and 9 + number in stopped)
                made.append(_delivery(unit, day, number, None if left else at(day, 9 + number)))
    return made


def _found(code: str, deliveries: list[dict[str, Any]]) -> list[Finding]:
    findings = judge(SUBSYSTEM, [code], {"docexchange.deliveries": deliveries})
    return [finding for finding in findings if finding.is_violation]


def test_hours_in_which_nobody_registers_are_told() -> None:
    [finding] = _found(LULL, _deliveries(stopped=range(11, 17)))
    assert finding.entity.identity == "process/registration"
    assert finding.window is not None
    assert (finding.window.from_s, finding.status) == (11 * 3600.0, "warning")


def test_a_unit_that_signs_and_no_longer_registers_is_told() -> None:
    [finding] = _found(LEFT_OFF, _deliveries("单位3", ON - dt.timedelta(days=3)))
    assert (finding.entity.identity, finding.value) == ("unit/单位3", 1.0)
    assert finding.since == ON - dt.timedelta(days=3)


def test_a_registered_week_is_not_told() -> None:
    assert _found(LULL, _deliveries()) == []
    assert _found(LEFT_OFF, _deliveries()) == []


def test_what_was_signed_today_may_still_be_registered() -> None:
    assert _found(LEFT_OFF, _deliveries("单位3", ON)) == []


PLATFORMS = ("traditional", "xinchuang")


def _on_platforms(left: Callable[[str, str], bool], since: dt.date) -> list[dict[str, Any]]:
    """Return six weeks of units that receive at both platforms, of which some leave off registering from a day on."""
    made = []
    for place, delivery in enumerate(_deliveries()):
        platform = PLATFORMS[place % 2]
        is_left = delivery["day"] >= since and left(delivery["receiver_unit"], platform)
        lying = {"registered_at": None, "state": "signed"} if is_left else {}
        made.append({**delivery, "platform": platform, **lying})
    return made


SINCE = ON - dt.timedelta(days=2)


def test_many_units_that_leave_off_at_one_platform_are_told_as_that_platform() -> None:
    [finding] = _found(LEFT_OFF, _on_platforms(lambda _, platform: platform == "xinchuang", SINCE))
    assert (finding.entity.identity, finding.value, finding.since) == ("platform/xinchuang", 1.0, SINCE)
    # a function that stands still is nothing that a clerk mends
    assert (finding.rule.cause, word(finding).advice) == ("standstill", RULES[LULL].advice)


def test_a_unit_that_leaves_off_beside_a_platform_is_told_by_itself() -> None:
    lying = _on_platforms(lambda unit, platform: platform == "xinchuang" or unit == "单位3", SINCE)
    assert {found.entity.identity for found in _found(LEFT_OFF, lying)} == {"platform/xinchuang", "unit/单位3"}


def test_a_unit_that_is_alone_at_its_platform_is_told_as_the_unit() -> None:
    received = _on_platforms(lambda unit, _: unit == "单位3", SINCE)
    for delivery in received:
        delivery["platform"] = "xinchuang" if delivery["receiver_unit"] == "单位3" else "traditional"
    [finding] = _found(LEFT_OFF, received)
    assert (finding.entity.identity, finding.rule.cause) == ("unit/单位3", "overdue")


def test_units_of_one_county_that_leave_off_are_told_as_that_county() -> None:
    units: list[dict[str, Any]] = [
        {"unit_id": f"U{n}", "unit": unit, "parent_id": "C1" if n < 4 else "C2", "is_enabled": True}
        for n, unit in enumerate(UNITS)
    ]
    units += [{"unit_id": f"C{n}", "unit": f"县{n}", "parent_id": None, "is_enabled": True} for n in (1, 2)]
    lying = _on_platforms(lambda unit, _: unit in UNITS[:4], SINCE)
    findings = judge(SUBSYSTEM, [LEFT_OFF], {"docexchange.deliveries": lying, "identity.units": units})
    assert [found.entity.identity for found in findings if found.is_violation] == ["parent/县1"]
