"""Cases are merged by their key: whatever happens to the table, it holds what a dictionary would."""

import datetime as dt
import signal
import tempfile
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake
from hypothesis import given, settings
from hypothesis import strategies as st

from ntanalytics.contract import DATASETS
from ntanalytics.errors import LakeError
from ntanalytics.lake import DeltaLake, case_merge
from ntanalytics.lake.commit import files_of
from tests import warm
from tests.lake.test_lake import DAY, parted
from tests.warm import WarmProcess

TASKS = DATASETS["oa.tasks"]
Rows = dict[str, tuple[int, str]]  # key → day after DAY, state


def files_of_rows(lake: DeltaLake, source: str, rows: Rows) -> list[Path]:
    """The rows as an extraction leaves them."""
    at = dt.datetime(2026, 11, 1, 4, tzinfo=dt.UTC)
    told = [
        {
            "task_id": key,
            "started_at": at,
            "unit": None,
            "edition": state,
            "module": "tasks",
            "due_at": None,
            "finished_at": None,
            "is_cancelled": False,
            "changed_at": at,
            "handling_s": None,
            "source": source,
            "day": DAY + dt.timedelta(days=day),
        }
        for key, (day, state) in rows.items()
    ]
    return parted(pa.Table.from_pylist(told, schema=TASKS.schema()).to_reader(), lake.folder)


def merge(lake: DeltaLake, source: str, rows: Rows) -> None:
    lake.replace(TASKS, files_of_rows(lake, source, rows), source, DAY, DAY)


def held(lake: DeltaLake) -> dict[tuple[str, str], tuple[int, str]]:
    """What the table holds; a row that is there twice fails."""
    version = lake.version("oa.tasks")
    files = [] if version is None else lake.files("oa.tasks", version)
    read = f"SELECT source, task_id, day, edition FROM read_parquet({files!r}, hive_partitioning = true)"
    rows = duckdb.sql(read).fetchall() if files else []
    found = {(source, key): ((day - DAY).days, state) for source, key, day, state in rows}
    assert len(found) == len(rows)
    return found


def files_a_day_and_source(lake: DeltaLake) -> int:
    """The most files that any day of a source has."""
    if lake.version("oa.tasks") is None:
        return 0
    told = files_of(DeltaTable(str(lake.path("oa.tasks")))).to_pylist()
    assert all(each["min.source"] == each["max.source"] for each in told)
    each_day = [(each["partition.day"], each["min.source"]) for each in told]
    return max((each_day.count(each) for each in each_day), default=0)


@pytest.fixture
def lake(tmp_path: Path) -> DeltaLake:
    return DeltaLake(tmp_path / "lake")


_ROWS = st.dictionaries(
    st.sampled_from(["1", "10", "2", "a", "乙"]), st.tuples(st.integers(0, 2), st.sampled_from("xyz")), max_size=5
)
_STEPS = st.lists(st.tuples(st.sampled_from(["a", "b", "o'b"]), _ROWS) | st.just("compact"), min_size=1, max_size=5)


@settings(max_examples=20, deadline=None)
@given(_STEPS, st.sampled_from([0, 5_000]))
def test_the_table_holds_what_a_dictionary_would_and_a_day_of_a_source_is_one_file(steps: list[object], few: int):
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(case_merge, "_FEW_ROWS", few)
        lake = DeltaLake(Path(folder))
        expected: dict[tuple[str, str], tuple[int, str]] = {}
        is_apart = True
        for step in steps:
            if step == "compact":  # as another program may, which puts sources together
                if lake.version("oa.tasks") is not None:
                    DeltaTable(str(lake.path("oa.tasks"))).optimize.compact()
                    is_apart = False
                continue
            source, rows = step
            merge(lake, source, rows)
            expected |= {(source, key): row for key, row in rows.items()}
            assert held(lake) == expected
            if is_apart:
                assert files_a_day_and_source(lake) <= 1


def test_a_day_of_which_nothing_is_replaced_stays_as_it_is(lake: DeltaLake):
    merge(lake, "a", {"1": (0, "x"), "2": (1, "x"), "3": (1, "x")})
    before = set(lake.files("oa.tasks", 0))
    merge(lake, "a", {"2": (1, "y")})
    after = set(lake.files("oa.tasks", 1))
    assert {Path(file).parent.name for file in before & after} == {"day=2026-11-01"}
    assert held(lake) == {("a", "1"): (0, "x"), ("a", "2"): (1, "y"), ("a", "3"): (1, "x")}


@pytest.mark.parametrize("few", [0, 5_000])  # looked for by an engine, or without one
def test_rows_that_are_there_change_no_row_and_few_of_them_make_no_version(
    lake: DeltaLake, monkeypatch: pytest.MonkeyPatch, few: int
):
    monkeypatch.setattr(case_merge, "_FEW_ROWS", few)
    merge(lake, "a", {"1": (0, "x"), "2": (0, "x"), "3": (1, "x")})
    merge(lake, "b", {"1": (0, "x")})
    version, before = lake.version("oa.tasks"), held(lake)
    merge(lake, "a", {"1": (0, "x"), "3": (1, "x")})
    assert (lake.version("oa.tasks") == version, held(lake)) == (few > 0, before)
    merge(lake, "b", {"1": (1, "x")})  # the same row, on another day
    assert held(lake) == before | {("b", "1"): (1, "x")}


