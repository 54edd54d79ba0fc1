"""Every kind of damage on tables small enough to compute by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import ibis
import pyarrow as pa
import pytest

from ntanalytics.contract import DATASETS
from ntanalytics.evaluation.mutations.damages import damage
from ntanalytics.evaluation.mutations.mutation import KINDS, Mutation, kinds_of, quantities
from ntanalytics.evaluation.mutations.shape import damageable, shape_of

ZONE = dt.timezone(dt.timedelta(hours=8))
DAY = dt.date(2026, 11, 2)


@pytest.fixture(scope="module")
def lake() -> ibis.BaseBackend:
    connection = ibis.duckdb.connect()
    connection.raw_sql("SET TimeZone = 'UTC'")
    return connection


def at(hour: float, day: dt.date = DAY) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), ZONE) + dt.timedelta(hours=hour)


def mutation(dataset: str, kind: str, quantity: str, size: float = 1.0, **given: Any) -> Mutation:
    times = {"begins_at": at(9), "ends_at": at(12)}
    members = {"sms.messages": {"carrier": "unicom"}, "infra.requests": {"service": "oa"}}.get(dataset, {})
    return Mutation(**{
        "number": 1, "dataset": dataset, "members": members, "kind": kind, "quantity": quantity, "size": size,
        "seed": 3, **times, **given,
    })  # fmt: skip


def rows(dataset: str, *given: Mapping[str, object]) -> pa.Table:
    """Rows with the columns that a test names; the others are null, and the day is that of the time."""
    contract = DATASETS[dataset]
    filled = [
        {"source": "s", "day": (each[contract.time].astimezone(ZONE)).date(), **each}  # type: ignore[attr-defined]
        for each in given
    ]
    schema = pa.schema([field.with_nullable(True) for field in contract.schema()])
    return pa.Table.from_pylist(filled, schema=schema)


def messages(carrier: str, hours: list[float], latency_s: float = 60.0, **given: object) -> list[dict[str, object]]:
    return [
        {
            "message_id": f"{carrier}-{hour}",
            "submitted_at": at(hour),
            "carrier": carrier,
            "application": "a",
            "segments": 1,
            "outcome": "delivered",
            "reported_at": at(hour) + dt.timedelta(seconds=latency_s),
            "receipt_latency_s": latency_s,
            **given,
        }
        for hour in hours
    ]


def damaged(lake: Any, dataset: str, table: pa.Table, done: Mutation) -> list[dict[str, Any]]:
    name = ibis.util.gen_name("given")
    lake.con.register(name, table)
    result = damage(lake.table(name), done, 8)
    assert list(result.columns) == table.column_names
    key = DATASETS[dataset].key
    return sorted(result.to_pyarrow().to_pylist(), key=lambda row: tuple(str(row[name]) for name in key))


def test_a_cut_takes_the_members_within_the_time_alone(lake: Any):
    table = rows("sms.messages", *messages("unicom", [8, 9, 11.9, 12]), *messages("mobile", [9, 10]))
    left = damaged(lake, "sms.messages", table, mutation("sms.messages", "cut", "events"))
    assert [row["message_id"] for row in left] == ["mobile-10", "mobile-9", "unicom-12", "unicom-8"]


def test_a_fall_takes_about_its_share_of_rows_and_exactly_its_share_of_large_counts(lake: Any):
    hours = [9 + number / 1000 for number in range(2000)]
    table = rows("sms.messages", *messages("unicom", hours))
    left = damaged(lake, "sms.messages", table, mutation("sms.messages", "fall", "events", 0.25))
    assert 1420 < len(left) < 1580  # 1500 by five standard deviations
    request = {"minute_at": at(10), "service": "oa", "method": "GET", "route": "/", "status": 200}
    table = rows("infra.requests", {**request, "requests": 1000, "size_bytes": 8000})
    (row,) = damaged(lake, "infra.requests", table, mutation("infra.requests", "fall", "events", 0.25))
    assert row["requests"] in (750, 751)
    assert abs(row["size_bytes"] - 8 * row["requests"]) <= 1


def test_a_doubling_repeats_each_event_once_under_a_name_of_its_own(lake: Any):
    table = rows("sms.messages", *messages("unicom", [9, 13]))
    doubled = damaged(lake, "sms.messages", table, mutation("sms.messages", "doubling", "events"))
    assert [row["message_id"] for row in doubled] == ["unicom-13", "unicom-9", "unicom-9~1"]
    assert doubled[1] | {"message_id": ""} == doubled[2] | {"message_id": ""}


def test_a_rise_of_a_half_adds_half_of_the_counted_events(lake: Any):
    request = {"minute_at": at(10), "service": "oa", "method": "GET", "route": "/", "status": 200, "size_bytes": 0}
    table = rows("infra.requests", {**request, "requests": 200})
    (row,) = damaged(lake, "infra.requests", table, mutation("infra.requests", "rise", "events", 0.5))
    assert row["requests"] in (300, 301)


def test_all_successes_fail_for_the_reason_that_is_most_usual(lake: Any):
    failed = {"outcome": "failed", "failure_code": "MB:0041"}
    table = rows("sms.messages", *messages("unicom", [9, 10]), *messages("mobile", [3, 4], **failed))
    done = damaged(lake, "sms.messages", table, mutation("sms.messages", "failure", "failures"))
    assert [(row["carrier"], row["outcome"], row["failure_code"]) for row in done] == [
        ("mobile", "failed", "MB:0041"),
        ("mobile", "failed", "MB:0041"),
        ("unicom", "failed", "MB:0041"),
        ("unicom", "failed", "MB:0041"),
    ]


def test_a_share_of_counted_events_fails_and_none_is_lost(lake: Any):
    request = {"minute_at": at(10), "service": "oa", "method": "GET", "route": "/", "size_bytes": 0}
    table = rows(
        "infra.requests", {**request, "status": 200, "requests": 100}, {**request, "status": 502, "requests": 7}
    )
    done = damaged(lake, "infra.requests", table, mutation("infra.requests", "failure", "failures", 0.3))
    by_status = {row["status"]: row["requests"] for row in done}
    assert by_status[502] == 7
    assert by_status[500] in (30, 31)
    assert by_status[200] + by_status[500] == 100


def test_a_delay_moves_the_end_and_the_duration(lake: Any):
    table = rows("sms.messages", *messages("unicom", [9], latency_s=40.0))
    (row,) = damaged(lake, "sms.messages", table, mutation("sms.messages", "delay", "duration", 3.0))
    assert row["receipt_latency_s"] == 120.0
    assert row["reported_at"] == at(9) + dt.timedelta(seconds=120)
    assert row["submitted_at"] == at(9)


def test_a_delay_of_a_logarithmic_bucket_adds_steps(lake: Any):
    request = {"minute_at": at(10), "service": "oa", "method": "GET", "route": "/", "status": 200, "size_bytes": 0}
    table = rows("infra.requests", {**request, "requests": 1, "duration_bucket": 40})
    (row,) = damaged(lake, "infra.requests", table, mutation("infra.requests", "delay", "duration", 1.1**5))
    assert row["duration_bucket"] == 45


def test_what_is_stuck_ends_when_the_time_is_over(lake: Any):
    table = rows("sms.messages", *messages("unicom", [8.5], 3600.0), *messages("unicom", [10], 3 * 3600.0))
    late, later = damaged(lake, "sms.messages", table, mutation("sms.messages", "stuck", "ends"))
    assert (late["reported_at"], late["receipt_latency_s"]) == (at(13), 3 * 3600.0)  # it ended at 13:00, after the time
    assert (later["reported_at"], later["receipt_latency_s"]) == (at(12), 3.5 * 3600.0)


def test_a_stuck_sensor_keeps_its_first_value_and_a_rate_stays_a_fraction(lake: Any):
    def hours(host: str, values: list[float]) -> list[dict[str, object]]:
        return [
            {"hour_at": at(9 + number), "host": host, "metric": "cpu_rate", "part": "", "mean": value, "peak": value}
            for number, value in enumerate(values)
        ]

    table = rows("infra.metrics", *hours("a", [0.2, 0.3, 0.4, 0.5]), *hours("b", [0.7, 0.6, 0.9]))
    members = {"host": "a", "metric": "cpu_rate"}
    stuck = damaged(lake, "infra.metrics", table, mutation("infra.metrics", "stuck", "different", members=members))
    assert sorted((row["host"], row["mean"]) for row in stuck) == [
        ("a", 0.2), ("a", 0.2), ("a", 0.2), ("a", 0.5), ("b", 0.6), ("b", 0.7), ("b", 0.9),
    ]  # fmt: skip
    risen = damaged(lake, "infra.metrics", table, mutation("infra.metrics", "rise", "value", members=members))
    assert [row["mean"] for row in risen if row["host"] == "a"] == pytest.approx([0.4, 0.6, 0.8, 0.5])
    of_b = mutation("infra.metrics", "rise", "value", members={"host": "b", "metric": "cpu_rate"})
    assert [row["mean"] for row in damaged(lake, "infra.metrics", table, of_b) if row["host"] == "b"] == [1.0] * 3


def test_a_clock_moves_rows_to_the_next_day_and_loses_an_impossible_duration(lake: Any):
    table = rows("sms.messages", *messages("unicom", [23.5], latency_s=120.0), *messages("unicom", [10], 4000.0))
    whole = {"begins_at": at(0), "ends_at": at(24)}
    early, late = damaged(lake, "sms.messages", table, mutation("sms.messages", "clock", "time", 3600.0, **whole))
    assert (early["submitted_at"], early["day"], early["receipt_latency_s"]) == (at(11), DAY, 400.0)
    assert (late["submitted_at"], late["day"]) == (at(24.5), DAY + dt.timedelta(days=1))
    assert late["receipt_latency_s"] is None
    assert late["reported_at"] == at(23.5) + dt.timedelta(seconds=120)


def test_a_trend_grows_evenly_to_its_size(lake: Any):
    request = {"service": "oa", "method": "GET", "route": "/", "status": 200, "size_bytes": 0, "requests": 1000}
    days = [DAY + dt.timedelta(days=number) for number in range(5)]
    table = rows("infra.requests", *({**request, "minute_at": at(10, day)} for day in days))
    times = {"begins_at": at(0), "ends_at": at(0, days[4])}
    done = damaged(lake, "infra.requests", table, mutation("infra.requests", "trend", "events", -0.4, **times))
    assert [row["requests"] for row in done] == pytest.approx([900, 800, 700, 600, 1000], abs=1)


def test_the_same_seed_hits_the_same_rows(lake: Any):
    table = rows("sms.messages", *messages("unicom", [9 + number / 100 for number in range(200)]))
    first, again, other = (
        damaged(lake, "sms.messages", table, mutation("sms.messages", "fall", "events", 0.5, seed=seed))
        for seed in (3, 3, 4)
    )
    assert first == again != other


@pytest.mark.parametrize("dataset", ["infra.checks", "oa.tasks", "oa.activities"])
def test_every_kind_of_a_dataset_gives_rows_of_the_contract(lake: Any, dataset: str):
    name = ibis.util.gen_name("empty")
    lake.con.register(name, DATASETS[dataset].schema().empty_table())
    table = lake.table(name)
    for kind in kinds_of(dataset):
        members = {shape_of(dataset).dimensions[0]: "x"}
        done = mutation(dataset, kind, quantities(shape_of(dataset), kind)[-1], 0.5, members=members)
        result = damage(table, done, 8)
        assert dict(result.schema().items()) == dict(table.schema().items())
        assert result.to_pyarrow().num_rows == 0


def test_dimensions_follow_from_the_contract():
    assert shape_of("sms.messages").dimensions == ("carrier", "application", "unit", "failure_code")
    assert shape_of("identity.logins").dimensions == ("method", "reason", "terminal")
    assert shape_of("infra.requests").dimensions == ("service", "method", "route")
    assert shape_of("sso.accesses").dimensions == ("app_id",), "a state names it"
    assert "document_id" not in shape_of("docexchange.deliveries").dimensions, "no state names it"
    assert "remark" not in shape_of("desk.checks").dimensions
    assert {kind for dataset in damageable(list(DATASETS)) for kind in kinds_of(dataset)} == set(KINDS)
