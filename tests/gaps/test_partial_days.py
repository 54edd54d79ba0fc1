"""Reports of a week of which a day is known for a part: hours without a row, cut logs, rejected rows of cases."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from tests.city import City
from tests.gaps.answers import shared_answers
from tests.gaps.comparison import compare
from tests.gaps.copies import damageable
from tests.gaps.matrix import PERIODS, complete_record, complete_sentences
from tests.gaps.records import record
from tests.gaps.site import GapSite

REPORT = "weekly_service_report"
WEDNESDAY = "2026-11-18"


def _without_hours(site: GapSite, dataset: str) -> None:
    """Lose the requests from 10 to 15 o'clock of Wednesday, and those of no other hour."""
    hours = f"minute_at >= '{WEDNESDAY}T02:00:00+00:00' AND minute_at < '{WEDNESDAY}T07:00:00+00:00'"
    site.delete_rows(dataset, f"day = '{WEDNESDAY}' AND {hours}")


def _cut_log(site: GapSite, dataset: str) -> None:
    """Lose the log of one application from 14 o'clock of Wednesday on."""
    part = f"service = 'oa.nantong.example' AND minute_at >= '{WEDNESDAY}T06:00:00+00:00'"
    site.delete_rows(dataset, f"day = '{WEDNESDAY}' AND {part}")


def _rejected(site: GapSite, dataset: str) -> None:
    """Have half of the rows of Wednesday be rejected; the cases are left as an earlier extraction took them."""
    engine = sa.create_engine(site.settings.ledger, poolclass=NullPool)
    of_day = {"dataset": dataset, "day": WEDNESDAY}
    with engine.begin() as connection:
        connection.execute(
            sa.text("UPDATE coverage SET rejected = source_rows + 3 WHERE dataset = :dataset AND day = :day"), of_day
        )
    engine.dispose()


def _certainties(block: Any, column: str) -> set[str]:
    """Return what is known of a column in the rows of a table."""
    return {row.get("certainty", {}).get(column, "exact") for row in block["rows"]}


@pytest.mark.parametrize(
    ("dataset", "damage", "table", "column", "certainties"),
    [
        ("infra.requests", _without_hours, "services", "requests", {"lower_bound"}),
        ("infra.requests", _cut_log, "services", "requests", {"lower_bound"}),
        ("docexchange.deliveries", _rejected, "overdue", "overdue_deliveries", set()),  # which units is unknown
        ("oa.tasks", _rejected, "handling", "tasks", {"lower_bound"}),
    ],
)
def test_nothing_of_a_week_with_a_day_that_is_known_for_a_part_is_told_as_whole(
    city: City, dataset: str, damage: Callable[[GapSite, str], None], table: str, column: str, certainties: set[str]
) -> None:
    site = GapSite(city.estate.directory)
    complete = complete_record(site.folder, REPORT)
    with damageable(site, dataset) as damaged, shared_answers():
        damage(damaged, dataset)
        seen = json.loads(json.dumps(record(damaged, REPORT, PERIODS[REPORT])))
    verdict = compare(complete, seen, complete_sentences(site.folder, REPORT))
    assert _certainties(complete[table], column) == {"exact"}
    assert _certainties(seen[table], column) == certainties
    assert verdict.counts["unknown"] + verdict.counts["bounded"]
    assert verdict.false == {}
