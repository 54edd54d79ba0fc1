"""The analyst's notebooks, run whole by a real kernel on the demo city, and their widgets set in it."""

from __future__ import annotations

import inspect
import os
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell

from ntanalytics.kernels.manager import kernel_manager
from ntanalytics.settings import project_dir

FOLDER = project_dir("notebooks") / "explore"
#: What a reader does after the last cell, and what he then sees.
THEN = {
    "first_question": ["assert len(ws.sql('SHOW TABLES')) > 30", "assert rates.count().to_pandas() > 1"],
    "adoption_explorer": [
        """
        everything = explorer.table.value
        explorer.pickers["edition"].choose("wecom")
        assert explorer.table.value != everything
        explorer.by.value = ("edition",)
        assert list(explorer.figure.data[0].y) == ["企业微信版"]
        explorer.view_name.value = "cohorts"
        assert "留存率" in explorer.table.value
        explorer
        """
    ],
    "sms_explorer": [
        """
        explorer.measure.value = "segments"
        carriers = dict(zip(explorer.figure.data[0].y, explorer.figure.data[0].x))
        explorer.pickers["carrier"].choose("unicom")
        explorer.by.value = ()
        assert explorer.view.rows.to_pandas()["segments"].tolist() == [carriers["中国联通"]]
        explorer
        """
    ],
    "exploration_to_report": ["assert explorer.view.rows.to_pandas().equals(rows.to_pandas())"],
}


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.ipynb")))
def test_a_notebook_runs_and_its_widgets_answer(name: str, config: Path, tmp_path: Path):
    notebook: Any = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)
    written = len(notebook.cells)
    notebook.cells += [new_code_cell(inspect.cleandoc(cell)) for cell in THEN[name]]
    environment = {**os.environ, "NTANALYTICS_CONFIG": str(config)}
    with kernel_manager(tmp_path, environment, tmp_path / "kernel.log") as manager:
        NotebookClient(notebook, kernel_manager_class=manager, timeout=300).execute()
    shown = [cell for cell in notebook.cells[:written] if cell.cell_type == "code"]
    assert all(cell.outputs for cell in shown), "a cell that shows nothing teaches nothing"
    for output in (each for cell in notebook.cells if cell.cell_type == "code" for each in cell.outputs):
        assert output.output_type != "error"
        assert output.get("name") != "stderr", output.text


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_notebook_is_told_in_chinese_and_its_cells_are_short(path: Path):
    notebook: Any = nbformat.read(path, as_version=4)
    assert notebook.cells[0].cell_type == "markdown"
    assert notebook.cells[0].source.startswith("# ")
    told = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    assert all(any("\u4e00" <= character <= "\u9fff" for character in text) for text in told)
    assert all(len(cell.source.splitlines()) <= 8 for cell in notebook.cells if cell.cell_type == "code")
