from __future__ import annotations

import datetime as dt
from functools import partial

import ibis
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ntanalytics.contract.enumerations import SUBSYSTEMS
from ntanalytics.metrics import MEASURES
from ntanalytics.metrics.figures import case_list
from ntanalytics.metrics.infra import availability, probes
from ntanalytics.metrics.infra.check_spans import TARGET
from ntanalytics.metrics.infra.planned_downtime import PlannedWork, confirmed_work

DAY = dt.date(2026, 11, 16)
SINCE = dt.datetime(2026, 11, 15, 16, tzinfo=dt.UTC)
HOUR = SINCE + dt.timedelta(hours=1)

# the contract promises three nines
measured = partial(availability.availability, target=0.999)


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
    made = measured(checks({"首页": every(5, {20, 25})}), SINCE, HOUR)
    assert listed(made) == [
        {
            "subsystem": "oa",
            "target": "首页",
            "availability": pytest.approx(1 - 600 / 3600),
            "availability_low": None,
            "low_target": None,
            "target_met": "not_met",
            "available_s": 3000.0,
            "planned_s": 0.0,
            "unplanned_s": 600.0,
            "unmeasured_s": 0.0,
            "failures": 1,
            "longest_s": 600.0,
            "mtbf_s": 3000.0,
            "mttr_s": 600.0,
            "checked": 12,
            "failed_checks": 2,
        }
    ]


def test_over_a_gap_each_subsystem_has_its_bound_however_little_was_not_measured(checks, listed) -> None:
    made = checks({"首页": every(5, {20, 25})})
    [row] = listed(measured(made, SINCE, HOUR, is_bounded=True), "availability", "availability_low")
    assert row == {"availability": pytest.approx(5 / 6), "availability_low": pytest.approx(5 / 6)}
    # the last check, of minute 55, speaks until minute 65: two minutes of 67 were not measured, and 55 were good
    later = HOUR + dt.timedelta(minutes=7)
    [row] = listed(measured(made, SINCE, later, is_bounded=True), "availability_low", "unmeasured_s")
    assert row == {"availability_low": pytest.approx(55 / 67), "unmeasured_s": 120.0}
    [row] = listed(measured(made, SINCE, later), "availability_low")
    assert row == {"availability_low": None}


def test_a_gap_is_unknown_and_neither_up_nor_down(checks, listed) -> None:
    marks = [(0, True), (5, False), (40, True), (45, True), (50, True), (55, True)]
    [row] = listed(measured(checks({"首页": marks}), SINCE, HOUR))
    # the failed check speaks for ten minutes, not for thirty-five: 25 minutes up, 10 down, 25 unknown
    assert (row["available_s"], row["unplanned_s"], row["unmeasured_s"]) == (1500.0, 600.0, 1500.0)
    assert (row["availability"], row["availability_low"]) == (pytest.approx(25 / 35), pytest.approx(25 / 60))


def test_checks_of_an_hour_do_not_show_a_day(checks, listed) -> None:
    """Sixty minutes of a day are measured, all of them good: the target cannot be shown."""
    day = SINCE + dt.timedelta(days=1)
    [row] = listed(measured(checks({"首页": every(5)}), SINCE, day))
    # the last check of the hour speaks for ten minutes
    assert (row["availability"], row["target_met"]) == (1.0, "not_shown")
    assert row["availability_low"] == pytest.approx(65 / 1440)
    [platform] = listed(availability.platform(measured(checks({"首页": every(5)}), SINCE, day)))
    assert platform == {"platform_availability": 1.0, "platform_availability_low": pytest.approx(65 / 1440)}


def test_downtime_within_confirmed_maintenance_is_planned(checks, listed) -> None:
    """Down from minute 20 to 35, maintenance of the OA from 25 to 60 and, overlapping, of all systems from 30 to 40."""
    minute = dt.timedelta(minutes=1)
    planned = [
        PlannedWork("C1", "oa", SINCE + 25 * minute, HOUR),
        PlannedWork("C2", "infra", SINCE + 30 * minute, SINCE + 40 * minute),
        PlannedWork("C3", "sms", SINCE, HOUR),
    ]
    made = checks({"首页": every(5, {20, 25, 30})})
    [row] = listed(measured(made, SINCE, HOUR, planned))
    assert (row["available_s"], row["planned_s"], row["unplanned_s"]) == (2700.0, 600.0, 300.0)
    assert (row["availability"], row["failures"]) == (pytest.approx(2700 / 3000), 1)
    whole = [PlannedWork("C1", "oa", SINCE + 20 * minute, HOUR)]
    [row] = listed(measured(made, SINCE, HOUR, whole))
    assert (row["unplanned_s"], row["failures"], row["availability"]) == (0.0, 0, 1.0)


