"""The public names of the workspace and their page."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from ntanalytics import workspace

PAGE = (Path(__file__).parents[2] / "docs" / "analyst.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| `(\w+)[^|]*\|[^|]*\|([^|]*)\|$", PAGE, re.MULTILINE))
CLASSES = [name for name in workspace.__all__ if inspect.isclass(getattr(workspace, name))]


def test_the_page_has_a_row_for_each_public_name():
    assert set(ROWS) == set(workspace.__all__)


@pytest.mark.parametrize("name", CLASSES)
def test_the_members_on_the_page_exist(name: str):
    public_class = getattr(workspace, name)
    attributes = inspect.getsource(inspect.getmodule(public_class))
    for member in re.findall(r"`(\w+)", ROWS[name]):
        assert hasattr(public_class, member) or f"self.{member}" in attributes or f"    {member}:" in attributes
