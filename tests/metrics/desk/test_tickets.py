from __future__ import annotations

import datetime as dt

from ntanalytics.metrics import MEASURES
from ntanalytics.metrics.desk import tickets as desk_tickets

AT = dt.datetime(2026, 11, 16, 16, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
MONDAY = dt.date(2026, 11, 16)


def test_tickets_by_the_local_day_on_which_they_were_opened_and_closed(tickets, days, listed) -> None:
    monday = dt.date(2026, 11, 16)
    late = dt.datetime(2026, 11, 16, 15, 59, tzinfo=dt.UTC)
    made = tickets(
        [
            {"ticket_no": "1", "opened_at": late, "closed_at": late + dt.timedelta(minutes=2)},
            {"ticket_no": "2", "opened_at": late - dt.timedelta(days=30)},
        ]
    )
    assert listed(desk_tickets.daily(made, days(monday, "++-"), 8), "opened_tickets", "closed_tickets") == [
        {"opened_tickets": 1, "closed_tickets": 0},
        {"opened_tickets": 0, "closed_tickets": 1},
        {"opened_tickets": None, "closed_tickets": None},
    ]


def test_a_ticket_is_open_until_it_is_closed_and_overdue_after_its_time(tickets, listed) -> None:
    table = tickets(
        [
            {"opened_at": AT - HOUR, "due_at": AT - 2 * HOUR},  # overdue
            {"opened_at": AT - HOUR, "due_at": AT},  # due now: not yet overdue
            {"opened_at": AT - HOUR, "due_at": None},  # no time was set
            {"opened_at": AT - HOUR, "due_at": AT - HOUR, "closed_at": AT},  # closed by then
            {"opened_at": AT - HOUR, "due_at": AT - HOUR, "closed_at": AT + HOUR},  # closed later
            {"opened_at": AT + HOUR, "due_at": AT - HOUR},  # not opened yet
        ]
    )
    assert listed(desk_tickets.backlog(table, AT)) == [
        {"open_tickets": 4, "overdue_tickets": 2, "oldest_due_at": AT - 2 * HOUR, "overdue_days": 2 / 24}
    ]


def test_the_backlog_is_broken_down_most_overdue_first(tickets, listed) -> None:
    table = tickets([{"category": "fault"}, {"category": "account", "due_at": AT - HOUR}])
    assert listed(desk_tickets.backlog(table, AT, by=["category"]), "category", "open_tickets", "overdue_tickets") == [
        {"category": "account", "open_tickets": 1, "overdue_tickets": 1},
        {"category": "fault", "open_tickets": 1, "overdue_tickets": 0},
    ]


def test_flow_counts_what_was_opened_and_closed_in_a_half_open_window(tickets, listed) -> None:
    until = AT + 24 * HOUR
    table = tickets(
        [
            {"opened_at": AT, "closed_at": AT + HOUR, "resolution_s": 3600.0},
            {"opened_at": until},
            {"opened_at": AT - 3 * HOUR, "closed_at": AT, "resolution_s": 10800.0},
            {"opened_at": AT - HOUR, "closed_at": until, "resolution_s": 90000.0},
        ]
    )
    assert listed(desk_tickets.flow(table, AT, until)) == [
        {"opened_tickets": 1, "closed_tickets": 2, "resolution_p50_s": 7200.0}
    ]


def test_no_tickets_have_no_median(tickets, listed) -> None:
    assert listed(desk_tickets.flow(tickets([]), AT, AT + HOUR)) == [
        {"opened_tickets": 0, "closed_tickets": 0, "resolution_p50_s": None}
    ]
    assert listed(desk_tickets.backlog(tickets([]), AT)) == [
        {"open_tickets": 0, "overdue_tickets": 0, "oldest_due_at": None, "overdue_days": None}
    ]


def test_a_working_day_is_attended_when_the_engineer_or_the_backup_is_there(attendance, listed) -> None:
    week = [MONDAY + dt.timedelta(days=offset) for offset in range(5)]
    table = attendance(
        [
            {"attended_on": week[0]},
            {"attended_on": week[0], "person": "乙", "role": "backup"},
            {"attended_on": week[1], "is_present": False},
            {"attended_on": week[1], "person": "乙", "role": "backup"},
            {"attended_on": week[2], "is_present": False},
            {"attended_on": week[4] + dt.timedelta(days=1)},  # a Saturday
        ]
    )
    assert listed(desk_tickets.attendance(table, week)) == [
        {"working_days": 5, "recorded_days": 3, "attended_days": 2, "attendance_rate": 0.4}
    ]


def test_a_period_without_working_days_has_no_rate(attendance, listed) -> None:
    assert listed(desk_tickets.attendance(attendance([{}]), [])) == [
        {"working_days": 0, "recorded_days": 0, "attended_days": 0, "attendance_rate": None}
    ]


def test_checks_are_counted_by_result(checks, listed) -> None:
    table = checks(
        [{"result": result} for result in ("ok", "ok", "watch", "bad")] + [{"subsystem": "sms", "result": "ok"}]
    )
    assert listed(desk_tickets.checks(table, ["subsystem"])) == [
        {"subsystem": "infra", "checks": 4, "checks_ok": 2, "checks_watch": 1, "checks_bad": 1, "checks_open": 2},
        {"subsystem": "sms", "checks": 1, "checks_ok": 1, "checks_watch": 0, "checks_bad": 0, "checks_open": 0},
    ]


def test_what_a_remark_says_to_have_been_dealt_with_is_not_open_unless_it_was_bad(checks, listed) -> None:
    table = checks(
        [
            {"result": "watch", "remark": "发现轻微异常，现场已处理并复核。"},
            {"result": "watch", "remark": "回风温度偏高，已联系维保。"},
            {"result": "bad", "remark": "电源故障，已更换。"},
        ]
    )
    assert listed(desk_tickets.checks(table), "checks_watch", "checks_bad", "checks_open") == [
        {"checks_watch": 2, "checks_bad": 1, "checks_open": 2}
    ]


def test_every_column_has_its_words(tickets, attendance, checks) -> None:
    table = tickets([])
    made = [
        desk_tickets.backlog(table, AT),
        desk_tickets.flow(table, AT, AT),
        desk_tickets.attendance(attendance([]), []),
        desk_tickets.checks(checks([])),
    ]
    assert {name for each in made for name in each.columns} <= set(MEASURES)
