"""The coverage after each of some extractions is read later as it was right after it."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from dataclasses import replace

from ntanalytics.ledger import ExtractionResult, Ledger
from ntanalytics.ledger.coverage import Coverage
from tests.ledger.conftest import EVERYWHERE

pytestmark = EVERYWHERE

FIRST = dt.date(2026, 11, 1)
DAYS = [FIRST + dt.timedelta(days=number) for number in range(12)]
DATASETS, SOURCES = ("sms.messages", "oa.activities"), ("north", "south")
WINDOWS = ((DAYS[0], DAYS[-1]), (DAYS[3], DAYS[3]), (DAYS[5], DAYS[8]))


def _extraction(draw: random.Random) -> ExtractionResult:
    first = draw.choice(DAYS)
    days = [day for day in DAYS if first <= day <= first + dt.timedelta(days=draw.randrange(5))]
    rows = Counter({day: draw.randrange(4) for day in days})
    return ExtractionResult(
        dataset=draw.choice(DATASETS),
        source=draw.choice(SOURCES),
        first=first,
        last=days[-1],
        taken_at=dt.datetime(2026, 11, 20, draw.randrange(24), tzinfo=dt.UTC),
        seconds=1.0,
        rows=rows,
        source_rows=rows,
        absent_days=frozenset(day for day in days if draw.random() < 0.2),
        rejected=Counter({(draw.choice([None, *days]), "odd"): draw.randrange(1, 4)}),
        unknown_values=Counter({(draw.choice(days), "module", "新模块"): draw.randrange(1, 4)}),
        error="gone" if draw.random() < 0.1 else "",
    )


def _said(coverage: Coverage) -> list[object]:
    by_day = [
        (
            sorted(coverage.days(dataset, *window), key=str),
            coverage.rejected(dataset, *window),
            coverage.unknown_values(dataset, *window),
        )
        for dataset in DATASETS
        for window in WINDOWS
    ]
    return [by_day, coverage.rows_held(), coverage.last_days()]


def test_the_coverage_of_every_moment_is_read_later_as_it_was(url: str) -> None:
    draw, ledger = random.Random(7), Ledger(url)
    said: dict[int, list[object]] = {}
    for _ in range(10):
        ledger.coverage.record(_extraction(draw))
        said[ledger.coverage.last_extraction_id()] = _said(ledger.coverage)
    assert len(said) == 10
    # days that leave the lake were held at that time
    assert ledger.pruning.forget_days(DATASETS[0], DAYS[6]) > 0
    now = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
    assert {known: _said(ledger.as_of(known, now).coverage) for known in said} == said


def test_the_days_of_later_extractions_are_those_whose_coverage_is_another(url: str) -> None:
    draw, ledger = random.Random(11), Ledger(url)
    for _ in range(12):
        ledger.coverage.record(_extraction(draw))
    known = ledger.coverage.last_extraction_id()
    before = {dataset: ledger.coverage.days(dataset, *WINDOWS[0]) for dataset in DATASETS}
    for number, dataset in enumerate(DATASETS):
        later = ExtractionResult(
            dataset=dataset,
            source="south",
            first=DAYS[number],
            last=DAYS[number + 2],
            taken_at=dt.datetime(2026, 11, 22, tzinfo=dt.UTC),
            seconds=1.0,
        )
        ledger.coverage.record(later)
        now = ledger.coverage.days(dataset, *WINDOWS[0])
        another = [day for day in now if day not in before[dataset]]
        assert [day.day for day in another] == DAYS[number : number + 3]
        assert ledger.coverage.days_extracted_since(known, dataset, None, *WINDOWS[0]) == another
        assert ledger.coverage.days_extracted_since(known, dataset, "north", *WINDOWS[0]) == []


def test_a_day_that_is_kept_has_its_counts_and_what_was_rejected_of_it(url: str) -> None:
    """Of two days of a source the second extraction keeps one."""
    ledger, (kept, taken), at = Ledger(url), DAYS[:2], dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
    first = ExtractionResult(
        dataset="sms.messages",
        source="north",
        first=kept,
        last=taken,
        taken_at=at,
        seconds=1.0,
        rows=Counter({kept: 9, taken: 9}),
        source_rows=Counter({kept: 9, taken: 9}),
        rejected=Counter({(kept, "odd"): 2, (taken, "odd"): 1}),
        unknown_values=Counter({(kept, "module", "新模块"): 3}),
    )
    known = ledger.coverage.record(first)
    before = ledger.coverage.days("sms.messages", kept, kept)
    second = replace(
        first, kept={kept: before[0]}, rows=Counter({taken: 5}), source_rows=Counter({taken: 5}), rejected=Counter(),
        unknown_values=Counter(), taken_at=at + dt.timedelta(days=1),
    )  # fmt: skip
    ledger.coverage.record(second)
    days = {day.day: day for day in ledger.coverage.days("sms.messages", kept, taken)}
    assert (days[kept].rows, days[kept].rejected, days[kept].taken_at) == (9, 2, at)
    assert (days[taken].rows, days[taken].rejected) == (5, 0)
    assert ledger.coverage.rejected("sms.messages", kept, taken) == [("north", "odd", 2)]
    assert ledger.coverage.unknown_values("sms.messages", kept, taken) == [("north", "module", "新模块", 3)]
    ledger.coverage.record(replace(second, dataset="sms.bills", kept={}))
    assert ledger.coverage.datasets_with_unknown_values() == {"sms.messages"}
    assert ledger.coverage.datasets_with_undated_rejects() == frozenset()
    ledger.coverage.record(replace(second, dataset="sms.bills", kept={}, rejected=Counter({(None, "odd"): 1})))
    assert ledger.coverage.datasets_with_undated_rejects() == {"sms.bills"}
    past = ledger.as_of(known, at).coverage
    assert past.rejected("sms.messages", kept, taken) == [("north", "odd", 3)]
    assert past.days("sms.messages", kept, kept) == before
