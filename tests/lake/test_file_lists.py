"""Kept file lists say what the log of the table says, whatever happened to it since."""

import shutil
from pathlib import Path

import pytest
from deltalake import DeltaTable

from ntanalytics.lake import DeltaLake, file_lists
from ntanalytics.lake.table_location import TableLocation
from tests.lake.test_case_merge import DAY, merge

Listed = tuple[int | None, list[str], int | None, frozenset[object]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "lake"


def by_lists(folder: Path) -> Listed:
    """The newest version of the tasks as another process reads it: its number, files, rows and days."""
    lake = DeltaLake(folder)
    version = lake.version("oa.tasks")
    assert version is not None
    return version, lake.files("oa.tasks", version), lake.rows("oa.tasks", version), lake.days("oa.tasks", version)


def by_delta(folder: Path) -> Listed:
    table = DeltaTable(str(folder / "oa.tasks"))
    rows = table.to_pyarrow_table()
    return table.version(), sorted(table.file_uris()), rows.num_rows, frozenset(rows["day"].to_pylist())


def forbid_delta(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the log was read")

    monkeypatch.setattr(TableLocation, "open", refuse)


def test_a_second_reader_needs_no_log(folder: Path, monkeypatch: pytest.MonkeyPatch):
    merge(DeltaLake(folder), "a", {"1": (0, "x"), "2": (1, "x")})
    expected = by_delta(folder)
    assert by_lists(folder) == expected
    forbid_delta(monkeypatch)
    assert by_lists(folder) == expected


def test_each_version_of_another_writer_is_seen_by_who_read_before(folder: Path):
    reader = DeltaLake(folder)
    for number, state in enumerate("xyz"):
        merge(DeltaLake(folder), "a", {"1": (number, state), "2": (0, "x")})
        version = reader.version("oa.tasks")
        assert (version, reader.files("oa.tasks", number)) == by_delta(folder)[:2]
    assert [len(reader.files("oa.tasks", number)) for number in range(3)] == [1, 2, 2]
    assert reader.files("oa.tasks", 2, DAY, DAY) != reader.files("oa.tasks", 2)


def test_a_table_made_anew_with_the_same_version_is_read_anew(folder: Path):
    merge(DeltaLake(folder), "a", {"1": (0, "x")})
    by_lists(folder)
    shutil.rmtree(folder / "oa.tasks")
    assert DeltaLake(folder).version("oa.tasks") is None
    merge(DeltaLake(folder), "a", {"1": (1, "y"), "2": (2, "y")})
    assert by_lists(folder) == by_delta(folder)


@pytest.mark.parametrize("damage", [lambda content: content[:-9], lambda content: content[:40] + b"\0" + content[41:]])
def test_a_damaged_list_is_made_again(folder: Path, damage):
    merge(DeltaLake(folder), "a", {"1": (0, "x"), "2": (1, "x")})
    by_lists(folder)
    (kept,) = (folder / file_lists.FOLDER).iterdir()
    whole = kept.read_bytes()
    kept.write_bytes(damage(whole))
    assert by_lists(folder) == by_delta(folder)
    assert kept.read_bytes() == whole


def test_a_folder_that_cannot_be_written_costs_the_list_alone(folder: Path):
    merge(DeltaLake(folder), "a", {"1": (0, "x")})
    (folder / file_lists.FOLDER).write_text("no folder")
    assert by_lists(folder) == by_delta(folder)
