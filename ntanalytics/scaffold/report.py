"""A new report: its notebook, its metrics, and the tests of both."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from ntanalytics.contract import Dataset
from ntanalytics.contract import dataset as dataset_named
from ntanalytics.contract.enumerations import SUBSYSTEMS
from ntanalytics.language import tr
from ntanalytics.scaffold.checkout import check_name, find_checkout, render, write_files

#: Names that the notebook and the modules use themselves.
_RESERVED = (
    "board chart change covered daily data days groups headline ibis ir listed origin period report rows signatures "
    "table total"
)
_HISTORY_DAYS = 28


def write_report(name: str, dataset: str, title: str, root: Path | None = None) -> list[Path]:
    """Write the first files of a new report.

    Args:
        name: the report's name: small letters, digits and underscores.
        dataset: the dataset whose rows the report counts at first.
        title: its Chinese title; empty for the dataset's.
        root: the checkout; default: the one that this program runs from.

    Returns:
        The files: notebook, metrics, test of the metrics, test of the report.

    Raises:
        UsageError: the name cannot be used, one of the files exists, or there is no checkout.
        UnknownName: there is no such dataset.
    """
    checkout, contract = find_checkout(tr("a report"), root), dataset_named(dataset)
    check_name(name, tr("a report"), reserved={*_RESERVED.split(), *SUBSYSTEMS}, example="module_use")
    values = _values(name, contract, title)
    metrics, tests = checkout / "ntanalytics" / "metrics", checkout / "tests"
    files = {
        checkout / "notebooks" / f"{name}.ipynb": _notebook(values),
        metrics / contract.subsystem / f"{name}.py": render("report/metrics.py.j2", values),
        tests / "metrics" / contract.subsystem / f"test_{name}.py": render("report/test_metrics.py.j2", values),
        tests / "reports" / f"test_{name}.py": render("report/test_report.py.j2", values),
    }
    return write_files(checkout, files)


def _values(name: str, contract: Dataset, title: str) -> dict[str, str]:
    """Return the values of the templates; the report groups by the dataset's first enumeration."""
    group = next((column for column in contract.columns if column.values), None)
    first, second = list(group.values)[:2] if group and len(group.values) > 1 else ("甲", "乙")
    return {
        "name": name,
        "measure": f"{name}_rows",
        "dataset": contract.name,
        "subsystem": contract.subsystem,
        "title": title or contract.label,
        "label": group.label if group else "数据源",
        "group": group.name if group else "source",
        "first": first,
        "second": second,
        "history": str(_HISTORY_DAYS),
    }


def _notebook(values: Mapping[str, str]) -> str:
    """Return the notebook as JSON; lines of dashes part the cells of its template."""
    text = render("report/notebook.ipynb.j2", values)
    cells = [_cell(number, part) for number, part in enumerate(re.split(r"^-----\n", text, flags=re.MULTILINE))]
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "ntanalytics": {
            "needs": {values["dataset"]: _HISTORY_DAYS},
            "periods": ["day", "week", "month"],
            "title": values["title"],
        },
    }
    notebook = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"


def _cell(number: int, text: str) -> dict[str, object]:
    """Return a cell: a heading is Markdown, everything else code; the first cell has the parameters."""
    cell: dict[str, object] = {"id": str(number), "source": text.strip("\n").splitlines(keepends=True)}
    if text.startswith("## "):
        cell |= {"cell_type": "markdown", "metadata": {}}
    else:
        tags = {} if number else {"tags": ["parameters"]}
        cell |= {"cell_type": "code", "execution_count": None, "metadata": tags, "outputs": []}
    return dict(sorted(cell.items()))
