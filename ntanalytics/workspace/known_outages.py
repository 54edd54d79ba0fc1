"""Hours in which a system is known to have been down: what stayed away then is no gap of the data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import TYPE_CHECKING

from ntanalytics.contract import Dataset
from ntanalytics.metrics.infra.probes import HOST_CHECKS, serves
from ntanalytics.metrics.rows import rows
from ntanalytics.metrics.slots import local_hour
from ntanalytics.periods import local_window

if TYPE_CHECKING:
    from ntanalytics.workspace.site import Workspace

_CHECKS, _INCIDENTS = "infra.checks", "desk.incidents"

#: Share of checks that are answered, below which a service was down in an hour.
_MOSTLY = 0.5


def down_hours(workspace: Workspace, dataset: Dataset, day: dt.date, parts: Collection[str] = ()) -> frozenset[int]:
    """Return the local hours of a day in which the system that a dataset comes from is known to have been down.

    It was down where most checks of one of its services failed, or in a registered crash. Of a dataset with parts each
    of them is a service, and all of them must have been down.

    Args:
        workspace: the site.
        dataset: the dataset.
        day: the local day.
        parts: the parts that gave nothing; none of a dataset without parts.
    """
    failed = _failed_hours(workspace, day)
    crashed = _crashed_hours(workspace, day)
    if not dataset.part:
        own = {hour for (subsystem, _), hours in failed.items() if subsystem == dataset.subsystem for hour in hours}
        return frozenset(own | crashed.get(dataset.subsystem, set()))
    down: list[set[int]] = []
    for part in parts:
        targets = [target for target in failed if serves(part, target[1])]
        hours = {hour for target in targets for hour in failed[target]}
        down.append(hours.union(*(crashed.get(subsystem, ()) for subsystem, _ in targets)))
    return frozenset(set.intersection(*down) if down else ())


def _failed_hours(workspace: Workspace, day: dt.date) -> dict[tuple[str, str], set[int]]:
    """Return (subsystem, target) of each checked service → the local hours in which most of its checks failed."""
    failed: dict[tuple[str, str], set[int]] = {}
    if not workspace.sources_by_dataset.get(_CHECKS):
        return failed
    begin, _ = local_window(day, day, workspace.settings.zone)
    offset = begin.astimezone(workspace.settings.zone).utcoffset() or dt.timedelta()
    checks = workspace.table(_CHECKS, day, day)
    services = checks.filter(checks.kind.notin(HOST_CHECKS))
    hour = local_hour(services.checked_at, round(offset.total_seconds() / 3600))
    up = services.is_up.cast("int64").mean()
    for row in rows(services.group_by("subsystem", "target", hour=hour).aggregate(up=up)):
        hours = failed.setdefault((row["subsystem"], row["target"]), set())
        if row["up"] < _MOSTLY:
            hours.add(row["hour"])
    return failed


def _crashed_hours(workspace: Workspace, day: dt.date) -> dict[str, set[int]]:
    """Return subsystem → the local hours whose middle lies in a crash that the desk registered."""
    crashed: dict[str, set[int]] = {}
    if not workspace.sources_by_dataset.get(_INCIDENTS):
        return crashed
    begin, end = local_window(day, day, workspace.settings.zone)
    incidents = workspace.cases(_INCIDENTS, day, day)
    for row in rows(incidents.filter(incidents.is_crash)):
        restored = row["restored_at"] or end
        middles = {hour: begin + dt.timedelta(hours=hour + 0.5) for hour in range(24)}
        hours = {hour for hour, middle in middles.items() if row["began_at"] <= middle <= restored}
        crashed.setdefault(row["subsystem"], set()).update(hours)
    return crashed
