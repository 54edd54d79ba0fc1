"""SMS by slot of the day: failed messages and late status reports (docs/domain.md, SMS)."""

from __future__ import annotations

from collections.abc import Sequence

import ibis.expr.types as ir

from ntanalytics.metrics.measure import Measure, catalogue, rate
from ntanalytics.metrics.slots import local_hour, slot_of
from ntanalytics.metrics.sms.failure_codes import failure_class

#: Seconds after which a status report is late: a telephone that is on answers within one minute.
LATE_S = 600

SLOTS = (
    rate(
        "failure_rate",
        "失败率",
        "failed / messages with an outcome; null when there are none (docs/domain.md, SMS: failed).",
        good="down",
    ),
    rate(
        "late_share",
        "回执迟到率",
        "Messages with a report after more than ten minutes or none / all (docs/domain.md, SMS: receipt latency).",
        good="down",
    ),
    rate(
        "internal_failure_share",
        "通道侧失败率",
        "Messages that failed in the carrier's own network / messages with an outcome "
        "(metrics/sms/failure_codes.py, carrier_internal).",
        good="down",
    ),
)

PARTS = (
    Measure(
        "segments_per_message",
        "每条短信计费条数",
        "Billing parts / messages (docs/domain.md, SMS: parts of a message).",
        unit="条",
        format="number:2",
        good="down",
    ),
)

MEASURES = catalogue((*SLOTS, *PARTS))


def outcomes(messages: ir.Table, utc_offset_h: int, slot_s: int, by: Sequence[str] = ("carrier",)) -> ir.Table:
    """Return messages by local day, slot and outcome.

    Args:
        messages: rows of ``sms.messages``.
        utc_offset_h: hours by which local time is ahead of UTC.
        slot_s: seconds of a slot.
        by: columns of ``messages`` that name a group.

    Returns:
        ``day``, ``slot``, ``by``, ``submitted``, ``settled`` (with an outcome), ``failed``, ``internal`` (failed in the
        carrier's network) and ``late`` (reported after ``LATE_S`` or not at all); in no order.
    """
    slotted = messages.mutate(
        slot=slot_of(messages.submitted_at, utc_offset_h, slot_s),
        _failed=messages.outcome == "failed",
        _internal=(messages.outcome == "failed") & (failure_class(messages.failure_code) == "carrier_internal"),
    )
    late = (slotted.receipt_latency_s > LATE_S).fill_null(False) | slotted.outcome.isnull()
    return slotted.aggregate(
        by=["day", "slot", *by],
        submitted=slotted.count(),
        settled=slotted.outcome.count(),
        failed=slotted.count(where=slotted["_failed"].fill_null(False)),
        internal=slotted.count(where=slotted["_internal"].fill_null(False)),
        late=slotted.count(where=late),
    )


def parts_by_hour(messages: ir.Table, utc_offset_h: int, by: Sequence[str] = ("application",)) -> ir.Table:
    """Return how many parts a message has on average by local day and hour.

    Args:
        messages: rows of ``sms.messages``.
        utc_offset_h: hours by which local time is ahead of UTC.
        by: columns of ``messages`` that name a group.

    Returns:
        ``day``, ``hour``, ``by``, ``submitted`` and ``segments_per_message``; in no order.
    """
    timed = messages.mutate(hour=local_hour(messages.submitted_at, utc_offset_h))
    return timed.aggregate(by=["day", "hour", *by], submitted=timed.count(), segments_per_message=timed.segments.mean())