def test_work_on_one_application_plans_no_downtime_of_another(checks, listed) -> None:
    """Both are down from minute 20 to 30; the home page's work lasts from 20 to 25, that of all from 28 to 30."""
    minute = dt.timedelta(minutes=1)
    planned = [
        PlannedWork("C1", "oa", SINCE + 20 * minute, SINCE + 25 * minute, "首页"),
        PlannedWork("C2", "oa", SINCE + 28 * minute, SINCE + 30 * minute),
    ]
    for target, seconds in (("首页", 420.0), ("接口", 120.0)):
        [row] = listed(measured(checks({target: every(5, {20, 25})}), SINCE, HOUR, planned))
        assert (row["planned_s"], row["unplanned_s"]) == (seconds, 600.0 - seconds)


def test_a_check_before_the_period_speaks_into_it(checks, listed) -> None:
    made = checks({"首页": [(-4, False), *every(5)]})
    [row] = listed(measured(made.filter(made.checked_at != SINCE), SINCE, HOUR))
    assert (row["unplanned_s"], row["unmeasured_s"], row["checked"]) == (300.0, 0.0, 12)


def test_confirmed_maintenance_needs_a_confirmation_before_and_an_end(table) -> None:
    hour = dt.timedelta(hours=1)
    rows = [
        {"change_no": "GOOD", "confirmed_at": SINCE - hour, "finished_at": HOUR},
        {"change_no": "LATE", "confirmed_at": SINCE + hour, "finished_at": HOUR},
        {"change_no": "OPEN", "confirmed_at": SINCE - hour, "finished_at": None},
        {"change_no": "FLOW", "confirmed_at": SINCE - hour, "finished_at": HOUR, "kind": "workflow"},
        {"change_no": "LONG", "confirmed_at": SINCE - hour, "finished_at": HOUR, "planned_until_at": SINCE + hour / 2},
    ]
    rows = [{"kind": "maintenance", **row} for row in rows]
    made = table("desk.changes", rows, planned_at=SINCE, subsystem="oa", day=DAY)
    assert [(item.change_number, item.end) for item in confirmed_work(made)] == [
        ("GOOD", HOUR),
        ("LONG", SINCE + hour / 2),
    ]


def test_a_subsystem_is_as_good_as_its_worst_target(checks, listed) -> None:
    made = checks({"首页": every(5), "接口": every(5, {5})})
    [row] = listed(measured(made, SINCE, HOUR))
    assert (row["target"], row["unplanned_s"], row["failed_checks"], row["checked"]) == ("接口", 300.0, 1, 24)


def test_a_target_that_nobody_checked_for_a_while_may_have_been_down(checks, listed) -> None:
    """The page is checked throughout, the interface not from minute 20 to 45: it may have been down for 25 minutes."""
    page, unseen = every(5), [mark for mark in every(5) if not 10 < mark[0] < 45]
    made = checks({"首页": page, "接口": unseen})
    [row] = listed(measured(made, SINCE, HOUR), "target", "availability", "availability_low", "target_met")
    low = pytest.approx(35 / 60)
    assert listed(measured(made, SINCE, HOUR), "low_target") == [{"low_target": "接口"}]
    assert row == {"target": "首页", "availability": 1.0, "availability_low": low, "target_met": "not_shown"}


def test_a_target_that_was_added_hides_nothing_before_it_unless_there_is_a_gap(checks, listed) -> None:
    made = checks({"首页": every(5), "接口": [mark for mark in every(5) if mark[0] >= 45]})
    [row] = listed(measured(made, SINCE, HOUR), "availability_low", "target_met")
    assert row == {"availability_low": None, "target_met": "met"}
    [row] = listed(measured(made, SINCE, HOUR, is_bounded=True), "availability_low", "target_met")
    assert row == {"availability_low": pytest.approx(15 / 60), "target_met": "not_shown"}


