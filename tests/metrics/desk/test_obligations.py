from __future__ import annotations

import datetime as dt

import pytest

from ntanalytics.metrics import MEASURES
from ntanalytics.metrics.desk import obligations

MONDAY = dt.date(2026, 11, 16)
SINCE, UNTIL = dt.datetime(2026, 11, 15, 16, tzinfo=dt.UTC), dt.datetime(2026, 11, 22, 16, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def incidents(table):
    def make(rows):
        full = [
            {"incident_no": str(number), "changed_at": SINCE, "began_at": SINCE + 9 * HOUR, **row}
            for number, row in enumerate(rows)
        ]
        return table("desk.incidents", full, subsystem="oa", cause="vendor_software", is_crash=True, day=MONDAY)

    return make


@pytest.mark.parametrize(
    ("row", "clock"),
    [
        ({"restored_at": SINCE + 13 * HOUR}, "kept"),  # exactly four hours
        ({"restored_at": SINCE + 13 * HOUR + dt.timedelta(seconds=1)}, "broken"),
        ({"began_at": UNTIL - HOUR}, "running"),
        ({"began_at": UNTIL - 5 * HOUR}, "overrun"),  # it lasts, and the time is over
        ({"began_at": UNTIL - HOUR, "restored_at": UNTIL + HOUR}, "running"),  # it was not restored then
        ({"cause": "carrier", "restored_at": SINCE + 20 * HOUR}, "support"),
        ({"cause": "carrier"}, "support_lasts"),
        ({"is_crash": False, "restored_at": SINCE + 20 * HOUR}, "no_crash"),
        ({"is_crash": False}, "no_crash_lasts"),
    ],
)
def test_the_recovery_clock(incidents, listed, row, clock) -> None:
    assert [found["clock"] for found in listed(obligations.recovery(incidents([row]), SINCE, UNTIL))] == [clock]


@pytest.mark.parametrize("is_crash", [True, False])
def test_what_nobody_recorded_as_restored_has_no_recovery_time(incidents, listed, is_crash) -> None:
    made = incidents([{"restored_at": SINCE + 10 * HOUR}, {}]).mutate(is_crash=is_crash)
    assert listed(obligations.recovery(made, SINCE, UNTIL), "incident_no", "clock_s", "lasted_s") == [
        {"incident_no": "1", "clock_s": None, "lasted_s": 159 * 3600.0},  # the longest is first
        {"incident_no": "0", "clock_s": 3600.0, "lasted_s": None},
    ]


def test_incidents_of_other_weeks_are_left_out_and_lasting_ones_are_not(incidents, listed) -> None:
    made = incidents(
        [
            {"began_at": SINCE - 30 * HOUR, "restored_at": SINCE - HOUR},
            {"began_at": SINCE - 30 * HOUR, "restored_at": SINCE + HOUR},
            {"began_at": UNTIL},
        ]
    )
    assert listed(obligations.recovery(made, SINCE, UNTIL), "incident_no", "clock_s") == [
        {"incident_no": "1", "clock_s": 31 * 3600.0}
    ]


def test_of_a_source_without_ends_only_what_began_in_the_week_is_listed_and_no_clock_runs(incidents, listed) -> None:
    made = incidents(
        [
            {"began_at": SINCE - 30 * HOUR, "source": "blind"},  # over or not, nobody knows
            {"source": "blind"},
            {"began_at": SINCE - 30 * HOUR, "source": "desk"},
        ]
    )
    found = listed(obligations.recovery(made, SINCE, UNTIL, ["blind"]), "incident_no", "clock_s", "lasted_s", "clock")
    assert sorted(found, key=lambda row: row["incident_no"]) == [
        {"incident_no": "1", "clock_s": None, "lasted_s": None, "clock": None},
        {"incident_no": "2", "clock_s": None, "lasted_s": 198 * 3600.0, "clock": "overrun"},
    ]


def test_training_counts_who_came_of_those_invited(table, listed) -> None:
    rows = [{"topic": "a", "invited": 40, "attended": 30}, {"topic": "b", "attended": 12}]
    made = table("desk.trainings", rows, held_on=MONDAY, day=MONDAY)
    assert listed(obligations.training(made)) == [{"sessions": 2, "invited": 40, "trainees": 42, "training_rate": 0.75}]
    assert listed(obligations.training(made.filter(made.topic == "b")), "training_rate") == [{"training_rate": None}]


def test_only_a_workflow_needs_the_buyers_word_before_it_is_changed(table, listed) -> None:
    made_at = SINCE + 30 * HOUR
    rows = [
        {"change_no": "confirmed", "confirmed_at": made_at},
        {"change_no": "too late", "confirmed_at": made_at + HOUR},
        {"change_no": "never"},
        {"change_no": "a fix", "kind": "fix"},
        {"change_no": "not made yet", "finished_at": None},
        {"change_no": "next week", "finished_at": UNTIL},
        {"change_no": "cancelled", "result": "cancelled"},
    ]
    shared = {"planned_at": SINCE, "subsystem": "oa", "kind": "workflow", "finished_at": made_at, "changed_at": made_at}
    changes = table("desk.changes", rows, **shared, day=MONDAY)
    assert listed(obligations.changes(changes, SINCE, UNTIL)) == [{"finished_changes": 4, "unconfirmed_changes": 2}]
    found = obligations.unconfirmed_changes(changes, SINCE, UNTIL)
    assert [row["change_no"] for row in listed(found)] == ["never", "too late"]


def test_what_is_planned_for_the_coming_week(table, listed) -> None:
    rows = [
        {"change_no": "next", "planned_at": UNTIL + HOUR},
        {"change_no": "made early", "planned_at": UNTIL + HOUR, "finished_at": SINCE},
        {"change_no": "later", "planned_at": UNTIL + 200 * HOUR},
        {"change_no": "this week", "planned_at": SINCE},
        {"change_no": "cancelled", "planned_at": UNTIL + HOUR, "finished_at": UNTIL, "result": "cancelled"},
        {"change_no": "some day", "planned_at": None},
    ]
    changes = table("desk.changes", rows, subsystem="oa", kind="maintenance", changed_at=SINCE, day=MONDAY)
    assert [row["change_no"] for row in listed(obligations.planned_changes(changes, UNTIL, UNTIL + 168 * HOUR))] == [
        "next"
    ]


def test_the_team_of_a_month(table, listed) -> None:
    rows = [{"person": name} for name in ("甲", "乙", "丙")] + [{"person": "丁", "month_on": dt.date(2026, 10, 1)}]
    rows[0]["role"] = "backup"
    roster = table("desk.roster", rows, month_on=dt.date(2026, 11, 1), role="developer", day=dt.date(2026, 11, 1))
    assert listed(obligations.team(roster, dt.date(2026, 11, 1))) == [{"team": 3, "standbys": 1}]


def test_every_clock_has_its_word(incidents) -> None:
    lasting = {"running", "overrun", "support_lasts", "no_crash_lasts"}
    assert MEASURES["clock"].values.keys() == {"kept", "broken", "support", "no_crash"} | lasting
    assert {"clock", "clock_s", "lasted_s"} <= set(obligations.recovery(incidents([{}]), SINCE, UNTIL).columns)
