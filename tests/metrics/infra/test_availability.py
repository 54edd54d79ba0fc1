from __future__ import annotations

import datetime as dt

import ibis
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ntanalytics.metrics import MEASURES
from ntanalytics.metrics.infra import availability

DAY = dt.date(2026, 11, 16)
SINCE = dt.datetime(2026, 11, 15, 16, tzinfo=dt.UTC)
HOUR = SINCE + dt.timedelta(hours=1)


@pytest.fixture
def checks(table):
    """Checks at minutes of the hour: ``{target: [(minute, is_up), ...]}``."""

    def make(targets):
        rows = [
            {"checked_at": SINCE + dt.timedelta(minutes=minute), "target": target, "is_up": is_up}
            for target, marks in targets.items()
            for minute, is_up in marks
        ]
        return table("infra.checks", rows, subsystem="oa", kind="http", day=DAY)

    return make


def every(minutes, down=()):
    return [(minute, minute not in down) for minute in range(0, 60, minutes)]


def test_an_hour_with_two_failed_checks_of_five_minutes(checks, listed) -> None:
    made = availability.availability(checks({"首页": every(5, {20, 25})}), SINCE, HOUR)
    assert listed(made) == [
        {
            "subsystem": "oa",
            "availability": pytest.approx(1 - 600 / 3600),
            "down_s": 600.0,
            "unknown_s": 0.0,
            "checked": 12,
            "failed_checks": 2,
        }
    ]


def test_a_gap_is_unknown_and_neither_up_nor_down(checks, listed) -> None:
    marks = [(0, True), (5, False), (40, True), (45, True), (50, True), (55, True)]
    [row] = listed(availability.availability(checks({"首页": marks}), SINCE, HOUR))
    # the failed check speaks for ten minutes, not for thirty-five
    assert (row["down_s"], row["unknown_s"]) == (600.0, 25 * 60.0)


def test_a_subsystem_is_as_good_as_its_worst_target(checks, listed) -> None:
    made = checks({"首页": every(5), "接口": every(5, {5})})
    [row] = listed(availability.availability(made, SINCE, HOUR))
    assert (row["down_s"], row["failed_checks"], row["checked"]) == (300.0, 1, 24)
    by_target = listed(availability.availability(made, SINCE, HOUR, ["target"]), "target", "down_s")
    assert by_target == [{"target": "接口", "down_s": 300.0}, {"target": "首页", "down_s": 0.0}]


def test_the_platform_is_the_mean_of_its_subsystems(checks, listed) -> None:
    both = checks({"首页": every(5, {0, 5, 10})}).union(
        checks({"短信": every(5)}).mutate(subsystem=ibis.literal("sms").cast("!string"))
    )
    assert listed(availability.platform(both, SINCE, HOUR)) == [{"platform_availability": pytest.approx(0.875)}]
    assert listed(availability.platform(checks({}), SINCE, HOUR)) == [{"platform_availability": None}]


def test_a_day_without_checks_is_not_known(checks, days, listed) -> None:
    rows = listed(
        availability.daily(checks({"首页": every(5, {0, 5})}), days(DAY, "+++"), HOUR), "platform_availability"
    )
    assert [row["platform_availability"] for row in rows] == [pytest.approx(1 - 600 / 86_400), None, None]


def test_without_checks_nothing_is_said(checks, listed) -> None:
    assert listed(availability.availability(checks({}), SINCE, HOUR)) == []


