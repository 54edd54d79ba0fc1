"""Responses, resolutions, satisfaction, repeated causes, changes and rights: small cases worked by hand."""

from __future__ import annotations

import datetime as dt

from ntanalytics.metrics.desk import service_levels
from ntanalytics.metrics.desk.duties import counted, verdict, worst

SINCE, UNTIL = dt.datetime(2026, 10, 31, 16, tzinfo=dt.UTC), dt.datetime(2026, 11, 30, 16, tzinfo=dt.UTC)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def test_tickets_are_answered_solved_and_marked(tickets, listed) -> None:
    opened = SINCE + DAY
    closed = {"opened_at": opened, "responded_at": opened + HOUR, "closed_at": opened + 4 * HOUR}
    rows = [
        {**closed, "ticket_no": "1", "close_code": "solved", "resolution_s": 14400, "satisfaction": 5, "due_at": UNTIL},
        {**closed, "ticket_no": "2", "close_code": "workaround", "resolution_s": 7200, "reopenings": 1},
        {**closed, "ticket_no": "3", "close_code": "unsolved", "resolution_s": 3600, "satisfaction": 2},
        {**closed, "ticket_no": "4", "close_code": "duplicate", "resolution_s": 0, "responded_at": opened + 3 * HOUR},
        {"ticket_no": "5", "opened_at": opened},
        {"ticket_no": "6", "opened_at": SINCE - DAY, "closed_at": UNTIL, "close_code": "solved"},  # after the window
    ]
    assert listed(service_levels.ticket_levels(tickets(rows), SINCE, UNTIL)) == [
        {
            "no_deadline_tickets": 4, "response_p50_s": 3600.0, "unanswered_tickets": 1, "solved_tickets": 2,
            "resolution_rate": 2 / 3, "resolution_mean_s": 6300.0, "marked_tickets": 2, "satisfaction_mean": 3.5,
            "reopened_tickets": 1,
        }
    ]  # fmt: skip


def test_a_closed_ticket_without_a_result_leaves_the_rate_unknown(tickets, listed) -> None:
    rows = [
        {"ticket_no": str(number), "opened_at": SINCE, "closed_at": SINCE + HOUR, "close_code": code}
        for number, code in enumerate(["solved", None])
    ]
    assert listed(service_levels.ticket_levels(tickets(rows), SINCE, UNTIL), "resolution_rate") == [
        {"resolution_rate": None}
    ]


def test_a_cause_is_repeated_from_three_tickets_of_one_subsystem_on(tickets, listed) -> None:
    causes = [("oa", "defect")] * 3 + [("sms", "defect")] * 2 + [("oa", "usage")] * 5 + [("oa", None)] * 4
    rows = [
        {"ticket_no": str(number), "subsystem": system, "cause": cause} for number, (system, cause) in enumerate(causes)
    ]
    assert listed(service_levels.repeated_causes(tickets(rows))) == [
        {"subsystem": "oa", "cause": "defect", "repeated_tickets": 3}
    ]


def test_changes_by_what_became_of_them(table, listed) -> None:
    ended = SINCE + DAY
    rows = [
        {"change_no": "1", "finished_at": ended, "result": "success", "confirmed_at": SINCE},
        {"change_no": "2", "finished_at": ended, "result": "rolled_back", "confirmed_at": ended + HOUR},
        {"change_no": "3", "finished_at": ended, "result": "cancelled"},
        {"change_no": "4", "finished_at": ended, "result": "failed", "confirmed_at": SINCE},
        {"change_no": "5", "finished_at": UNTIL, "result": "failed"},
    ]
    changes = table("desk.changes", rows, subsystem="oa", kind="fix", noted_at=SINCE, changed_at=SINCE)
    expected = {
        "ended_changes": 4, "unapproved_changes": 1, "unsuccessful_changes": 2, "cancelled_changes": 1,
        "unrecorded_changes": 0, "unapproved_rate": 0.25, "unsuccessful_rate": 0.5, "cancelled_rate": 0.25,
    }  # fmt: skip
    assert listed(service_levels.change_shares(changes, SINCE, UNTIL)) == [expected]
    unknown = table("desk.changes", [{**rows[0], "result": None}], subsystem="oa", kind="fix", changed_at=SINCE)
    [row] = listed(service_levels.change_shares(unknown, SINCE, UNTIL, ["kind"]))
    assert (row["kind"], row["unrecorded_changes"], row["unsuccessful_rate"]) == ("fix", 1, None)


