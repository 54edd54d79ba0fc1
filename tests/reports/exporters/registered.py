"""Exporters as pyproject.toml registers them with nbconvert, whatever an older installation has."""

from __future__ import annotations

import importlib
import tomllib
from pathlib import Path
from typing import Any

PYPROJECT = Path(__file__).parents[3] / "pyproject.toml"


def entry_points() -> dict[str, str]:
    """Name → place of each exporter."""
    content = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))
    return dict(content["project"]["entry-points"]["nbconvert.exporters"])


def exporter(name: str) -> Any:
    """The class of an exporter."""
    module, _, attribute = entry_points()[name].partition(":")
    return getattr(importlib.import_module(module), attribute)


def write_distribution(folder: Path) -> None:
    """Make a folder that, on the path, registers these exporters as an installation of this checkout does."""
    about = folder / "ntanalytics_checkout-1.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: ntanalytics-checkout\nVersion: 1\n", encoding="utf-8")
    lines = "".join(f"{name} = {place}\n" for name, place in entry_points().items())
    (about / "entry_points.txt").write_text(f"[nbconvert.exporters]\n{lines}", encoding="utf-8")
