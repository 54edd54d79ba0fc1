from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ntanalytics.metrics import MEASURES
from ntanalytics.metrics.identity import logins as identity_logins
from ntanalytics.metrics.identity import suspects as suspect_metrics
from ntanalytics.metrics.sso import accesses as sso_accesses

MONDAY = dt.date(2026, 11, 16)
AT = dt.datetime(2026, 11, 16, 1, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture
def logins(table):
    def make(rows):
        full = [{"login_id": str(number), "day": MONDAY, "logged_in_at": AT, **row} for number, row in enumerate(rows)]
        return table("identity.logins", full, method="password", outcome="success", account_id="1")

    return make


def test_logins_failures_and_persons(logins, listed) -> None:
    made = logins(
        [{}, {}, {"account_id": "2"}, {"account_id": None, "outcome": "failure", "reason": "unknown_account"}]
    )
    assert listed(identity_logins.logins(made)) == [
        {"logins": 4, "login_failures": 1, "login_failure_rate": 0.25, "login_users": 2}
    ]
    assert listed(identity_logins.logins(logins([]))) == [
        {"logins": 0, "login_failures": 0, "login_failure_rate": None, "login_users": 0}
    ]


def test_a_day_without_logins_is_a_zero_and_a_hole_is_none(logins, days, listed) -> None:
    rows = listed(identity_logins.daily(logins([{}]), days(MONDAY, "++-")), "logins", "login_failure_rate")
    assert [row["logins"] for row in rows] == [1, 0, None]
    assert [row["login_failure_rate"] for row in rows] == [0.0, None, None]


def test_accounts_that_should_be_looked_at(table, listed) -> None:
    units = table(
        "identity.units",
        [{"unit_id": "u", "is_enabled": True}, {"unit_id": "closed", "is_enabled": False}],
        unit="甲局",
        day=MONDAY,
    )
    long_ago, lately = AT - 90 * DAY - dt.timedelta(seconds=1), AT - 89 * DAY
    rows = [
        {"account_id": "used", "last_login_at": lately},
        {"account_id": "dormant", "last_login_at": long_ago},
        {"account_id": "never", "opened_at": long_ago},
        {"account_id": "fresh", "opened_at": lately},
        {"account_id": "never, no date"},
        {"account_id": "left", "last_login_at": long_ago, "is_enabled": False},
        {"account_id": "orphan", "last_login_at": lately, "unit_id": "gone"},
        {"account_id": "of a closed unit", "last_login_at": lately, "unit_id": "closed"},
        {"account_id": "of none", "last_login_at": lately, "unit_id": None},
    ]
    accounts = table("identity.accounts", rows, unit_id="u", is_enabled=True, day=MONDAY)
    assert listed(identity_logins.accounts(accounts, units, AT)) == [
        {"accounts": 9, "enabled_accounts": 8, "dormant_accounts": 3, "orphan_accounts": 3}
    ]


def test_changes_that_took_effect(table, listed) -> None:
    rows = [{"change_id": "1"}, {"change_id": "2"}, {"change_id": "3", "outcome": "failure"}]
    made = table(
        "identity.account_changes",
        rows,
        changed_at=AT,
        action="opened",
        subject="account",
        outcome="success",
        day=MONDAY,
    )
    assert listed(identity_logins.changes(made)) == [
        {"subject": "account", "action": "opened", "account_changes": 2, "failed_changes": 1}
    ]


def failures(logins, seconds, **more):
    rows = [{"outcome": "failure", "logged_in_at": AT + dt.timedelta(seconds=at), **more} for at in seconds]
    return logins([{"address_hash": "a", **row} for row in rows])


def test_twenty_failures_within_ten_minutes_are_suspect(logins, listed) -> None:
    exactly = failures(logins, [30 * n for n in range(19)] + [600])
    assert listed(suspect_metrics.suspects(exactly)) == [
        {"address_hash": "a", "attempts": 20, "first_attempt_at": AT, "last_attempt_at": AT + dt.timedelta(minutes=10)}
    ]
    assert listed(suspect_metrics.suspects(failures(logins, [30 * n for n in range(19)] + [601]))) == []
    assert listed(suspect_metrics.suspects(failures(logins, range(19)))) == []


def test_successes_and_unknown_addresses_are_not_counted(logins, listed) -> None:
    assert listed(suspect_metrics.suspects(failures(logins, range(30), address_hash=None))) == []
    assert listed(suspect_metrics.suspects(failures(logins, range(30), outcome="success"))) == []
    assert len(listed(suspect_metrics.suspects(failures(logins, range(30), account_id="7"), of="account_id"))) == 1


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.lists(st.integers(0, 3000), min_size=15, max_size=60), min_size=1, max_size=6))
def test_suspects_are_those_of_the_definition(logins, listed, tried) -> None:
    rows = [
        {"outcome": "failure", "logged_in_at": AT + dt.timedelta(seconds=at), "address_hash": f"{address}"}
        for address, seconds in enumerate(tried)
        for at in seconds
    ]
    found = {row["address_hash"] for row in listed(suspect_metrics.suspects(logins(rows)))}
    assert found == {
        f"{address}"
        for address, seconds in enumerate(tried)
        if any(sum(begin <= other <= begin + 600 for other in seconds) >= 20 for begin in seconds)
    }


