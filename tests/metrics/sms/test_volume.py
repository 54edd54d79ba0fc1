from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ntanalytics.metrics import MEASURES
from ntanalytics.metrics.sms import volume

AT = dt.datetime(2026, 11, 16, 1, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
MONDAY = dt.date(2026, 11, 16)
TUESDAY = dt.date(2026, 11, 17)

COUNTS = ("submitted", "delivered", "failed", "unknown", "pending")


def test_messages_are_counted_by_outcome(messages, listed) -> None:
    table = messages(
        [
            {"outcome": "delivered", "receipt_latency_s": 1.0, "segments": 2},
            {"outcome": "delivered", "receipt_latency_s": 3.0},
            {"outcome": "failed", "failure_code": "EXPIRED", "receipt_latency_s": 900.0},
            {"submitted_at": AT - 80 * HOUR},
            {},
        ]
    )
    assert listed(volume.volume(table, AT + HOUR)) == [
        {
            "submitted": 5,
            "segments": 6,
            "delivered": 2,
            "failed": 1,
            "unknown": 1,
            "pending": 1,
            "delivery_rate": 0.5,
            "receipt_latency_p50_s": 2.0,
            "receipt_latency_p95_s": pytest.approx(2.9),
        }
    ]


def test_a_message_is_unknown_from_exactly_72_hours_on(messages, listed) -> None:
    table = messages([{}])
    assert listed(volume.volume(table, AT + 72 * HOUR), "unknown", "pending") == [{"unknown": 1, "pending": 0}]
    just_before = AT + 72 * HOUR - dt.timedelta(microseconds=1)
    assert listed(volume.volume(table, just_before), "unknown", "pending") == [{"unknown": 0, "pending": 1}]


def test_a_late_report_still_decides_the_outcome(messages, listed) -> None:
    table = messages([{"outcome": "delivered", "receipt_latency_s": 80 * 3600.0}])
    assert listed(volume.volume(table, AT + 100 * HOUR), "delivered", "unknown") == [{"delivered": 1, "unknown": 0}]


def test_the_delivery_rate_is_null_while_everything_is_pending(messages, listed) -> None:
    assert listed(volume.volume(messages([{}, {}]), AT), "pending", "delivery_rate") == [
        {"pending": 2, "delivery_rate": None}
    ]


def test_nothing_submitted_counts_zero_and_has_no_rate(messages, listed) -> None:
    [row] = listed(volume.volume(messages([]), AT))
    assert [row[name] for name in (*COUNTS, "segments")] == [0] * 6
    assert row["delivery_rate"] is None
    assert row["receipt_latency_p95_s"] is None
    assert listed(volume.volume(messages([]), AT, ["carrier"])) == []


def test_groups_come_largest_first_and_a_missing_unit_is_a_group(messages, listed) -> None:
    table = messages([{"unit": "甲局"}, {"unit": None}, {"unit": None}])
    assert listed(volume.volume(table, AT, by=["unit"]), "unit", "submitted") == [
        {"unit": None, "submitted": 2},
        {"unit": "甲局", "submitted": 1},
    ]


def test_every_column_has_its_words(messages, bills, days, listed) -> None:
    table = messages([{"outcome": "failed", "failure_code": "MK:0001"}])
    span = days(MONDAY, "++")
    made = [
        volume.daily(table, span, AT),
        volume.hourly(table, AT, 8),
        volume.failure_codes(table),
        volume.failure_classes(table),
        volume.backlog(table, AT),
    ]
    names = {name for each in made for name in each.columns}
    assert names - set(MEASURES) == {"failure_code"}  # the contract has words for it


def test_a_covered_day_without_messages_is_zero_and_a_hole_is_null(messages, days, listed) -> None:
    table = messages([{"outcome": "delivered"}, {"day": dt.date(2026, 11, 18)}])
    found = listed(volume.daily(table, days(MONDAY, "++-"), AT), "day", "submitted", "delivery_rate")
    assert found == [
        {"day": MONDAY, "submitted": 1, "delivery_rate": 1.0},
        {"day": TUESDAY, "submitted": 0, "delivery_rate": None},
        {"day": dt.date(2026, 11, 18), "submitted": None, "delivery_rate": None},
    ]


def test_each_group_has_a_row_for_each_day(messages, days, listed) -> None:
    table = messages([{"carrier": "mobile"}, {"carrier": "unicom", "day": TUESDAY}])
    found = listed(volume.daily(table, days(MONDAY, "++"), AT, by=["carrier"]), "day", "carrier", "submitted")
    assert [(row["day"], row["carrier"], row["submitted"]) for row in found] == [
        (MONDAY, "mobile", 1),
        (MONDAY, "unicom", 0),
        (TUESDAY, "mobile", 0),
        (TUESDAY, "unicom", 1),
    ]


def test_the_hour_is_the_local_one_and_all_24_are_there(messages, listed) -> None:
    late = dt.datetime(2026, 11, 16, 15, 59, 59, tzinfo=dt.UTC)
    midnight = dt.datetime(2026, 11, 16, 16, 0, tzinfo=dt.UTC)
    table = messages([{"submitted_at": late}, {"submitted_at": midnight}, {"submitted_at": midnight}])
    found = listed(volume.hourly(table, AT, 8), "hour", "submitted")
    assert [row["hour"] for row in found] == list(range(24))
    assert {row["hour"]: row["submitted"] for row in found if row["submitted"]} == {0: 2, 23: 1}


def test_failure_codes_are_classed_and_shared(messages, listed) -> None:
    failed = [{"outcome": "failed", "failure_code": code} for code in ("MK:0001", "MK:0001", "mk:0024 ", None)]
    found = listed(volume.failure_codes(messages([*failed, {"outcome": "delivered"}])))
    assert found == [
        {"failure_code": "MK:0001", "failure_class": "number_invalid", "failed": 2, "failed_share": 0.5},
        {"failure_code": "mk:0024 ", "failure_class": "unreachable", "failed": 1, "failed_share": 0.25},
        {"failure_code": None, "failure_class": None, "failed": 1, "failed_share": 0.25},
    ]


def test_shares_of_failure_classes_are_within_their_group(messages, listed) -> None:
    table = messages(
        [
            {"outcome": "failed", "failure_code": "DB:0144", "carrier": "mobile"},
            {"outcome": "failed", "failure_code": "REJECTD", "carrier": "mobile"},
            {"outcome": "failed", "failure_code": "EXPIRED", "carrier": "unicom"},
        ]
    )
    assert listed(volume.failure_classes(table, ["carrier"])) == [
        {"carrier": "mobile", "failure_class": "blocked", "failed": 2, "failed_share": 1.0},
        {"carrier": "unicom", "failure_class": "unreachable", "failed": 1, "failed_share": 1.0},
    ]


def test_no_failures_give_no_codes(messages, listed) -> None:
    assert listed(volume.failure_codes(messages([{"outcome": "delivered"}]))) == []


def test_the_backlog_waits_at_least_an_hour_and_less_than_72(messages, listed) -> None:
    waited = [dt.timedelta(minutes=59), HOUR, 71 * HOUR, 72 * HOUR]
    table = messages([{"submitted_at": AT - each} for each in waited] + [{"carrier": "unicom", "outcome": "failed"}])
    assert listed(volume.backlog(table, AT, by=["carrier"])) == [
        {"carrier": "mobile", "backlog": 2, "oldest_backlog_at": AT - 71 * HOUR},
        {"carrier": "unicom", "backlog": 0, "oldest_backlog_at": None},
    ]


MESSAGE = st.fixed_dictionaries(
    {
        "carrier": st.sampled_from(["telecom", "mobile", "unicom"]),
        "application": st.sampled_from(["oa", "公文", "苏服办"]),
        "segments": st.integers(1, 5),
        "outcome": st.sampled_from(["delivered", "failed", None]),
        "submitted_at": st.integers(0, 100).map(lambda hours: AT - hours * HOUR),
        "day": st.sampled_from([MONDAY, TUESDAY]),
    }
)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(MESSAGE, min_size=1, max_size=60))
def test_outcomes_add_up_and_every_breakdown_adds_up_to_the_whole(messages, days, listed, rows) -> None:
    table = messages(rows)
    [whole] = listed(volume.volume(table, AT), *COUNTS, "segments")
    assert whole["submitted"] == whole["delivered"] + whole["failed"] + whole["unknown"] + whole["pending"] == len(rows)
    broken_down = [
        volume.volume(table, AT, ["carrier"]),
        volume.volume(table, AT, ["application"]),
        volume.daily(table, days(MONDAY, "++"), AT),
        volume.daily(table, days(MONDAY, "++"), AT, ["carrier", "application"]),
        volume.hourly(table, AT, 8),
    ]
    for table_ in broken_down:
        parts = listed(table_, *COUNTS, "segments")
        assert {name: sum(part[name] for part in parts) for name in whole} == whole
