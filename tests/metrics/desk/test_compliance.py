from __future__ import annotations

import datetime as dt

from ntanalytics.metrics.desk import compliance

ON = dt.date(2026, 11, 20)
DAY = dt.timedelta(days=1)


def _patches(table, *rows):
    listed = [
        {"host": host, "patch": patch, "patched_on": ON - back * DAY, "outcome": outcome, "day": ON - back * DAY}
        for host, patch, back, outcome in rows
    ]
    return table("infra.patches", listed)


def test_a_patch_waits_until_it_is_applied(table, listed) -> None:
    made = _patches(
        table,
        ("a", "K1", 9, "failure"),
        ("a", "K2", 4, "failure"),
        ("a", "K3", 4, "success"),
        ("b", "K1", 9, "failure"),
        ("b", "K1", 2, "success"),
        ("c", "K1", -1, "failure"),
    )
    assert listed(compliance.waiting_patches(made, ON)) == [
        {"host": "a", "waiting_patches": 2, "patch": "K1", "since_on": ON - 9 * DAY}
    ]
    assert listed(compliance.unpatched_days(made, ON)) == [
        {"host": "a", "unpatched_days": 4},
        {"host": "b", "unpatched_days": 2},
    ]


def test_the_last_training_and_the_last_drill_are_dated(table, checks, listed) -> None:
    rows = [{"held_on": ON - back * DAY, "topic": str(back)} for back in (40, 12, -3)]
    trainings = table("desk.trainings", rows, attended=9, day=ON)
    assert listed(compliance.days_since_training(trainings, ON)) == [{"untrained_days": 12}]
    drills = checks([{"checked_on": ON - 30 * DAY, "item": "备份恢复演练"}, {"checked_on": ON, "item": "机房"}])
    none = table("desk.drills", [])
    assert listed(compliance.days_since_drill(drills, none, ON)) == [{"drill_days": 30}]
    assert listed(compliance.days_since_drill(checks([]), none, ON)) == [{"drill_days": None}]
    rows = [
        {"held_on": ON - 7 * DAY, "kind": "restore_drill", "result": "failure"},
        {"held_on": ON - 8 * DAY, "kind": "emergency_drill"},
        {"held_on": ON - 9 * DAY, "kind": "restore_drill"},
        {"held_on": ON + DAY, "kind": "restore_drill"},
    ]
    held = table("desk.drills", rows, topic="公文库", result="success", day=ON)
    assert listed(compliance.days_since_drill(drills, held, ON)) == [{"drill_days": 9}]


def test_the_register_tells_the_steps_that_are_not_done_in_time(table, listed) -> None:
    done = {f"{step}_on": ON for step in ("account", "permission", "seal", "training")}
    rows = [
        {"unit": "1", **done},
        {"unit": "2", **done, "seal_on": None},
        {"unit": "3", **done, "seal_on": None, "finished_on": ON},  # confirmed without its seal
        {"unit": "4", "day": ON - 30 * DAY},
        {"unit": "5", "day": ON - 31 * DAY},
        {"unit": "6", **done, "day": ON - 31 * DAY, "seal_on": ON + DAY, "finished_on": ON + DAY},  # done tomorrow
        {"unit": "7", "day": ON + DAY},
    ]
    made = table("desk.onboardings", [{"day": ON, **row} for row in rows], subsystem="docexchange")
    columns = ("unit", "missing_steps", "has_seal", "ended_on", "is_late")
    assert [tuple(row.values()) for row in listed(compliance.registered_onboarding(made, ON), *columns)] == [
        ("1", 0, True, ON, False),
        ("2", 1, False, None, False),
        ("3", 1, False, ON, True),
        ("4", 4, False, None, False),
        ("5", 4, False, None, True),
        ("6", 1, False, None, True),
    ]


def test_a_unit_is_connected_by_four_steps_and_a_lone_question_connects_nobody(table, tickets, listed) -> None:
    def steps(unit: str, *kinds: tuple[str, str]) -> list[dict]:
        return [
            {"ticket_no": f"{unit}{n}", "unit": unit, "category": category, "subsystem": subsystem, "day": ON}
            for n, (category, subsystem) in enumerate(kinds)
        ]

    whole = [("account", "identity"), ("account", "docexchange"), ("onboarding", "seal"), ("training", "docexchange")]
    rows = steps("甲局", *whole) + steps("乙局", *whole[:3]) + steps("丙局", ("onboarding", "docexchange"), whole[0])
    rows += steps("丁局", ("onboarding", "seal")) + steps("戊局", whole[0])
    held = table("desk.trainings", [{"unit": "乙局"}], held_on=ON, topic="接入", attended=3, day=ON)
    found = listed(compliance.onboarding(tickets(rows), held, ON - DAY, ON), "unit", "missing_steps", "has_training")
    assert [tuple(row.values()) for row in found] == [("丙局", 3, False), ("乙局", 0, True), ("甲局", 0, True)]
    assert listed(compliance.onboarding(tickets(rows), held, ON - 9 * DAY, ON - DAY)) == []