def test_a_target_that_is_checked_no_more_may_be_down(checks, listed) -> None:
    """The interface is checked from minute 0 to 15, and its last check speaks until minute 25."""
    made = checks({"首页": every(5), "接口": [mark for mark in every(5) if mark[0] <= 15]})
    [row] = listed(measured(made, SINCE, HOUR), "availability_low", "target_met")
    assert row == {"availability_low": pytest.approx(25 / 60), "target_met": "not_shown"}


def in_use(checks, *targets):
    return checks({name: every(5) for name in targets}).select(*TARGET).distinct()


def test_a_target_in_use_without_any_check_may_be_down_all_the_time(checks, listed) -> None:
    made = checks({"首页": every(5)})
    [row] = listed(measured(made, SINCE, HOUR, in_use=in_use(checks, "首页")), "availability_low", "low_target")
    assert row == {"availability_low": None, "low_target": None}
    [row] = listed(measured(made, SINCE, HOUR, in_use=in_use(checks, "首页", "接口")))
    assert (row["target"], row["availability"]) == ("首页", 1.0)
    assert (row["availability_low"], row["low_target"], row["target_met"]) == (0.0, "接口", "not_shown")
    [alone] = listed(measured(checks({}), SINCE, HOUR, in_use=in_use(checks, "接口")))
    assert (alone["availability"], alone["availability_low"], alone["unmeasured_s"]) == (None, 0.0, 3600.0)
    assert alone["target_met"] == "not_shown"


def test_a_target_that_is_out_of_use_hides_nothing(checks, listed) -> None:
    """The interface is checked until minute 15, and was taken out of use."""
    made = checks({"首页": every(5), "接口": [mark for mark in every(5) if mark[0] <= 15]})
    [row] = listed(measured(made, SINCE, HOUR, in_use=in_use(checks, "首页")), "availability_low", "target_met")
    assert row == {"availability_low": None, "target_met": "met"}
    # what was wrong before stays
    made = checks({"首页": every(5), "接口": [mark for mark in every(5, {5}) if mark[0] <= 15]})
    [row] = listed(measured(made, SINCE, HOUR, in_use=in_use(checks, "首页")), "target", "unplanned_s")
    assert row == {"target": "接口", "unplanned_s": 300.0}


