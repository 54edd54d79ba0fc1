"""The whole gap matrix: every report over every damage of every dataset that it reads.

``make gaps`` writes its table of counts to docs/truth.md. It takes long; the tests run a few cells of it.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Collection, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path

from ntanalytics import contract
from ntanalytics.periods import Period, parse_period
from ntanalytics.report_content.contents import needs_of
from tests.city import UNTIL, write_city
from tests.gaps.comparison import Verdict, compare
from tests.gaps.damage import DAMAGES, damages_of
from tests.gaps.records import RecordedBlocks, record, whole_record
from tests.gaps.site import GapSite

#: Report → the period that is issued.
PERIODS = {
    "weekly_service_report": "2026-W47",
    "daily_inspection": "2026-11-20",
    "sms_volume": "2026-W47",
    "oa_adoption": "2026-W47",
    "optimization_recommendations": "2026-W47",
}

_BEGIN, _END = "<!-- gaps: begin -->", "<!-- gaps: end -->"


@dataclass(frozen=True)
class Cell:
    """One damage of one dataset under one report."""

    dataset: str
    damage: str
    report: str

    def is_chosen(self, names: Collection[str]) -> bool:
        """Return whether it is of the named datasets, damages and reports; of each that none is named of, all are."""
        kinds = (
            (self.dataset, contract.DATASETS),
            (self.damage.partition(" ")[0], {*DAMAGES, "absent"}),
            (self.report, PERIODS),
        )
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
    blocks: RecordedBlocks = json.loads(json.dumps(whole_record(GapSite(folder), report, PERIODS[report])))
    return blocks


@cache
def complete_record(folder: Path, report: str) -> RecordedBlocks:
    """Return the record of a report over the complete data."""
    blocks: RecordedBlocks = json.loads(json.dumps(record(GapSite(folder), report, PERIODS[report])))
    return blocks


def verdict_of(folder: Path, cell: Cell) -> Verdict | None:
    """Return the comparison of a damaged report with the complete one; None where the damage cannot be done."""
    site = GapSite(folder)
    complete = complete_record(folder, cell.report)
    with tempfile.TemporaryDirectory(dir=folder.parent) as place:
        damaged = site.copy(Path(place) / "site")
        if not damages_of(cell.dataset)[cell.damage](damaged, cell.dataset, period_of(site, cell.report)):
            return None
        seen = json.loads(json.dumps(record(damaged, cell.report, PERIODS[cell.report])))
        return compare(complete, seen, complete_sentences(folder, cell.report))


def main(page: Path, chosen: Collection[str]) -> None:
    """Run the matrix, or the cells of some datasets, damages or reports, print what is false, and write the counts."""
    home = Path(tempfile.mkdtemp(prefix="gaps-"))
    try:
        site = GapSite(write_city(home, scale=0.01).estate.directory)
        wanted = [cell for cell in cells(site) if cell.is_chosen(chosen)]
        totals: dict[tuple[str, str], Counter[str]] = {}
        # the lake's library does not survive a fork
        with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
            for cell, verdict in zip(wanted, pool.map(partial(verdict_of, site.folder), wanted), strict=True):
                if verdict is None:
                    continue
                totals.setdefault((cell.dataset, cell.damage), Counter()).update(verdict.counts)
                sys.stdout.write(f"{cell} {dict(verdict.counts)}\n")
                for place, (true, seen) in verdict.false.items():
                    sys.stdout.write(f"    {place}: {seen!r} instead of {true!r}"[:300] + "\n")
                sys.stdout.flush()
        if not chosen:
            _write(page, totals)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _write(page: Path, totals: dict[tuple[str, str], Counter[str]]) -> None:
    kinds = ("equal", "bounded", "unknown", "false")
    lines = ["| dataset | damage | equal | bounded | unknown | false |", "| --- | --- | --- | --- | --- | --- |"]
    lines += [
        f"| `{dataset}` | {damage} | {' | '.join(f'{counts[kind]:,}' for kind in kinds)} |"
        for (dataset, damage), counts in sorted(totals.items())
    ]
    before, _, rest = page.read_text(encoding="utf-8").partition(_BEGIN)
    page.write_text("\n".join([before + _BEGIN, "", *lines, "", _END + rest.partition(_END)[2]]), encoding="utf-8")


if __name__ == "__main__":
    main(Path("docs/truth.md"), sys.argv[1:])
