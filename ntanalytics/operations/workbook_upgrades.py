"""Upgrade of the service-desk workbooks of a site."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ntanalytics.contract import DATASETS
from ntanalytics.settings import Settings
from ntanalytics.sources.starter import DESK_WORKBOOK_DATASETS
from ntanalytics.sources.workbook_upgrade import plan_workbook_upgrade, upgrade_workbook

_DATASETS = [DATASETS[name] for name in DESK_WORKBOOK_DATASETS]

#: Product of a workbook that ``ntanalytics init`` writes.
_PRODUCT = "desk_workbook"


@dataclass(frozen=True)
class SiteWorkbook:
    """One workbook of a site.

    Attributes:
        source: name of its source.
        path: the file.
        steps: what it lacks, in words; empty if nothing.
        backup: copy of the file from before its upgrade; None without one.
    """

    source: str
    path: Path
    steps: tuple[str, ...]
    backup: Path | None = None


def plan_workbooks(settings: Settings) -> list[SiteWorkbook]:
    """Return the workbooks of a site with what they lack; nothing is changed.

    Raises:
        SourceUnreachable, SourceDamaged, SourceRefused: a workbook cannot be read, or is not like ours.
    """
    return [
        SiteWorkbook(name, path, plan_workbook_upgrade(path, _DATASETS).steps) for name, path in _workbooks(settings)
    ]


def upgrade_workbooks(settings: Settings, now: dt.datetime) -> list[SiteWorkbook]:
    """Add to the workbooks of a site what they lack, each after a copy of it.

    Args:
        settings: the site.
        now: the present moment, which names the copies.

    Raises:
        SourceUnreachable, SourceDamaged, SourceRefused: a workbook cannot be changed; those before it are upgraded.
    """
    done = []
    for name, path in _workbooks(settings):
        plan, backup = upgrade_workbook(path, _DATASETS, now)
        done.append(SiteWorkbook(name, path, plan.steps, backup))
    return done


def _workbooks(settings: Settings) -> Iterator[tuple[str, Path]]:
    """Yield name and file of each workbook; one that is not there yet needs no upgrade."""
    for name, source in settings.sources.items():
        if source.product == _PRODUCT and source.path is not None and source.path.exists():
            yield name, source.path
