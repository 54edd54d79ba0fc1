from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ntanalytics.metrics import MEASURES
from ntanalytics.metrics.docexchange import documents as docexchange_documents

THURSDAY, FRIDAY, SATURDAY = dt.date(2026, 11, 19), dt.date(2026, 11, 20), dt.date(2026, 11, 21)
MONDAY, TUESDAY = dt.date(2026, 11, 23), dt.date(2026, 11, 24)
WORKED = [THURSDAY, FRIDAY, MONDAY, TUESDAY]


def local(day: dt.date, clock: str) -> dt.datetime:
    """A moment of Shanghai, eight hours ahead of UTC."""
    return dt.datetime.combine(day, dt.time.fromisoformat(clock), dt.timezone(dt.timedelta(hours=8)))


NOW = local(TUESDAY, "12:00")


@pytest.fixture
def deliveries(table):
    def make(rows):
        shared = {"document_id": "d", "receiver_unit": "甲局", "state": "delivered", "sent_at": local(FRIDAY, "10:00")}
        full = []
        for number, given_row in enumerate(rows):
            row = {**shared, **given_row}
            signed = row.get("signed_at")
            full.append(
                {
                    "delivery_id": str(number),
                    "day": row["sent_at"].date(),
                    "changed_at": signed or row["sent_at"],
                    "signing_s": (signed - row["sent_at"]).total_seconds() if signed else None,
                    **row,
                }
            )
        return table("docexchange.deliveries", full)

    return make


def of(made, listed, *columns):
    [row] = listed(made, *columns)
    return [row[name] for name in columns]


def test_documents_and_their_shares_of_what_is_known(table, listed) -> None:
    rows = [
        {"document_id": "1", "is_ofd": True, "is_sealed": True, "platform": "xinchuang"},
        {"document_id": "2", "is_ofd": False, "platform": "traditional"},
        {"document_id": "3"},
    ]
    made = docexchange_documents.documents(
        table("docexchange.documents", rows, sent_at=NOW, sender_unit="甲局", day=TUESDAY)
    )
    assert listed(made) == [
        {"documents_sent": 3, "ofd_share": 0.5, "sealed_share": 1.0, "xinchuang_document_share": 0.5}
    ]
    none = docexchange_documents.documents(table("docexchange.documents", rows[2:], sent_at=NOW, day=TUESDAY))
    assert listed(none, "ofd_share", "xinchuang_document_share") == [
        {"ofd_share": None, "xinchuang_document_share": None}
    ]


def test_what_became_of_deliveries(deliveries, listed) -> None:
    made = deliveries(
        [
            {"state": "signed", "signed_at": local(FRIDAY, "11:00"), "platform": "xinchuang"},
            {"state": "registered", "signed_at": local(FRIDAY, "13:00"), "platform": "traditional"},
            {"due_at": local(MONDAY, "10:00")},
            {"due_at": local(TUESDAY, "17:00")},
            {"state": "returned", "returned_at": local(MONDAY, "09:00")},
            {"state": "refused", "returned_at": local(MONDAY, "09:00")},
            {"state": "recalled", "returned_at": local(MONDAY, "09:00")},
        ]
    )
    assert listed(docexchange_documents.deliveries(made, WORKED, NOW, 8)) == [
        {
            "deliveries": 6,
            "signed_deliveries": 2,
            "pending_deliveries": 2,
            "returned_deliveries": 1,
            "refused_deliveries": 1,
            "recalled_deliveries": 1,
            "returned_share": pytest.approx(1 / 3),
            "signed_in_time_rate": 0.5,
            "signing_p50_s": 7200.0,
            "overdue_deliveries": 1,
            "oldest_overdue_at": local(MONDAY, "10:00"),
            "xinchuang_signing_share": 0.5,
        }
    ]


@pytest.mark.parametrize(
    ("sent", "signed", "rate"),
    [
        ((FRIDAY, "10:00"), (MONDAY, "10:00"), 1.0),  # the same clock time of the next working day
        ((FRIDAY, "10:00"), (MONDAY, "10:01"), 0.0),
        ((SATURDAY, "10:00"), (MONDAY, "23:59"), 1.0),  # sent on a day of rest: until the end of the next working day
        ((SATURDAY, "10:00"), (TUESDAY, "00:01"), 0.0),
        ((MONDAY, "11:00"), (TUESDAY, "11:00"), 1.0),
        ((MONDAY, "13:00"), (MONDAY, "14:00"), None),  # its working day is not over yet
        ((FRIDAY, "10:00"), (FRIDAY, "09:00"), None),  # signed for before it was sent: nobody knows when
    ],
)
def test_one_working_day(deliveries, listed, sent, signed, rate) -> None:
    made = deliveries([{"state": "signed", "sent_at": local(*sent), "signed_at": local(*signed)}])
    assert of(docexchange_documents.deliveries(made, WORKED, NOW, 8), listed, "signed_in_time_rate") == [rate]


