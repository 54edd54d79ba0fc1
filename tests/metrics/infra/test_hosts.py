from __future__ import annotations

import datetime as dt

import ibis
import pytest

from ntanalytics.metrics.infra import backups, hosts, standstill
from ntanalytics.metrics.infra import disks as disk_metrics
from ntanalytics.metrics.infra.backup_waits import waits

DAY = dt.timedelta(days=1)
LAST = dt.date(2026, 11, 20)
AT = dt.datetime(2026, 11, 20, 16, tzinfo=dt.UTC)
EVER = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


def disks(table, peaks, **more):
    """A disk's daily peaks, the last of them on ``LAST``."""
    rows = [
        {"day": LAST - back * DAY, "hour_at": AT - (back + 1) * DAY, "mean": peak, "peak": peak}
        for back, peak in enumerate(reversed(peaks))
    ]
    shared = {"host": "oa-db-1", "metric": "disk_rate", "part": "/data", "samples": 12}
    return table("infra.metrics", rows, **(shared | more))


def test_hours_weigh_by_their_samples(table, listed) -> None:
    rows = [{"mean": 0.2, "peak": 0.3, "samples": 30}, {"mean": 0.8, "peak": 0.99, "samples": 10, "hour_at": AT}]
    made = table("infra.metrics", rows, hour_at=AT - DAY, host="a", metric="cpu_rate", part="", day=LAST)
    assert listed(hosts.load(made)) == [
        {
            "host": "a",
            "metric": "cpu_rate",
            "load_mean": pytest.approx(0.35),
            "load_p95": pytest.approx(0.77),
            "load_peak": 0.99,
            "load_hours": 2,
        }
    ]


def test_the_level_of_a_disk_is_that_of_its_last_day(table, listed) -> None:
    made = disks(table, [0.76 + 0.01 * n for n in range(15)]).union(disks(table, [0.95, 0.1], host="new"))
    assert listed(disk_metrics.levels(made, LAST)) == [
        {"host": "oa-db-1", "part": "/data", "disk_used": pytest.approx(0.9), "hours": 1},
        {"host": "new", "part": "/data", "disk_used": 0.1, "hours": 1},
    ]
    [old, _] = listed(disk_metrics.levels(made, LAST + DAY))  # not measured on that day
    assert (old["disk_used"], old["hours"]) == (None, 0)


def test_the_peaks_of_a_disk_by_day_and_a_hole_is_no_zero(table, listed) -> None:
    made = disks(table, [0.7, 0.8, 0.9])
    days = ibis.memtable({"day": [LAST - 2 * DAY, LAST - DAY, LAST], "is_covered": [True, False, True]})
    assert listed(disk_metrics.peaks(made, days), "day", "part", "disk_used") == [
        {"day": LAST - 2 * DAY, "part": "/data", "disk_used": 0.7},
        {"day": LAST - DAY, "part": "/data", "disk_used": None},
        {"day": LAST, "part": "/data", "disk_used": 0.9},
    ]


def runs(table, sizes, **more):
    """Runs a day apart, the last of them a day before ``AT``; a size of None failed."""
    rows = [
        {
            "backup_id": f"{more.get('plan', 'oa')}-{number}",
            "started_at": AT - (len(sizes) - number) * DAY,
            "size_bytes": size,
            "outcome": "success" if size else "failure",
        }
        for number, size in enumerate(sizes)
    ]
    return table("infra.backups", rows, **({"plan": "oa", "level": "full", "medium": "online", "day": LAST} | more))


def test_the_last_backup_against_the_seven_before_it(table, listed) -> None:
    # the first is the eighth before the last, and is not looked at
    made = runs(table, [9000, 100, 100, 100, 110, 110, 110, 120, 40])
    assert listed(backups.plans(made, EVER, AT)) == [
        {
            "source": "test",
            "plan": "oa",
            "medium": "online",
            "last_success_at": AT - DAY,
            "backup_age_s": 86_400.0,
            "last_size_bytes": 40,
            "usual_size_bytes": 110.0,
            "size_drop": pytest.approx(1 - 40 / 110),
            "size_spread": pytest.approx(20 / 110),
            "backup_runs": 9,
            "failed_backups": 0,
            "failed_since": 0,
        }
    ]
    last = waits(made.to_pyarrow().to_pylist(), AT)[-1]
    assert (last.usual_s, last.lateness) == (86_400.0, 1.0)


