from __future__ import annotations

import datetime as dt

from ntanalytics.metrics.sms import slots

AT = dt.datetime(2026, 11, 16, 1, 40, tzinfo=dt.UTC)  # 9:40 in Shanghai


def test_messages_by_half_hour_and_what_became_of_them(messages, listed) -> None:
    rows = [
        {"message_id": "1", "outcome": "delivered", "receipt_latency_s": 4.0},
        {"message_id": "2", "outcome": "delivered", "receipt_latency_s": 601.0},
        {"message_id": "3", "outcome": "failed", "failure_code": "MK:0036", "receipt_latency_s": 600.0},
        {"message_id": "4", "outcome": "failed", "failure_code": "MK:0001", "receipt_latency_s": 2.0},
        {"message_id": "5"},
        {"message_id": "6", "submitted_at": AT - dt.timedelta(minutes=20), "outcome": "delivered"},
    ]
    made = slots.outcomes(messages({"submitted_at": AT, **row} for row in rows), 8, 1800)
    found = {row["slot"]: row for row in listed(made)}
    assert set(found) == {18, 19}  # 9:20 and 9:40
    assert {name: found[19][name] for name in ("submitted", "settled", "failed", "internal", "late")} == {
        "submitted": 5,
        "settled": 4,
        "failed": 2,
        "internal": 1,
        "late": 2,
    }
    assert found[18]["late"] == 0


def test_parts_of_a_message_by_hour(messages, listed) -> None:
    """At 9 messages of 1, 1 and 4 parts, at 10 one of 2."""
    rows = [{"message_id": str(number), "segments": parts} for number, parts in enumerate((1, 1, 4))]
    later = {"message_id": "3", "segments": 2, "submitted_at": AT + dt.timedelta(hours=1)}
    made = slots.parts_by_hour(messages({"submitted_at": AT, **row} for row in [*rows, later]), 8)
    found = {row["hour"]: (row["submitted"], row["segments_per_message"]) for row in listed(made)}
    assert found == {9: (3, 2.0), 10: (1, 2.0)}
