"""Aggregated times begin with their hour or minute: truncated where counts are added up, else rejected."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from ntanalytics.contract import DATASETS
from ntanalytics.extraction.check import CheckedBatch, check
from ntanalytics.extraction.grain import truncate_times

ZONE = ZoneInfo("Asia/Shanghai")
DAY = dt.date(2026, 11, 20)


def checked(dataset: str, time: str, **more: object) -> CheckedBatch:
    contract = DATASETS[dataset]
    values = dict.fromkeys((column.name for column in contract.mapped), None) | more | {contract.time: time}
    batch = pa.RecordBatch.from_pylist([values])
    mapping = SimpleNamespace(dataset=contract, translations={}, times={contract.time: "naive"}, absent=())
    source = SimpleNamespace(name="s", zone=ZONE)
    return check(batch, mapping, source, site_zone=ZONE, days=(DAY, DAY), key=b"k")  # type: ignore[arg-type]


ACTIVITY = {"account_id": "a", "edition": "party", "module": "mail", "terminal": "pc", "actions": 3}
SAMPLE = {"host": "h", "metric": "load", "part": "", "mean": 0.5, "peak": 0.5, "samples": 1}


def test_an_hour_of_counts_is_truncated():
    [row] = checked("oa.activities", "2026-11-20 09:59:59", **ACTIVITY).rows.to_pylist()
    assert row["hour_at"] == dt.datetime(2026, 11, 20, 1, tzinfo=dt.UTC)


@pytest.mark.parametrize(("time", "reasons"), [("09:00:00", []), ("09:00:01", ["小时（hour_at）不是整小时"])])
def test_an_hour_of_means_is_rejected_if_it_is_none(time: str, reasons: list[str]):
    found = checked("infra.metrics", f"2026-11-20 {time}", **SAMPLE)
    assert found.rejects["reason"].to_pylist() == reasons
    assert found.rows.num_rows == 1 - len(reasons)


def test_a_minute_of_requests_is_rejected_if_it_is_none():
    request = {"service": "s", "method": "GET", "route": "/", "status": 200, "requests": 1, "size_bytes": 0}
    assert checked("infra.requests", "2026-11-20 09:01:00", **request).rows.num_rows == 1
    found = checked("infra.requests", "2026-11-20 09:01:30", **request)
    assert found.rejects["reason"].to_pylist() == ["分钟（minute_at）不是整分钟"]


def test_the_hour_is_that_of_the_zone():
    moments = pa.array([dt.datetime(2026, 11, 20, 4, 10, tzinfo=dt.UTC), None], pa.timestamp("us", tz="UTC"))
    halves = truncate_times(moments, "hour", ZoneInfo("Asia/Kolkata"))  # 09:40 there
    assert halves.to_pylist() == [dt.datetime(2026, 11, 20, 3, 30, tzinfo=dt.UTC), None]
    assert truncate_times(moments, "minute", ZONE).to_pylist() == moments.to_pylist()
