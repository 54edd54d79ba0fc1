"""Executed notebooks: what is written is read again, in one line."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from ntanalytics.runner.executed_notebook import read_notebook, write_notebook


def _notebook(text: str):
    cell = nbformat.v4.new_code_cell("a = 1\nb = 2", outputs=[nbformat.v4.new_output("stream", text=text)])
    return nbformat.v4.new_notebook(cells=[cell], metadata={"title": "周报 </script>"})


def test_a_notebook_is_read_as_it_was_written_and_has_one_line(tmp_path: Path):
    written = _notebook("第一行\n第二行\n")
    write_notebook(written, tmp_path / "report.ipynb")
    assert (tmp_path / "report.ipynb").read_text("utf-8").count("\n") == 1
    read = read_notebook(tmp_path / "report.ipynb")
    nbformat.validate(read)
    assert read == written


def test_what_cannot_be_written_leaves_what_was_there(tmp_path: Path):
    path = tmp_path / "report.ipynb"
    write_notebook(_notebook("before"), path)
    with pytest.raises(UnicodeEncodeError):
        write_notebook(_notebook("\ud800"), path)
    assert "before" in path.read_text("utf-8")
    assert [file.name for file in tmp_path.iterdir()] == ["report.ipynb"]
