from __future__ import annotations

import re

from ntanalytics.findings.threshold import STATUSES
from ntanalytics.reports import fragments, palette


def test_the_page_takes_its_colours_from_the_palette() -> None:
    style = fragments.stylesheet()
    defined = set(re.findall(r"--([a-z]+):", style))
    assert style.count(":root { --ink: #1f2933;") == 1
    assert set(re.findall(r"var\(--([a-z]+)\)", style)) <= defined
    assert set(STATUSES) <= defined
    assert set(STATUSES) == set(palette.STATUS_COLORS)
