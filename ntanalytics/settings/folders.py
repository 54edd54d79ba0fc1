"""Folders of the built-in mappings, notebooks and jobs, in a checkout or in the installed package."""

from __future__ import annotations

from pathlib import Path


def project_dir(name: str) -> Path:
    """Return the folder ``queries``, ``notebooks`` or ``scheduled`` of the checkout, else of the installed package."""
    package = Path(__file__).resolve().parents[1]
    checkout = package.parent / name
    return checkout if (package.parent / "pyproject.toml").is_file() else package / "share" / name
