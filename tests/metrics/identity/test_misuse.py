"""Misuse: small days worked by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import ibis.expr.types as ir
import pytest

from ntanalytics.metrics.identity import misuse

MONDAY = dt.date(2026, 11, 16)
#: 09:00 local time of the day.
AT = dt.datetime(2026, 11, 16, 1, tzinfo=dt.UTC)
OFFSET = 8
Make = Callable[[list[dict[str, Any]]], ir.Table]


@pytest.fixture
def logins(table) -> Make:
    def make(rows: list[dict[str, Any]]) -> ir.Table:
        common = {"day": MONDAY, "method": "password", "outcome": "failure", "address_hash": "here"}
        full = [
            {**common, "login_id": str(number), "logged_in_at": AT + dt.timedelta(minutes=number), **row}
            for number, row in enumerate(rows)
        ]
        return table("identity.logins", full)

    return make


def _tried(accounts: int, entered: int = 0, unknown: int = 0, **more: Any) -> list[dict[str, Any]]:
    rows = [
        *({"account_id": f"a{number}"} for number in range(accounts)),
        *({"account_id": f"b{number}", "outcome": "success"} for number in range(entered)),
        *({"account_id": None} for _ in range(unknown)),
    ]
    return [{**row, **more} for row in rows]


@pytest.mark.parametrize(
    ("rows", "tried"),
    [
        (_tried(6), [6]),
        (_tried(6, entered=2, unknown=1), [7]),
        (_tried(6, entered=3), []),  # an office behind one address: half as many get in as fail
        (_tried(6, address_hash=None), []),
        # twenty within ten minutes are a brute-force suspect, which is told as one
        (_tried(25, logged_in_at=AT), []),
    ],
)
def test_an_address_that_tries_one_account_after_the_other(
    logins: Make, listed, rows: list[dict[str, Any]], tried: list[int]
) -> None:
    assert [row["sprayed_accounts"] for row in listed(misuse.spraying_addresses(logins(rows)))] == tried


@pytest.mark.parametrize(("others", "is_guess"), [(8, True), (9, False)])
def test_who_fails_again_and_again_while_nobody_gets_in_is_no_guess(
    logins: Make, listed, others: int, is_guess: bool
) -> None:
    # ten accounts, the guessed one among them, tell that the login itself fails
    tries = [{"account_id": "slow", "logged_in_at": AT + dt.timedelta(minutes=minute)} for minute in range(0, 30, 2)]
    beside = [{**row, "logged_in_at": AT} for row in _tried(others)]
    guessed = listed(misuse.slow_guesses(logins([*tries, *beside])))
    assert ("slow" in {row["account_id"] for row in guessed}) == is_guess


def _spread(rows: list[dict[str, Any]], logins: Make, listed: Any) -> dict[str, Any]:
    attempts = misuse.attempts_by_place(logins(rows))
    own = attempts.filter(attempts.method == "password")
    [row] = listed(misuse.spread_spray(own, AT, AT + dt.timedelta(hours=1)))
    return row


def test_accounts_that_many_addresses_try_are_counted_apart_from_persons_at_their_places(logins: Make, listed) -> None:
    before = {"day": MONDAY - dt.timedelta(days=3), "logged_in_at": AT - dt.timedelta(days=3), "outcome": "success"}
    rows = [
        {"account_id": "a", "address_hash": "home", **before},
        {"account_id": "a", "address_hash": "home"},  # at home: mistyped
        {"account_id": "a", "address_hash": "x"},
        {"account_id": "b", "address_hash": "x"},
        {"account_id": "b", "address_hash": "y"},
        {"account_id": None, "address_hash": "y"},  # two unknown names are two accounts
        {"account_id": None, "address_hash": "y"},
        {"account_id": None, "address_hash": "home"},  # persons get in from there
        {"account_id": "c", "address_hash": "z"},  # he mistypes at a new place, and gets in at once
        {"account_id": "c", "address_hash": "z", "outcome": "success"},
        {"account_id": "d", "address_hash": "x", "outcome": "success"},  # whose password was guessed
        {"account_id": "e", "address_hash": "x", "method": "sms_code"},
        {"account_id": "f", "address_hash": None},
    ]
    # at their own places a, an unknown name and c failed, and c and d got in
    assert _spread(rows, logins, listed) == {
        "sprayed_accounts": 4, "spraying_addresses": 2, "failed_attempts": 5, "home_failure_rate": 0.6,
        "entered_accounts": 1,
    }  # fmt: skip


def test_of_an_account_the_first_attempt_from_a_strange_address_on_a_day_is_taken(logins: Make, listed) -> None:
    attempts = misuse.attempts_by_place(logins(_tried(2) + _tried(2) + _tried(0, entered=1)))
    first = sorted(listed(misuse.first_strange_attempts(attempts)), key=lambda row: row["account"])
    assert [(row["account"], row["logged_in_at"]) for row in first] == [
        ("a0", AT), ("a1", AT + dt.timedelta(minutes=1)),
    ]  # fmt: skip


def test_who_got_in_from_an_address_that_tries_many_accounts_is_counted_once(logins: Make, listed) -> None:
    [row] = listed(misuse.spraying_addresses(logins([*_tried(6, entered=2), *_tried(0, entered=1)])))
    assert (row["sprayed_accounts"], row["entered_accounts"]) == (6, 2)


def test_slow_guessing_of_one_account(logins: Make, listed) -> None:
    slow = [{"account_id": "s"}] * 16
    forgetful = [{"account_id": "f"}] * 10 + [{"account_id": "f", "outcome": "success"}] * 2
    [row] = listed(misuse.slow_guesses(logins([*slow, *forgetful])))
    assert (row["account_id"], row["slow_attempts"]) == ("s", 16)
    assert row["last_attempt_at"] - row["first_attempt_at"] == dt.timedelta(minutes=15)


def test_only_a_dormant_account_that_logs_in_by_night_is_awakened(logins: Make, table, listed) -> None:
    night = {"outcome": "success", "logged_in_at": AT + dt.timedelta(hours=14)}  # 23:00
    made = logins(
        [
            {"account_id": "dormant", **night},
            {"account_id": "dormant", **night},
            {"account_id": "by day", "outcome": "success"},
            {"account_id": "usual", **night},
            {"account_id": "refused", **night, "outcome": "failure"},
            {"account_id": "never", **night},
        ]
    )
    quiet, awake = AT - dt.timedelta(days=91), AT - dt.timedelta(days=89)
    last = {"dormant": quiet, "by day": quiet, "usual": awake, "refused": quiet, "never": None}
    day = MONDAY - dt.timedelta(days=1)
    accounts = [{"account_id": name, "last_login_at": at, "day": day, "is_enabled": True} for name, at in last.items()]
    begins_at = AT - dt.timedelta(hours=9)
    awakened = misuse.awakened_accounts(made, table("identity.accounts", accounts), begins_at, OFFSET)
    assert listed(awakened) == [{"awakened_accounts": 1}]
    awake = misuse.awakenings(made, table("identity.accounts", accounts), begins_at, OFFSET)
    assert [row["account_id"] for row in listed(awake)] == ["dormant"]
    opened = [
        {"account_id": account, "app_id": app, "accessed_at": night["logged_in_at"] + dt.timedelta(minutes=minutes)}
        for account, app, minutes in (
            ("dormant", "oa", 1), ("dormant", "oa", 2), ("dormant", "im", 60),
            ("dormant", "seal", 61), ("dormant", "ca", -1), ("usual", "sms", 1),
        )
    ]  # fmt: skip
    rows = [{"access_id": str(number), "day": MONDAY, **row} for number, row in enumerate(opened)]
    assert listed(misuse.applications_after(table("sso.accesses", rows), awake)) == [{"opened_applications": 2}]


def test_only_successful_grants_by_night_count(table, listed) -> None:
    midnight = AT - dt.timedelta(hours=9)
    common = {"day": MONDAY, "action": "granted", "outcome": "success", "subject": "permission"}
    hours = [21.99, 22, 5.99, 6]  # the second and the third are of the night
    rows: list[dict[str, Any]] = [{"changed_at": midnight + dt.timedelta(hours=hour)} for hour in hours]
    rows += [{"changed_at": midnight, "action": "opened"}, {"changed_at": midnight, "outcome": "failure"}]
    full = [{**common, "change_id": str(number), **row} for number, row in enumerate(rows)]
    assert listed(misuse.night_grants(table("identity.account_changes", full), OFFSET)) == [{"night_grants": 2}]


def test_an_account_that_was_never_used_is_dormant_from_its_opening(logins: Make, table, listed) -> None:
    night = AT - dt.timedelta(hours=8)
    entered = logins([{"account_id": name, "outcome": "success", "logged_in_at": night} for name in ("old", "new")])
    opened = {"old": AT - dt.timedelta(days=400), "new": AT - dt.timedelta(days=40)}
    accounts = table("identity.accounts", [{"account_id": name, "opened_at": at} for name, at in opened.items()])
    [row] = listed(misuse.awakened_accounts(entered, accounts, AT, OFFSET))
    assert row["awakened_accounts"] == 1