def test_a_delivery_beyond_the_calendar_has_no_part_in_the_rate(deliveries, listed) -> None:
    made = deliveries([{"sent_at": local(dt.date(2026, 6, 1), "10:00")}])
    assert of(
        docexchange_documents.deliveries(made, WORKED, NOW, 8), listed, "pending_deliveries", "signed_in_time_rate"
    ) == [1, None]


def test_the_figure_of_a_moment_stays_what_it_was(deliveries, listed) -> None:
    made = deliveries([{"state": "signed", "signed_at": local(MONDAY, "09:00"), "due_at": local(FRIDAY, "18:00")}])
    friday = docexchange_documents.deliveries(made, WORKED, local(FRIDAY, "19:00"), 8)
    assert of(friday, listed, "signed_deliveries", "pending_deliveries", "overdue_deliveries") == [0, 1, 1]
    assert of(
        docexchange_documents.deliveries(made, WORKED, NOW, 8), listed, "signed_deliveries", "overdue_deliveries"
    ) == [1, 0]


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["sent", "delivered", "signed", "registered", "returned", "refused", "recalled"]),
            st.integers(0, 90),
            st.booleans(),
        ),
        max_size=60,
    )
)
def test_deliveries_add_up(deliveries, listed, rows) -> None:
    sent = local(FRIDAY, "10:00")
    made = deliveries(
        [
            {
                "state": state,
                "signed_at": sent + dt.timedelta(hours=hours) if state in ("signed", "registered") else None,
                "returned_at": sent + dt.timedelta(hours=hours) if is_dated else None,
                "receiver_unit": f"{hours % 3}局",
            }
            for state, hours, is_dated in rows
        ]
    )
    parts = ["signed_deliveries", "pending_deliveries", "returned_deliveries", "refused_deliveries"]
    [whole] = listed(docexchange_documents.deliveries(made, WORKED, NOW, 8))
    for row in [whole, *listed(docexchange_documents.deliveries(made, WORKED, NOW, 8, ["receiver_unit"]))]:
        assert row["deliveries"] == sum(row[name] for name in parts)
        assert row["overdue_deliveries"] <= row["pending_deliveries"]
    assert whole["deliveries"] + whole["recalled_deliveries"] == len(rows)


def test_a_returned_document_is_its_senders(deliveries, table, listed) -> None:
    made = deliveries([{"state": "returned", "document_id": "1"}, {"document_id": "2"}, {"document_id": "3"}])
    rows = [{"document_id": "1", "sender_unit": "乙局"}, {"document_id": "2", "sender_unit": "乙局"}]
    documents = table("docexchange.documents", rows, sent_at=NOW, day=TUESDAY)
    by_sender = docexchange_documents.deliveries(
        docexchange_documents.with_sender(made, documents), WORKED, NOW, 8, ["sender_unit"]
    )
    assert listed(by_sender, "sender_unit", "deliveries", "returned_share") == [
        {"sender_unit": "乙局", "deliveries": 2, "returned_share": 0.5},
        {"sender_unit": None, "deliveries": 1, "returned_share": 0.0},
    ]


def test_calls_and_their_failures(table, listed) -> None:
    rows = [
        {"outcome": "success", "calls": 90, "duration_bucket": 40},
        {"outcome": "failure", "calls": 10, "duration_bucket": 60},
        {"outcome": "success", "calls": 100, "caller": "省平台"},
    ]
    made = table("docexchange.interface_calls", rows, minute_at=NOW, caller="政务服务网", interface="send", day=TUESDAY)
    assert listed(docexchange_documents.calls(made, ["caller"])) == [
        {
            "caller": "政务服务网",
            "calls": 100,
            "failed_calls": 10,
            "call_failure_rate": 0.1,
            "timed_calls": 100,
            "call_p95_ms": pytest.approx(1.1**59.5),
        },
        {
            "caller": "省平台",
            "calls": 100,
            "failed_calls": 0,
            "call_failure_rate": 0.0,
            "timed_calls": 0,
            "call_p95_ms": None,
        },
    ]
    nothing = listed(docexchange_documents.calls(made.filter(made.calls > 1000)))
    assert (nothing[0]["calls"], nothing[0]["call_failure_rate"]) == (0, None)


def test_every_column_has_its_words(deliveries, table) -> None:
    made = docexchange_documents.deliveries(deliveries([{}]), WORKED, NOW, 8, ["receiver_unit"])
    assert set(made.columns) - set(MEASURES) == {"receiver_unit"}
