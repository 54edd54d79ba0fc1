"""How cases end, and when."""

from __future__ import annotations

import datetime as dt

import ibis

from ntanalytics.metrics.case_endings import endings

START = dt.datetime(2026, 11, 18, 15, 30, tzinfo=dt.UTC)  # 23:30 in Nantong


def test_a_case_is_finished_given_up_or_finished_at_once_on_the_local_day_of_its_end() -> None:
    """Of four that ended one after 59 s, one after a minute, one by a cancellation next day; one is open."""
    rows = [
        ("at once", START + dt.timedelta(seconds=59), False, START),
        ("read", START + dt.timedelta(seconds=60), False, START),
        ("given up", None, True, START + dt.timedelta(hours=1)),
        ("given up late", START + dt.timedelta(seconds=5), True, START + dt.timedelta(hours=1)),
        ("open", None, None, START),
    ]
    columns = ibis.schema(
        {"name": "string", "done_at": "timestamp('UTC')", "is_cancelled": "boolean", "changed_at": "timestamp('UTC')"}
    )
    table = ibis.memtable([dict(zip(columns, row, strict=True)) for row in rows], schema=columns)
    cases = table.mutate(begun_at=ibis.literal(START).cast("timestamp('UTC')"))
    found = endings(cases, "begun_at", "done_at", 8, ("is_cancelled", "changed_at")).to_pandas()
    ended = {row["name"]: (row["ending"], str(row["day"])[:10]) for _, row in found.iterrows()}
    assert ended == {
        "at once": ("at_once", "2026-11-18"),
        "read": ("finished", "2026-11-18"),
        "given up": ("cancelled", "2026-11-19"),
        "given up late": ("cancelled", "2026-11-19"),
    }
    assert set(endings(cases, "begun_at", "done_at", 8).to_pandas()["ending"]) == {"at_once", "finished"}
