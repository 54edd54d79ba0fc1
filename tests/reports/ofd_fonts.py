"""Whether this machine has the fonts that an OFD file embeds; in continuous integration it must."""

from __future__ import annotations

import os

import pytest

from ntanalytics.reports.exporters.ofd.fonts import FOLDERS, Face


def _are_here() -> bool:
    """Look for the files alone: to read a font takes long, and each process asks."""
    return all(any(next(folder.rglob(f"{face}.*"), None) for folder in FOLDERS) for face in Face)


needs_fonts = pytest.mark.skipif(not os.environ.get("CI") and not _are_here(), reason="fonts-noto-cjk is not installed")
