from __future__ import annotations

import re

from ntanalytics.findings.finding import STATES
from ntanalytics.reports import fragments, palette


def test_the_page_takes_its_colours_from_the_palette() -> None:
    style = fragments.stylesheet()
    defined = set(re.findall(r"--([a-z]+):", style))
    assert style.count(":root { --ink: #1f2933;") == 1
    assert set(re.findall(r"var\(--([a-z]+)\)", style)) <= defined
    assert set(STATES) <= defined
    assert set(STATES) == set(palette.STATE_COLORS)
