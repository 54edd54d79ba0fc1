from __future__ import annotations

import datetime as dt
import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ntanalytics.contract.infra import DURATION_GROWTH
from ntanalytics.metrics import MEASURES
from ntanalytics.metrics import requests as web

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
            "requests": 100, "errors": 4, "client_errors": 6, "error_rate": 0.04, "size_bytes": 1010,
            "timed_requests": 0, "duration_p50_ms": None, "duration_p95_ms": None,
        }
    ]  # fmt: skip


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


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(durations=st.lists(st.floats(0.01, 1e7), min_size=1, max_size=60))
def test_a_quantile_from_buckets_is_within_five_percent_of_the_true_one(requests, listed, durations) -> None:
    table = requests([{"duration_bucket": _bucket(each)} for each in durations])
    [row] = listed(web.volume(table), "duration_p50_ms", "duration_p95_ms")
    ordered = sorted(durations)
    for name, percent in (("duration_p50_ms", 50), ("duration_p95_ms", 95)):
        true = ordered[-(-len(ordered) * percent // 100) - 1]
        assert row[name] == pytest.approx(true, rel=0.05)


def test_a_day_without_requests_is_zero_and_a_hole_is_null(requests, days, listed) -> None:
    table = requests([{"requests": 7}, {"service": "oa", "requests": 2}])
    found = listed(web.daily(table, days(MONDAY, "++-"), ["service"]), "service", "requests", "error_rate")
    assert [tuple(row.values()) for row in found] == [
        ("oa", 2, 0.0), ("portal", 7, 0.0), ("oa", 0, None), ("portal", 0, None), ("oa", None, None),
        ("portal", None, None),
    ]  # fmt: skip


def test_the_hour_is_the_local_one(requests, listed) -> None:
    table = requests([{"minute_at": dt.datetime(2026, 11, 16, 23, 59, tzinfo=dt.UTC), "requests": 3}, {"requests": 4}])
    assert listed(web.hourly(table, 8), "hour", "requests") == [
        {"hour": 7, "requests": 3},
        {"hour": 9, "requests": 4},
    ]


def _mondays(counts: list[int]) -> list[dict[str, object]]:
    """The Mondays before, the nearest first."""
    return [{"day": MONDAY - dt.timedelta(weeks=back), "requests": count} for back, count in enumerate(counts) if count]


def test_a_day_is_compared_with_the_median_of_the_same_weekday(requests, days, listed) -> None:
    table = requests([*_mondays([50, 100, 120, 80, 900]), {"day": MONDAY - dt.timedelta(days=1), "requests": 1}])
    span = days(MONDAY - dt.timedelta(days=28), "+" * 29)
    assert listed(web.against_weekday(table, span, MONDAY)) == [
        {"service": "portal", "requests": 50, "usual_requests": 110.0, "usual_days": 4,
         "requests_against_usual": pytest.approx(-60 / 110)}
    ]  # fmt: skip


def test_holes_and_holidays_are_not_comparable_days(requests, days, listed) -> None:
    table = requests(_mondays([50, 100, 120, 80, 900]))
    covered = "-" + "+" * 28  # four weeks before is a hole
    kinds = "W" * 21 + "H" + "W" * 7  # one week before was a holiday
    span = days(MONDAY - dt.timedelta(days=28), covered, kinds)
    [row] = listed(web.against_weekday(table, span, MONDAY))
    assert (row["usual_days"], row["usual_requests"]) == (2, 100.0)


def test_fewer_than_two_comparable_days_say_nothing(requests, days, listed) -> None:
    table = requests(_mondays([50, 100]))
    span = days(MONDAY - dt.timedelta(days=7), "++++++++")
    [row] = listed(web.against_weekday(table, span, MONDAY))
    assert row == {
        "service": "portal", "requests": 50, "usual_requests": None, "usual_days": 1, "requests_against_usual": None,
    }  # fmt: skip


def test_a_service_that_fell_silent_is_listed_with_zero(requests, days, listed) -> None:
    table = requests(_mondays([0, 100, 100, 100, 100]))
    span = days(MONDAY - dt.timedelta(days=28), "+" * 29)
    found = listed(web.against_weekday(table, span, MONDAY), "requests", "requests_against_usual")
    assert found == [{"requests": 0, "requests_against_usual": -1.0}]


def test_a_day_that_was_not_extracted_is_not_compared(requests, days, listed) -> None:
    table = requests(_mondays([50, 100, 100, 100, 100]))
    span = days(MONDAY - dt.timedelta(days=28), "+" * 28 + "-")
    found = listed(web.against_weekday(table, span, MONDAY), "requests", "usual_requests", "requests_against_usual")
    assert found == [{"requests": None, "usual_requests": 100.0, "requests_against_usual": None}]


def test_all_services_together_can_be_compared(requests, days, listed) -> None:
    table = requests(_mondays([50, 100, 100]))
    span = days(MONDAY - dt.timedelta(days=14), "+" * 15)
    assert listed(web.against_weekday(table, span, MONDAY, by=()), "requests_against_usual") == [
        {"requests_against_usual": -0.5}
    ]


def test_every_column_has_its_words(requests, days) -> None:
    table, span = requests([{}]), days(MONDAY, "+")
    made = [web.daily(table, span), web.hourly(table, 8), web.against_weekday(table, span, MONDAY, by=())]
    assert {name for each in made for name in each.columns} <= set(MEASURES)