def test_a_failed_run_is_no_backup_and_one_that_never_succeeded_comes_first(table, listed) -> None:
    made = runs(table, [100, 100, None, None]).union(runs(table, [None], plan="never"))
    rows = listed(
        backups.plans(made, EVER, AT), "plan", "last_success_at", "backup_age_s", "failed_backups", "size_drop"
    )
    assert rows == [
        {"plan": "never", "last_success_at": None, "backup_age_s": None, "failed_backups": 1, "size_drop": None},
        {
            "plan": "oa",
            "last_success_at": AT - 3 * DAY,
            "backup_age_s": 3 * 86_400.0,
            "failed_backups": 2,
            "size_drop": 0.0,
        },
    ]


def test_an_incremental_run_is_no_smaller_full_one(table, listed) -> None:
    full = runs(table, [1000, 1000])
    small = table(
        "infra.backups",
        [{"backup_id": f"i{n}", "started_at": AT - dt.timedelta(hours=n), "size_bytes": 10} for n in (2, 3, 4)],
        plan="oa",
        level="incremental",
        medium="online",
        outcome="success",
        day=LAST,
    )
    assert listed(backups.plans(full.union(small), EVER, AT), "last_size_bytes", "size_drop") == [
        {"last_size_bytes": 10, "size_drop": 0.0}
    ]


def test_what_comes_later_is_not_known_yet(table, listed) -> None:
    made = runs(table, [100, 100, 100])
    assert listed(backups.plans(made, EVER, AT - 2 * DAY), "backup_runs", "last_success_at") == [
        {"backup_runs": 1, "last_success_at": AT - 3 * DAY}
    ]


def test_runs_and_failures_are_those_of_the_period_and_the_last_success_is_any(table, listed) -> None:
    made = runs(table, [100, None, 100, None, 100, 100])
    within = backups.plans(made, AT - 3 * DAY, AT)
    assert listed(within, "backup_runs", "failed_backups") == [{"backup_runs": 3, "failed_backups": 1}]
    # nights 1, 3, 5 and 6: two days, two days and one between them
    assert waits(made.to_pyarrow().to_pylist(), AT)[-1].usual_s == 2 * 86_400.0


def test_only_what_failed_since_the_last_success_is_still_a_matter(table, listed) -> None:
    made = runs(table, [100, None, 100, None, None]).union(runs(table, [None, 100], plan="mended"))
    assert listed(backups.plans(made, EVER, AT), "plan", "failed_since") == [
        {"plan": "oa", "failed_since": 2},
        {"plan": "mended", "failed_since": 0},
    ]


def test_what_is_kept_apart_is_named_by_its_name(table, listed) -> None:
    online = [{"plan": plan} for plan in ("oa", "oa-files /data", "sms")]
    tapes = [{"plan": plan, "medium": "offline"} for plan in ("oa-tape", "oa-files-tape")]
    shared = {"started_at": AT, "level": "full", "medium": "online", "outcome": "success", "day": LAST}
    found = listed(backups.without_offline(table("infra.backups", online + tapes, **shared)))
    assert [tuple(row.values()) for row in found] == [("oa", True), ("oa-files /data", True), ("sms", False)]
    # nothing is offline any more, nothing ever was, and names that tell nothing
    assert [row["is_offline"] for row in listed(backups.without_offline(table("infra.backups", online, **shared)))] == [
        False,
        False,
        False,
    ]
    never = backups.without_offline(table("infra.backups", online, **shared), is_read=False)
    assert [row["is_offline"] for row in listed(never)] == [None, None, None]
    other = [*online, {"plan": "Weekly", "medium": "offline"}]
    assert {row["is_offline"] for row in listed(backups.without_offline(table("infra.backups", other, **shared)))} == {
        None
    }


