"""State of the hosts where a dataset that tells it is missing."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ntanalytics import contract
from ntanalytics.metrics.infra import hosts
from ntanalytics.periods import Period
from ntanalytics.report_content.daily_inspection import DayInspection, hosts_board
from ntanalytics.subsystems import evaluate, subsystem
from ntanalytics.workspace import Workspace
from ntanalytics.workspace.report import Report
from tests.city import City
from tests.gaps.answers import shared_answers
from tests.gaps.copies import damageable
from tests.gaps.site import GapSite

WATCH = "infra.surveillance"
FRIDAY = Period.day(dt.date(2026, 11, 20))


def _hosts(site: GapSite) -> tuple[dict[str, str], str]:
    """Return host → state, and the note of the table."""
    with shared_answers():
        evaluation = evaluate(Report(Workspace(site.settings), "daily_inspection", "日常巡检", FRIDAY), ("infra",))
        metrics = evaluation.context.dataset("infra.metrics")
        needed: Any = SimpleNamespace(
            evaluation=evaluation, summaries=evaluation.summaries, loads=metrics.figures(hosts.load(metrics.table))
        )
        shown = hosts_board(cast("DayInspection", needed))
    return {row["host"]: row["state"] for row in shown.rows}, shown.note


@pytest.fixture(scope="module")
def whole(city: City) -> GapSite:
    """The site with all of its data."""
    return GapSite(city.estate.directory)


@pytest.fixture(scope="module")
def states(whole: GapSite) -> dict[str, str]:
    """Host → state over all data."""
    return _hosts(whole)[0]


def test_a_site_without_a_dataset_switches_off_its_rules(whole: GapSite, states: dict[str, str]) -> None:
    own = [check.rule for check in subsystem("infra").checks if "infra.problems" in check.reads and check.rule != WATCH]
    with damageable(whole, "infra.problems") as damaged:
        damaged.change_settings("infra.problems")
        damaged.switch_off(*own)
        seen, note = _hosts(damaged)
    assert seen["identity-app-1"] == states["identity-app-1"] == "ok"
    assert contract.dataset("infra.problems").label not in note


def test_a_host_is_not_called_well_where_its_alarms_are_not_known(whole: GapSite, states: dict[str, str]) -> None:
    with damageable(whole, "infra.problems") as damaged:
        damaged.change_settings("infra.problems")
        seen, note = _hosts(damaged)
    assert "ok" in states.values()
    assert "ok" not in seen.values()
    assert seen["oa-db-1"] == states["oa-db-1"] == "warning"
    assert contract.dataset("infra.problems").label in note


def test_patches_are_no_part_of_the_state_of_a_host(whole: GapSite, states: dict[str, str]) -> None:
    with damageable(whole, "infra.patches") as damaged:
        damaged.change_settings("infra.patches")
        seen, note = _hosts(damaged)
    assert seen == states
    assert contract.dataset("infra.patches").label not in note
