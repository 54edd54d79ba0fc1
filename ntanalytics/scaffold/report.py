"""A new report: its notebook, its metrics, and the tests of both, written into a checkout."""

from __future__ import annotations

import json
import keyword
import re
from pathlib import Path
from typing import Any

import jinja2

from ntanalytics.contract import Dataset
from ntanalytics.contract import dataset as dataset_named
from ntanalytics.errors import UsageError
from ntanalytics.settings import project_dir

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_LONGEST = 30
#: Names that say nothing (tests/rules/test_layout.py).
_NAMELESS = {"utils", "util", "helpers", "helper", "common", "misc", "base", "tools", "lib", "shared"}
_TEMPLATES = Path(__file__).with_name("templates")
#: Names that the notebook and the modules use themselves.
_TAKEN = {
    "board", "chart", "change", "covered", "daily", "data", "days", "groups", "headline", "ibis", "ir", "listed",
    "origin", "period", "report", "rows", "signatures", "table", "total",
}  # fmt: skip
_HISTORY = 28


def write_report(name: str, dataset: str, title: str, root: Path | None = None) -> list[Path]:
    """Write the files that a new report begins with.

    Args:
        name: the report's: small letters, digits and underscores.
        dataset: what it counts to begin with.
        title: its Chinese title.
        root: the checkout; default: the one that this program runs from.

    Returns:
        The files: notebook, metrics, their test, the report's test.

    Raises:
        UsageError: the name is none, or something is called so already; or there is no checkout to write into.
        UnknownName: there is no such dataset.
    """
    checkout = root or project_dir("notebooks").parent
    counted = dataset_named(dataset)
    if not (checkout / "pyproject.toml").is_file():
        raise UsageError(
            "a report is written into the source code, and this program runs without it",
            where=str(checkout),
            todo="clone the repository, run `make setup` there, and use its .venv/bin/ntanalytics",
        )
    is_name = _NAME.fullmatch(name) and len(name) <= _LONGEST and not keyword.iskeyword(name)
    if not is_name or name in _NAMELESS | _TAKEN:
        raise UsageError(
            f"{name!r} is no name for a report", todo=f"use up to {_LONGEST} small letters, digits and _: module_use"
        )
    words = _words(name, counted, title)
    files = {
        checkout / "notebooks" / f"{name}.ipynb": _notebook(words),
        checkout / "ntanalytics" / "metrics" / f"{name}.py": _filled("metrics.py.j2", words),
        checkout / "tests" / "metrics" / f"test_{name}.py": _filled("test_metrics.py.j2", words),
        checkout / "tests" / "reports" / f"test_{name}.py": _filled("test_report.py.j2", words),
    }
    for path in files:
        if path.exists():
            raise UsageError(f"{path.relative_to(checkout)} is there already", todo="choose another name")
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")
    return list(files)


def _words(name: str, counted: Dataset, title: str) -> dict[str, Any]:
    """What the templates are filled with; the report groups by the first enumeration that the dataset has."""
    group = next((each for each in counted.columns if each.values), None)
    first, second = list(group.values)[:2] if group and len(group.values) > 1 else ("甲", "乙")
    return {
        "name": name,
        "measure": f"{name}_rows",
        "dataset": counted.name,
        "title": title or counted.label,
        "label": group.label if group else "数据源",
        "group": group.name if group else "source",
        "first": first,
        "second": second,
        "history": _HISTORY,
    }


def _filled(template: str, words: dict[str, Any]) -> str:
    """A template with its words; they are checked names, and the contract's own."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 — it writes Python for a programmer, no page
    )
    return environment.get_template(template).render(words)


def _notebook(words: dict[str, Any]) -> str:
    """The report's notebook: its cells stand in the template between lines of dashes."""
    cells = []
    for number, part in enumerate(re.split(r"^-----\n", _filled("report.ipynb.j2", words), flags=re.MULTILINE)):
        source = part.strip("\n").splitlines(keepends=True)
        cell: dict[str, Any] = {"cell_type": "markdown", "id": str(number), "metadata": {}, "source": source}
        if not part.startswith("## "):
            tags = {"tags": ["parameters"]} if not number else {}
            cell = {**cell, "cell_type": "code", "execution_count": None, "metadata": tags, "outputs": []}
        cells.append(dict(sorted(cell.items())))
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "ntanalytics": {
            "needs": {words["dataset"]: words["history"]},
            "periods": ["day", "week", "month"],
            "title": words["title"],
        },
    }
    notebook = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"