def hours(table, values, **more):
    """Means by the local hour of ``LAST``, from midnight on."""
    begin = dt.datetime(2026, 11, 19, 16, tzinfo=dt.UTC)
    rows = [
        {"hour_at": begin + dt.timedelta(hours=hour), "mean": value, "peak": value} for hour, value in values.items()
    ]
    return table(
        "infra.metrics", rows, **({"host": "a", "metric": "cpu_rate", "samples": 60, "part": "", "day": LAST} | more)
    )


def test_what_was_held_for_two_hours_is_the_second_highest_by_day_and_by_night(table, listed) -> None:
    made = hours(table, {2: 0.8, 3: 0.82, 6: 0.1, 7: 0.2, 9: 0.96, 10: 0.97, 11: 0.3, 20: 0.4})
    assert listed(hosts.sustained_load(made, 8)) == [{"host": "a", "held_by_day": 0.96, "held_by_night": 0.8}]
    [alone] = listed(hosts.sustained_load(hours(table, {9: 0.99, 2: 0.1, 3: 0.2}), 8))
    assert (alone["held_by_day"], alone["held_by_night"]) == (None, 0.1)  # one hour is not held


def test_a_disk_that_begins_to_fill_rises_beyond_what_is_usual(table, listed) -> None:
    slow = [0.50 + 0.0004 * n for n in range(30)]
    [row] = listed(disk_metrics.disk_rises(disks(table, [*slow, slow[-1] + 0.01]), LAST))
    assert row["disk_rise"] == pytest.approx(0.0104)
    assert row["usual_rise"] == pytest.approx(0.0008)
    assert row["rise_beyond"] == pytest.approx(0.0096)
    [still] = listed(disk_metrics.disk_rises(disks(table, slow), LAST), "rise_beyond")
    assert still["rise_beyond"] == pytest.approx(0, abs=1e-9)


def test_what_is_removed_by_the_evening_does_not_fill_a_disk_and_what_came_in_the_evening_does(table, listed) -> None:
    past = [
        {"hour_at": AT - n * DAY + dt.timedelta(hours=hour), "day": LAST - n * DAY}
        for n in range(1, 31)
        for hour in (0, 9)
    ]

    def rise(morning: float, evening: float) -> tuple[float, float]:
        last = [{"hour_at": AT, "peak": morning}, {"hour_at": AT + dt.timedelta(hours=9), "peak": evening}]
        rows = [{"peak": 0.5, **row} for row in past] + [{"day": LAST, **row} for row in last]
        made = table("infra.metrics", rows, host="a", metric="disk_rate", part="/", mean=0.5)
        [row] = listed(disk_metrics.disk_rises(made, LAST))
        assert row["disk_used"] == max(morning, evening)
        return row["disk_rise"], row["rise_beyond"]

    assert rise(0.58, 0.50) == (0.0, 0.0)
    assert rise(0.50, 0.58) == (pytest.approx(0.08), pytest.approx(0.08))
    assert rise(0.58, 0.53) == (pytest.approx(0.03), pytest.approx(0.03))