def test_rights_are_granted_changed_removed_and_left_unused(table, listed) -> None:
    rows = [
        {"grant_no": "1", "granted_at": SINCE, "approved_at": SINCE, "last_used_on": dt.date(2026, 11, 29)},
        {"grant_no": "2", "granted_at": SINCE - 300 * DAY, "last_used_on": dt.date(2026, 9, 1)},
        {
            "grant_no": "3",
            "granted_at": SINCE - 300 * DAY,
            "approved_at": SINCE,
            "modified_at": SINCE + DAY,
            "unit": "甲局",
        },
        {"grant_no": "4", "granted_at": SINCE - 300 * DAY, "removed_at": SINCE + DAY, "unit": "甲局"},
        {"grant_no": "5", "granted_at": UNTIL},
    ]
    grants = table("desk.access_grants", rows, subsystem="oa", account="a", holder="operations", permission="p")
    assert listed(service_levels.access_rights(grants, ["甲局"], SINCE, UNTIL)) == [
        {
            "granted_rights": 1, "modified_rights": 1, "removed_rights": 1, "held_rights": 3, "unused_rights": 1,
            "use_unknown_rights": 1, "unapproved_rights": 1, "closed_unit_rights": 1,
        }
    ]  # fmt: skip


def test_a_right_is_used_after_the_local_day_of_its_removal(table, listed) -> None:
    removed = dt.datetime(2026, 11, 9, 17, tzinfo=dt.UTC)  # the 10th in Nantong
    used = {"1": dt.date(2026, 11, 10), "2": dt.date(2026, 11, 11), "3": dt.date(2026, 11, 12)}
    rows = [{"grant_no": number, "removed_at": removed, "last_used_on": day} for number, day in used.items()]
    common = {"subsystem": "oa", "account": "a", "holder": "operations", "permission": "p", "granted_at": removed}
    found = listed(service_levels.used_after_removal(table("desk.access_grants", rows, **common), used["2"], 8))
    assert [(row["grant_no"], row["removed_on"], row["last_used_on"]) for row in found] == [
        ("2", dt.date(2026, 11, 10), used["2"])
    ]


def test_a_verdict_needs_complete_data_and_a_fact() -> None:
    assert verdict(["met", "met"], is_complete=True, when_none="not_shown") == "met"
    assert verdict(["met", "unproven"], is_complete=True, when_none="met") == "not_shown"
    assert verdict(["met", "unproven", "short"], is_complete=True, when_none="met") == "not_met"
    assert verdict(["met"], is_complete=False, when_none="met") == "not_shown"
    assert verdict(["met", "short"], is_complete=False, when_none="met") == "not_met"  # no missing day can turn it
    assert verdict(["idle", "none"], is_complete=True, when_none="not_shown") == "met"  # a plan had nothing due
    assert verdict(["idle"], is_complete=False, when_none="met") == "not_shown"
    assert (counted(["idle"])["duty_facts"], counted(["idle"])["duty_kept"]) == (0, 0)
    assert [verdict(["open"], is_complete=True, when_none=none) for none in ("met", "not_shown")] == [
        "met",
        "not_shown",
    ]


def test_an_obligation_is_not_met_if_one_duty_is_not_and_not_shown_while_another_is_not() -> None:
    assert worst(["met", "not_met", "not_shown"]) == "not_met"
    assert worst(["met", "not_shown"]) == "not_shown"
    assert worst(["met", "not_met"]) == "not_met"
    assert worst(["met", "met"]) == "met"
    assert worst([]) == "not_shown"
