"""A week of which the OA of the government wrote no type of terminal from Wednesday on."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.city import City
from tests.gaps.answers import shared_answers
from tests.gaps.copies import damageable
from tests.gaps.matrix import PERIODS, complete_record
from tests.gaps.records import RecordedBlocks, record
from tests.gaps.site import GapSite

WEEKLY, ADOPTION, ACTIVITIES = "weekly_service_report", "oa_adoption", "oa.activities"
WEDNESDAY = "2026-11-18"
SHARE = "xinchuang_share"


@pytest.fixture(scope="module")
def reports(city: City) -> dict[str, RecordedBlocks]:
    """Return both reports of the week."""
    with damageable(GapSite(city.estate.directory), ACTIVITIES) as site, shared_answers():
        where = f"source = 'oa_government' AND day >= '{WEDNESDAY}'"
        site.table(ACTIVITIES).update(predicate=where, updates={"platform": "NULL"})
        return {name: json.loads(json.dumps(record(site, name, PERIODS[name]))) for name in (WEEKLY, ADOPTION)}


def _known(block: Any) -> list[Any]:
    """Return the share in each row of a table; None where it is unknown."""
    return [row.get(SHARE) for row in block["rows"]]


@pytest.mark.parametrize(("name", "table"), [(WEEKLY, "adoption"), (ADOPTION, "by-edition"), (ADOPTION, "units")])
def test_what_other_sources_feed_has_its_share_of_domestic_terminals(
    reports: dict[str, RecordedBlocks], city: City, name: str, table: str
) -> None:
    whole, seen = complete_record(city.estate.directory, name)[table], reports[name][table]
    touched = [row["edition"] in ("政府版", "合计") for row in whole["rows"]]
    assert _known(seen) == [None if lost else share for share, lost in zip(_known(whole), touched, strict=True)]
    assert 0 < sum(touched) < len(touched)
    for was, now in zip(whole["rows"], seen["rows"], strict=True):
        now.pop("certainty", None)
        assert {**now, SHARE: None} == {**{key: was[key] for key in was if key != "certainty"}, SHARE: None}


def test_only_the_week_itself_has_no_share(reports: dict[str, RecordedBlocks], city: City) -> None:
    whole, seen = _known(complete_record(city.estate.directory, ADOPTION)["terminals"]), reports[ADOPTION]["terminals"]
    assert _known(seen) == [*whole[:-1], None]
    assert "（至第46周）" in seen["title"]


def test_the_weeks_before_that_lack_their_terminals_have_no_share(city: City) -> None:
    with damageable(GapSite(city.estate.directory), ACTIVITIES) as site, shared_answers():
        lost = "(day = '2026-11-04' OR day BETWEEN '2026-11-11' AND '2026-11-15')"
        site.table(ACTIVITIES).update(predicate=f"source = 'oa_government' AND {lost}", updates={"platform": "NULL"})
        seen = json.loads(json.dumps(record(site, ADOPTION, PERIODS[ADOPTION])))["terminals"]
    whole = _known(complete_record(city.estate.directory, ADOPTION)["terminals"])
    assert _known(seen) == [*whole[:-3], None, None, whole[-1]]
    assert "（至" not in seen["title"]


def test_the_share_of_all_is_no_headline(reports: dict[str, RecordedBlocks]) -> None:
    values = {item["name"]: item["value"] for item in reports[ADOPTION]["headlines"]["items"]}
    assert [name for name, value in values.items() if value is None] == [SHARE]
