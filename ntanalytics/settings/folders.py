"""Folders of the built-in mappings, notebooks and jobs, in a checkout or in the installed package."""

from __future__ import annotations

import stat
from collections.abc import Iterable
from pathlib import Path

from ntanalytics.errors import SettingsError
from ntanalytics.language import tr


def project_dir(name: str) -> Path:
    """Return the folder ``queries``, ``notebooks`` or ``scheduled`` of the checkout, else of the installed package."""
    package = Path(__file__).resolve().parents[1]
    checkout = package.parent / name
    return checkout if (package.parent / "pyproject.toml").is_file() else package / "share" / name


def require_own(paths: Iterable[Path]) -> None:
    """Refuse files and folders that any account of the host may change: what they say is executed by this one.

    Raises:
        SettingsError: one is writable by others.
    """
    for path in paths:
        if path.stat().st_mode & stat.S_IWOTH:
            raise SettingsError(
                tr("every account of this host may write it"),
                where=str(path),
                todo=tr("chmod o-w, and look what is in it"),
            )
