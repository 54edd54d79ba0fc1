"""Older cases that may still be open: the same rows whether the files without any are left out or read."""

from __future__ import annotations

import datetime as dt
import shutil

import pyarrow as pa
import pytest
from deltalake import DeltaTable

from ntanalytics.contract import dataset
from ntanalytics.settings import load
from ntanalytics.workspace import Workspace
from ntanalytics.workspace.as_of import AsOfWorkspace
from ntanalytics.workspace.open_cases import days_without_open_cases
from tests.city import City, copy_city

FIRST, LAST = dt.date(2026, 11, 16), dt.date(2026, 11, 20)
DELIVERIES, TASKS = dataset("docexchange.deliveries"), dataset("oa.tasks")


@pytest.fixture
def own_city(written_city, tmp_path) -> City:
    """A city whose deliveries of October have all ended."""
    city = copy_city(written_city, tmp_path)
    lake = city.estate.directory / "lake" / DELIVERIES.name
    copy = lake.with_name("copied")
    shutil.copytree(lake, copy)  # other copies of the city share its files
    shutil.rmtree(lake)
    copy.rename(lake)
    ended = "day < '2026-11-01' AND signed_at IS NULL AND returned_at IS NULL"
    DeltaTable(str(lake)).update({"signed_at": "changed_at"}, predicate=ended)
    return city


def _open(city: City) -> Workspace:
    return Workspace(load(city.estate.config))


def _cases(workspace: Workspace, contract=DELIVERIES) -> pa.Table:
    return (
        workspace.cases(contract.name, FIRST, LAST)
        .order_by("day", "source", *contract.key, contract.changed)
        .to_pyarrow()
    )


def _read_in_full(workspace: Workspace) -> Workspace:
    workspace.files_by_day = lambda *_: None
    return workspace


def test_files_without_an_open_case_are_not_read_and_the_cases_are_the_same(own_city):
    plain = _cases(_read_in_full(_open(own_city)))
    for _ in range(2):  # the counts are made, and then taken as they are kept
        workspace = _open(own_city)
        assert _cases(workspace).equals(plain)
        closed = days_without_open_cases(workspace, DELIVERIES, FIRST)
        # October has no open case, and November before the week has some
        assert dt.date(2026, 10, 12) in closed
        assert not {dt.date(2026, 11, 12), dt.date(2026, 11, 13)} <= closed
        version, since = workspace.version(DELIVERIES.name), dt.datetime(2026, 11, 15, 16, tzinfo=dt.UTC)
        chosen = workspace._lake.case_files(DELIVERIES, version, FIRST, since, closed)
        assert 0 < len(chosen) < len(workspace._lake.case_files(DELIVERIES, version, FIRST, since))
    # what is open stands among them
    assert any(row["day"] < FIRST and row["signed_at"] is row["returned_at"] is None for row in plain.to_pylist())


def test_an_old_case_that_is_open_again_is_seen_by_the_next_report(own_city):
    before = _cases(_open(own_city))
    table = DeltaTable(str(own_city.estate.directory / "lake" / DELIVERIES.name))
    rows = _open(own_city).table(DELIVERIES.name, "2026-10-12", "2026-10-12").to_pyarrow()
    number = rows[DELIVERIES.key[-1]][0].as_py()
    same = f"day = '2026-10-12' AND {DELIVERIES.key[-1]} = '{number}'"
    table.update({"signed_at": "NULL", "returned_at": "NULL"}, predicate=same)
    after = _cases(_open(own_city))
    assert after.num_rows == before.num_rows + 1
    assert after.equals(_cases(_read_in_full(_open(own_city))))


def test_cases_that_end_in_one_way_are_told_by_the_bounds_of_their_files(own_city):
    workspace = _open(own_city)
    assert days_without_open_cases(workspace, TASKS, FIRST) == frozenset()
    assert _cases(workspace, TASKS).equals(_cases(_read_in_full(_open(own_city)), TASKS))


def test_an_earlier_day_is_judged_by_what_was_known_then(own_city):
    """A case that ended later was open then: all files are looked at."""
    earlier = AsOfWorkspace(load(own_city.estate.config), LAST)
    assert days_without_open_cases(earlier, DELIVERIES, FIRST) == frozenset()
