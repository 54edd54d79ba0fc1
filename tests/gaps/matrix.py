"""The whole gap matrix: every report over every damage of every dataset that it reads.

``make gaps`` writes its table of counts to docs/truth.md. It takes long; the tests run a few cells of it.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Collection, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path

from ntanalytics import contract
from ntanalytics.periods import Period, parse_period
from ntanalytics.report_content.contents import needs_of
from tests.city import UNTIL, write_city
from tests.gaps.answers import shared_answers
from tests.gaps.comparison import Verdict, compare
from tests.gaps.copies import damageable
from tests.gaps.damage import DAMAGES, damages_of
from tests.gaps.page import Cell, write_page
from tests.gaps.records import RecordedBlocks, pieces_once, record, whole_record
from tests.gaps.site import GapSite

#: Report → the period that is issued.
PERIODS = {
    "weekly_service_report": "2026-W47",
    "daily_inspection": "2026-11-20",
    "sms_volume": "2026-W47",
    "oa_adoption": "2026-W47",
    "optimization_recommendations": "2026-W47",
    "service_quality": "2026-10",
    "acceptance": "2026-10-08_2026-11-22",
}


def is_chosen(cell: Cell, names: Collection[str]) -> bool:
    """Return whether a cell is of the named datasets, damages and reports; of each that none is named of, all are."""
    kinds = ((cell.dataset, contract.DATASETS), (cell.kind, {*DAMAGES, "absent"}), (cell.report, PERIODS))
    return all(own in names or not set(known) & set(names) for own, known in kinds)


def period_of(site: GapSite, report: str) -> Period:
    """Return the period of a report."""
    return parse_period(PERIODS[report], UNTIL, site.settings.calendar())


def cells(site: GapSite) -> Iterator[Cell]:
    """Yield the cells of the matrix: a report has those of the datasets that it reads."""
    for report in PERIODS:
        needs = needs_of(report, period_of(site, report).kind)
        for dataset in sorted(contract.DATASETS):
            if dataset in needs:
                yield from (Cell(dataset, damage, report) for damage in damages_of(dataset))


@cache
def complete_sentences(folder: Path, report: str) -> RecordedBlocks:
    """Return the record of a report over the complete data with all sentences of its lists."""
    with shared_answers(), pieces_once(folder, report):
        blocks: RecordedBlocks = json.loads(json.dumps(whole_record(GapSite(folder), report, PERIODS[report])))
    return blocks


@cache
def complete_record(folder: Path, report: str) -> RecordedBlocks:
    """Return the record of a report over the complete data."""
    with shared_answers(), pieces_once(folder, report):
        blocks: RecordedBlocks = json.loads(json.dumps(record(GapSite(folder), report, PERIODS[report])))
    return blocks


def verdict_of(folder: Path, cell: Cell) -> Verdict | None:
    """Return the comparison of a damaged report with the complete one; None where the damage cannot be done."""
    site = GapSite(folder)
    complete = complete_record(folder, cell.report)
    with damageable(site, cell.dataset) as damaged:
        if not damages_of(cell.dataset)[cell.damage](damaged, cell.dataset, period_of(site, cell.report)):
            return None
        with shared_answers():
            seen = json.loads(json.dumps(record(damaged, cell.report, PERIODS[cell.report])))
        return compare(complete, seen, complete_sentences(folder, cell.report))


def main(page: Path, chosen: Collection[str]) -> None:
    """Run the matrix, or the cells of some datasets, damages or reports; print what is false, and write the page."""
    home = Path(tempfile.mkdtemp(prefix="gaps-"))
    try:
        site = GapSite(write_city(home, scale=0.01).estate.directory)
        every = list(cells(site))
        wanted = [cell for cell in every if is_chosen(cell, chosen)]
        ran: dict[Cell, Verdict | None] = {}
        # the lake's library does not survive a fork
        with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
            for cell, verdict in zip(wanted, pool.map(partial(verdict_of, site.folder), wanted), strict=True):
                ran[cell] = verdict
                if verdict is None:
                    continue
                sys.stdout.write(f"{cell} {dict(verdict.counts)}\n")
                for place, (true, seen) in verdict.false.items():
                    sys.stdout.write(f"    {place}: {seen!r} instead of {true!r}"[:300] + "\n")
                sys.stdout.flush()
        write_page(page, ran, every)
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main(Path("docs/truth.md"), sys.argv[1:])
