from __future__ import annotations

import datetime as dt

from ntanalytics.metrics.sms.repeats import near_hour, pairs_by_lag

AT = dt.datetime(2026, 11, 16, 1, 59, 50, tzinfo=dt.UTC)  # 9:59:50 in Shanghai


def test_messages_are_paired_with_earlier_ones_like_them_by_their_distance(messages, listed) -> None:
    """Two of 9:59:50, which are one pair, are followed after 20 s; another unit or length is not like them."""
    follows = AT + dt.timedelta(seconds=20)
    rows = [
        {"message_id": "1", "submitted_at": AT, "unit": "a"},
        {"message_id": "2", "submitted_at": AT, "unit": "a"},
        {"message_id": "3", "submitted_at": follows, "unit": "a"},
        {"message_id": "4", "submitted_at": follows, "unit": "a"},
        {"message_id": "5", "submitted_at": AT + dt.timedelta(seconds=41), "unit": "b"},
        {"message_id": "6", "submitted_at": follows, "unit": "a", "segments": 2},
        {"message_id": "7", "submitted_at": AT + dt.timedelta(seconds=120), "unit": "a"},
    ]
    found = listed(pairs_by_lag(messages(rows), 8), "lag", "hour", "pairs", "repeated_messages")
    assert sorted(tuple(row.values()) for row in found) == [(6, 10, 1, 2), (33, 10, 1, 1)]


def test_messages_without_a_unit_are_like_each_other(messages, listed) -> None:
    rows = [{"message_id": str(n), "submitted_at": AT + dt.timedelta(seconds=45 * n), "unit": None} for n in range(3)]
    found = listed(pairs_by_lag(messages(rows), 8), "lag", "pairs", "repeated_messages")
    assert sorted((row["lag"], row["pairs"]) for row in found if row["lag"] == 30) == [(30, 1)]
    assert sum(row["pairs"] for row in found if row["lag"] == 15) == 2


def test_what_follows_two_earlier_ones_at_one_distance_is_repeated_once(messages, listed) -> None:
    """From 0 and 1 s to 20 s are six steps of three seconds; both of 20 s follow both."""
    rows = [
        {"message_id": str(number), "submitted_at": AT + dt.timedelta(seconds=second), "unit": "a"}
        for number, second in enumerate((0, 1, 20, 20))
    ]
    found = listed(pairs_by_lag(messages(rows), 8), "lag", "pairs", "repeated_messages")
    assert sorted(tuple(row.values()) for row in found) == [(0, 1, 1), (6, 2, 2)]


def test_the_hours_one_by_one_are_the_day(messages, listed) -> None:
    """Pairs lie within an hour, across its end, across midnight (which makes none), at its first and last second."""
    seconds = (0, 5, 119, 3480, 3481, 3599, 3600, 3719, 3720, 7199, 7200, 7319, 82_795, 82_800, 86_281, 86_399)
    midnight = dt.datetime(2026, 11, 15, 16, tzinfo=dt.UTC)
    rows = [
        {"message_id": f"{number}", "submitted_at": midnight + dt.timedelta(seconds=second), "unit": "ab"[second % 2]}
        for number, second in enumerate([*seconds, *(second + 2 for second in seconds[:-1])])
    ]
    columns = ("lag", "hour", "pairs", "repeated_messages")
    whole = sorted(tuple(row.values()) for row in listed(pairs_by_lag(messages(rows), 8), *columns))
    by_hour = [
        tuple(row.values())
        for hour in range(24)
        for row in listed(pairs_by_lag(near_hour(messages(rows), hour, 8), 8), *columns)
        if row["hour"] == hour
    ]
    assert sorted(by_hour) == whole
    assert {hour for _, hour, _, _ in whole} == {0, 1, 2, 22, 23}
