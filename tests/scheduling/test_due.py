"""What is due when: turns by the calendar of 2026, outages, retries; every moment counted by hand."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ntanalytics.errors import CalendarMissing, SettingsError
from ntanalytics.ledger.scheduled_runs import ScheduledRunRecord, ScheduledRunStatus
from ntanalytics.periods import Calendar
from ntanalytics.scheduling.due import due
from ntanalytics.scheduling.jobs import Job, check_jobs, load_jobs
from ntanalytics.scheduling.upcoming import upcoming
from ntanalytics.settings.schedule_spec import parse_schedule_spec

ZONE = ZoneInfo("Asia/Shanghai")
CALENDAR = Calendar()


def _at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZONE)


def _job(when: str = "working day 07:30", period: str = "last-working-day", **more: object) -> Job:
    return Job.model_validate({"report": "daily_inspection", "period": period, "when": when, **more})


def _texts(when: str, since: str, until: str) -> list[str]:
    moments = parse_schedule_spec(when).between(_at(since), _at(until), CALENDAR, ZONE)
    return [f"{moment:%m-%d %H:%M}" for moment in moments]


def test_working_days_leave_out_the_national_holiday_and_take_in_its_make_up_days():
    # 1 to 7 October are free, Saturday the 10th is worked, as is Sunday 20 September
    assert _texts("working day 07:30", "2026-09-29 12:00", "2026-10-12 12:00") == [
        "09-30 07:30",
        "10-08 07:30",
        "10-09 07:30",
        "10-10 07:30",
        "10-12 07:30",
    ]
    assert _texts("working day 07:30", "2026-09-19 00:00", "2026-09-20 23:00") == ["09-20 07:30"]


def test_firsts_of_week_and_month_are_working_days():
    assert _texts("first working day of the month 08:00", "2026-09-15 00:00", "2026-11-15 00:00") == [
        "10-08 08:00",
        "11-02 08:00",
    ]
    assert _texts("first working day of the week 08:00", "2026-09-27 00:00", "2026-10-13 00:00") == [
        "09-28 08:00",
        "10-08 08:00",
        "10-12 08:00",
    ]
    assert _texts("Monday 08:00", "2026-09-27 00:00", "2026-10-13 00:00") == [
        "09-28 08:00",
        "10-05 08:00",
        "10-12 08:00",
    ]


def test_a_turn_belongs_to_the_moment_and_not_to_the_one_before():
    assert _texts("day 07:30", "2026-11-20 07:29", "2026-11-20 07:30") == ["11-20 07:30"]
    assert _texts("day 07:30", "2026-11-20 07:30", "2026-11-21 07:29") == []


@pytest.mark.parametrize("text", ["", "07:30", "weekday 07:30", "Monday", "Monday 24:00", "day 7h30", "day 07:60"])
def test_what_is_no_time_is_refused_with_what_can_be_written(text: str):
    with pytest.raises(SettingsError, match="working day 07:30"):
        parse_schedule_spec(text)


def test_a_job_that_was_never_run_begins_with_its_latest_turn():
    found = due("inspection", _job(), {}, _at("2026-11-24 09:00"), CALENDAR, ZONE)
    assert [(turn.at, turn.period.text) for turn in found.runs] == [(_at("2026-11-24 07:30"), "2026-11-23")]
    assert found.skipped == ()


def _turned(
    at: dt.datetime, status: ScheduledRunStatus, tried_at: dt.datetime | None = None, why: str = ""
) -> ScheduledRunRecord:
    return ScheduledRunRecord(
        job="x",
        scheduled_at=at,
        period="",
        status=status,
        attempts=1,
        started_at=tried_at or at,
        ended_at=tried_at or at,
        why=why,
        holder="",
    )


def _known(**status: ScheduledRunStatus) -> dict[dt.datetime, ScheduledRunRecord]:
    moments = {_at(f"2026-11-{day[1:]} 07:30"): each for day, each in status.items()}
    return {at: _turned(at, each) for at, each in moments.items()}


def test_after_an_outage_every_missed_turn_comes_and_what_is_too_old_is_skipped_with_the_reason():
    known = _known(d09="issued")
    found = due("inspection", _job(max_age_days=5), known, _at("2026-11-18 09:00"), CALENDAR, ZONE)
    # the 13th at 07:30 is five days and an hour and a half ago; the 14th and 15th are a weekend
    assert [turn.period.text for turn in found.runs] == ["2026-11-13", "2026-11-16", "2026-11-17"]
    assert [turn.at.day for turn, _ in found.skipped] == [10, 11, 12, 13]
    assert {why for _, why in found.skipped} == {"older than 5 days"}


def test_a_job_that_catches_up_with_the_latest_alone_says_what_stands_for_the_others():
    found = due("x", _job(catch_up="latest"), _known(d18="issued"), _at("2026-11-23 09:00"), CALENDAR, ZONE)
    assert [turn.period.text for turn in found.runs] == ["2026-11-20"]
    assert [(turn.period.text, why) for turn, why in found.skipped] == [
        ("2026-11-18", "2026-11-20 stands for it"),
        ("2026-11-19", "2026-11-20 stands for it"),
    ]


@pytest.mark.parametrize(
    ("status", "is_due"), [("issued", False), ("skipped", False), ("failed", False), ("running", True)]
)
def test_what_has_ended_is_not_due_and_what_was_broken_off_is(status: ScheduledRunStatus, is_due: bool):
    found = due("x", _job(), _known(d23="issued", d24=status), _at("2026-11-24 23:00"), CALENDAR, ZONE)
    assert bool(found.runs) is is_due


@pytest.mark.parametrize(
    ("tried", "now", "is_due"),
    [
        # by 09:30 it must be out: until then at each call
        ("24 07:31", "24 07:35", True),
        ("24 09:25", "24 09:30", True),
        # then after as long again as it has been failing: 2 hours at 09:30, 4 at 11:30
        ("24 09:30", "24 11:29", False),
        ("24 09:30", "24 11:30", True),
        ("24 11:30", "24 15:29", False),
        ("24 11:30", "24 15:30", True),
        # and at least every six hours
        ("26 07:30", "26 13:29", False),
        ("26 07:30", "26 13:30", True),
        # a last try in the future is a clock's that has jumped back since
        ("26 07:30", "24 10:00", True),
    ],
)
def test_what_passes_by_itself_comes_again_ever_more_rarely(tried: str, now: str, is_due: bool):
    at = _at("2026-11-24 07:30")
    known = {at: _turned(at, "retry", _at(f"2026-11-{tried}"))}
    found = due("x", _job(), known, _at(f"2026-11-{now}"), CALENDAR, ZONE)
    assert (at in [turn.at for turn in found.runs]) is is_due


def test_what_never_passed_is_given_up_with_its_cause():
    at = _at("2026-11-24 07:30")
    known = {at: _turned(at, "retry", _at("2026-12-04 07:00"), "the disk is full")}
    [(turn, why)] = due("x", _job(), known, _at("2026-12-04 07:31"), CALENDAR, ZONE).skipped
    assert (turn.at, why) == (at, "older than 10 days; it failed of: the disk is full")


def test_a_clock_that_jumped_back_makes_nothing_due():
    found = due("x", _job(), _known(d20="issued", d23="issued"), _at("2026-11-21 09:00"), CALENDAR, ZONE)
    assert (found.runs, found.skipped) == ((), ())


def test_a_year_without_a_calendar_is_said_and_never_guessed():
    with pytest.raises(CalendarMissing, match="2027"):
        due(
            "x",
            _job(),
            {_at("2026-12-31 07:30"): _turned(_at("2026-12-31 07:30"), "issued")},
            _at("2027-01-05 09:00"),
            CALENDAR,
            ZONE,
        )


@given(st.lists(st.integers(0, 60 * 24 * 45), min_size=1, max_size=30))
def test_every_turn_is_taken_or_skipped_once_whenever_it_is_looked(minutes: list[int]):
    """However irregularly one looks, no turn comes twice, and none is lost."""
    job, begin = _job(max_age_days=3), _at("2026-09-16 07:31")
    known = {_at("2026-09-16 07:30"): _turned(_at("2026-09-16 07:30"), "issued")}
    seen: list[dt.datetime] = []
    for minute in sorted(minutes):
        found = due("x", job, known, begin + dt.timedelta(minutes=minute), CALENDAR, ZONE)
        seen += [turn.at for turn in found.runs] + [turn.at for turn, _ in found.skipped]
        known |= {turn.at: _turned(turn.at, "issued") for turn in found.runs}
        known |= {turn.at: _turned(turn.at, "skipped") for turn, _ in found.skipped}
    last = begin + dt.timedelta(minutes=max(minutes))
    assert sorted(seen) == job.when.between(begin, last, CALENDAR, ZONE)
    assert len(set(seen)) == len(seen)


def test_the_jobs_that_come_with_the_suite_can_all_be_run():
    root = Path(__file__).parents[2]
    jobs = load_jobs(root / "scheduled" / "jobs.yml")
    assert check_jobs(jobs) == []
    assert {name: (job.report, job.period, str(job.when)) for name, job in jobs.items()} == {
        "daily-inspection": ("daily_inspection", "last-working-day", "working day 07:30"),
        "weekly-service-report": ("weekly_service_report", "last-week", "Monday 08:00"),
        "weekly-sms": ("sms_volume", "last-week", "Monday 08:05"),
        "weekly-adoption": ("oa_adoption", "last-week", "Monday 08:10"),
        "monthly-sms": ("sms_volume", "last-month", "first working day of the month 08:20"),
        "monthly-adoption": ("oa_adoption", "last-month", "first working day of the month 08:25"),
        "monthly-service-quality": ("service_quality", "last-month", "first working day of the month 08:40"),
        "monthly-recommendations": (
            "optimization_recommendations",
            "last-month",
            "first working day of the month 08:30",
        ),
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("jobs: {a: {report: r, period: last-week, when: Monday 08:00, colour: red}}", "jobs.a.colour: unknown key"),
        ("jobs: {a: {report: r, period: next-week, when: Monday 08:00}}", "jobs.a.period"),
        ("jobs: {a: {report: r, period: last-week, when: Munday 08:00}}", "jobs.a.when"),
        ("jobs: {a: {report: r, period: last-week, when: day 08:00, parameters: {top: 010}}}", 'quotes, as "8"'),
        ("plans: {}", "plans: unknown key; known: jobs"),
        ("[1, 2]", "write keys with values"),
        ("jobs: {a: [", "not YAML"),
    ],
)
def test_a_wrong_file_of_jobs_is_refused_with_the_key(tmp_path: Path, text: str, said: str):
    path = tmp_path / "jobs.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as error:
        load_jobs(path)
    assert said in str(error.value)
    assert str(path) in str(error.value)


def test_a_job_that_cannot_work_is_said_before_its_turn():
    jobs = {
        "a": _job(report="daily_inspektion"),
        "b": _job(when="Monday 08:00", period="last-week"),
        "c": Job(
            report="sms_volume", period="last-week", when=parse_schedule_spec("day 08:00"), parameters={"carier": "x"}
        ),
    }
    assert [line.partition(":")[0] for line in check_jobs(jobs)] == ["a", "b", "c"]


def test_what_comes_next_is_told_up_to_the_end_of_the_calendar():
    jobs = {"daily": _job(), "weekly": _job(when="Monday 08:00", period="last-week")}
    coming, untold = upcoming(jobs, _at("2026-12-30 12:00"), 8, CALENDAR, ZONE)
    assert [(turn.job, f"{turn.at:%m-%d %H:%M}", turn.period.text) for turn in coming] == [
        ("daily", "12-31 07:30", "2026-12-30"),
        ("weekly", "01-04 08:00", "2026-W53"),
    ]
    assert untold == [
        "daily: from 2027-01-01 on it cannot be told: no working-day calendar for 2027: chinesecalendar ends with 2026"
    ]
