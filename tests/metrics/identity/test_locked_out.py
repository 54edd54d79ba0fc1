"""Accounts that a fault of the service locks out."""

from __future__ import annotations

import datetime as dt
from typing import Any

MONDAY = dt.date(2026, 11, 16)


def _login(number: int, account: str, reason: str | None, day: dt.date = MONDAY) -> dict[str, Any]:
    at = dt.datetime.combine(day, dt.time(1), dt.UTC)
    outcome = "failure" if reason else "success"
    row = {"login_id": str(number), "logged_in_at": at, "day": day, "account_id": account, "method": "ca"}
    return {**row, "outcome": outcome, "reason": reason}


def test_who_failed_for_the_service_and_never_got_in_that_day(table: Any, listed: Any) -> None:
    from ntanalytics.metrics.identity.locked_out import locked_out

    tuesday = MONDAY + dt.timedelta(days=1)
    rows = [_login(n, f"a{n}", "certificate", tuesday) for n in range(6)]
    rows += [_login(10, "a0", "certificate", MONDAY)]
    rows += [_login(20 + n, f"b{n}", "wrong_password") for n in range(9)]  # the person's own
    rows += [_login(40 + n, f"c{n}", "wrong_code") for n in range(4)]  # too few to be told
    rows += [_login(60 + n, f"d{n}", "other") for n in range(7)]
    rows += [_login(80 + n, f"d{n}", None) for n in range(7)]  # got in at the second attempt
    assert listed(locked_out(table("identity.logins", rows))) == [
        {"reason": "certificate", "locked_accounts": 6, "locked_days": 7, "first_on": MONDAY}
    ]
