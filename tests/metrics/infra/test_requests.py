from __future__ import annotations

import datetime as dt
import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ntanalytics.contract.infra import DURATION_GROWTH
from ntanalytics.metrics import MEASURES
from ntanalytics.metrics.infra import requests as web

MONDAY = dt.date(2026, 11, 16)


def _bucket(milliseconds: float) -> int:
    return math.ceil(math.log(milliseconds) / math.log(DURATION_GROWTH))


def test_requests_are_counted_with_their_errors(requests, listed) -> None:
    table = requests(
        [
            {"status": 200, "requests": 90, "size_bytes": 1000},
            {"status": 404, "requests": 5, "size_bytes": 10},
            {"status": 499, "requests": 1},
            {"status": 500, "requests": 3},
            {"status": 599, "requests": 1},
        ]
    )
    assert listed(web.volume(table)) == [
        {
            "requests": 100,
            "errors": 4,
            "client_errors": 6,
            "error_rate": 0.04,
            "size_bytes": 1010,
            "timed_requests": 0,
            "duration_p50_ms": None,
            "duration_p95_ms": None,
        }
    ]


def test_quantiles_are_over_the_requests_that_have_a_duration(requests, listed) -> None:
    table = requests(
        [
            {"duration_bucket": 10, "requests": 19},
            {"duration_bucket": 50, "requests": 1},
            {"duration_bucket": None, "requests": 1000},
            {"service": "oa", "duration_bucket": None, "requests": 2},
        ]
    )
    found = listed(web.volume(table, ["service"]), "service", "timed_requests", "duration_p50_ms", "duration_p95_ms")
    middle = pytest.approx(1.1**9.5)
    assert found == [
        {"service": "portal", "timed_requests": 20, "duration_p50_ms": middle, "duration_p95_ms": middle},
        {"service": "oa", "timed_requests": 0, "duration_p50_ms": None, "duration_p95_ms": None},
    ]
    one_more = requests([{"duration_bucket": 10, "requests": 18}, {"duration_bucket": 50, "requests": 2}])
    assert listed(web.volume(one_more), "duration_p95_ms") == [{"duration_p95_ms": pytest.approx(1.1**49.5)}]


def test_no_requests_have_no_error_rate(requests, listed) -> None:
    [row] = listed(web.volume(requests([])))
    assert (row["requests"], row["errors"], row["error_rate"], row["timed_requests"]) == (0, 0, None, 0)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(services=st.lists(st.lists(st.floats(0.01, 1e7), min_size=1, max_size=60), min_size=1, max_size=8))
def test_a_quantile_from_buckets_is_within_five_percent_of_the_true_one(requests, listed, services) -> None:
    table = requests(
        [
            {"service": f"{number}", "duration_bucket": _bucket(each)}
            for number, durations in enumerate(services)
            for each in durations
        ]
    )
    found = listed(web.volume(table, ["service"]), "service", "duration_p50_ms", "duration_p95_ms")
    assert {row["service"] for row in found} == {f"{number}" for number in range(len(services))}
    for row in found:
        ordered = sorted(services[int(row["service"])])
        for name, percent in (("duration_p50_ms", 50), ("duration_p95_ms", 95)):
            true = ordered[-(-len(ordered) * percent // 100) - 1]
            assert row[name] == pytest.approx(true, rel=0.05)


def test_a_day_without_requests_is_zero_and_a_hole_is_null(requests, days, listed) -> None:
    table = requests([{"requests": 7}, {"service": "oa", "requests": 2}])
    found = listed(web.daily(table, days(MONDAY, "++-"), ["service"]), "service", "requests", "error_rate")
    assert [tuple(row.values()) for row in found] == [
        ("oa", 2, 0.0),
        ("portal", 7, 0.0),
        ("oa", 0, None),
        ("portal", 0, None),
        ("oa", None, None),
        ("portal", None, None),
    ]


def test_the_hour_is_the_local_one(requests, listed) -> None:
    table = requests([{"minute_at": dt.datetime(2026, 11, 16, 23, 59, tzinfo=dt.UTC), "requests": 3}, {"requests": 4}])
    assert listed(web.hourly(table, 8), "hour", "requests") == [{"hour": 7, "requests": 3}, {"hour": 9, "requests": 4}]


def test_a_day_is_counted_without_what_has_to_be_sorted_for(requests, days, listed) -> None:
    table = requests([{"requests": 8}, {"status": 502, "requests": 2}, {"status": 404, "requests": 10}])
    found = listed(web.counts(table, days(MONDAY, "++-"), ["service"]), "service", "requests", "errors", "error_rate")
    assert [tuple(row.values()) for row in found] == [
        ("portal", 20, 2, 0.1),
        ("portal", 0, 0, None),
        ("portal", None, None, None),
    ]


def test_what_failed_says_nothing_of_how_slow_the_service_is(requests, listed) -> None:
    waited = {"status": 504, "duration_bucket": 115, "requests": 50}  # a minute, until the time-out
    late = dt.datetime(2026, 11, 16, 15, 59, tzinfo=dt.UTC)
    table = requests([{"duration_bucket": 50, "requests": 40}, waited, {"duration_bucket": 60, "minute_at": late}])
    assert listed(web.answers(table, 8)) == [
        {"day": MONDAY, "hour": 9, "service": "portal", "answered": 40, "answer_p95_ms": pytest.approx(1.1**49.5)},
        {"day": MONDAY, "hour": 23, "service": "portal", "answered": 1, "answer_p95_ms": pytest.approx(1.1**59.5)},
    ]


def test_every_column_has_its_words(requests, days) -> None:
    table, span = requests([{}]), days(MONDAY, "+")
    made = [web.daily(table, span), web.hourly(table, 8), web.counts(table, span), web.answers(table, 8, [])]
    assert {name for each in made for name in each.columns} <= set(MEASURES)