def test_a_day_of_which_one_target_was_not_checked_for_long_is_not_known(table, days, listed) -> None:
    """The page is checked all day, the interface until noon of the first day, and from noon of the second on."""
    rows = [
        {"checked_at": SINCE + dt.timedelta(minutes=at), "is_up": True, "day": DAY + dt.timedelta(days=at // 1440)}
        for at in range(0, 2880, 5)
    ]
    seen = [row for place, row in enumerate(rows) if not 144 < place < 432]
    made = table(
        "infra.checks",
        [{**row, "target": "首页"} for row in rows] + [{**row, "target": "接口"} for row in seen],
        subsystem="oa",
        kind="http",
    )
    until = SINCE + dt.timedelta(days=2)
    listing = listed(availability.daily(made, days(DAY, "++"), until, 8), "platform_availability")
    assert [row["platform_availability"] for row in listing] == [None, 1.0]


def test_the_platform_is_the_mean_of_its_subsystems(checks, listed) -> None:
    both = checks({"首页": every(5, {0, 5, 10})}).union(
        checks({"短信": every(5)}).mutate(subsystem=ibis.literal("sms").cast("!string"))
    )
    [row] = listed(availability.platform(measured(both, SINCE, HOUR)))
    assert row == {"platform_availability": pytest.approx(0.875), "platform_availability_low": None}
    [nothing] = listed(availability.platform(measured(checks({}), SINCE, HOUR)))
    assert nothing == {"platform_availability": None, "platform_availability_low": None}


def test_a_day_of_which_too_little_was_measured_is_not_known(table, days, listed) -> None:
    """The first day is measured whole and down for ten minutes over midnight, the second for an hour, the third not."""
    minutes = [*range(0, 1440, 5), *range(1440, 1500, 5)]
    rows = [
        {
            "checked_at": SINCE + dt.timedelta(minutes=minute),
            "is_up": minute not in (1435, 1440),
            "day": DAY + dt.timedelta(days=minute // 1440),
        }
        for minute in minutes
    ]
    made = table("infra.checks", rows, target="首页", subsystem="oa", kind="http")
    listing = listed(
        availability.daily(made, days(DAY, "+++"), SINCE + dt.timedelta(days=3), 8), "platform_availability"
    )
    assert [row["platform_availability"] for row in listing] == [pytest.approx(1 - 300 / 86_400), None, None]


def test_a_span_over_midnight_counts_for_both_days(table, days, listed) -> None:
    """Down from 23:57 to 00:02, checked every five minutes at other times."""
    minutes = [*range(2, 2880, 5)]
    rows = [
        {
            "checked_at": SINCE + dt.timedelta(minutes=minute),
            "is_up": minute != 1437,
            "day": DAY + dt.timedelta(days=minute // 1440),
        }
        for minute in minutes
    ]
    made = table("infra.checks", rows, target="首页", subsystem="oa", kind="http")
    listing = listed(
        availability.daily(made, days(DAY, "++"), SINCE + dt.timedelta(days=2), 8), "platform_availability"
    )
    first, second = (row["platform_availability"] for row in listing)
    # two minutes at the beginning are not measured
    assert first == pytest.approx(1 - 180 / (86_400 - 120))
    assert second == pytest.approx(1 - 120 / 86_400)


def test_without_checks_nothing_is_said(checks, listed) -> None:
    assert listed(measured(checks({}), SINCE, HOUR)) == []


def test_outages_are_runs_of_failed_checks(checks, listed) -> None:
    made = checks({"首页": every(5, {5, 10, 30, 55})})
    minute = dt.timedelta(minutes=1)
    assert listed(probes.outages(made, HOUR), "down_from_at", "down_until_at", "down_s", "failed_checks") == [
        {"down_from_at": SINCE + 5 * minute, "down_until_at": SINCE + 15 * minute, "down_s": 600.0, "failed_checks": 2},
        {
            "down_from_at": SINCE + 30 * minute,
            "down_until_at": SINCE + 35 * minute,
            "down_s": 300.0,
            "failed_checks": 1,
        },
        {"down_from_at": SINCE + 55 * minute, "down_until_at": HOUR, "down_s": 300.0, "failed_checks": 1},
    ]


@pytest.mark.parametrize(
    ("marks", "until_min", "is_told"),
    [
        ([(0, True), (5, False), (10, False)], 60, False),  # the probes stop while it is down: until minute 20 at least
        ([(0, True), (50, False), (55, False)], 60, True),  # it is down at the end of the hour
        ([(0, True), (5, False), (10, False), (50, True)], 60, True),  # a check every 40 minutes tells its end
        ([(0, True), (5, False), (10, False), (75, True)], 90, False),  # an hour of silence does not
        ([(0, True), (5, False), (70, False), (75, True)], 90, False),  # nor how long it was down meanwhile
    ],
)
def test_where_no_check_follows_nobody_knows_when_an_outage_ended(checks, listed, marks, until_min, is_told) -> None:
    made = probes.outages(checks({"首页": marks}), SINCE + dt.timedelta(minutes=until_min))
    assert [row["is_complete"] for row in listed(made)] == [is_told]
    [row] = case_list(made)
    certain = [row.certainty(name) for name in ("down_from_at", "down_until_at", "down_s", "failed_checks")]
    assert certain == (["exact"] * 4 if is_told else ["exact", "unknown", "lower_bound", "lower_bound"])


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.dictionaries(st.sampled_from([*SUBSYSTEMS]), st.dictionaries(st.integers(0, 59), st.booleans(), min_size=1)))
def test_down_unknown_and_up_make_the_period(table, listed, marked) -> None:
    rows = [
        {"checked_at": SINCE + dt.timedelta(minutes=minute), "subsystem": subsystem, "is_up": is_up}
        for subsystem, marks in marked.items()
        for minute, is_up in marks.items()
    ]
    made = table("infra.checks", rows, target="首页", kind="http", day=DAY)
    found = listed(measured(made, SINCE, HOUR))
    assert {row["subsystem"] for row in found} == set(marked)
    for row in found:
        assert row["available_s"] + row["planned_s"] + row["unplanned_s"] + row["unmeasured_s"] == 3600
        assert row["availability_low"] is None or 0 <= row["availability_low"] <= row["availability"] <= 1
    outages = listed(probes.outages(made, HOUR))
    for row in found:
        down = [outage["down_s"] for outage in outages if outage["subsystem"] == row["subsystem"]]
        assert row["unplanned_s"] == sum(down)
        assert row["longest_s"] == max(down, default=0)
        assert row["failures"] == len(down)


def test_certificates_by_the_days_that_they_have_left(table, listed) -> None:
    day = dt.timedelta(days=1)
    rows = [
        {"target": "门户", "checked_at": SINCE, "expires_at": HOUR + 2 * day},
        {"target": "门户", "checked_at": SINCE + dt.timedelta(minutes=5), "expires_at": HOUR + 90 * day},  # renewed
        {"target": "OA", "checked_at": SINCE, "expires_at": HOUR + 9 * day},
        {"target": "OA", "checked_at": SINCE, "kind": "http"},
    ]
    made = table("infra.checks", rows, subsystem="sso", kind="tls", is_up=True, day=DAY)
    assert listed(probes.certificates(made, HOUR), "target", "tls_days") == [
        {"target": "OA", "tls_days": 9.0},
        {"target": "门户", "tls_days": 90.0},
    ]


def test_the_certificate_before_the_present_one_is_that_which_was_seen_last(table, listed) -> None:
    minute, day = dt.timedelta(minutes=5), dt.timedelta(days=1)
    served = {"门户": (90, 400, 400, 90), "OA": (9, 9, 9, 9), "短信": (30, 90, 90, 200)}
    rows = [
        {"target": target, "checked_at": SINCE + place * minute, "expires_at": HOUR + left * day}
        for target, lefts in served.items()
        for place, left in enumerate(lefts)
    ]
    made = table("infra.checks", rows, subsystem="sso", kind="tls", is_up=True, day=DAY)
    assert listed(probes.former_certificates(made, HOUR), "target", "former_expires_at", "replaced_at") == [
        {"target": "短信", "former_expires_at": HOUR + 90 * day, "replaced_at": SINCE + 2 * minute},
        {"target": "门户", "former_expires_at": HOUR + 400 * day, "replaced_at": SINCE + 2 * minute},
    ]
    assert listed(probes.former_certificates(made, SINCE + minute), "target", "former_expires_at") == [
        {"target": "短信", "former_expires_at": HOUR + 30 * day},
        {"target": "门户", "former_expires_at": HOUR + 90 * day},
    ]


def test_the_longest_time_without_a_check_is_told_of_each_source(checks, listed) -> None:
    minute = dt.timedelta(minutes=1)
    rare = checks({"首页": [(0, True), (5, True), (35, True), (40, False)]})
    other = checks({"主机": every(5)}).mutate(source=ibis.literal("other").cast("!string"))
    gone = checks({"主机": [(-600, True)]}).mutate(source=ibis.literal("silent").cast("!string"))
    assert listed(probes.check_gaps(rare.union(other).union(gone), SINCE, HOUR)) == [
        {"source": "other", "gap_s": 300.0, "gap_from_at": SINCE, "gap_until_at": SINCE + 5 * minute},
        {"source": "silent", "gap_s": 3600.0, "gap_from_at": SINCE, "gap_until_at": HOUR},
        {"source": "test", "gap_s": 1800.0, "gap_from_at": SINCE + 5 * minute, "gap_until_at": SINCE + 35 * minute},
    ]


def test_probes_are_timed_by_the_local_hour_and_what_failed_is_not(table, listed) -> None:
    rows = [{"duration_ms": ms} for ms in (10.0, 20.0, 90.0)] + [{"duration_ms": 5000.0, "is_up": False}]
    made = table(
        "infra.checks", rows, checked_at=SINCE, subsystem="oa", target="首页", kind="http", is_up=True, day=DAY
    )
    assert listed(probes.probe_durations(made, 8)) == [
        {"day": DAY, "hour": 0, "subsystem": "oa", "target": "首页", "probed": 3, "probe_p50_ms": 20.0}
    ]


def test_every_column_has_its_words(checks) -> None:
    made = checks({"首页": every(5)})
    columns = {*measured(made, SINCE, HOUR).columns, *probes.outages(made, HOUR).columns}
    assert columns - set(MEASURES) == {"subsystem", "target", "is_complete"}
    gaps, probed = probes.check_gaps(made, SINCE, HOUR).columns, probes.probe_durations(made, 8).columns
    assert {*gaps, *probed} - set(MEASURES) == {"source", "subsystem", "target"}
