"""A few cells of the gap matrix: over damaged data nothing that a report says is false and unmarked."""

from __future__ import annotations

import pytest

from tests.city import City
from tests.gaps.matrix import verdict_of
from tests.gaps.page import Cell

WEEKLY = "weekly_service_report"

CELLS = [
    Cell("sms.messages", "no_source", WEEKLY),
    Cell("sms.messages", "middle_day", WEEKLY),
    Cell("infra.requests", "half_day", WEEKLY),
    Cell("sms.messages", "absent outcome", "sms_volume"),
    Cell("ca.certificates", "cut_snapshot", WEEKLY),
    Cell("identity.units", "cut_snapshot", WEEKLY),
    Cell("infra.hosts", "cut_snapshot", "daily_inspection"),
]


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: f"{cell.dataset}-{cell.damage}-{cell.report}")
def test_nothing_false_is_said(city: City, cell: Cell) -> None:
    verdict = verdict_of(city.estate.directory, cell)
    assert verdict is not None
    assert verdict.counts["equal"]
    assert verdict.counts["unknown"] + verdict.counts["bounded"]
    assert verdict.false == {}
