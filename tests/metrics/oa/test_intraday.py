from __future__ import annotations

import datetime as dt

from ntanalytics.metrics.oa import intraday

MONDAY = dt.date(2026, 11, 16)
AT = dt.datetime(2026, 11, 16, 1, tzinfo=dt.UTC)  # nine in Shanghai


def acted(table, *rows):
    shared = {"hour_at": AT, "unit": "甲局", "edition": "general", "module": "mail", "terminal": "pc", "actions": 2}
    return table("oa.activities", rows, day=MONDAY, **shared)


def test_active_hours_by_local_hour_edition_terminal_and_module(table, listed) -> None:
    rows = [
        {"account_id": "1"},
        {"account_id": "2"},
        {"account_id": "2", "module": "files"},
        {"account_id": "1", "hour_at": AT + dt.timedelta(hours=1)},
    ]
    found = {
        (row["slot"], row["module"]): row["events"] for row in listed(intraday.active_hours(acted(table, *rows), 8))
    }
    assert found == {(9, "mail"): 2, (9, "files"): 1, (10, "mail"): 1}


def test_the_busiest_account_of_an_hour_over_all_modules(table, listed) -> None:
    activities = acted(
        table,
        {"account_id": "1", "actions": 900},
        {"account_id": "1", "module": "files", "actions": 700},
        {"account_id": "2", "actions": 1000},
    )
    assert listed(intraday.busiest_account(activities)) == [{"busiest_actions": 1600}]
    assert listed(intraday.busiest_account(acted(table))) == [{"busiest_actions": None}]


def test_activities_by_person_keep_their_sum(table, listed) -> None:
    activities = acted(table, {"account_id": "1"}, {"account_id": "1", "module": "files"}, {"account_id": "2"})
    found = listed(intraday.by_account(activities), "account_id", "actions")
    assert sorted((row["account_id"], row["actions"]) for row in found) == [("1", 4), ("2", 2)]
