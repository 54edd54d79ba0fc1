"""What the pages of one command share, worked out once: found by a kernel in its memory, and never on a disk.

Hundreds of pages of a report, one a unit, differ in a few rows. What is worked out for all of them is read by the warm
process before it forks their kernels (:mod:`ntanalytics.kernels.server`); each has it as it was read, whatever another
does with its own. A page for which nothing is kept, or of other data, is worked out by itself and says the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.ipc

if TYPE_CHECKING:
    from ntanalytics.workspace.report import Report

_ABOUT = "about.json"


@dataclass(frozen=True)
class PageBatch:
    """What is kept of a report's period.

    Attributes:
        tables: figures by name.
        about: what else is kept, and of what: as JSON has it.
    """

    tables: Mapping[str, pa.Table]
    about: Mapping[str, Any]


_found: PageBatch | None = None


def identity(report: Report, datasets: list[str]) -> dict[str, Any]:
    """What figures are of: the site, the period, and the version of each dataset that they were worked out from."""
    return {
        "report": report.name,
        "config": str(report.workspace.settings.file),
        "period": report.period.text,
        "versions": {name: report.workspace.version(name) for name in datasets},
    }


def write(kept: PageBatch, folder: Path) -> None:
    """Write it for :func:`load` into a folder, which exists."""
    (folder / _ABOUT).write_text(json.dumps(dict(kept.about)), encoding="utf-8")
    for name, table in kept.tables.items():
        with pa.OSFile(str(folder / f"{name}.arrow"), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
            writer.write_table(table)


def load(folder: Path) -> None:
    """Have the kernels that are forked from this process find it."""
    global _found  # noqa: PLW0603 — one for a process, which reads it once, before it forks
    tables = {}
    for path in sorted(folder.glob("*.arrow")):
        tables[path.stem] = pa.ipc.open_file(pa.BufferReader(path.read_bytes())).read_all()
    _found = PageBatch(tables, json.loads((folder / _ABOUT).read_text(encoding="utf-8")))


def found(report: Report) -> PageBatch | None:
    """What is kept for a report; None where nothing is, or it is of other data."""
    if _found is None:
        return None
    same = identity(report, list(_found.about["versions"]))
    return _found if same.items() <= _found.about.items() else None


def keepers() -> Mapping[str, Callable[[Report], PageBatch]]:
    """Report → what works out what its units' pages share."""
    from ntanalytics.report_content.adoption.batch import keep

    return {"oa_adoption": keep}
