"""Burden of the staff in a report whose weeks before it lack days: what looks back on them is not told as whole."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from tests.city import City
from tests.gaps.answers import shared_answers
from tests.gaps.copies import damageable
from tests.gaps.matrix import PERIODS, complete_record
from tests.gaps.records import RecordedBlocks, record
from tests.gaps.site import GapSite

ADOPTION = "oa_adoption"
#: The week before the one before the report's.
LOST = dt.date(2026, 11, 4), dt.date(2026, 11, 6)
STUCK, TWICE, OLD = "文件在同一环节积压", "同一事项重复填报", "客户端版本过旧"


def without(city: City, dataset: str) -> RecordedBlocks:
    """Return the report of the week over a lake that lost days before it."""
    with damageable(GapSite(city.estate.directory), dataset) as site, shared_answers():
        site.forget(dataset, *LOST)
        blocks: RecordedBlocks = json.loads(json.dumps(record(site, ADOPTION, PERIODS[ADOPTION])))
    return blocks


def hours(blocks: RecordedBlocks, cause: str) -> list[tuple[Any, str]]:
    """Return the hours of a cause with their certainty."""
    rows = [row for row in blocks["burden"]["rows"] if row["burden_cause"] == cause]
    return [(row["burden_hours"], row.get("certainty", {}).get("burden_hours", "exact")) for row in rows]


def bounded(known: list[tuple[Any, str]]) -> list[tuple[Any, str]]:
    return [(value, "lower_bound") for value, _ in known]


@pytest.fixture(scope="module")
def whole(city: City) -> RecordedBlocks:
    """Return the report over complete data, in which every one of the causes has a row."""
    return complete_record(city.estate.directory, ADOPTION)


def test_what_waits_at_a_step_is_unknown_where_days_before_lack_tasks(city: City, whole: RecordedBlocks) -> None:
    seen = without(city, "oa.tasks")
    assert hours(whole, STUCK)
    assert hours(seen, STUCK) == []
    assert f"{STUCK}未知" in seen["burden"]["note"]
    assert STUCK in seen["burden-summary"]["items"][0]["text"].partition("；")[2]
    assert "≥" in seen["burden-summary"]["items"][0]["text"]
    for _, certainty in hours(seen, TWICE):  # the first of two tasks may have begun on a day that is lost
        assert certainty == "lower_bound"


def test_what_is_asked_twice_is_at_least_as_much_where_many_tasks_lack_their_unit(
    city: City, whole: RecordedBlocks
) -> None:
    with damageable(GapSite(city.estate.directory), "oa.tasks") as site, shared_answers():
        site.table("oa.tasks").update(predicate="day = '2026-11-18'", updates={"unit": "NULL"})
        seen = json.loads(json.dumps(record(site, ADOPTION, PERIODS[ADOPTION])))
    [(known, whole_certainty)], [(least, certainty)] = hours(whole, TWICE), hours(seen, TWICE)
    assert (whole_certainty, certainty) == ("exact", "lower_bound")
    assert least < known
    assert hours(seen, STUCK) == hours(whole, STUCK)
    assert "缺少单位" in seen["burden"]["note"]


def test_old_clients_are_at_least_as_many_where_days_before_lack_sessions(city: City, whole: RecordedBlocks) -> None:
    known = hours(whole, OLD)
    assert known
    seen = without(city, "im.sessions")
    assert hours(seen, OLD) == bounded(known)
    assert hours(seen, STUCK) == hours(whole, STUCK)
