"""Coverage of a report's datasets, read by other processes over the same data in place of the lake and the ledger.

A hundred pages of units open the same datasets, and a kernel those that its assistant has opened. To find out what is
held, damaged and counted takes a page longer than its own figures.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from ntanalytics.detectors.day_profile import ProfileDamage
from ntanalytics.ledger import CoverageDay
from ntanalytics.workspace.report import Report


@dataclass(frozen=True)
class SharedCoverage:
    """Coverage of the datasets that a report opened, as JSON has it.

    Attributes:
        covered: dataset → first day, last day, and the covered days between.
        damages: dataset, days that were judged, and the damaged ones of each source.
        rows: dataset, first day, last day, and the rows of each source.
        unreported: dataset, first day, last day, and source and day of those without delivery reports.
    """

    covered: dict[str, tuple[dt.date, dt.date, list[CoverageDay]]]
    damages: list[tuple[str, tuple[dt.date, ...], list[tuple[str, dt.date, ProfileDamage]]]]
    rows: list[tuple[str, dt.date, dt.date, dict[str, int]]]
    unreported: list[tuple[str, dt.date, dt.date, list[tuple[str, dt.date]]]]


_JSON = TypeAdapter(SharedCoverage)


def known_coverage(report: Report) -> SharedCoverage:
    """Return the coverage of the datasets that a report opened."""
    return SharedCoverage(
        report.workspace.known_days,
        [
            (dataset, days, [(*key, damage) for key, damage in damages.items()])
            for (dataset, days), damages in report.rows_by_hour.damages_by_days.items()
        ],
        [(*key, rows) for key, rows in report.workspace.counted_rows.items()],
        [(*key, sorted(days)) for key, days in report.workspace.days_without_reports.items()],
    )


def take_coverage(report: Report, shared: SharedCoverage) -> None:
    """Have a report take the coverage of datasets that one over the same data opened, in addition to its own."""
    report.workspace.known_days.update(shared.covered | report.workspace.known_days)
    report.workspace.counted_rows.update({(name, first, last): rows for name, first, last, rows in shared.rows})
    report.workspace.days_without_reports.update(
        {(name, first, last): frozenset(days) for name, first, last, days in shared.unreported}
    )
    report.rows_by_hour.damages_by_days.update(
        {
            (dataset, days): {(source, day): damage for source, day, damage in damages}
            for dataset, days, damages in shared.damages
        }
    )


def write_coverage(report: Report, path: Path) -> None:
    """Write the coverage of the datasets that a report opened."""
    path.write_bytes(_JSON.dump_json(known_coverage(report)))


def read_coverage(report: Report, path: Path) -> None:
    """Have a report take the coverage that one over the same data has written."""
    take_coverage(report, _JSON.validate_json(path.read_bytes()))
