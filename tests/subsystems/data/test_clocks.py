"""Clocks by the engine: a channel or a source that is off is told as that, and what follows from it is not told."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest

from ntanalytics.detectors.day_profile import ProfileDamage
from ntanalytics.subsystems import subsystem, word
from tests.subsystems.made import ON, at, days, judge, table_of

RULE = "data.clock_offset"


def _messages(off_s: float, since_hour: int = 0) -> pa.Table:
    """Return three weeks of messages of two carriers, reported in 3 to 9 s; of one the clock is off today."""
    rows = []
    for day in (row["day"] for row in days(21)):
        for carrier in ("mobile", "unicom"):
            for number in range(80):
                sent = at(day, 8 + number / 10)
                wrong = off_s if (day, carrier) == (ON, "unicom") and number >= 10 * max(0, since_hour - 8) else 0
                rows.append(
                    {
                        "message_id": f"{day}-{carrier}-{number}", "submitted_at": sent, "carrier": carrier, "day": day,
                        "application": "portal", "segments": 1, "outcome": "delivered",
                        "reported_at": sent + dt.timedelta(seconds=3 + number % 7 + wrong),
                    }
                )  # fmt: skip
    return table_of("sms.messages", rows)


@pytest.mark.parametrize(("off_s", "status"), [(28_800, "critical"), (-28_800, "critical"), (25, "warning")])
def test_a_carrier_with_a_wrong_clock_is_told_as_a_clock(off_s: int, status: str) -> None:
    (finding,) = judge(subsystem("data"), {RULE}, {"sms.messages": _messages(off_s)})
    assert (finding.entity.identity, finding.status) == ("carrier/unicom", status)
    assert finding.figures["offset_s"] == pytest.approx(off_s, abs=1)
    assert "时钟" in word(finding).sentence


def test_half_a_day_with_reports_before_their_messages_is_told() -> None:
    (finding,) = judge(subsystem("data"), {RULE}, {"sms.messages": _messages(-28_800, since_hour=12)})
    assert finding.figures["offset_s"] == pytest.approx(-28_800, abs=1)


def test_clocks_that_are_right_are_not_told() -> None:
    assert judge(subsystem("data"), {RULE}, {"sms.messages": _messages(0)}) == []


def test_a_source_whose_day_came_at_other_hours_is_a_clock() -> None:
    given = {"sms.messages": _messages(0)}
    shift = ProfileDamage("shifted", -8, 0.0, ("unicom",))
    (finding,) = judge(subsystem("data"), {RULE}, given, shifts={"sms.messages": shift})
    assert (finding.entity.identity, finding.value) == ("dataset/test/sms.messages", 28_800.0)
    assert "早 8 小时" in word(finding).evidence


def _requests(late: str, minutes: int) -> pa.Table:
    """Return three weeks of requests of three services, a fixed number in each minute; of one today's come later."""
    profile = [0] * 8 + [20, 40, 34, 22, 8, 16, 30, 34, 24, 10] + [0] * 6
    rows = []
    for day in (row["day"] for row in days(16)):
        for service in ("portal", "oa", "exchange"):
            off = minutes if (day, service) == (ON, late) else 0
            for minute in range(8 * 60, 18 * 60):
                moment = at(day, (minute + off) / 60)
                named = {"day": day, "service": service, "requests": 1, "status": 200, "method": "GET", "route": "/"}
                rows += [{"minute_at": moment, **named}] * (profile[minute // 60] // 4)
    return table_of("infra.requests", rows)


def test_a_service_whose_log_is_minutes_ahead_is_a_clock_and_leaves_the_other_findings() -> None:
    (finding,) = judge(subsystem("data"), {RULE}, {"infra.requests": _requests("oa", 7)})
    assert (finding.entity.identity, finding.status) == ("subject/infra.requests/service=oa", "warning")
    assert (finding.entity.label, finding.details["source"]) == ("服务 oa", "test")
    assert finding.figures["offset_s"] == pytest.approx(420, abs=60)
    assert "网络请求的时间比平日整体晚" in word(finding).evidence


def test_services_whose_clocks_are_right_are_not_told() -> None:
    assert judge(subsystem("data"), {RULE}, {"infra.requests": _requests("", 0)}) == []


def _first_steps(late: str, minutes: int) -> dict[str, pa.Table]:
    """Return the logins of a fortnight, and what each account opens ten seconds later; one of today's clocks is off."""
    logins, accesses = [], []
    for day in (row["day"] for row in days(14)):
        off = {name: minutes if (day, name) == (ON, late) else 0 for name in ("identity.logins", "sso.accesses")}
        for number in range(300):
            account, moment = f"a{number}", 9 * 60 + number
            key = {"day": day, "account_id": account, "outcome": "success"}
            login, access = moment + off["identity.logins"], moment + off["sso.accesses"] + 1 / 6
            logins.append({**key, "login_id": account, "logged_in_at": at(day, login / 60), "method": "ca"})
            accesses.append({**key, "access_id": account, "accessed_at": at(day, access / 60)})
    return {"identity.logins": table_of("identity.logins", logins), "sso.accesses": table_of("sso.accesses", accesses)}


@pytest.mark.parametrize("late", ["identity.logins", "sso.accesses"])
def test_one_of_two_clocks_that_moved_against_the_other_is_told_as_the_one_whose_day_moved(late: str) -> None:
    (finding,) = judge(subsystem("data"), {RULE}, _first_steps(late, 4))
    assert finding.entity.identity == f"dataset/test/{late}"
    assert finding.figures["offset_s"] == pytest.approx(240, abs=60)