def test_a_disk_that_always_moves_by_so_much_is_as_usual_and_one_of_few_days_is_not_known(table, listed) -> None:
    moving = [0.5 + (0.02 if n // 2 % 2 else 0.0) for n in range(31)]
    [row] = listed(disk_metrics.disk_rises(disks(table, moving), LAST), "disk_rise", "rise_beyond")
    assert (row["disk_rise"], row["rise_beyond"]) == (pytest.approx(0.02), 0.0)
    [young] = listed(disk_metrics.disk_rises(disks(table, [0.5, 0.5, 0.5, 0.9]), LAST), "disk_rise", "rise_beyond")
    assert (young["disk_rise"], young["rise_beyond"]) == (pytest.approx(0.4), None)


def test_the_same_alarm_of_a_host_is_counted_and_information_is_none(table, listed) -> None:
    rows = [{"problem_id": str(n), "problem": "磁盘低"} for n in range(3)]
    rows += [{"problem_id": "9", "problem": "已改动", "severity": "information"}]
    made = table("infra.problems", rows, host="a", severity="warning", started_at=AT, changed_at=AT, day=LAST)
    assert listed(hosts.repeated_problems(made)) == [{"host": "a", "problem": "磁盘低", "repeats": 3, "day": LAST}]


def test_what_stands_still_since_a_day_before_is_dead_until_it_moves(table, listed) -> None:
    """Eight days that move; then one value from 10:00 on, and all of the last day, or all but its last hours."""

    def series(last, **more):
        made = hours(table, last, **more)
        stopped = {hour: 0.3 + min(hour, 10) / 100 for hour in range(24)}
        made = made.union(hours(table, stopped, **(more | {"day": LAST - DAY})))
        for back in range(2, 10):
            values = {hour: 0.3 + hour / 100 for hour in range(24)}
            made = made.union(hours(table, values, **(more | {"day": LAST - back * DAY})))
        return made

    dead = series(dict.fromkeys(range(24), 0.4), host="dead", metric="cpu_rate")
    mended = series({hour: 0.4 + max(0, hour - 5) / 100 for hour in range(24)}, host="mended", metric="cpu_rate")
    found = listed(standstill.still_series(dead.union(mended), LAST), "host", "still_series", "still_hours")
    assert [tuple(row.values()) for row in found] == [("dead", 1, 24), ("mended", 0, None)]


@pytest.mark.parametrize("days", [1, 8, 20])
def test_a_dead_sensor_stays_so_for_three_weeks(days: int, table, listed) -> None:
    def level(back: int, hour: int) -> float:
        return 0.0 if back < days else 0.3 + hour / 100

    made = hours(table, {hour: level(0, hour) for hour in range(24)})
    for back in range(1, 29):
        made = made.union(hours(table, {hour: level(back, hour) for hour in range(24)}, day=LAST - back * DAY))
    [dead] = listed(standstill.dead_series(made, LAST))
    # it moved for the last time on the day before, or at the first hour of its first still day
    assert dead == {"host": "a", "metric": "cpu_rate", "part": "", "still_since": LAST - (days - 1) * DAY}


def test_two_values_of_half_a_day_each_are_no_standstill(table, listed) -> None:
    made = hours(table, {hour: 0.4 if hour < 12 else 0.41 for hour in range(24)})
    for back in range(1, 9):
        made = made.union(hours(table, {hour: 0.3 + hour // 2 / 100 for hour in range(24)}, day=LAST - back * DAY))
    # 11 hours in a row repeat a value, and 6 + 2 * 1 would be dead: the first half of the day alone
    [row] = listed(standstill.still_series(made, LAST), "still_series", "still_hours")
    assert row == {"still_series": 1, "still_hours": 12}
    usual = hours(table, {hour: 0.4 if hour < 12 else 0.41 for hour in range(24)})
    for back in range(1, 9):
        values = {hour: 0.3 + max(0, hour - 4) / 100 for hour in range(24)}  # four hours repeat the first one
        usual = usual.union(hours(table, values, day=LAST - back * DAY))
    [row] = listed(standstill.still_series(usual, LAST), "still_series")
    assert row == {"still_series": 0}  # 22 hours repeat one value or the other, and no run has 6 + 2 * 4


@pytest.mark.parametrize("repeated", [5, 6])
def test_a_series_is_dead_from_its_sixth_repeated_hour_on(repeated: int, table, listed) -> None:
    def moving(hour: int) -> float:
        return 0.3 + hour / 100

    # what moves beside it, and a series whose part is not known
    made = hours(table, {hour: moving(hour) for hour in range(24)}, host="alive")
    made = made.union(hours(table, {hour: moving(max(hour, repeated)) for hour in range(24)}, part=None))
    for back in range(1, 9):
        values = {hour: moving(hour) for hour in range(24)}
        made = made.union(hours(table, values, part=None, day=LAST - back * DAY))
        made = made.union(hours(table, values, host="alive", day=LAST - back * DAY))
    found = listed(standstill.dead_series(made, LAST), "host", "part")
    assert found == ([{"host": "a", "part": None}] if repeated == 6 else [])
    assert len(found) == sum(row["still_series"] for row in listed(standstill.still_series(made, LAST)))


def test_what_has_one_value_for_longer_than_ever_is_dead(table, listed) -> None:
    def week(today, before, **more):
        made = hours(table, {hour: today(hour) for hour in range(24)}, **more)
        for back in range(1, 8):
            values = {hour: before(hour) for hour in range(24)}
            made = made.union(hours(table, values, **(more | {"day": LAST - back * DAY})))
        return made

    def moving(hour):
        return 0.3 + hour / 100

    made = week(lambda _: 0.3, moving, host="dead")
    made = made.union(week(lambda hour: moving(min(hour, 12)), moving, host="half"))  # one value from 12 to 23
    # four hours of one value each night before: 12 - 1 repeated ones are less than 2 * 3 + 6
    nightly = week(lambda hour: moving(min(hour, 12)), lambda hour: moving(max(hour, 3)), host="nightly")
    flat = week(lambda _: 0.0, lambda _: 0.0, host="unused", metric="swap_rate")
    alive = hours(table, {hour: 0.1 + hour / 100 for hour in range(24)}, host="alive")
    # a disk that is full stays so; a load of one process per core that does not move is a sensor's
    full = week(lambda hour: min(1.0, moving(hour) + hour / 10), moving, host="full", metric="disk_rate")
    loaded = week(lambda _: 1.0, moving, host="loaded", metric="load")
    every = made.union(nightly).union(flat).union(alive).union(full).union(loaded)
    data = week(lambda _: 0.3, moving, host="data", metric="disk_rate", part="/data")
    every = every.union(data).union(week(moving, moving, host="data", metric="disk_rate", part="/"))
    found = listed(
        standstill.still_series(every, LAST), "host", "still_series", "still_metrics", "metric", "part", "still_hours"
    )
    assert [tuple(row.values()) for row in found] == [
        ("data", 1, 1, "disk_rate", "/data", 24),
        ("dead", 1, 1, "cpu_rate", "", 24),
        ("half", 1, 1, "cpu_rate", "", 12),
        ("loaded", 1, 1, "load", "", 24),
        ("alive", 0, 0, None, None, None),
        ("full", 0, 0, None, None, None),
        ("nightly", 0, 0, None, None, None),
        ("unused", 0, 0, None, None, None),
    ]


def test_the_hours_of_a_day_are_held_against_the_same_hours_of_the_same_part_of_the_week(table, listed) -> None:
    def levels(hour: int, today: float, usual: list[float], weekend: float) -> list[dict[str, object]]:
        """One hour of a host on the Friday, on working days before it, and on the weekends between."""
        days = [LAST - back * DAY for back in range(1, 29)]
        worked = [day for day in days if day.weekday() < 5]
        means = {day: usual[place % len(usual)] for place, day in enumerate(worked)}
        means |= {day: weekend for day in days if day.weekday() >= 5} | {LAST: today}
        begin = dt.datetime(2026, 11, 20, hour - 8, tzinfo=dt.UTC)
        return [{"day": day, "hour_at": begin - (LAST - day), "mean": mean} for day, mean in means.items()]

    # quartiles of 0.3, 0.4, 0.5, 0.6 and 0.7 are 0.4 and 0.6: a spread of 0.2 / 1.349
    odd = levels(10, 0.8, [0.3, 0.4, 0.5, 0.6, 0.7], weekend=0.8) + levels(11, 0.5, [0.3, 0.4, 0.5, 0.6, 0.7], 0.8)
    shared = {"metric": "cpu_rate", "part": "", "samples": 12, "peak": 1.0}
    made = table("infra.metrics", odd, host="a", **shared)
    still = table("infra.metrics", levels(10, 0.502, [0.5], weekend=0.1), host="b", **shared)
    found = {row["host"]: row["deviations"] for row in listed(hosts.unusual_levels(made.union(still), LAST, 8))}
    assert found == {"a": pytest.approx(0.3 * 1.349 / 0.2), "b": pytest.approx(0.002 / (0.001 * 0.5))}


def test_an_hour_without_a_past_is_not_unusual(table, listed) -> None:
    made = table("infra.metrics", [{"mean": 0.9, "hour_at": AT - DAY}], host="a", metric="load", part="", day=LAST)
    assert listed(hosts.unusual_levels(made, LAST, 8)) == []
