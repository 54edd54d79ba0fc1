"""Advice for a unit that nobody knows: the names that are similar."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from ntanalytics.errors import near_names
from ntanalytics.language import tr
from ntanalytics.metrics.identity.units import spelling


def near_units(unit: str, names: Sequence[str]) -> str:
    """Return in words the known names that are similar to one, and that an empty one stands for all units."""
    plain = {spelling(name): name for name in names}
    asked = spelling(unit)[:200]
    inside = [name for key, name in plain.items() if asked and (asked in key or key in asked)]
    close = [plain[key] for key in difflib.get_close_matches(asked, plain, n=5, cutoff=0.4)]
    near = near_names(asked, names, list(dict.fromkeys([*close, *inside])))
    return tr("{near}; an empty text stands for all units", near=near)
