"""A few cells of the gap matrix: over damaged data nothing that a report says is false and unmarked."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gaps.matrix import Cell, verdict_of
from tests.gaps.site import write_site

WEEKLY = "weekly_service_report"

CELLS = [
    Cell("sms.messages", "no_source", WEEKLY),
    Cell("sms.messages", "middle_day", WEEKLY),
    Cell("infra.requests", "half_day", WEEKLY),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the small city with complete data."""
    return write_site(tmp_path_factory.mktemp("gaps") / "site", scale=0.01).folder


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: f"{cell.dataset}-{cell.damage}")
def test_nothing_false_is_said(folder: Path, cell: Cell) -> None:
    verdict = verdict_of(folder, cell)
    assert verdict is not None
    assert verdict.counts["equal"]
    assert verdict.counts["unknown"] + verdict.counts["bounded"]
    assert verdict.false == {}
