"""Deliveries without a deadline, and those whose times contradict each other."""

from __future__ import annotations

import datetime as dt

import ibis
import pytest

from ntanalytics.metrics.docexchange import records
from ntanalytics.metrics.rows import rows
from ntanalytics.subsystems.docexchange import SUBSYSTEM
from tests.subsystems.made import ON, Data, Row, at, daily, judge, statuses, table_of

_SIX = dt.timedelta(hours=6)


def _deliveries(undated: int = 0, disordered: int = 0, since: dt.date = ON) -> Data:
    """Return a hundred deliveries a working day: the first ones lack a deadline or arrive late, since a day."""
    deliveries: list[Row] = []
    documents: list[Row] = []
    for row in daily("amount", 100, 100):
        sent = at(row["day"], 10)
        for number in range(row["amount"]):
            name = f"{row['day']}/{number}"
            is_new = row["day"] >= since
            has_deadline = number >= undated if is_new else number < row["amount"] - 3
            arrived = sent + (2 * _SIX if is_new and number < disordered else dt.timedelta(seconds=8))
            deliveries.append(
                {
                    "day": row["day"], "delivery_id": name, "document_id": name, "receiver_unit": "甲局",
                    "sent_at": sent, "delivered_at": arrived, "signed_at": sent + _SIX, "state": "signed",
                    "due_at": sent + 4 * _SIX if has_deadline else None, "changed_at": sent + _SIX,
                }
            )  # fmt: skip
            platform = "xinchuang" if number < 40 else "traditional"
            document = {"day": row["day"], "document_id": name, "sent_at": sent, "platform": platform}
            documents.append({**document, "sender_unit": f"{number % 7} 局"})
    return {"docexchange.deliveries": deliveries, "docexchange.documents": documents}


@pytest.mark.parametrize(("undated", "status"), [(3, None), (10, None), (40, "warning"), (100, "critical")])
def test_deadlines_that_are_left_out_are_told(undated: int, status: str | None) -> None:
    findings = judge(SUBSYSTEM, ["docexchange.undated"], _deliveries(undated))
    assert statuses(findings) == ([("subsystem/docexchange", status)] if status else [])
    assert [finding.value for finding in findings] == ([undated / 100] if status else [])


def test_deadlines_that_one_kind_of_terminals_leaves_out_are_told_of_it_since_they_are() -> None:
    [finding] = judge(SUBSYSTEM, ["docexchange.undated"], _deliveries(40, since=ON - dt.timedelta(days=2)))
    assert finding.details["narrower"] == "终端类型 信创终端"
    assert finding.since == ON - dt.timedelta(days=2)


def test_a_day_that_was_not_extracted_is_not_judged() -> None:
    assert judge(SUBSYSTEM, ["docexchange.undated"], _deliveries(100), gaps=(ON,)) == []


@pytest.mark.parametrize(("disordered", "status"), [(0, None), (1, None), (8, "warning"), (100, "critical")])
def test_what_arrives_after_it_was_signed_for_is_told(disordered: int, status: str | None) -> None:
    findings = judge(SUBSYSTEM, ["docexchange.disordered"], _deliveries(disordered=disordered))
    assert statuses(findings) == ([("subsystem/docexchange", status)] if status else [])
    steps = [(finding.details["earlier"], finding.details["later"]) for finding in findings]
    assert steps == ([("送达时间", "签收时间")] if status else [])


def test_steps_are_held_against_each_other_by_the_second_and_as_far_as_they_are_known() -> None:
    sent = at(ON, 9)
    after = {
        name: sent + dt.timedelta(seconds=seconds) for name, seconds in (("soon", 8.2), ("same", 8.9), ("late", 60))
    }
    common = {
        "day": ON,
        "document_id": "1",
        "receiver_unit": "甲局",
        "state": "sent",
        "changed_at": sent,
        "sent_at": sent,
    }
    table = table_of(
        "docexchange.deliveries",
        [
            {**common, "delivery_id": "in order", "delivered_at": after["soon"], "signed_at": after["late"]},
            {**common, "delivery_id": "within a second", "delivered_at": after["same"], "signed_at": after["soon"]},
            {**common, "delivery_id": "late", "delivered_at": after["late"], "signed_at": after["soon"]},
            {**common, "delivery_id": "skipped", "delivered_at": after["late"], "registered_at": after["soon"]},
            {**common, "delivery_id": "on its way"},
        ],
    )
    marked = rows(records.mark_disordered(ibis.memtable(table)))
    assert {row["delivery_id"]: row["is_hit"] for row in marked} == {
        "in order": False, "within a second": False, "late": True, "skipped": True,
    }  # fmt: skip
    assert {row["delivery_id"]: (row["earlier"], row["later"]) for row in marked if row["is_hit"]} == {
        "late": ("delivered_at", "signed_at"), "skipped": ("delivered_at", "registered_at"),
    }  # fmt: skip


def _sent(recalled: int, receivers: int = 5) -> Data:
    """Return forty documents a working day to some receivers each, of which the day's first ones are recalled."""
    rows: list[Row] = []
    for row in daily("amount", 40, 40):
        for number in range(row["amount"]):
            is_recalled = number < recalled if row["day"] == ON else row["day"].day == 13 and not number
            for receiver in range(receivers):
                name = f"{row['day']}/{number}"
                rows.append(
                    {
                        "day": row["day"], "delivery_id": f"{name}/{receiver}", "document_id": name,
                        "receiver_unit": f"{receiver} 局", "sent_at": at(row["day"], 10),
                        "changed_at": at(row["day"], 12),
                        "state": "recalled" if is_recalled and not receiver else "signed",
                    }
                )  # fmt: skip
    return {"docexchange.deliveries": rows, "docexchange.documents": []}


@pytest.mark.parametrize(("recalled", "status"), [(1, None), (3, None), (12, "warning"), (30, "critical")])
def test_documents_that_are_recalled_in_bulk_are_told_whoever_received_them(recalled: int, status: str | None) -> None:
    """A document counts once, to one receiver or to fifty: a notice to all that is called back is one mistake."""
    for receivers in (5, 20):
        findings = judge(SUBSYSTEM, ["docexchange.recalled"], _sent(recalled, receivers))
        assert statuses(findings) == ([("subsystem/docexchange", status)] if status else [])
        assert [finding.value for finding in findings] == ([recalled / 40] if status else [])
