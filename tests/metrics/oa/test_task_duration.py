from __future__ import annotations

import datetime as dt

import pytest

from ntanalytics.metrics import MEASURES
from ntanalytics.metrics.oa import task_duration

#: Thursday and Friday are worked, the Monday after as well.
WORKED = [dt.date(2026, 11, 19), dt.date(2026, 11, 20), dt.date(2026, 11, 23)]
FRIDAY, SUNDAY, MONDAY = dt.date(2026, 11, 20), dt.date(2026, 11, 22), dt.date(2026, 11, 23)
HOUR = 3600.0


def local(day: dt.date, clock: str) -> dt.datetime:
    """A moment of Shanghai, eight hours ahead of UTC."""
    return dt.datetime.combine(day, dt.time.fromisoformat(clock), dt.timezone(dt.timedelta(hours=8)))


@pytest.fixture
def tasks(table):
    def make(*spans, **more):
        rows = [
            {
                "task_id": str(number),
                "started_at": begin,
                "finished_at": end,
                "changed_at": end or begin,
                "handling_s": (end - begin).total_seconds() if end else None,
                "day": begin.date(),
            }
            for number, (begin, end) in enumerate(spans)
        ]
        shared = {"edition": "party", "module": "documents", "is_cancelled": False}
        return table("oa.tasks", rows, **(shared | more))

    return make


@pytest.mark.parametrize(
    ("begin", "end", "hours"),
    [
        ((FRIDAY, "17:00"), (MONDAY, "09:00"), 1.5),  # over a weekend: an hour, and half of one
        ((FRIDAY, "11:30"), (FRIDAY, "14:00"), 1.0),  # over lunch
        ((SUNDAY, "10:00"), (SUNDAY, "22:00"), 0.0),
        ((FRIDAY, "20:00"), (MONDAY, "07:00"), 0.0),
        ((dt.date(2026, 11, 19), "08:30"), (MONDAY, "18:00"), 24.0),
        ((dt.date(2026, 11, 19), "00:00"), (FRIDAY, "00:00"), 8.0),
    ],
)
def test_working_hours_are_those_of_the_office(tasks, listed, begin, end, hours) -> None:
    table = tasks((local(*begin), local(*end)))
    shown = listed(
        task_duration.task_duration(table, WORKED, dt.date(2026, 11, 19), MONDAY, 8), "tasks", "worked_p50_s"
    )
    assert shown == [{"tasks": 1, "worked_p50_s": hours * HOUR}]


def test_clock_hours_and_their_quantiles(tasks, listed) -> None:
    begin = local(FRIDAY, "09:00")
    table = tasks(*[(begin, begin + dt.timedelta(hours=hours)) for hours in (1, 2, 3, 4, 5)])
    assert listed(task_duration.task_duration(table, WORKED, FRIDAY, FRIDAY, 8)) == [
        {
            "tasks": 5,
            "handling_p50_s": 3 * HOUR,
            "handling_p90_s": pytest.approx(4.6 * HOUR),
            # by one o'clock three hours are worked, at two half an hour more
            "worked_p50_s": 3 * HOUR,
            "worked_p90_s": pytest.approx(3.3 * HOUR),
        }
    ]


def test_open_and_cancelled_tasks_and_those_of_other_days_are_left_out(tasks, listed) -> None:
    nine, ten = local(FRIDAY, "09:00"), local(FRIDAY, "10:00")
    table = tasks((nine, None), (nine, ten), (nine, local(SUNDAY, "10:00"))).union(
        tasks((nine, ten), is_cancelled=True)
    )
    assert listed(task_duration.task_duration(table, WORKED, FRIDAY, FRIDAY, 8), "tasks") == [{"tasks": 1}]


def test_a_task_older_than_the_calendar_has_no_working_hours(tasks, listed) -> None:
    table = tasks((local(dt.date(2026, 1, 5), "09:00"), local(FRIDAY, "10:00")))
    [row] = listed(task_duration.task_duration(table, WORKED, FRIDAY, FRIDAY, 8))
    assert row["tasks"] == 1
    assert row["worked_p50_s"] is None
    assert row["handling_p50_s"] > 300 * 24 * HOUR


def test_nothing_finished_has_no_times_and_groups_are_named(tasks, listed) -> None:
    assert listed(task_duration.task_duration(tasks(), WORKED, FRIDAY, FRIDAY, 8))[0]["handling_p50_s"] is None
    table = tasks((local(FRIDAY, "09:00"), local(FRIDAY, "10:00")))
    made = task_duration.task_duration(table, WORKED, FRIDAY, FRIDAY, 8, ["module"])
    assert listed(made, "module", "tasks") == [{"module": "documents", "tasks": 1}]
    assert set(made.columns) - set(MEASURES) == {"module"}


def test_finished_tasks_by_local_day_and_hour(table, listed):
    at = dt.datetime(2026, 11, 18, 16, 30, tzinfo=dt.UTC)  # half past midnight of the 19th in Shanghai
    shared = {"started_at": at, "changed_at": at, "edition": "general", "module": "cars", "day": dt.date(2026, 11, 16)}
    rows = [
        {"task_id": "1", "finished_at": at, "is_cancelled": False},
        {"task_id": "2", "is_cancelled": False},
        {"task_id": "3", "finished_at": at, "is_cancelled": True},
    ]
    made = task_duration.finished_by_slot(table("oa.tasks", rows, **shared), 8, 3600)
    assert listed(made) == [
        {"day": dt.date(2026, 11, 19), "slot": 0, "edition": "general", "module": "cars", "events": 1}
    ]


def test_overdue_tasks_at_the_end_of_each_day(table, days, listed):
    monday = dt.date(2026, 11, 16)

    def at(day: int, hour: int = 4) -> dt.datetime:
        return dt.datetime(2026, 11, day, hour, tzinfo=dt.UTC)

    shared = {"started_at": at(15), "changed_at": at(18), "edition": "general", "module": "cars", "day": monday}
    rows = [
        {"task_id": "1", "due_at": at(16), "is_cancelled": False},  # open since
        {"task_id": "2", "due_at": at(16), "finished_at": at(17), "is_cancelled": False},
        {"task_id": "3", "due_at": at(16), "finished_at": at(16, 8), "is_cancelled": False},  # late within the day
        {"task_id": "4", "due_at": at(17), "is_cancelled": True},  # until its record changed on the 18th
        {"task_id": "5", "is_cancelled": False},
    ]
    made = task_duration.overdue_by_day(table("oa.tasks", rows, **shared), days(monday, "+++-"), 8)
    assert [row["overdue_tasks"] for row in listed(made)] == [2, 2, 1, None]


def test_handling_by_the_day_on_which_tasks_were_finished(table, listed):
    begin, end = dt.datetime(2026, 11, 16, 1, tzinfo=dt.UTC), dt.datetime(2026, 11, 17, 1, tzinfo=dt.UTC)
    shared = {"edition": "general", "module": "cars", "day": dt.date(2026, 11, 16), "changed_at": end}
    rows = [{"task_id": "1", "started_at": begin, "finished_at": end, "is_cancelled": False, "handling_s": 86_400.0}]
    worked = [dt.date(2026, 11, 16), dt.date(2026, 11, 17)]
    made = task_duration.task_duration_by_day(table("oa.tasks", rows, **shared), worked, worked[0], worked[1], 8)
    assert listed(made, "day", "tasks", "worked_p90_s") == [
        {"day": dt.date(2026, 11, 17), "tasks": 1, "worked_p90_s": 28_800.0}
    ]
