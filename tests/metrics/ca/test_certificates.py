from __future__ import annotations

import datetime as dt

import pytest

from ntanalytics.metrics.ca import certificates
from ntanalytics.metrics.seal import seals

MONDAY = dt.date(2026, 11, 16)
AT = dt.datetime(2026, 11, 16, 16, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def test_certificates_by_how_long_they_are_good(table, listed) -> None:
    rows = [
        {"expires_at": AT},  # it expires at that very moment
        {"expires_at": AT - DAY},
        {"expires_at": AT + 30 * DAY},
        {"expires_at": AT + 60 * DAY},
        {"expires_at": AT + 61 * DAY},
        {"expires_at": AT + 400 * DAY},
        {"expires_at": AT + 400 * DAY, "state": "inactive"},
        {"expires_at": AT - DAY, "state": "revoked", "revoked_at": AT - 9 * DAY},
        {"expires_at": AT + 400 * DAY, "state": "revoked"},
    ]
    made = table(
        "ca.certificates",
        [{"certificate_id": str(number), **row} for number, row in enumerate(rows)],
        kind="unit",
        state="active",
        day=MONDAY,
    )
    assert listed(certificates.stock(made, AT)) == [
        {"in_force": 4, "expiring_30d": 1, "expiring_60d": 2, "expiring_90d": 3, "expired": 2, "revoked": 2}
    ]


def test_renewals_by_local_month_of_what_is_in_force(table, listed) -> None:
    last_of_november = dt.datetime(2026, 11, 30, 15, 59, tzinfo=dt.UTC)  # 23:59 in Shanghai
    rows = [
        {"expires_at": AT},  # it expires at that very moment
        {"expires_at": last_of_november},
        {"expires_at": last_of_november + dt.timedelta(minutes=2)},
        {"expires_at": last_of_november + 31 * DAY},
        {"expires_at": last_of_november, "state": "revoked"},
    ]
    made = table(
        "ca.certificates",
        [{"certificate_id": str(number), **row} for number, row in enumerate(rows)],
        kind="unit",
        state="active",
        day=MONDAY,
    )
    assert listed(certificates.renewals(made, AT, 8)) == [
        {"renewal_month": dt.date(2026, 11, 1), "renewals": 1},
        {"renewal_month": dt.date(2026, 12, 1), "renewals": 2},
    ]


def test_expired_certificates_that_are_tried_are_counted_once(table, listed) -> None:
    rows = [
        {"login_id": "1"},
        {"login_id": "2", "outcome": "failure", "reason": "expired"},
        {"login_id": "3", "outcome": "failure", "reason": "expired"},
        {"login_id": "4", "outcome": "failure", "reason": "pin", "certificate_id": "b"},
    ]
    made = table("ca.logins", rows, logged_in_at=AT, outcome="success", certificate_id="a", day=MONDAY)
    assert listed(certificates.logins(made)) == [
        {"certificate_logins": 4, "certificate_failures": 3, "certificate_failure_rate": 0.75, "expired_tried": 1}
    ]


def test_a_hole_in_certificate_logins_is_no_zero(table, days, listed) -> None:
    made = table("ca.logins", [{"login_id": "1"}], logged_in_at=AT, outcome="success", day=MONDAY)
    rows = listed(certificates.daily(made, days(MONDAY, "+-+")), "certificate_logins")
    assert [row["certificate_logins"] for row in rows] == [1, None, 0]


def test_seals_by_state_and_how_long_the_steps_took(table, listed) -> None:
    rows = [
        {"requested_at": AT - 20 * DAY, "made_at": AT - 10 * DAY, "tested_at": AT - 9 * DAY},
        {"requested_at": AT - 9 * DAY, "made_at": AT - 5 * DAY, "tested_at": AT - 2 * DAY},
        {"requested_at": AT - 3 * DAY, "state": "requested"},
    ]
    made = table("seal.seals", [{"seal_id": str(n), **row} for n, row in enumerate(rows)], state="tested", day=MONDAY)
    assert listed(seals.stock(made)) == [
        {
            "state": "tested",
            "seals": 2,
            "making_days_p50": 7.0,
            "testing_days_p50": 2.0,
            "oldest_request_at": AT - 20 * DAY,
        },
        {
            "state": "requested",
            "seals": 1,
            "making_days_p50": None,
            "testing_days_p50": None,
            "oldest_request_at": AT - 3 * DAY,
        },
    ]


def test_seals_that_wait_for_their_test(table, listed) -> None:
    rows = [
        {"seal_id": "a", "made_at": AT - 21 * DAY},
        {"seal_id": "b", "made_at": AT - 25 * DAY, "tested_at": AT - DAY},
        {"seal_id": "c", "made_at": AT - 30 * DAY, "state": "in_use"},
        {"seal_id": "d", "made_at": AT + DAY},
    ]
    made = table("seal.seals", rows, state="made", unit="甲局", day=MONDAY)
    assert listed(seals.untested_seals(made, AT), "seal_id", "waiting_days") == [{"seal_id": "a", "waiting_days": 21.0}]


def test_signings_and_verifications_fail_apart(table, listed, days) -> None:
    rows = [{}, {"outcome": "failure"}, {"operation": "verify"}, {"operation": "verify", "outcome": "failure"}]
    shared = {"signed_at": AT, "operation": "sign", "system": "oa", "outcome": "success", "day": MONDAY}
    made = table("seal.signings", [{"signing_id": str(n), **row} for n, row in enumerate(rows)], **shared)
    assert listed(seals.signings(made)) == [
        {
            "signings": 2,
            "signing_failures": 1,
            "signing_failure_rate": 0.5,
            "verifications": 2,
            "verification_failures": 1,
        }
    ]
    assert [row["signings"] for row in listed(seals.daily(made, days(MONDAY, "+-")))] == [2, None]


@pytest.mark.parametrize("figure", [certificates.logins, seals.signings])
def test_nothing_has_no_rate(table, listed, figure) -> None:
    name = "ca.logins" if figure is certificates.logins else "seal.signings"
    [row] = listed(figure(table(name, [])))
    assert [value for key, value in row.items() if key.endswith("_rate")] == [None]


def test_what_expires_within_thirty_days_is_held_against_the_months_that_follow(table, listed) -> None:
    # three in the next 30 days; then one in each of 6 windows of 30 days, two in one, none in four: the median is one
    days = [1, 30, 29.5, *(30 * number + 1 for number in range(1, 7)), 211, 212, 400]
    rows = [{"certificate_id": str(number), "expires_at": AT + day * DAY} for number, day in enumerate(days)]
    rows += [{"certificate_id": "revoked", "state": "revoked", "expires_at": AT + DAY}]
    made = table("ca.certificates", rows, kind="personal", state="active", day=MONDAY)
    assert listed(certificates.expiring(made, AT)) == [
        {"expiring_30d": 3, "usual_30d": 1.0, "expiring_times": 3.0, "next_week": 1}
    ]
    lonely = made.filter(made.certificate_id == "0")
    assert listed(certificates.expiring(lonely, AT)) == [
        {"expiring_30d": 1, "usual_30d": 0.0, "expiring_times": None, "next_week": 0}
    ]


def test_a_unit_that_has_renewed_is_not_due(table, listed) -> None:
    rows = [
        {"unit": "甲局", "expires_at": AT + DAY},
        {"unit": "乙局", "expires_at": AT + DAY},
        {"unit": "乙局", "expires_at": AT + 1000 * DAY},
        {"unit": "丙局", "expires_at": AT + 2 * DAY},
        {"unit": "丁局", "expires_at": AT - 7 * DAY},
        {"unit": "己局", "expires_at": AT - 6 * DAY},
        {"unit": None, "expires_at": AT + DAY},
        {"unit": "戊局", "expires_at": AT + DAY, "kind": "personal"},
    ]
    rows = [{"certificate_id": str(number), "kind": "unit", **row} for number, row in enumerate(rows)]
    made = table("ca.certificates", rows, state="active", day=MONDAY)
    assert listed(certificates.expiring_units(made, AT)) == [
        {"unit": "己局", "expires_at": AT - 6 * DAY},
        {"unit": "甲局", "expires_at": AT + DAY},
    ]


def test_revoked_certificates_that_are_tried_are_counted_once(table, listed) -> None:
    rows = [{"login_id": str(number), "reason": reason} for number, reason in enumerate(("revoked", "revoked", "pin"))]
    made = table("ca.logins", rows, logged_in_at=AT, outcome="failure", certificate_id="a", day=MONDAY)
    assert listed(certificates.revoked_attempts(made)) == [{"revoked_tried": 1}]


def test_seals_that_were_requested_and_not_made(table, listed) -> None:
    rows = [
        {"seal_id": "a", "requested_at": AT - 8 * DAY},
        {"seal_id": "b", "requested_at": AT - 40 * DAY, "state": "making"},
        {"seal_id": "c", "requested_at": AT - 50 * DAY, "state": "made", "made_at": AT - DAY},
        {"seal_id": "d", "requested_at": AT - 60 * DAY, "state": "revoked"},
        {"seal_id": "e"},
    ]
    made = table("seal.seals", [{"state": "requested", **row} for row in rows], unit="甲局", day=MONDAY)
    assert [tuple(row.values()) for row in listed(seals.unmade_seals(made, AT), "seal_id", "making_wait_days")] == [
        ("b", 40.0),
        ("a", 8.0),
    ]
