"""Whether this machine has the fonts that an OFD file embeds; in continuous integration it must."""

from __future__ import annotations

import os

import pytest

from ntanalytics.errors import FontMissing
from ntanalytics.reports.exporters.ofd.fonts import Face, typeface


def _are_here() -> bool:
    try:
        return all(typeface(face) for face in Face)
    except FontMissing:
        return False


needs_fonts = pytest.mark.skipif(not os.environ.get("CI") and not _are_here(), reason="fonts-noto-cjk is not installed")
