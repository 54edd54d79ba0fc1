"""A week of which one source of checks gave half a day less, and the other one nothing."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from tests.city import City
from tests.gaps.answers import shared_answers
from tests.gaps.copies import damageable
from tests.gaps.matrix import PERIODS
from tests.gaps.records import RecordedBlocks, record
from tests.gaps.site import GapSite

REPORT, CHECKS = "weekly_service_report", "infra.checks"
WEDNESDAY, MONDAY, SUNDAY = "2026-11-18", "2026-11-16", "2026-11-22"


def _stop_at_noon(site: GapSite) -> None:
    site.delete_rows(CHECKS, f"day = '{WEDNESDAY}' AND checked_at >= '{WEDNESDAY}T04:00:00+00:00'")


def _lose_source(site: GapSite, source: str) -> None:
    site.delete_rows(CHECKS, f"source = '{source}' AND day BETWEEN '{MONDAY}' AND '{SUNDAY}'")
    where = "dataset = :dataset AND source = :source AND day BETWEEN :first AND :last"
    engine = sa.create_engine(site.settings.ledger, poolclass=NullPool)
    with engine.begin() as connection:
        gone = {"dataset": CHECKS, "source": source, "first": MONDAY, "last": SUNDAY}
        connection.execute(sa.text(f"DELETE FROM coverage WHERE {where}"), gone)
    engine.dispose()


@pytest.fixture(scope="module")
def weeks(city: City) -> tuple[RecordedBlocks, RecordedBlocks]:
    """Return the week whose checks stop at noon of a day, and the same without the checks of Zabbix."""
    with damageable(GapSite(city.estate.directory), CHECKS) as site, shared_answers():
        _stop_at_noon(site)
        halved = json.loads(json.dumps(record(site, REPORT, PERIODS[REPORT])))
        _lose_source(site, "zabbix")
        return halved, json.loads(json.dumps(record(site, REPORT, PERIODS[REPORT])))


def _platform(week: RecordedBlocks) -> float | None:
    [value] = [item["value"] for item in week["headlines"]["items"] if item["name"] == "platform_availability"]
    return value  # type: ignore[no-any-return]


def test_time_that_was_not_measured_counts_as_down_in_the_bound(weeks: tuple[RecordedBlocks, RecordedBlocks]) -> None:
    low = _platform(weeks[0])
    assert low is not None
    assert 6.4 / 7 < low < 6.6 / 7  # half a day of seven was not measured


def test_of_targets_that_nobody_sees_there_is_no_bound(weeks: tuple[RecordedBlocks, RecordedBlocks]) -> None:
    assert _platform(weeks[1]) is None
    assert [row["availability_low"] for row in weeks[1]["availability"]["rows"]] == [None] * 9


def test_a_certificate_that_was_seen_is_planned_for(weeks: tuple[RecordedBlocks, RecordedBlocks]) -> None:
    for week in weeks:
        planned = [row["on"] for row in week["planned"]["rows"] if row["kind"] == "证书到期"]
        assert "2026-11-29" in planned
