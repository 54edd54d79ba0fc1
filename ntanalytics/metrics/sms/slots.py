"""SMS by slot of the day: how many messages failed, and how many were reported late (docs/domain.md, SMS)."""

from __future__ import annotations

from collections.abc import Sequence

import ibis.expr.types as ir

from ntanalytics.metrics.measure import catalogue, rate
from ntanalytics.metrics.sms.failure_codes import failure_class

#: A report that comes after so many seconds is late: a telephone that is on answers within one minute.
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
        "Messages whose report took more than ten minutes or has not come / all (docs/domain.md, SMS: receipt latency).",
        good="down",
    ),
    rate(
        "internal_failure_share",
        "通道侧失败率",
        "Messages that failed for a reason of the carrier's own network / messages with an outcome (metrics/sms_failures.py, carrier_internal).",
        good="down",
    ),
)

MEASURES = catalogue(SLOTS)


def outcomes(messages: ir.Table, utc_offset_h: int, slot_s: int, by: Sequence[str] = ("carrier",)) -> ir.Table:
    """Messages by local day and slot, and what became of them.

    Args:
        messages: rows of ``sms.messages``.
        utc_offset_h: hours by which local time is ahead of UTC.
        slot_s: seconds of a slot.
        by: columns of ``messages`` that name a group.

    Returns:
        ``day``, ``slot``, ``by``, ``submitted``, ``settled`` (with an outcome), ``failed``, ``internal`` (failed for a
        reason of the carrier's network) and ``late`` (reported after ``LATE_S`` or not at all); in no order.
    """
    seconds = (messages.submitted_at.epoch_seconds() + utc_offset_h * 3600) % 86_400
    told = messages.mutate(
        slot=(seconds / slot_s).floor().cast("int64"),
        _failed=messages.outcome == "failed",
        _internal=(messages.outcome == "failed") & (failure_class(messages.failure_code) == "carrier_internal"),
    )
    late = (told.receipt_latency_s > LATE_S).fill_null(False) | told.outcome.isnull()
    return told.aggregate(
        by=["day", "slot", *by],
        submitted=told.count(),
        settled=told.outcome.count(),
        failed=told.count(where=told["_failed"].fill_null(False)),
        internal=told.count(where=told["_internal"].fill_null(False)),
        late=told.count(where=late),
    )
