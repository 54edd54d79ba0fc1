"""The desk's estate: every duty is done but for the planted shortfalls; plain counting finds each of these."""

import datetime as dt
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from ntanalytics.catalog import site_catalog
from ntanalytics.contract import DATASETS
from ntanalytics.demo import DeskEstate, write_desk_estate
from ntanalytics.demo.shortfalls import KINDS
from ntanalytics.errors import UsageError
from ntanalytics.extraction.check import check
from ntanalytics.periods import Calendar, local_window
from ntanalytics.settings import load
from ntanalytics.sources import open_sources

FIRST, UNTIL = dt.date(2025, 11, 1), dt.date(2026, 10, 31)
Rows = list[dict[str, Any]]


class Desk:
    """The rows of an estate's workbook, through the mappings, in the contract's shape."""

    def __init__(self, estate: DeskEstate) -> None:
        settings = load(estate.config)
        self._zone = settings.zone
        self._source = open_sources(settings, site_catalog(settings.queries))["desk"]

    def rows(self, dataset: str) -> Rows:
        mapping, rows = self._source.mapping(dataset), []
        with self._source.read(mapping, *local_window(FIRST, UNTIL, self._zone)) as batches:
            for batch in batches:
                checked = check(batch, mapping, self._source, site_zone=self._zone, days=(FIRST, UNTIL), key=b"k")
                assert checked.rejects.num_rows == 0, checked.rejects.to_pylist()[:3]
                assert not checked.unknown_values
                rows += checked.rows.to_pylist()
        return rows

    def shortfalls(self) -> set[tuple[str, str]]:
        """Kind and key of every duty that the rows do not show as done."""
        checked = {row["checked_on"] for row in self.rows("desk.checks")}
        held = {row["plan_no"] for name in ("desk.trainings", "desk.drills") for row in self.rows(name)}
        due = [row for row in self.rows("desk.plans") if row["planned_on"] <= UNTIL and row["plan_no"] not in held]
        incidents = self.rows("desk.incidents")
        crashes = [row for row in incidents if row["is_crash"] and row["cause"] == "vendor_software"]
        team = Counter(row["month_on"] for row in self.rows("desk.roster"))
        return {
            *(("inspection_missed", str(day)) for day in Calendar().working_days(FIRST, UNTIL) if day not in checked),
            *(("training_missed" if row["kind"] == "training" else "drill_missed", row["plan_no"]) for row in due),
            *(
                ("change_unconfirmed", row["change_no"])
                for row in self.rows("desk.changes")
                if row["kind"] == "workflow" and row["finished_at"] is not None and row["confirmed_at"] is None
            ),
            *(("late_recovery", row["incident_no"]) for row in crashes if row["down_s"] > 4 * 3600),
            *(
                ("incident_unreported", row["incident_no"])
                for row in incidents
                if row["level"] != "ordinary" and row["reported_at"] is None
            ),
            *(("team_short", f"{month:%Y-%m}") for month, members in team.items() if members < 6),
        }


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> DeskEstate:
    folder = tmp_path_factory.mktemp("planted")
    return write_desk_estate(folder, first=FIRST, until=UNTIL, seed=5, shortfalls=list(KINDS))


def test_without_a_planted_shortfall_every_duty_is_done(tmp_path: Path) -> None:
    estate = write_desk_estate(tmp_path / "estate", first=FIRST, until=UNTIL, seed=5)
    assert estate.shortfalls == ()
    assert Desk(estate).shortfalls() == set()


def test_every_planted_shortfall_is_in_the_rows_and_nothing_else(planted: DeskEstate) -> None:
    assert {shortfall.kind for shortfall in planted.shortfalls} == set(KINDS)
    assert Desk(planted).shortfalls() == {(shortfall.kind, shortfall.key) for shortfall in planted.shortfalls}


def test_the_truth_is_written_beside_the_workbook(planted: DeskEstate) -> None:
    written = json.loads((planted.directory / "shortfalls.json").read_text(encoding="utf-8"))
    assert written == [shortfall.record() for shortfall in planted.shortfalls]
    assert all(row["dataset"] in DATASETS and row["description"].endswith("。") for row in written)


def test_times_of_an_incident_follow_each_other(planted: DeskEstate) -> None:
    for row in Desk(planted).rows("desk.incidents"):
        moments = [row[name] for name in ("began_at", "discovered_at", "reported_at") if row[name] is not None]
        assert moments == sorted(moments)


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="not empty"):
        write_desk_estate(tmp_path, first=FIRST, until=FIRST)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