def test_outages_are_runs_of_failed_checks(checks, listed) -> None:
    made = checks({"首页": every(5, {5, 10, 30, 55})})
    minute = dt.timedelta(minutes=1)
    assert listed(availability.outages(made, HOUR), "down_from_at", "down_until_at", "down_s", "failed_checks") == [
        {"down_from_at": SINCE + 5 * minute, "down_until_at": SINCE + 15 * minute, "down_s": 600.0, "failed_checks": 2},
        {
            "down_from_at": SINCE + 30 * minute,
            "down_until_at": SINCE + 35 * minute,
            "down_s": 300.0,
            "failed_checks": 1,
        },
        {"down_from_at": SINCE + 55 * minute, "down_until_at": HOUR, "down_s": 300.0, "failed_checks": 1},
    ]


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.dictionaries(st.integers(0, 59), st.booleans(), max_size=30))
def test_down_unknown_and_up_make_the_period(checks, listed, marks) -> None:
    made = checks({"首页": sorted(marks.items())})
    for row in listed(availability.availability(made, SINCE, HOUR)):
        assert 0 <= row["down_s"] <= 3600 - row["unknown_s"]
        assert 0 <= row["availability"] <= 1
    total = sum(row["down_s"] for row in listed(availability.outages(made, HOUR)))
    assert total == sum(row["down_s"] for row in listed(availability.availability(made, SINCE, HOUR)))


def test_certificates_by_the_days_that_they_have_left(table, listed) -> None:
    day = dt.timedelta(days=1)
    rows = [
        {"target": "门户", "checked_at": SINCE, "expires_at": HOUR + 2 * day},
        {"target": "门户", "checked_at": SINCE + dt.timedelta(minutes=5), "expires_at": HOUR + 90 * day},  # renewed
        {"target": "OA", "checked_at": SINCE, "expires_at": HOUR + 9 * day},
        {"target": "OA", "checked_at": SINCE, "kind": "http"},
    ]
    made = table("infra.checks", rows, subsystem="sso", kind="tls", is_up=True, day=DAY)
    assert listed(availability.certificates(made, HOUR), "target", "tls_days") == [
        {"target": "OA", "tls_days": 9.0},
        {"target": "门户", "tls_days": 90.0},
    ]


def test_the_longest_time_without_a_check_is_told_of_each_source(checks, listed) -> None:
    minute = dt.timedelta(minutes=1)
    rare = checks({"首页": [(0, True), (5, True), (35, True), (40, False)]})
    other = checks({"主机": every(5)}).mutate(source=ibis.literal("other").cast("!string"))
    gone = checks({"主机": [(-600, True)]}).mutate(source=ibis.literal("silent").cast("!string"))
    assert listed(availability.check_gaps(rare.union(other).union(gone), SINCE, HOUR)) == [
        {"source": "other", "gap_s": 300.0, "gap_from_at": SINCE, "gap_until_at": SINCE + 5 * minute},
        {"source": "silent", "gap_s": 3600.0, "gap_from_at": SINCE, "gap_until_at": HOUR},
        {"source": "test", "gap_s": 1800.0, "gap_from_at": SINCE + 5 * minute, "gap_until_at": SINCE + 35 * minute},
    ]


def test_probes_are_timed_by_the_local_hour_and_what_failed_is_not(table, listed) -> None:
    rows = [{"duration_ms": ms} for ms in (10.0, 20.0, 90.0)] + [{"duration_ms": 5000.0, "is_up": False}]
    made = table(
        "infra.checks", rows, checked_at=SINCE, subsystem="oa", target="首页", kind="http", is_up=True, day=DAY
    )
    assert listed(availability.probe_durations(made, 8)) == [
        {"day": DAY, "hour": 0, "subsystem": "oa", "target": "首页", "probed": 3, "probe_p50_ms": 20.0}
    ]


def test_every_column_has_its_words(checks) -> None:
    made = checks({"首页": every(5)})
    columns = {*availability.availability(made, SINCE, HOUR).columns, *availability.outages(made, HOUR).columns}
    assert columns - set(MEASURES) == {"subsystem", "target"}
    gaps, probed = availability.check_gaps(made, SINCE, HOUR).columns, availability.probe_durations(made, 8).columns
    assert {*gaps, *probed} - set(MEASURES) == {"source", "subsystem", "target"}
