"""Three contract years of the demo's desk with planted shortfalls, read from its workbook through the mapping."""

from __future__ import annotations

import datetime as dt

import pytest

from ntanalytics.catalog import site_catalog
from ntanalytics.demo import DeskEstate, write_desk_estate
from ntanalytics.demo.shortfalls import KINDS
from ntanalytics.extraction.check import check
from ntanalytics.periods import Period, local_window
from ntanalytics.report_content.duties.duty import judge
from ntanalytics.report_content.duties.listing import DUTIES
from ntanalytics.settings import load
from ntanalytics.sources import open_sources
from tests.report_content.duties.contract_year import Year
from tests.subsystems.made import Row

FIRST, UNTIL = dt.date(2023, 11, 1), dt.date(2026, 10, 31)
YEARS = [Period.contract(dt.date(year, 11, 1), dt.date(year + 1, 10, 31)) for year in (2023, 2024, 2025)]

#: Duties that the records of the desk prove, without tickets: a demo closes some of these late, as people do.
JUDGED = (
    "team", "attendance", "standby", "inspections", "patches", "onboarding", "delivered_reports", "recovery",
    "reported_incidents", "confirmed_changes", "training_plan", "trainings", "restore_drills", "emergency_drills",
)  # fmt: skip


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> DeskEstate:
    folder = tmp_path_factory.mktemp("desk") / "estate"
    return write_desk_estate(folder, first=FIRST, until=UNTIL, shortfalls=tuple(KINDS))


@pytest.fixture(scope="module")
def rows(estate: DeskEstate) -> dict[str, list[Row]]:
    settings = load(estate.config)
    source = open_sources(settings, site_catalog(settings.queries))["desk"]
    found: dict[str, list[Row]] = {}
    for name in {name for duty in JUDGED for name in DUTIES[duty].reads}:
        mapping = source.mapping(name)
        with source.read(mapping, *local_window(FIRST, UNTIL, settings.zone)) as batches:
            found[name] = [
                row
                for batch in batches
                for row in check(
                    batch, mapping, source, site_zone=settings.zone, days=(FIRST, UNTIL), key=b"k"
                ).rows.to_pylist()
            ]
    return found


@pytest.mark.parametrize("period", YEARS, ids=[period.text for period in YEARS])
def test_the_planted_shortfalls_of_a_year_are_found_with_their_rows_and_nothing_else(
    estate: DeskEstate, rows: dict[str, list[Row]], period: Period
) -> None:
    planted = {item.key for item in estate.shortfalls if period.first <= item.day <= period.last}
    assert len(planted) == len(KINDS)
    span = Year(rows).span(period)
    records = [judge(DUTIES[name], span) for name in JUDGED]
    assert {fact.subject for record in records for fact in record.shortfalls} == planted
    assert {record.verdict for record in records if not record.shortfalls} == {"met"}
