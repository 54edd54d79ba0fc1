"""A view of an explorer as a block of a report: one call writes its cells into the report's notebook."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ntanalytics.errors import UsageError
from ntanalytics.language import tr
from ntanalytics.reports import Axes

#: Line of a report's notebook that opens the period.
_OPENED = re.compile(r"^(\w+) = open_report\(", re.MULTILINE)


def add_cells(notebook: Path, title: str, code: str, needs: Mapping[str, int]) -> None:
    """Write a heading and a code cell at the end of a report's notebook, before its signatures.

    Args:
        notebook: the notebook, such as that of ``ntanalytics new report``.
        title: the heading.
        code: the code; ``{report}`` is the variable of the opened report, ``{number}`` one that no other cell has.
        needs: dataset → days of history, for the report's own list of what is to be extracted.

    Raises:
        UsageError: the file is no notebook that opens a report, or cannot be written.
    """
    try:
        content = json.loads(notebook.read_text(encoding="utf-8"))
        cells: list[Mapping[str, Any]] = content["cells"]
        sources = "\n".join("".join(cell["source"]) for cell in cells)
    except (OSError, ValueError, KeyError, TypeError) as error:
        todo = tr("make one by `ntanalytics new report NAME`, and name its notebook")
        raise UsageError(tr("it is no notebook of a report"), where=str(notebook), todo=todo) from error
    opened = _OPENED.search(sources)
    if not opened:
        raise UsageError(tr("it opens no report"), where=str(notebook), todo=tr("name a notebook with open_report(…)"))
    number = str(len(cells))
    declared = content.setdefault("metadata", {}).setdefault("ntanalytics", {}).setdefault("needs", {})
    declared.update({name: max(days, declared.get(name, 0)) for name, days in needs.items()})
    text = code.replace("{report}", opened[1]).replace("{number}", number)
    heading = {"cell_type": "markdown", "id": f"{number}h", "metadata": {}, "source": _lines(f"## {title}")}
    block = {"cell_type": "code", "id": f"{number}c", "metadata": {}, "source": _lines(text)}
    run: dict[str, object] = {"execution_count": None, "outputs": []}  # not yet
    signed = [place for place, cell in enumerate(cells) if "signatures(" in "".join(cell["source"]).partition("\n")[0]]
    place = signed[-1] if signed else len(cells)  # the signatures stay last
    cells[place:place] = [heading, {**block, **run}]
    try:
        notebook.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(tr("cannot write: {strerror}", strerror=error.strerror), where=str(notebook)) from error


def axes_code(axes: Axes) -> str:
    """Return Python that makes the axes; the calendar is that of ``data``."""
    parts = [f"x={axes.x!r}", f"y={axes.y!r}"]
    parts += [f"series={axes.series!r}"] if axes.series else []
    parts += ["days=data.days"] if axes.days is not None else []
    return f"Axes({', '.join(parts)})"


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)
