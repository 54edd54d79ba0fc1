"""Rows by hour that are kept beside the lake: those of a fresh count, whatever happened to files and lines."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import numpy as np
import pytest
from deltalake import DeltaTable

from ntanalytics.contract import dataset
from ntanalytics.settings import load
from ntanalytics.workspace import Workspace
from ntanalytics.workspace.as_of import AsOfWorkspace
from ntanalytics.workspace.day_damage import RowsByHour
from ntanalytics.workspace.rows_by_hour import count_rows_by_hour
from ntanalytics.workspace.site import DAILY_COUNTS
from tests.city import City, copy_city

FIRST, LAST = dt.date(2026, 11, 16), dt.date(2026, 11, 20)
MESSAGES, REQUESTS = dataset("sms.messages"), dataset("infra.requests")


@pytest.fixture
def own_city(written_city, tmp_path) -> City:
    return copy_city(written_city, tmp_path)


def _open(city: City) -> Workspace:
    return Workspace(load(city.estate.config))


def _plain(workspace: Workspace, contract=MESSAGES, first=FIRST, last=LAST) -> Any:
    counted = count_rows_by_hour(workspace, contract, first, last)
    return {
        source: {day: {part: hours.tolist() for part, hours in parts.items()} for day, parts in days.items()}
        for source, days in counted.items()
    }


def _total(counted: Any, day: dt.date) -> float:
    return sum(np.sum(list(parts.values())) for days in counted.values() for at, parts in days.items() if at == day)


def _rows(workspace: Workspace, contract, day: dt.date) -> int:
    return workspace.table(contract.name, day, day).count().to_pyarrow().as_py()


def _without_reader(workspace: Workspace) -> Workspace:
    def refused(*_: object) -> None:
        raise AssertionError("the lake was read")

    workspace.table = refused
    return workspace


@pytest.mark.parametrize("contract", [MESSAGES, REQUESTS], ids=lambda contract: contract.name)
def test_every_row_is_counted_and_the_next_process_reads_no_row(own_city, contract):
    workspace = _open(own_city)
    counted = _plain(workspace, contract)
    for day in (FIRST, LAST):
        assert _total(counted, day) == _rows(workspace, contract, day) > 0
    assert _plain(_without_reader(_open(own_city)), contract) == counted


def test_days_with_another_file_are_counted_again(own_city):
    before = _plain(_open(own_city))
    table = DeltaTable(str(own_city.estate.directory / "lake" / MESSAGES.name))
    table.delete(f"day = '{FIRST}' AND carrier = 'mobile'")
    after = _plain(_open(own_city))
    assert _total(after, FIRST) == _rows(_open(own_city), MESSAGES, FIRST) < _total(before, FIRST)
    assert _total(after, LAST) == _total(before, LAST)
    table.delete(f"day = '{LAST}'")
    assert _total(_plain(_open(own_city)), LAST) == 0


def test_a_day_that_is_counted_again_replaces_what_was_kept_of_it(own_city):
    kept = own_city.estate.directory / "lake" / DAILY_COUNTS
    _plain(_open(own_city))
    keys = {json.loads(line)[0] for line in kept.read_text(encoding="utf-8").splitlines()}
    DeltaTable(str(own_city.estate.directory / "lake" / MESSAGES.name)).delete(
        f"day = '{FIRST}' AND carrier = 'mobile'"
    )
    count_rows_by_hour(_open(own_city), MESSAGES, FIRST, FIRST)
    lines = [json.loads(line) for line in kept.read_text(encoding="utf-8").splitlines()]
    assert {key for key, *_ in lines} == keys
    assert LAST.isoformat() in json.loads(lines[-1][2]), "the other days of the month are kept"


def test_what_is_known_later_is_not_counted_of_an_earlier_day(own_city):
    whole = _plain(_open(own_city))
    earlier = AsOfWorkspace(load(own_city.estate.config), LAST - dt.timedelta(days=1))
    known = _plain(earlier)
    assert _total(known, LAST) == 0
    assert _total(whole, LAST) > 0


@pytest.mark.parametrize("damage", ["cut", "folder"])
def test_a_damaged_file_is_no_error_and_changes_nothing(own_city, damage):
    counted = _plain(_open(own_city))
    kept = own_city.estate.directory / "lake" / DAILY_COUNTS
    text = kept.read_text(encoding="utf-8").replace("0, 0", "9, 0", 3)
    kept.unlink()  # other copies of the city share it
    if damage == "cut":
        kept.write_text(text[: len(text) // 2], encoding="utf-8")
    else:
        kept.mkdir()
    assert _plain(_open(own_city)) == counted


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Europe/Berlin"])
def test_the_hours_of_days_are_the_same_in_whatever_parts_they_are_asked_for(own_city, zone):
    """In Berlin the clock was put back on 25 October 2026: all hours have the offset of the last day."""

    def opened() -> Workspace:
        settings = load(own_city.estate.config)
        site = settings.site.model_copy(update={"timezone": zone})
        return Workspace(settings.model_copy(update={"site": site}))

    october = [dt.date(2026, 10, day) for day in (8, 12, 20, 24, 28)]
    spans = [(october[1], october[2]), (october[1], october[3]), (october[0], october[1]), (october[0], october[4])]
    in_parts = RowsByHour(opened())
    for first, last in spans:
        whole = RowsByHour(opened()).of(MESSAGES, first, last)
        asked = in_parts.of(MESSAGES, first, last)
        assert _as_lists(asked) == _as_lists(whole)
        assert any(whole.values())


def _as_lists(rows: Any) -> Any:
    return {
        source: {day: {part: hours.tolist() for part, hours in sorted(parts.items())} for day, parts in days.items()}
        for source, days in rows.items()
    }
