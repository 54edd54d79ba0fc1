"""What the ledger gives up of its past, on SQLite and on PostgreSQL."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from ntanalytics.ledger import DeliveryRequest, ExtractionResult, Ledger

OLD, YOUNG = dt.datetime(2024, 5, 6, tzinfo=dt.UTC), dt.datetime(2026, 5, 6, tzinfo=dt.UTC)
D1, D2 = dt.date(2024, 5, 1), dt.date(2024, 5, 2)
BEFORE = dt.date(2025, 1, 1)


def _made_old(url: str, statement: str) -> None:
    with sa.create_engine(url, poolclass=NullPool).begin() as connection:
        connection.exec_driver_sql(statement)


def test_what_is_old_and_tells_nothing_of_how_things_stand_goes(url: str):
    ledger = Ledger(url)
    critical = Counter({(D1, "odd"): 2})
    ledger.coverage.record(
        ExtractionResult(
            dataset="sms.messages",
            source="sms",
            first=D1,
            last=D1,
            taken_at=OLD,
            seconds=1.0,
            rows=Counter({D1: 5}),
            rejected=critical,
        )
    )
    ledger.coverage.record(
        ExtractionResult(
            dataset="sms.messages",
            source="sms",
            first=D1,
            last=D2,
            taken_at=OLD,
            seconds=1.0,
            rows=Counter({D1: 7}),
            rejected=critical,
        )
    )
    ledger.coverage.record(
        ExtractionResult(
            dataset="sms.messages", source="sms", first=D1, last=D1, taken_at=YOUNG, seconds=1.0, rows=Counter({D1: 8})
        )
    )
    for status in ("failed", "published"):
        ledger.runs.finish(ledger.runs.start("sms_volume", "2024-W18", {}), status, version=1)
    ledger.runs.start("sms_volume", "2024-W19", {})
    _made_old(url, "UPDATE runs SET started_at = '2024-05-06 00:00:00.000000'")
    ledger.scheduled_runs.skip("weekly", OLD, "2024-W18", "old")
    ledger.scheduled_runs.skip("weekly", YOUNG, "2026-W18", "young")
    ledger.scheduled_runs.begin("weekly", OLD + dt.timedelta(days=1), "2024-W19", "a killed host")
    gap = {("sms.messages", "sms"): [D1]}
    ledger.corrections.open("weekly", OLD, gap, OLD)
    ledger.corrections.close("weekly", OLD, "corrected")
    ledger.corrections.open("weekly", OLD + dt.timedelta(days=1), gap, OLD)
    request = DeliveryRequest(
        kind="report", subject="sms_volume", period="2024-W18", version=1, channel="mail", recipient=""
    )
    ledger.deliveries.intend(request, "host")
    ledger.deliveries.end(request.id, "sent")
    _made_old(url, "UPDATE deliveries SET intended_at = '2024-05-06 00:00:00.000000'")
    # the first extraction covers no day any more, the second still D2, the third D1
    expected = {
        "events": 0,
        "past_coverage": 2,
        "extractions": 1,
        "runs": 1,
        "turns": 1,
        "corrections": 1,
        "deliveries": 1,
    }
    assert ledger.pruning.count(BEFORE) == expected
    assert ledger.pruning.prune(BEFORE) == expected
    assert ledger.pruning.count(BEFORE) == dict.fromkeys(expected, 0)
    assert {(each.day, each.rows) for each in ledger.coverage.days("sms.messages", D1, D2)} == {(D1, 8), (D2, 0)}
    assert sorted((run.period, run.status) for run in ledger.runs.history()) == [
        ("2024-W18", "published"),
        ("2024-W19", "running"),
    ]
    assert ledger.runs.next_version("sms_volume", "2024-W18", {}) == 2
    assert [turn.status for turn in ledger.scheduled_runs.for_job("weekly")] == ["running", "skipped"]
    assert [each.status for each in ledger.corrections.for_job("weekly")] == ["open"]
    assert ledger.deliveries.get(request.id) is None
    assert ledger.deliveries.events(request.id) == []


def test_days_that_leave_the_lake_are_a_hole(url: str):
    ledger = Ledger(url)
    ledger.coverage.record(
        ExtractionResult(
            dataset="sms.messages",
            source="sms",
            first=D1,
            last=D2,
            taken_at=OLD,
            seconds=1.0,
            rows=Counter({D1: 5, D2: 5}),
        )
    )
    assert ledger.pruning.forget_days("sms.messages", D2) == 1
    assert [each.day for each in ledger.coverage.days("sms.messages", D1, D2)] == [D2]
