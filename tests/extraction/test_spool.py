from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ntanalytics.contract import DATASETS, dataset
from ntanalytics.extraction.spool import Spool
from ntanalytics.lake.delta import REJECTS
from ntanalytics.lake.parts import day_of, read_parts

HOUR = dt.datetime(2026, 11, 20, 1, tzinfo=dt.UTC)


def activity(module: str, actions: int, **other: Any) -> dict[str, Any]:
    return {
        "hour_at": HOUR,
        "account_id": "1",
        "unit": "甲局",
        "edition": "party",
        "module": module,
        "terminal": "pc",
        "platform": None,
        "actions": actions,
        "source": "oa",
        "day": dt.date(2026, 11, 20),
        **other,
    }


@pytest.mark.parametrize("few", [0, 20_000])  # the keys are compared by an engine, or first without one
def test_words_that_are_one_module_of_ours_are_added_up_and_none_is_rejected(
    few: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ntanalytics.extraction.spool._FEW_ROWS", few)
    contract = dataset("oa.activities")
    given = [activity("cars", 2), activity("cars", 5), activity("mail", 1), activity("cars", 9, terminal="mobile")]
    with Spool(tmp_path, contract) as spool:
        spool.add(pa.Table.from_pylist(given, schema=contract.schema()), REJECTS.empty_table())
        spool.finish()
        kept = read_parts(spool.files(), contract.schema()).read_all().to_pylist()
        assert sorted((row["module"], row["terminal"], row["actions"]) for row in kept) == [
            ("cars", "mobile", 9),
            ("cars", "pc", 7),
            ("mail", "pc", 1),
        ]
        assert spool.rejects().num_rows == 0
        assert spool.rows == {dt.date(2026, 11, 20): 3}


@pytest.mark.parametrize(("times", "actions"), [(1, 3), (2, 3), (4, 6)])
def test_counts_that_a_source_gives_twice_are_halved_and_the_rest_is_rejected(
    tmp_path: Path, times: int, actions: int
) -> None:
    """Thirty accounts with three actions each; given four times, a half is left, which two words could make."""
    contract = dataset("oa.activities")
    given = [activity("mail", 3, account_id=str(number)) for number in range(30)] * times
    with Spool(tmp_path, contract) as spool:
        spool.add(pa.Table.from_pylist(given, schema=contract.schema()), REJECTS.empty_table())
        spool.finish()
        kept = read_parts(spool.files(), contract.schema()).read_all().to_pylist()
        assert {row["actions"] for row in kept} == {actions}
        assert len(kept) == 30
        rejected = sum(row["source_rows"] for row in spool.rejects().to_pylist())
        assert rejected == (0 if times == 1 else 15 * times)


@pytest.mark.parametrize("at_once", [1, 100_000])  # each day by itself, or all together
def test_days_are_judged_each_by_itself(at_once: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same keys on three days: one is given twice, one has a module by two words, and one has neither."""
    monkeypatch.setattr("ntanalytics.extraction.spool._ROWS_AT_ONCE", at_once)
    contract = dataset("oa.activities")
    doubled, added, single = (dt.date(2026, 11, number) for number in (18, 19, 20))
    once = {
        day: [activity("mail", 3, account_id=str(number), day=day) for number in range(30)]
        for day in (doubled, added, single)
    }
    given = [*once[doubled] * 2, *once[added], activity("mail", 4, account_id="0", day=added), *once[single]]
    with Spool(tmp_path, contract) as spool:
        spool.add(pa.Table.from_pylist(given, schema=contract.schema()), REJECTS.empty_table())
        spool.finish()
        kept = read_parts(spool.files(), contract.schema()).read_all().to_pylist()
        assert sorted((row["day"], int(row["account_id"]), row["actions"]) for row in kept) == [
            (day, number, 7 if (day, number) == (added, 0) else 3)
            for day in (doubled, added, single)
            for number in range(30)
        ]
        assert [(row["day"], row["source_rows"]) for row in spool.rejects().to_pylist()] == [(doubled, 30)]
        assert spool.rows == dict.fromkeys((doubled, added, single), 30)


@pytest.mark.parametrize("name", sorted(DATASETS))
def test_of_two_equal_rows_of_any_dataset_one_stays(tmp_path: Path, name: str) -> None:
    contract = dataset(name)
    day = dt.date(2026, 11, 20)
    values = {"timestamp": HOUR, "date32": day, "string": "a", "bool": True, "int": 1, "double": 0.5}
    row = {
        field.name: next(value for kind, value in values.items() if str(field.type).startswith(kind))
        for field in contract.schema()
    }
    with Spool(tmp_path, contract) as spool:
        spool.add(pa.Table.from_pylist([row, row], schema=contract.schema()), REJECTS.empty_table())
        spool.finish()
        assert read_parts(spool.files(), contract.schema()).read_all().num_rows == 1


@pytest.mark.parametrize("most_sorted", [0, 4_000_000])  # the hashes are counted by the engine, or sorted
def test_many_rows_of_few_keys_are_made_one_a_key_with_little_memory_and_the_rest_stays(
    most_sorted: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ntanalytics.extraction.spool._FEW_ROWS", 0)
    monkeypatch.setattr("ntanalytics.extraction.spool._MOST_SORTED", most_sorted)
    contract = dataset("sms.messages")
    rows = 5000
    given = {
        "message_id": [str(number) if number >= 100 else str(number // 2) for number in range(rows)],
        "submitted_at": [HOUR + dt.timedelta(seconds=number) for number in range(rows)],
        "carrier": ["mobile"] * rows,
        "application": ["OA"] * rows,
        "unit": [None] * rows,
        "segments": [1 + number % 2 for number in range(rows)],
        "outcome": [None] * rows,
        "failure_code": [None] * rows,
        "reported_at": [None] * rows,
        "receipt_latency_s": [None] * rows,
        "source": ["sms"] * rows,
        "day": [dt.date(2026, 11, 20)] * rows,
    }
    with Spool(tmp_path, contract) as spool:
        spool.add(pa.table(given).select(contract.schema().names).cast(contract.schema()), REJECTS.empty_table())
        spool.finish()
        kept = read_parts(spool.files(), contract.schema()).read_all()
        assert kept.schema == contract.schema()
        pairs = {row["message_id"]: row["segments"] for row in kept.to_pylist()}
        assert (kept.num_rows, len(pairs)) == (rows - 50, rows - 50)
        assert {pairs[str(number)] for number in range(50)} == {2}  # the later of each pair
        assert spool.rejects().select(["reason", "source_rows"]).to_pylist() == [
            {"reason": "与另一行的短信编号相同", "source_rows": 50}
        ]
        assert spool.rows == {dt.date(2026, 11, 20): rows - 50}


def test_days_that_come_mixed_are_kept_apart_and_few_rows_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ntanalytics.lake.day_files._MAX_WAITING", 5)
    contract = dataset("oa.activities")
    days = [dt.date(2026, 11, day) for day in (20, 21, 20, 22)]
    with Spool(tmp_path, contract) as spool:
        for number in range(4):
            given = [activity("cars", 1, account_id=f"{number} {each}", day=day) for each, day in enumerate(days)]
            spool.add(pa.Table.from_pylist(given, schema=contract.schema()), REJECTS.empty_table())
        spool.finish()
        groups = {day_of(file): pq.read_metadata(file) for file in spool.files()}
        assert {day: footer.num_rows for day, footer in groups.items()} == dict(zip(days[1:], (4, 8, 4), strict=True))
        assert sum(footer.num_row_groups for footer in groups.values()) > 3
        kept = read_parts(spool.files(), contract.schema()).read_all()
        assert {(row["day"], row["account_id"]) for row in kept.to_pylist()} == {
            (day, f"{number} {each}") for number in range(4) for each, day in enumerate(days)
        }
