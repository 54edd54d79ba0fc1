"""Leaves: counts by day, hour and dimensions, worked out by hand."""

from __future__ import annotations

import datetime as dt
import math

import pytest

from ntanalytics.metrics.leaf_counts import leaf_counts, level_of

DAY = dt.date(2026, 11, 16)


def test_events_are_counted_by_local_hour_and_dimension(messages) -> None:
    def sent(number: int, hour: int, carrier: str, segments: int) -> dict[str, object]:
        at = dt.datetime(2026, 11, 16, hour, 30, tzinfo=dt.UTC)
        return {"message_id": str(number), "submitted_at": at, "carrier": carrier, "segments": segments}

    table = messages([sent(1, 1, "mobile", 1), sent(2, 1, "mobile", 3), sent(3, 2, "unicom", 1)])
    rows = leaf_counts(table, "submitted_at", 8, ["carrier"], values=["segments"]).to_pyarrow().to_pylist()
    mobile, unicom = sorted(rows, key=lambda row: row["carrier"])
    assert (mobile["day"], mobile["hour"], mobile["events"], mobile["segments_events"]) == (DAY, 9, 2, 2)
    assert mobile["segments_log"] == pytest.approx(math.log(2) + math.log(4))
    assert (unicom["hour"], unicom["events"]) == (10, 1)


def test_a_row_of_an_aggregated_dataset_stands_for_its_events_and_bytes_are_those_of_all(table) -> None:
    row = {
        "minute_at": dt.datetime(2026, 11, 16, 17, 5, tzinfo=dt.UTC),
        "service": "oa",
        "method": "GET",
        "route": "/",
        "status": 200,
        "duration_bucket": 10,
        "requests": 4,
        "size_bytes": 4 * 99,
        "day": DAY,
    }
    rows = leaf_counts(
        table("infra.requests", [row]),
        "minute_at",
        8,
        ["status"],
        weight="requests",
        values=["duration_bucket", "size_bytes"],
    )
    (counted,) = rows.to_pyarrow().to_pylist()
    assert (counted["status"], counted["hour"], counted["events"]) == ("200", 1, 4)
    assert counted["duration_bucket_log"] == 40
    assert counted["size_bytes_log"] == pytest.approx(4 * math.log(100))


def test_a_level_of_a_host_keeps_its_shares_apart(table) -> None:
    at = dt.datetime(2026, 11, 16, 1, tzinfo=dt.UTC)
    row = {"host": "a", "metric": "memory_rate", "hour_at": at, "mean": 0.49, "peak": 0.0, "day": DAY}
    found = leaf_counts(table("infra.metrics", [row]), "hour_at", 8, ["host"], values=["mean", "peak"])
    (counted,) = found.to_pyarrow().to_pylist()
    assert (counted["mean_log"], counted["peak_log"]) == (pytest.approx(math.log(0.5)), pytest.approx(math.log(0.01)))
    assert level_of("mean", counted["mean_log"]) == pytest.approx(0.49)
    assert level_of("peak", counted["peak_log"]) == pytest.approx(0)