def test_applications_that_nobody_reached_are_listed(table, listed) -> None:
    apps = table(
        "sso.apps",
        [
            {"app_id": "a", "app": "协同办公"},
            {"app_id": "b", "app": "签章"},
            {"app_id": "c", "app": "旧应用", "is_enabled": False},
        ],
        is_enabled=True,
        day=MONDAY,
    )
    rows = [
        {"access_id": "1", "app_id": "a", "account_id": "1", "duration_ms": 100.0},
        {"access_id": "2", "app_id": "a", "account_id": "1", "outcome": "failure"},
        {"access_id": "3", "app_id": "z", "account_id": "2"},
    ]
    accesses = table("sso.accesses", rows, accessed_at=AT, outcome="success", day=MONDAY)
    assert listed(sso_accesses.by_app(accesses, apps)) == [
        {
            "app": "协同办公",
            "accesses": 2,
            "refused_accesses": 1,
            "access_failure_rate": 0.5,
            "access_users": 1,
            "access_p95_ms": 100.0,
        },
        {
            "app": "z",
            "accesses": 1,
            "refused_accesses": 0,
            "access_failure_rate": 0.0,
            "access_users": 1,
            "access_p95_ms": None,
        },
        {
            "app": "签章",
            "accesses": 0,
            "refused_accesses": 0,
            "access_failure_rate": None,
            "access_users": 0,
            "access_p95_ms": None,
        },
    ]


def test_every_column_has_its_words(logins, listed, table) -> None:
    made = [identity_logins.logins(logins([{}])), suspect_metrics.suspects(logins([{}]))]
    assert {name for each in made for name in each.columns} - set(MEASURES) == {"address_hash"}


def test_accounts_of_a_unit_that_is_out_of_use_are_listed_by_its_name(table, listed) -> None:
    units = table(
        "identity.units",
        [{"unit_id": "u", "unit": "甲局", "is_enabled": True}, {"unit_id": "c", "unit": "乙局", "is_enabled": False}],
        day=MONDAY,
    )
    rows = [
        {"account_id": "1", "unit_id": "u"},
        {"account_id": "2", "unit_id": "c"},
        {"account_id": "3", "unit_id": "c"},
        {"account_id": "4", "unit_id": "c", "is_enabled": False},
        {"account_id": "5", "unit_id": "gone"},
        {"account_id": "6", "unit_id": None},
        {"account_id": "7", "unit_id": None},
        {"account_id": "8", "unit_id": None},
    ]
    accounts = table("identity.accounts", rows, is_enabled=True, day=MONDAY)
    assert listed(identity_logins.orphans(accounts, units)) == [
        {"unit": None, "orphan_accounts": 4},
        {"unit": "乙局", "orphan_accounts": 2},
    ]


def test_an_account_is_shared_where_it_comes_from_five_places_within_an_hour(logins, listed) -> None:
    five = [{"account_id": "a", "address_hash": str(place)} for place in range(5)]
    spread = [
        {"account_id": "b", "address_hash": str(place), "logged_in_at": AT + dt.timedelta(hours=place)}
        for place in range(5)
    ]
    failed = [{"account_id": "c", "address_hash": str(place), "outcome": "failure"} for place in range(9)]
    same = [{"account_id": "d", "address_hash": "x"}] * 9
    made = logins([*five, *spread, *failed, *same])
    assert listed(suspect_metrics.shared_accounts(made)) == [{"shared_accounts": 1, "most_addresses": 5}]
    assert listed(suspect_metrics.shared_accounts(logins([{}]))) == [{"shared_accounts": 0, "most_addresses": None}]


def test_who_gets_in_after_twenty_failures_from_the_same_place_was_forced(logins, listed) -> None:
    def tried(account: str, count: int = 20) -> list[dict[str, object]]:
        second = dt.timedelta(seconds=1)
        return [
            {
                "account_id": account,
                "address_hash": f"of {account}",
                "outcome": "failure",
                "logged_in_at": AT + number * second,
            }
            for number in range(count)
        ]

    later = {"logged_in_at": AT + dt.timedelta(minutes=30)}
    rows = [
        *tried("forced"),
        {"account_id": "forced", "address_hash": "of forced", **later},
        *tried("elsewhere"),
        {"account_id": "elsewhere", "address_hash": "a desk", **later},
        *tried("too late"),
        {"account_id": "too late", "address_hash": "of too late", "logged_in_at": AT + dt.timedelta(hours=2)},
        *tried("few", 19),
        {"account_id": "few", "address_hash": "of few", **later},
        *tried("kept out"),
    ]
    assert listed(suspect_metrics.forced_accounts(logins(rows))) == [{"forced_accounts": 1}]


def test_changes_by_day_are_none_over_a_hole(table, days, listed) -> None:
    rows = [{"change_id": "1"}, {"change_id": "2", "outcome": "failure"}]
    shared = {"changed_at": AT, "action": "disabled", "subject": "account", "outcome": "success", "day": MONDAY}
    made = table("identity.account_changes", rows, **shared)
    found = listed(identity_logins.daily_changes(made, days(MONDAY, "++-")), "account_changes", "failed_changes")
    assert [tuple(row.values()) for row in found] == [(1, 1), (0, 0), (None, None)]
