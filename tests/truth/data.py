"""Completeness of the data: every source of a demo city has all of its days, and only access logs have broken lines."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import yaml

from ntanalytics.settings import project_dir
from tests.truth.figures import Figures, put

#: Datasets of what is there now, which have no rows of a day to reject.
_DIALECTS = (".postgres", ".mysql")


def fed(site: Path) -> list[str]:
    """Return ``source/dataset`` of each dataset that a source of the site feeds."""
    found = []
    settings = yaml.safe_load((site / "ntanalytics.yml").read_text(encoding="utf-8"))
    for source, content in settings["sources"].items():
        names = sorted(path.stem for path in (project_dir("queries") / content["product"]).glob("*.sql"))
        own = content.get("datasets") or [name for name in names if not name.endswith(_DIALECTS)]
        found += [f"{source}/{dataset}" for dataset in own]
    return found


def daily(site: Path, empty: Collection[str] = ()) -> Figures:
    """Return missing days and rejected rows of each source: none, but for the lines that the logs broke.

    Args:
        site: the city.
        empty: registers into which nobody has ever written; nothing is known of their days.
    """
    figures: Figures = {}
    for name in fed(site):
        missing: dict[str, float | None] = {"value": 0, "missing_days": 0}
        if name in empty:
            missing = {"value": None, "missing_days": 1}
        put(figures, "board", f"data.completeness:dataset/{name}", missing)
        if name != "web/infra.requests":
            put(figures, "board", f"data.rejected_share:dataset/{name}", {"value": 0, "rejected": 0})
    return figures
