"""A dataset gains, renames, widens and loses columns: the table follows, and former versions stay as they were."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from ntanalytics.contract import DATASETS, Dataset
from ntanalytics.contract.dataset import Column, Type
from ntanalytics.errors import LakeError
from ntanalytics.lake import DeltaLake, schema_change
from ntanalytics.lake.backends.duckdb import DuckReader
from ntanalytics.lake.schema_change import change_schema
from tests.lake.test_lake import BILLS, bills, replace

FIRST = dt.date(2026, 11, 1)
SECOND = dt.date(2026, 11, 2)

#: The contract of another year: segments may be broken, a carrier is an operator, a channel is told, no price.
LATER: Dataset = dataclasses.replace(
    BILLS,
    columns=(
        BILLS.column("month_on"),
        Column("operator", Type.TEXT, "运营商", "Operator"),
        Column("billed_segments", Type.NUMBER, "计费条数", "Segments"),
        Column("channel", Type.TEXT, "通道", "Channel", nullable=True),
    ),
    key=("month_on", "operator"),
)
RENAMED = {BILLS.name: {"carrier": "operator"}}


@pytest.fixture
def lake(tmp_path: Path) -> DeltaLake:
    """Two days of two sources, of the former contract."""
    lake = DeltaLake(tmp_path / "lake")
    replace(lake, bills(FIRST, 10, "a", 3), "a", FIRST, FIRST)
    replace(lake, bills(FIRST, 2**53, "b"), "b", FIRST, FIRST)
    replace(lake, bills(SECOND, 20, "a", 2), "a", SECOND, SECOND)
    return lake


def _change(lake: DeltaLake) -> schema_change.SchemaChange:
    change = schema_change.schema_change(lake, LATER, RENAMED)
    assert change is not None
    return change


def test_a_table_of_the_contract_needs_no_change(lake: DeltaLake):
    assert schema_change.schema_change(lake, BILLS) is None
    assert schema_change.schema_change(lake, DATASETS["sms.messages"]) is None


def test_the_table_follows_the_contract_and_a_report_of_before_is_read_as_before(lake: DeltaLake):
    change = _change(lake)
    assert (change.added, change.renamed, change.dropped) == (("channel",), {"carrier": "operator"}, ("billed_yuan",))
    assert (change.widened, change.obstacles) == ({"billed_segments": "int64 → double"}, ())
    with pytest.raises(LakeError, match="other columns than the contract"):
        lake.replace(LATER, [], "a", FIRST, FIRST)
    assert change_schema(lake, LATER, change) == 6
    assert schema_change.schema_change(lake, LATER, RENAMED) is None
    version = lake.version(BILLS.name)
    assert version == change.version + 1
    rows = DuckReader(lake).table(LATER, version).to_pyarrow().to_pylist()
    assert sorted({(row["source"], row["operator"], row["day"]) for row in rows}) == sorted(
        [("a", f"c{number}", FIRST) for number in range(3)]
        + [("a", f"c{number}", SECOND) for number in range(2)]
        + [("b", "c0", FIRST)]
    )
    assert {row["channel"] for row in rows} == {None}
    former = DuckReader(lake).table(BILLS, change.version).to_pyarrow()
    assert sorted(former["billed_segments"].to_pylist()) == [10, 10, 10, 20, 20, 2**53]
    # the report of before, made again by the program of today: what it did not have is null
    again = DuckReader(lake).table(LATER, change.version).to_pyarrow()
    assert (again["operator"].null_count, again["channel"].null_count) == (6, 6)


def test_a_source_is_replaced_alone_after_the_change(lake: DeltaLake):
    change_schema(lake, LATER, _change(lake))
    rows = pa.Table.from_pylist(
        [{"month_on": FIRST, "operator": "c9", "billed_segments": 1.5, "channel": "x", "source": "a", "day": FIRST}],
        schema=LATER.schema(),
    )
    replace(lake, rows.to_reader(), "a", FIRST, FIRST, LATER)
    kept = DuckReader(lake).table(LATER, lake.version(BILLS.name)).to_pyarrow().to_pylist()
    assert sorted((row["source"], row["operator"]) for row in kept) == [
        ("a", "c0"),
        ("a", "c1"),
        ("a", "c9"),
        ("b", "c0"),
    ]


def test_a_value_that_would_change_leaves_the_table_as_it_was(lake: DeltaLake, monkeypatch: pytest.MonkeyPatch):
    real = schema_change._column

    def losing(rows: pa.Table, field: pa.Field, name: str) -> pa.ChunkedArray:
        values = real(rows, field, name)
        return pa.chunked_array([["c7"] * len(values)]) if field.name == "operator" else values

    monkeypatch.setattr(schema_change, "_column", losing)
    change, files = _change(lake), sorted(lake.path(BILLS.name).rglob("*.parquet"))
    with pytest.raises(LakeError, match="rows or values differ"):
        change_schema(lake, LATER, change)
    assert lake.version(BILLS.name) == change.version
    assert sorted(lake.path(BILLS.name).rglob("*.parquet")) == files


def test_a_number_that_the_wider_type_does_not_hold_leaves_the_table_as_it_was(lake: DeltaLake):
    replace(lake, bills(SECOND, 2**53 + 1, "c"), "c", SECOND, SECOND)
    change = _change(lake)
    with pytest.raises(LakeError, match="9007199254740993"):
        change_schema(lake, LATER, change)
    assert lake.version(BILLS.name) == change.version


def test_what_cannot_be_changed_is_said(lake: DeltaLake, tmp_path: Path):
    required = dataclasses.replace(LATER, columns=(*LATER.columns, Column("port", Type.TEXT, "端口", "Port")))
    yuan = Column("billed_yuan", Type.INTEGER, "元", "Yuan")
    narrowed = dataclasses.replace(BILLS, columns=(*BILLS.columns[:3], yuan))
    for contract, reason in ((required, "port may not be null"), (narrowed, "billed_yuan cannot become int64")):
        change = schema_change.schema_change(lake, contract, RENAMED if contract is required else {})
        assert change is not None
        assert [text for text in change.obstacles if reason in text]
        with pytest.raises(LakeError, match="cannot be changed"):
            change_schema(lake, contract, change)
    other = DeltaLake(tmp_path / "other")
    rows = bills(FIRST, 1).read_all()
    write_deltalake(str(other.path(BILLS.name)), rows, partition_by=["carrier"])
    foreign = schema_change.schema_change(other, BILLS)
    assert foreign is not None
    assert foreign.obstacles == ("it is partitioned by carrier, not by day",)


@pytest.mark.parametrize(
    ("protocol", "reason"),
    [
        ({"minReaderVersion": 3, "minWriterVersion": 7, "readerFeatures": ["deletionVectors"],
          "writerFeatures": ["deletionVectors"]}, "deletionVectors"),
        ({"minReaderVersion": 2, "minWriterVersion": 5}, "column mapping"),
        ({"minReaderVersion": 9, "minWriterVersion": 9}, "newer protocol"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("is_open", [True, False])
def test_a_table_of_a_newer_protocol_is_refused_and_not_read_in_part(
    lake: DeltaLake, protocol: dict[str, object], reason: str, is_open: bool
):
    version = lake.version(BILLS.name)
    assert version is not None
    commit = lake.path(BILLS.name) / "_delta_log" / f"{version + 1:020d}.json"
    commit.write_text(json.dumps({"protocol": protocol}), encoding="utf-8")
    reader = lake if is_open else DeltaLake(lake.folder)
    with pytest.raises(LakeError, match=reason):
        reader.version(BILLS.name)
    assert lake.rows(BILLS.name, version) == 6  # the version of a report of before is read


def test_an_upgrade_is_undone_by_the_former_version(lake: DeltaLake):
    change = _change(lake)
    change_schema(lake, LATER, change)
    DeltaTable(str(lake.path(BILLS.name))).restore(change.version)
    assert schema_change.schema_change(lake, BILLS) is None
    assert lake.rows(BILLS.name, lake.version(BILLS.name) or 0) == 6