def test_days_that_are_read_again_as_they_were_keep_their_files(lake: DeltaLake, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(case_merge, "_FEW_ROWS", 0)
    rows = {"1": (0, "x"), "2": (0, "x"), "3": (1, "x"), "4": (2, "x")}
    merge(lake, "a", rows)
    before = set(lake.files("oa.tasks", 0))
    merge(lake, "a", rows)
    assert lake.version("oa.tasks") == 0
    merge(lake, "a", rows | {"3": (0, "y")})  # a row of the second day is now one of the first
    assert lake.version("oa.tasks") == 1
    assert {Path(file).parent.name for file in before & set(lake.files("oa.tasks", 1))} == {"day=2026-11-03"}
    assert held(lake) == {("a", key): row for key, row in (rows | {"3": (0, "y")}).items()}


def test_rows_of_a_damaged_file_are_not_taken_for_there(lake: DeltaLake):
    merge(lake, "a", {"1": (0, "x")})
    (file,) = lake.files("oa.tasks", 0)
    Path(file).write_bytes(b"")
    with pytest.raises(LakeError):  # the engine cannot read it either
        merge(lake, "a", {"1": (0, "x")})


def test_nothing_taken_leaves_the_table_at_its_version(lake: DeltaLake):
    merge(lake, "a", {"1": (0, "x")})
    merge(lake, "a", {})
    assert lake.version("oa.tasks") == 0


def test_a_writer_that_another_machine_overtook_looks_again(lake: DeltaLake, monkeypatch: pytest.MonkeyPatch):
    """The lock does not reach another machine: both begin on the same version, and merge the same key."""
    merge(lake, "a", {"1": (0, "x"), "2": (0, "x")})
    real, done = case_merge.commit, []

    def commit(*given: object, **named: object) -> None:
        if not done:
            done.append(True)
            rows = files_of_rows(lake, "a", {"1": (1, "y"), "3": (0, "y")})
            case_merge.merge_cases(lake.location("oa.tasks"), TASKS, rows, "a")
        real(*given, **named)

    monkeypatch.setattr(case_merge, "commit", commit)
    merge(lake, "a", {"1": (2, "z")})
    assert held(lake) == {("a", "1"): (2, "z"), ("a", "2"): (0, "x"), ("a", "3"): (0, "y")}
    named = {str(file) for file in lake.path("oa.tasks").rglob("*.parquet")}
    assert len(named) == 4  # of the writer that was overtaken, nothing is left: 2 old, the other's 2 days, ours


def test_one_that_is_overtaken_each_time_gives_up_and_leaves_nothing(lake: DeltaLake, monkeypatch: pytest.MonkeyPatch):
    merge(lake, "a", {"1": (0, "x")})
    before = sorted(lake.path("oa.tasks").rglob("*.parquet"))

    def commit(*given: object, **named: object) -> None:
        given[1].remove()
        raise case_merge.CommitConflict

    monkeypatch.setattr(case_merge, "commit", commit)
    with pytest.raises(LakeError, match=r"oa\.tasks"):
        merge(lake, "a", {"1": (2, "z")})
    assert sorted(lake.path("oa.tasks").rglob("*.parquet")) == before
    assert held(lake) == {("a", "1"): (0, "x")}


def test_two_processes_merge_at_once(lake: DeltaLake):
    code = "from tests.lake.test_case_merge import *\nfor turn in range(4): merge(DeltaLake(Path({!r})), {!r}, {})"
    rows = "{str(key): (turn % 3, 'x') for key in range(turn, 9)}"
    running = [WarmProcess("-c", code.format(str(lake.folder), source, rows)) for source in "ab"]
    assert [each.wait() for each in running] == [0, 0]
    expected = {str(key): (min(key, 3) % 3, "x") for key in range(9)}
    assert held(lake) == {(source, key): row for source in "ab" for key, row in expected.items()}


def test_a_writer_that_is_killed_before_its_commit_leaves_the_table_as_it_was(lake: DeltaLake):
    merge(lake, "a", {"1": (0, "x"), "2": (0, "x")})
    code = f"""
import os, signal
from tests.lake.test_case_merge import *
case_merge.commit = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
merge(DeltaLake(Path({str(lake.folder)!r})), "a", {{"1": (0, "y")}})
"""
    done = warm.run("-c", code)
    assert done.returncode == -signal.SIGKILL
    assert held(lake) == {("a", "1"): (0, "x"), ("a", "2"): (0, "x")}
    merge(lake, "a", {"1": (1, "z")})
    assert held(lake) == {("a", "1"): (1, "z"), ("a", "2"): (0, "x")}


def test_a_table_of_other_columns_is_refused(lake: DeltaLake):
    merge(lake, "a", {"1": (0, "x")})
    other = pa.table({"task_id": ["1"], "source": ["a"], "day": [DAY]})
    write_deltalake(str(lake.path("oa.tasks")), other, mode="overwrite", schema_mode="overwrite", partition_by=["day"])
    with pytest.raises(LakeError, match="other columns"):
        merge(lake, "a", {"1": (0, "y")})
