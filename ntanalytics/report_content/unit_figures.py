"""Figures of all units' pages of a report, computed once and read by the kernel of each page from Arrow files.

Hundreds of pages of a report, one a unit, differ in a few rows. One command computes the figures of all units and
writes them to a folder; the kernels find it by an environment variable. A page without figures, or with figures of
other data, computes its own, which are the same.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.ipc

from ntanalytics.workspace.report import Report
from ntanalytics.workspace.shared_coverage import read_coverage, write_coverage

#: Environment variable of a kernel: the folder of the figures.
VARIABLE = "NTANALYTICS_UNIT_FIGURES"
_ABOUT = "about.json"
_COVERAGE = "coverage.json"


@dataclass(frozen=True)
class UnitFigures:
    """Figures of all units in the period of a report.

    Attributes:
        tables: the figures by name.
        about: the data that they were computed from (:func:`identity`), and further values as JSON.
    """

    tables: Mapping[str, pa.Table]
    about: Mapping[str, Any]


def identity(report: Report, datasets: list[str]) -> dict[str, Any]:
    """Return the site, the report, the period, and the data that figures are computed from.

    These are the version of each dataset, and the last extraction: one that brings the same rows may end a gap.
    """
    return {
        "report": report.name,
        "config": str(report.workspace.settings.file),
        "period": report.period.text,
        "versions": {name: report.workspace.version(name) for name in datasets},
        "extraction_id": report.workspace.ledger.coverage.last_extraction_id(),
    }


def write_figures(report: Report, figures: UnitFigures, folder: Path) -> None:
    """Write the figures that a report computed to a folder, which exists, for :func:`read_figures`."""
    write_coverage(report, folder / _COVERAGE)
    (folder / _ABOUT).write_text(json.dumps(dict(figures.about)), encoding="utf-8")
    for name, table in figures.tables.items():
        with pa.OSFile(str(folder / f"{name}.arrow"), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
            writer.write_table(table)


def read_figures(report: Report) -> UnitFigures | None:
    """Return the figures for a report; None if there are none, or they are of other data.

    The report takes the coverage of its datasets from the one that computed them. The files are mapped into
    memory, so that the kernels of all pages share it.
    """
    folder = Path(os.environ.get(VARIABLE) or os.devnull)
    if not folder.is_dir():
        return None
    about = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
    if not identity(report, list(about["versions"])).items() <= about.items():
        return None
    read_coverage(report, folder / _COVERAGE)
    tables = {path.stem: pa.ipc.open_file(pa.memory_map(str(path))).read_all() for path in folder.glob("*.arrow")}
    return UnitFigures(tables, about)
