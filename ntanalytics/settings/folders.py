"""Where the mappings, the notebooks and the jobs are: in a checkout, or in what was installed."""

from __future__ import annotations

from pathlib import Path


def project_dir(name: str) -> Path:
    """The folder ``queries``, ``notebooks`` or ``scheduled``: the checkout's, else the installed package's."""
    package = Path(__file__).resolve().parents[1]
    checkout = package.parent / name
    return checkout if (package.parent / "pyproject.toml").is_file() else package / "share" / name
