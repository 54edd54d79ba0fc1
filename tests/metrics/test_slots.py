"""Events by slot of the local day."""

from __future__ import annotations

from datetime import date

import ibis

from ntanalytics.metrics.slots import by_slot

ON = date(2026, 11, 20)


def test_events_are_counted_by_slot_of_the_local_day():
    events = ibis.memtable(
        {
            "day": [ON, ON, ON],
            "at": ["2026-11-20T01:09:59", "2026-11-20T01:10:00", "2026-11-20T01:19:59"],
            "sent": [1, 2, 4],
        }
    ).mutate(at=ibis._.at.cast("timestamp"))
    rows = {(row["slot"], row["events"]) for row in by_slot(events, "at", 8).to_pyarrow().to_pylist()}
    assert rows == {(54, 1), (55, 2)}
    rows = {(row["slot"], row["events"]) for row in by_slot(events, "at", 8, count="sent").to_pyarrow().to_pylist()}
    assert rows == {(54, 1), (55, 6)}
