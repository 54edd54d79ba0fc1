"""Coverage of a report's datasets, read by other processes over the same data in place of the lake and the ledger.

A hundred pages of units open the same datasets, and a kernel those that its worker has opened. To find out what is
held, damaged and counted takes a page longer than its own figures.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from pydantic import TypeAdapter

from ntanalytics.detectors.day_profile import ProfileDamage
from ntanalytics.detectors.snapshot_fall import SnapshotFall
from ntanalytics.ledger import CoverageDay
from ntanalytics.metrics.unfilled import Unfilled
from ntanalytics.workspace.day_damage import Damages
from ntanalytics.workspace.ledger_answers import Days
from ntanalytics.workspace.report import Report

#: Dataset, days that were judged, and the damaged ones of each source.
DamagesByDays: TypeAlias = list[tuple[str, tuple[dt.date, ...], list[tuple[str, dt.date, ProfileDamage]]]]


@dataclass(frozen=True, kw_only=True)
class SharedCoverage:
    """Coverage of the datasets that a report opened, as JSON has it.

    Attributes:
        covered: dataset → first day, last day, and the covered days between.
        falls: state, and its damaged snapshots, without which a report would not tell what these lost.
        damages: dataset, days that were judged, and the damaged ones of each source.
        stopped: the same of the days on which the source of a dataset gave nothing else either.
        rows: days of a dataset, and the rows of each source.
        unreported: days of a dataset, and source and day of those without delivery reports.
        rejects: days of a dataset, and the rejected rows.
        words: days of a dataset, and the replaced words.
        causes: a dataset, a source, and why the latest extraction failed; None: not asked.
        unfilled: a dataset, first and last day of a period, and the columns that rows lack.
        absent: dataset → source → the columns that it does not have.
    """

    covered: dict[str, tuple[dt.date, dt.date, list[CoverageDay]]]
    falls: list[tuple[str, list[tuple[str, SnapshotFall]]]]
    damages: DamagesByDays
    stopped: DamagesByDays
    rows: list[tuple[Days, dict[str, int]]]
    unreported: list[tuple[Days, frozenset[tuple[str, dt.date]]]]
    rejects: list[tuple[Days, list[tuple[str, str, int]]]]
    words: list[tuple[Days, list[tuple[str, str, str, int]]]]
    causes: list[tuple[tuple[str, str], str]] | None
    unfilled: list[tuple[Days, Unfilled]]
    absent: dict[str, dict[str, frozenset[str]]]


_JSON = TypeAdapter(SharedCoverage)


def known_coverage(report: Report) -> SharedCoverage:
    """Return the coverage of the datasets that a report opened."""
    workspace = report.workspace
    return SharedCoverage(
        covered=workspace.known_days,
        falls=[
            (dataset, [(source, fall) for (source, _), fall in falls.items()])
            for dataset, falls in workspace.snapshot_falls.items()
        ],
        damages=_listed(report.rows_by_hour.damages_by_days),
        stopped=_listed(report.rows_by_hour.stopped_by_days),
        rows=list(workspace.counted_rows.items()),
        unreported=list(workspace.days_without_reports.items()),
        rejects=list(workspace.answers.rejects.items()),
        words=list(workspace.answers.words.items()),
        causes=None if (causes := workspace.answers.causes) is None else list(causes.items()),
        unfilled=list(workspace.unfilled.items()),
        absent=workspace.absent,
    )


def take_coverage(report: Report, shared: SharedCoverage) -> None:
    """Have a report take the coverage of datasets that one over the same data opened, in addition to its own."""
    workspace = report.workspace
    falls = {dataset: {(source, fall.day): fall for source, fall in fallen} for dataset, fallen in shared.falls}
    workspace.snapshot_falls.update(falls | workspace.snapshot_falls)  # of the same days as those below
    workspace.known_days.update(shared.covered | workspace.known_days)
    workspace.counted_rows.update(shared.rows)
    workspace.days_without_reports.update(shared.unreported)
    workspace.answers.rejects.update(shared.rejects)
    workspace.answers.words.update(shared.words)
    if workspace.answers.causes is None and shared.causes is not None:
        workspace.answers.causes = dict(shared.causes)
    workspace.unfilled.update(shared.unfilled)
    workspace.absent.update(shared.absent)
    report.rows_by_hour.damages_by_days.update(_by_days(shared.damages))
    report.rows_by_hour.stopped_by_days.update(_by_days(shared.stopped))


def write_coverage(report: Report, path: Path) -> None:
    """Write the coverage of the datasets that a report opened, and what their rows lack, which pages ask for later."""
    unfilled = [((view.contract.name, view.period.first, view.period.last), view.unfilled) for view in report.views()]
    path.write_bytes(_JSON.dump_json(replace(known_coverage(report), unfilled=unfilled)))


def read_coverage(report: Report, path: Path) -> None:
    """Have a report take the coverage that one over the same data has written."""
    take_coverage(report, _JSON.validate_json(path.read_bytes()))


def _listed(damages_by_days: Mapping[tuple[str, tuple[dt.date, ...]], Damages]) -> DamagesByDays:
    return [
        (dataset, days, [(*key, damage) for key, damage in damages.items()])
        for (dataset, days), damages in damages_by_days.items()
    ]


def _by_days(listed: DamagesByDays) -> dict[tuple[str, tuple[dt.date, ...]], Damages]:
    return {
        (dataset, days): {(source, day): damage for source, day, damage in damages} for dataset, days, damages in listed
    }
