"""A week of which no delivery of a document has the time of its receipt from Thursday on."""

from __future__ import annotations

import json

import pytest

from tests.city import City
from tests.gaps.answers import shared_answers
from tests.gaps.copies import damageable
from tests.gaps.matrix import PERIODS
from tests.gaps.records import RecordedBlocks, record
from tests.gaps.site import GapSite

DELIVERIES, DAILY = "docexchange.deliveries", "daily_inspection"
THURSDAY = "2026-11-19"


@pytest.fixture(scope="module")
def inspection(city: City) -> RecordedBlocks:
    """Return the inspection of Friday."""
    with damageable(GapSite(city.estate.directory), DELIVERIES) as site, shared_answers():
        midnight = "2026-11-18T16:00:00+00:00"
        site.table(DELIVERIES).update(predicate=f"signed_at >= '{midnight}'", updates={"signed_at": "NULL"})
        return json.loads(json.dumps(record(site, DAILY, PERIODS[DAILY])))  # type: ignore[no-any-return]


def test_no_unit_is_to_be_phoned(inspection: RecordedBlocks) -> None:
    found = [item for item in inspection["board"]["findings"] if item["subsystem"] == "docexchange"]
    wrong = [item for item in found if item["status"] in ("warning", "critical")]
    assert {item["entity"]["kind"] for item in wrong}.isdisjoint({"unit"})
    assert [item["entity"]["key"] for item in wrong] == [DELIVERIES]  # what all have in common


def test_the_dataset_is_told_in_the_head_and_among_the_data(inspection: RecordedBlocks) -> None:
    assert [text for text in inspection["head"]["gaps"] if "签收时间" in text and "11月19日至11月20日" in text]
    [whole] = [
        item
        for item in inspection["board"]["findings"]
        if item["identity"] == f"data.completeness:dataset/exchange/{DELIVERIES}"
    ]
    assert (whole["status"], whole["since"]) == ("unknown", THURSDAY)
