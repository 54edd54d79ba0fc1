"""What is said of data that were extracted again: of days of events their rows, of cases none, since none are gone."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ntanalytics.ledger import ExtractionResult, Ledger
from ntanalytics.periods import Period
from ntanalytics.runner.data_changes import data_changes

DAY, NEXT_DAY = dt.date(2026, 11, 19), dt.date(2026, 11, 20)


def _taken(dataset: str, at: int, *rows: int) -> ExtractionResult:
    counted = Counter({DAY: rows[0], NEXT_DAY: rows[1]})
    return ExtractionResult(
        dataset=dataset, source="exchange", first=DAY, last=NEXT_DAY, seconds=1.0,
        taken_at=dt.datetime(2026, 11, 23, at, tzinfo=dt.UTC), rows=counted, source_rows=counted,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("dataset", "before", "after", "said"),
    [
        (
            "docexchange.documents",
            (70, 36),
            (0, 36),
            ["公文：11月19日重新取数（原 70 行，现 0 行）。", "公文重新取数，行数不变（11月20日）。"],
        ),
        ("docexchange.documents", (70, 36), (70, 36), ["公文重新取数，行数不变（11月19日至20日）。"]),
        # none changed on these days since, or they are gone from the source: they stay in the lake
        ("docexchange.deliveries", (2000, 705), (0, 0), ["公文送达重新取数（11月19日至20日）。"]),
        # as many as before may be others
        ("docexchange.deliveries", (2000, 705), (2000, 705), ["公文送达重新取数（11月19日至20日）。"]),
    ],
)
def test_rows_are_told_where_an_extraction_takes_all_of_a_day(
    tmp_path: Path, dataset: str, before: tuple[int, int], after: tuple[int, int], said: list[str]
) -> None:
    ledger = Ledger(f"sqlite:///{tmp_path}/ledger.sqlite")
    first = ledger.coverage.record(_taken(dataset, 1, *before))
    ledger.coverage.record(_taken(dataset, 2, *after))
    request: Any = SimpleNamespace(
        period=Period.week(dt.date(2026, 11, 16)), notebook=SimpleNamespace(needs={dataset: 0})
    )
    assert data_changes(ledger, request, first, [dataset]) == said


def test_days_before_the_year_of_the_report_have_theirs(tmp_path: Path) -> None:
    """The history of a report of January 2027 reaches into the year before."""
    ledger = Ledger(f"sqlite:///{tmp_path}/ledger.sqlite")
    first = ledger.coverage.record(_taken("docexchange.documents", 1, 70, 36))
    ledger.coverage.record(_taken("docexchange.documents", 2, 71, 36))
    request: Any = SimpleNamespace(
        period=Period.month(dt.date(2027, 1, 1)), notebook=SimpleNamespace(needs={"docexchange.documents": 70})
    )
    assert data_changes(ledger, request, first, ["docexchange.documents"]) == [
        "公文：2026年11月19日重新取数（原 70 行，现 71 行）。",
        "公文重新取数，行数不变（2026年11月20日）。",
    ]
