from __future__ import annotations

import datetime as dt

from ntanalytics.metrics.im import messages as im_messages

MONDAY = dt.date(2026, 11, 16)
AT = dt.datetime(2026, 11, 16, 1, tzinfo=dt.UTC)


def sent(table, *rows):
    return table("im.messages", rows, hour_at=AT, kind="text", reach="single", messages=1, day=MONDAY)


def seen(table, *rows):
    return table("im.sessions", rows, hour_at=AT, client="Spark 3.0.2", day=MONDAY)


def test_messages_files_senders_and_those_who_were_there(table, listed) -> None:
    messages = sent(
        table,
        {"account_id": "1", "messages": 5},
        {"account_id": "1", "kind": "file", "messages": 2},
        {"account_id": "2", "reach": "group"},
    )
    sessions = seen(table, {"account_id": "2"}, {"account_id": "3"})
    assert listed(im_messages.volume(messages, sessions)) == [
        {"im_messages": 8, "im_files": 2, "im_senders": 2, "im_active": 3}
    ]


def test_a_day_with_sessions_only_has_no_messages_and_a_hole_has_no_figures(table, days, listed) -> None:
    sessions = seen(table, {"account_id": "3"}, {"account_id": "3", "day": MONDAY + dt.timedelta(days=1)})
    messages = sent(table, {"account_id": "1"})
    assert listed(im_messages.daily(messages, sessions, days(MONDAY, "++-")), "im_messages", "im_active") == [
        {"im_messages": 1, "im_active": 2},
        {"im_messages": 0, "im_active": 1},
        {"im_messages": None, "im_active": None},
    ]


def test_who_uses_two_clients_counts_in_both(table, listed) -> None:
    sessions = seen(
        table, {"account_id": "1"}, {"account_id": "1", "client": "Pade 1.8"}, {"account_id": "2"}, {"account_id": "2"}
    )
    assert listed(im_messages.clients(sessions)) == [
        {"client": "Spark 3.0.2", "client_users": 2, "client_share": 1.0},
        {"client": "Pade 1.8", "client_users": 1, "client_share": 0.5},
    ]


def test_users_of_each_client_by_day_and_the_busiest_account_of_an_hour(table, listed) -> None:
    sessions = seen(
        table, {"account_id": "1"}, {"account_id": "1"}, {"account_id": "2"}, {"account_id": "2", "client": "Pade 1.8"}
    )
    found = {row["client"]: row["client_users"] for row in listed(im_messages.clients_by_day(sessions))}
    assert found == {"Spark 3.0.2": 2, "Pade 1.8": 1}
    messages = sent(
        table,
        {"account_id": "1", "messages": 400},
        {"account_id": "1", "kind": "file", "messages": 300},
        {"account_id": "1", "hour_at": AT + dt.timedelta(hours=1), "messages": 650},
        {"account_id": "2", "messages": 600},
    )
    assert listed(im_messages.busiest_account(messages)) == [{"busiest_messages": 700}]
