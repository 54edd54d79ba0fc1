from __future__ import annotations

import datetime as dt

import pytest

from ntanalytics.metrics.docexchange import daily_counts

THURSDAY, FRIDAY, MONDAY, TUESDAY = (dt.date(2026, 11, day) for day in (19, 20, 23, 24))
WORKED = [THURSDAY, FRIDAY, MONDAY, TUESDAY]


def local(day: dt.date, clock: str) -> dt.datetime:
    """A moment of Shanghai, eight hours ahead of UTC."""
    return dt.datetime.combine(day, dt.time.fromisoformat(clock), dt.timezone(dt.timedelta(hours=8)))


NOW = local(TUESDAY, "12:00")


@pytest.fixture
def deliveries(table):
    def make(*rows):
        shared = {"document_id": "d", "receiver_unit": "甲局", "state": "delivered", "sent_at": local(FRIDAY, "10:00")}
        full = [{**shared, "delivery_id": str(number), **row} for number, row in enumerate(rows)]
        full = [{"day": row["sent_at"].date(), "changed_at": row["sent_at"], **row} for row in full]
        return table("docexchange.deliveries", full)

    return make


def test_signed_late_counts_those_whose_working_day_was_over(deliveries, listed) -> None:
    made = daily_counts.late_signings(
        deliveries(
            {"state": "signed", "signed_at": local(MONDAY, "09:59")},  # in time: the next working day is Monday
            {"state": "signed", "signed_at": local(MONDAY, "10:01")},
            {"state": "signed", "signed_at": local(FRIDAY, "09:00")},  # before it was sent: nobody knows when
            {},
            {"state": "returned", "returned_at": local(MONDAY, "09:00")},
            {"sent_at": local(TUESDAY, "09:00")},  # has time until Wednesday
        ),
        [*WORKED, dt.date(2026, 11, 25)],
        NOW,
        8,
        ["day", "receiver_unit"],
    )
    assert listed(made) == [{"day": FRIDAY, "receiver_unit": "甲局", "events": 3, "hits": 2}]


def test_given_back_counts_what_came_back_by_the_moment(deliveries, table, listed) -> None:
    documents = table("docexchange.documents", [{"document_id": "d"}], sent_at=NOW, sender_unit="乙局", day=FRIDAY)
    made = daily_counts.returns(
        deliveries(
            {"state": "returned", "returned_at": local(MONDAY, "09:00")},
            {"state": "refused", "returned_at": local(TUESDAY, "13:00")},  # not yet
            {"state": "recalled"},
            {"state": "signed"},
        ),
        documents,
        NOW,
        ["day", "sender_unit"],
    )
    assert listed(made) == [{"day": FRIDAY, "sender_unit": "乙局", "events": 3, "hits": 1}]


def test_overdue_is_pending_past_its_deadline(deliveries, listed) -> None:
    due = local(MONDAY, "18:00")
    made = daily_counts.overdue_units(
        deliveries(
            {"due_at": due},
            {"due_at": local(MONDAY, "17:00")},
            {"due_at": local(TUESDAY, "18:00")},
            {},
            {"due_at": due, "state": "signed", "signed_at": local(TUESDAY, "09:00")},
            {"due_at": due, "state": "signed", "signed_at": local(TUESDAY, "13:00"), "receiver_unit": "乙局"},
            {"due_at": due, "state": "returned", "returned_at": local(TUESDAY, "09:00")},
        ),
        NOW,
    )
    assert listed(made, "receiver_unit", "overdue_deliveries") == [
        {"receiver_unit": "甲局", "overdue_deliveries": 2},
        {"receiver_unit": "乙局", "overdue_deliveries": 1},
    ]
    assert listed(made)[0]["oldest_overdue_at"] == local(MONDAY, "17:00")


def test_what_had_not_arrived_a_day_after_it_was_sent(deliveries, listed) -> None:
    made = daily_counts.late_deliveries(
        deliveries(
            {"delivered_at": local(FRIDAY, "10:05")},
            {"delivered_at": local(MONDAY, "10:05")},
            {},
            {"state": "recalled"},
            {"sent_at": local(MONDAY, "13:00")},  # not a day ago
        ),
        NOW,
    )
    assert listed(made) == [{"day": dt.date(2026, 11, 21), "events": 3, "hits": 2}]


def test_calls_by_half_hour_and_caller(table, listed) -> None:
    at = dt.datetime(2026, 11, 20, 1, 31, tzinfo=dt.UTC)
    shared = {"minute_at": at, "caller": "协同办公", "interface": "send", "outcome": "success", "duration_bucket": 3}
    made = daily_counts.calls_by_slot(
        table("docexchange.interface_calls", [{"calls": 7}, {"calls": 2, "outcome": "failure"}], day=FRIDAY, **shared),
        8,
        1800,
    )
    assert listed(made) == [{"day": FRIDAY, "slot": 19, "caller": "协同办公", "events": 9, "hits": 2}]
