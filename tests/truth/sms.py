"""Figures of SMS from the shards of the gateway: one row a segment, and the reports of the carriers."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tests.truth.figures import Figures, change_rate, difference, quantile, rate
from tests.truth.sources import Sources
from tests.truth.span import Span, moment

CARRIERS = {"cmp": "中国移动", "sgi": "中国联通", "smg": "中国电信"}
UNKNOWN_AFTER = dt.timedelta(hours=72)

_SEGMENTS = """
WITH told AS (
    -- the last final report of a segment; ACCEPTD is a stage on the way
    SELECT *, ROW_NUMBER() OVER (
        PARTITION BY Msg_Batch_No, Phone_No, Sequence, Data_Status_Code ORDER BY Status_Date DESC, Id DESC
    ) AS place
    FROM all_reports WHERE Native_Status <> 'ACCEPTD'
)
SELECT s.Msg_Batch_No, s.Phone_No, s.Submit_Date, s.Operator, COALESCE(e.Name, s.Enterprise_No), u.Real_Name,
       CASE WHEN s.Submit_Status_Code LIKE '%faild' THEN 'SUBMIT' ELSE r.Native_Status END, r.Status_Date
FROM all_submits s
LEFT JOIN told r ON r.place = 1 AND r.Msg_Batch_No = s.Msg_Batch_No AND r.Phone_No = s.Phone_No
    AND r.Sequence = s.Sequence AND r.Data_Status_Code = s.Data_Status_Code
LEFT JOIN enterprise e ON e.No = s.Enterprise_No
LEFT JOIN enterprise_user u ON u.Id = s.Enterprise_User_Id
WHERE s.Data_Status_Code <> '2'  -- an attempt that was made again
"""


@dataclass
class Message:
    """Message of one recipient.

    Attributes:
        statuses: the final status of each segment; None without a report.
    """

    submitted_at: dt.datetime
    carrier: str
    application: str
    unit: str | None
    statuses: list[str | None]
    reported_at: dt.datetime | None = None

    @property
    def outcome(self) -> str | None:
        """Return delivered, failed, or None without the final status."""
        if any(status not in (None, "DELIVRD") for status in self.statuses):
            return "failed"
        return None if None in self.statuses else "delivered"

    @property
    def code(self) -> str:
        """Return the code of the segment that failed."""
        return max(status for status in self.statuses if status not in (None, "DELIVRD"))


def messages(sources: Sources) -> list[Message]:
    """Return all messages of the gateway."""
    database = sources.database("sms_platform")
    for kind in ("submit", "report"):
        shards = " UNION ALL ".join(
            f"SELECT * FROM {shard}" for shard in sources.tables("sms_platform", kind + r"(_\d{8})?")
        )
        database.execute(f"CREATE TEMP TABLE IF NOT EXISTS all_{kind}s AS {shards}")
    database.execute("CREATE INDEX IF NOT EXISTS temp.by_segment ON all_reports (Msg_Batch_No, Phone_No, Sequence)")
    found: dict[tuple[str, str], Message] = {}
    for batch, phone, submitted, operator, application, unit, status, reported in sources.rows(
        "sms_platform", _SEGMENTS
    ):
        at, told = moment(submitted), moment(reported)
        assert at is not None
        message = found.setdefault(
            (batch, phone), Message(at, CARRIERS[operator[:3].lower()], application, sources.unit(unit), [])
        )
        message.statuses.append(status)
        message.submitted_at = min(message.submitted_at, at)
        if told is not None:
            message.reported_at = max(message.reported_at or told, told)
    return list(found.values())


class SMS:
    """Messages of a city, and the figures that the reports show of them."""

    def __init__(self, sources: Sources) -> None:
        self.read_at = sources.read_at
        self.known = Span(sources.first, sources.until)
        self.all = messages(sources)

    def of(self, span: Span) -> list[Message]:
        """Return the messages submitted in a span."""
        return [message for message in self.all if span.since <= message.submitted_at < span.until]

    def is_whole(self, span: Span) -> bool:
        """Return whether the gateway has messages of a whole span."""
        return self.known.first <= span.first and span.last <= self.known.last

    def volume(self, chosen: Iterable[Message]) -> dict[str, float | None]:
        """Return volume, outcome and latency of messages (docs/domain.md, SMS)."""
        chosen = list(chosen)
        outcomes = Counter(message.outcome for message in chosen)
        waiting = [message for message in chosen if message.outcome is None]
        unknown = sum(message.submitted_at + UNKNOWN_AFTER <= self.read_at for message in waiting)
        latency = [
            (message.reported_at - message.submitted_at).total_seconds()
            for message in chosen
            if message.outcome == "delivered" and message.reported_at
        ]
        delivered, failed = outcomes["delivered"], outcomes["failed"]
        return {
            "submitted": len(chosen),
            "segments": sum(len(message.statuses) for message in chosen),
            "delivered": delivered,
            "failed": failed,
            "unknown": unknown,
            "pending": len(waiting) - unknown,
            "delivery_rate": rate(delivered, delivered + failed + unknown),
            "receipt_latency_p50_s": quantile(latency, 0.5),
            "receipt_latency_p95_s": quantile(latency, 0.95),
        }

    def compared(self, span: Span, key: Callable[[Message], object]) -> dict[str, dict[str, float | None]]:
        """Return the volume by group with its change against the span before; the groups of this span alone."""
        now, before = grouped(self.of(span), key), grouped(self.of(span.before()), key)
        rows = {}
        for name in {**now, **before}:
            new, old = self.volume(now.get(name, [])), self.volume(before.get(name, []))
            if name not in before:
                old["submitted"] = 0
            changes = dict.fromkeys(("submitted_change_rate", "delivery_rate_change"))
            if self.is_whole(span.before()):
                changes["submitted_change_rate"] = change_rate(new["submitted"], old["submitted"])
                changes["delivery_rate_change"] = difference(new["delivery_rate"], old["delivery_rate"])
            rows[name] = {**new, **changes}
        return rows

    def days(self, block: str, span: Span, days: int, column: str) -> Figures:
        """Return a figure by day and carrier, over the days that end with a span."""
        figures: Figures = {}
        by_day = grouped(self.of(span.back(days)), lambda message: message.submitted_at.date().isoformat())
        for day, chosen in by_day.items():
            for carrier, part in grouped(chosen, lambda message: message.carrier).items():
                figures[block, day, carrier] = self.volume(part)[column]
        return figures

    def headline(self, span: Span, column: str) -> float | None:
        """Return a figure of all messages of a span."""
        return self.volume(self.of(span))[column]


def grouped(chosen: Iterable[Message], key: Callable[[Message], object]) -> dict[str, list[Message]]:
    """Return messages by a key."""
    groups: dict[str, list[Message]] = defaultdict(list)
    for message in chosen:
        groups[str(key(message))].append(message)
    return groups
