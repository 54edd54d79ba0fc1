"""How cases end, and when."""

from __future__ import annotations

import datetime as dt

import ibis

from ntanalytics.metrics.case_endings import endings, with_soon
from ntanalytics.metrics.leaf_counts import by_start_and_end

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
    found = endings(cases, "begun_at", ["done_at"], 8, ("is_cancelled", "changed_at")).to_pandas()
    ended = {row["name"]: (row["ending"], str(row["day"])[:10]) for _, row in found.iterrows()}
    assert ended == {
        "at once": ("at_once", "2026-11-18"),
        "read": ("finished", "2026-11-18"),
        "given up": ("cancelled", "2026-11-19"),
        "given up late": ("cancelled", "2026-11-19"),
    }
    assert set(endings(cases, "begun_at", ["done_at"], 8).to_pandas()["ending"]) == {"at_once", "finished"}


def test_a_case_that_ended_in_another_way_than_it_should_was_returned() -> None:
    """One is signed for, one comes back an hour later, on the next day; what was signed for and recalled has ended."""
    rows = [
        ("signed", START + dt.timedelta(hours=3), None),
        ("returned", None, START + dt.timedelta(hours=1)),
        ("returned within a minute", None, START + dt.timedelta(seconds=5)),
        ("recalled", START + dt.timedelta(seconds=5), START + dt.timedelta(hours=1)),
        ("open", None, None),
    ]
    columns = ibis.schema({"name": "string", "signed_at": "timestamp('UTC')", "returned_at": "timestamp('UTC')"})
    table = ibis.memtable([dict(zip(columns, row, strict=True)) for row in rows], schema=columns)
    cases = table.mutate(sent_at=ibis.literal(START).cast("timestamp('UTC')"))
    found = endings(cases, "sent_at", ["signed_at", "returned_at"], 8).to_pandas()
    assert {row["name"]: (row["ending"], str(row["day"])[:10]) for _, row in found.iterrows()} == {
        "signed": ("finished", "2026-11-19"),
        "returned": ("returned", "2026-11-19"),
        "returned within a minute": ("returned", "2026-11-18"),
        "recalled": ("at_once", "2026-11-18"),
    }


def test_a_case_is_finished_soon_by_those_of_its_kind_before() -> None:
    """A hundred cars took 101 to 200 minutes: one of twenty less than 105.95; of ninety-nine rooms nothing is known."""
    minutes = [("car", number, 18) for number in range(101, 201)] + [("room", 300, 18)] * 99
    minutes += [("car", 105, 19), ("car", 106, 19), ("room", 5, 19)]
    rows = [
        {
            "kind": kind,
            "done_at": START + dt.timedelta(minutes=took),
            "ending": "finished",
            "day": dt.date(2026, 11, on),
        }
        for kind, took, on in minutes
    ]
    rows.append({**rows[-3], "ending": "cancelled"})
    schema = ibis.schema({"kind": "string", "done_at": "timestamp('UTC')", "day": "date", "ending": "string"})
    cases = ibis.memtable(rows, schema=schema).mutate(begun_at=ibis.literal(START).cast("timestamp('UTC')"))
    found = with_soon(cases, "begun_at", "done_at", dt.date(2026, 11, 19), ["kind"]).to_pyarrow().to_pylist()
    own = [row for row in found if row["day"].day == 19]
    today = [(row["kind"], (row["done_at"] - START).seconds // 60, row["ending"]) for row in own]
    assert sorted(today) == [
        ("car", 105, "cancelled"), ("car", 105, "soon"), ("car", 106, "finished"), ("room", 5, "finished"),
    ]  # fmt: skip
    assert sum(row["ending"] == "soon" for row in found if row["day"].day == 18) == 5


def test_standing_cases_end_on_the_day_that_their_endings_say() -> None:
    """One that was given up after it had been finished ends when it was given up; one of days ends on its day."""
    moments = ibis.memtable(
        [{"day": dt.date(2026, 11, 18), "done_at": START, "gone": True, "changed_at": START + dt.timedelta(hours=1)}],
        schema=ibis.schema(
            {"day": "date", "done_at": "timestamp('UTC')", "gone": "boolean", "changed_at": "timestamp('UTC')"}
        ),
    )
    counted = by_start_and_end(moments, ["done_at"], ("gone", "changed_at"), 8, []).to_pyarrow().to_pylist()
    assert counted == [{"day": dt.date(2026, 11, 18), "ended_on": dt.date(2026, 11, 19), "events": 1}]
    days = ibis.memtable(
        {"day": [dt.date(2026, 11, 18)], "done_on": [dt.date(2026, 11, 20)], "kind": ["plan"]},
        schema=ibis.schema({"day": "date", "done_on": "date", "kind": "string"}),
    )
    counted = by_start_and_end(days, ["done_on"], None, 8, ["kind"]).to_pyarrow().to_pylist()
    assert counted == [{"day": dt.date(2026, 11, 18), "ended_on": dt.date(2026, 11, 20), "kind": "plan", "events": 1}]
