"""The digest of what a report reads in the ledger is another one whenever a covered day is."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter

from ntanalytics.ledger import ExtractionResult, Ledger
from tests.ledger.conftest import EVERYWHERE

pytestmark = EVERYWHERE

FIRST = dt.date(2026, 11, 1)
DAYS = [FIRST + dt.timedelta(days=number) for number in range(6)]
DATASETS = ("sms.messages", "oa.activities")
FAR = dt.date(2026, 12, 31)


def _extraction(draw: random.Random, hour: int) -> ExtractionResult:
    first = draw.choice(DAYS)
    days = [day for day in DAYS if first <= day <= first + dt.timedelta(days=draw.randrange(3))]
    rows = Counter({day: draw.randrange(3) for day in days})
    return ExtractionResult(
        dataset=draw.choice(DATASETS),
        source=draw.choice(("north", "south")),
        first=first,
        last=days[-1],
        taken_at=dt.datetime(2026, 11, 20, hour, tzinfo=dt.UTC),
        seconds=1.0,
        rows=rows,
        source_rows=rows,
        absent_days=frozenset(day for day in days if draw.random() < 0.2),
    )


def _covered(ledger: Ledger) -> list[object]:
    return [sorted(ledger.coverage.days(dataset, DAYS[0], FAR), key=str) for dataset in DATASETS]


def test_each_change_of_a_covered_day_has_a_digest_of_its_own(url: str) -> None:
    draw, ledger = random.Random(5), Ledger(url)
    digests, states = [], []
    for number in range(24):
        if number % 6 == 5:
            ledger.pruning.forget_days(draw.choice(DATASETS), draw.choice(DAYS))
        else:
            ledger.coverage.record(_extraction(draw, number))
        digests.append(ledger.digest(DATASETS, FAR, without_run=""))
        states.append(_covered(ledger))
        assert ledger.digest(DATASETS, FAR, without_run="") == digests[-1]
    same = [(states[one] == states[two], digests[one] == digests[two]) for one in range(24) for two in range(one)]
    # what deletes no day changes nothing
    assert all(is_same_state == is_same_digest for is_same_state, is_same_digest in same)
    assert len(set(digests)) >= 20


def test_a_day_that_is_read_again_with_the_same_rows_has_another_digest(url: str) -> None:
    ledger = Ledger(url)
    rows = Counter({FIRST: 3})
    held = ExtractionResult(
        dataset=DATASETS[0],
        source="north",
        first=FIRST,
        last=FIRST,
        taken_at=dt.datetime(2026, 11, 20, tzinfo=dt.UTC),
        seconds=1.0,
        rows=rows,
        source_rows=rows,
    )
    ledger.coverage.record(held)
    before = ledger.digest(DATASETS, FAR, without_run="")
    ledger.coverage.record(held)
    assert ledger.digest(DATASETS, FAR, without_run="") != before
    # that of another dataset is not read
    assert ledger.digest(DATASETS[1:], FAR, without_run="") == Ledger(url).digest(DATASETS[1:], FAR, without_run="")
