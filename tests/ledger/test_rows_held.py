"""Days with rows that are read from the ledger, held against the same counted day by day."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter

from ntanalytics.ledger import ExtractionResult, Ledger
from ntanalytics.ledger.rows_held import RowsHeld
from tests.ledger.conftest import EVERYWHERE

pytestmark = EVERYWHERE

FIRST = dt.date(2026, 11, 1)
DAYS = [FIRST + dt.timedelta(days=number) for number in range(15)]
DATASETS, SOURCES = ("sms.messages", "oa.activities", "desk.changes"), ("north", "south")


def _record(ledger: Ledger, dataset: str, source: str, rows: list[int], absent: frozenset[dt.date]) -> None:
    counts = Counter(dict(zip(DAYS, rows, strict=True)))
    ledger.coverage.record(
        ExtractionResult(
            dataset=dataset,
            source=source,
            first=DAYS[0],
            last=DAYS[-1],
            taken_at=dt.datetime(2026, 11, 20, tzinfo=dt.UTC),
            seconds=1.0,
            rows=counts,
            source_rows=counts,
            absent_days=absent,
        )
    )


def _counted(ledger: Ledger, dataset: str, source: str) -> RowsHeld | None:
    covered = ledger.coverage.days(dataset, DAYS[0], DAYS[-1])
    held = [day for day in covered if day.source == source and day.is_held]
    first = min((day.day for day in held if day.rows), default=None)
    if first is None:
        return None
    later = [day for day in held if day.day >= first]
    with_rows = sum(day.rows > 0 for day in later)
    return RowsHeld(first=first, days=len(later), days_with_rows=with_rows, empty_before=len(held) - len(later))


def test_the_days_with_rows_are_those_that_are_counted_day_by_day(url: str) -> None:
    draw, ledger = random.Random(3), Ledger(url)
    for dataset in DATASETS:
        for source in SOURCES:
            begin = draw.randrange(10)
            rows = [0 if number < begin else draw.choice([0, 0, 5]) for number in range(len(DAYS))]
            _record(ledger, dataset, source, rows, frozenset(day for day in DAYS if draw.random() < 0.2))
    expected = {(d, s): held for d in DATASETS for s in SOURCES if (held := _counted(ledger, d, s)) is not None}
    assert len(expected) > 3
    assert any(held.empty_before for held in expected.values())
    assert ledger.coverage.rows_held() == expected


def test_a_source_without_any_row_is_left_out_and_a_day_that_it_did_not_have_is_not_counted(url: str) -> None:
    ledger = Ledger(url)
    _record(ledger, "sms.messages", "north", [0] * 15, frozenset())
    _record(ledger, "sms.messages", "south", [9, *[0] * 4, *[7] * 10], frozenset(DAYS[:3]))
    held = RowsHeld(first=DAYS[5], days=10, days_with_rows=10, empty_before=2)
    assert ledger.coverage.rows_held() == {("sms.messages", "south"): held}


def test_a_ledger_without_days_holds_none(url: str) -> None:
    assert Ledger(url).coverage.rows_held() == {}
