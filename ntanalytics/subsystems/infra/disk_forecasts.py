"""Forecasts of the days on which disks are full: one for findings, tables and charts of every report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from ntanalytics.checks.baseline import HISTORY_DAYS
from ntanalytics.detectors.forecast import HORIZON_DAYS, MAX_EXTRAPOLATION, Forecast, forecast
from ntanalytics.metrics.infra import disks
from ntanalytics.metrics.rows import rows
from ntanalytics.workspace.dataset_view import DatasetView


@dataclass(frozen=True)
class DiskForecast:
    """Daily peaks of a disk, oldest first, and the forecast made of them."""

    peaks: tuple[tuple[date, float], ...]
    forecast: Forecast

    def days_left(self, on: date) -> float | None:
        """Return the days from a day until the disk is full; None where nothing is forecast.

        Of a disk that its trend does not fill as far as it carries, it is what the pace would take.
        """
        made, (last, used) = self.forecast, self.peaks[-1]
        if made.days is not None:
            return max(made.days - (on - last).days, 0.0)
        if made.reason not in ("far", "beyond", "unclear") or not made.per_day or made.per_day < 0:
            return None
        left, carries = (1 - used) / made.per_day, MAX_EXTRAPOLATION * (last - self.peaks[0][0]).days
        return left if left > min(carries, HORIZON_DAYS) else None


def disk_forecasts(
    metrics: DatasetView, on: date, dead: Iterable[Mapping[str, Any]]
) -> Mapping[tuple[str, str], DiskForecast]:
    """Return host and part → the forecast of each disk, from the whole days of the ten weeks up to a day.

    A level that stands still on the last day was not measured since then.

    Args:
        metrics: ``infra.metrics`` with that much history.
        on: the last day.
        dead: rows of ``metrics.infra.standstill.dead_series`` on that day.
    """
    since = {(row["host"], row["part"]): row["still_since"] for row in dead if row["metric"] == "disk_rate"}
    peaks: dict[tuple[str, str], list[tuple[date, float]]] = {}
    for row in rows(disks.peaks(metrics.recent, metrics.days)):
        disk = row["host"], row["part"]
        until = min(on, since.get(disk, date.max) - timedelta(days=1))
        if row["disk_used"] is not None and on - timedelta(days=HISTORY_DAYS) <= row["day"] <= until:
            peaks.setdefault(disk, []).append((row["day"], row["disk_used"]))
    return {disk: DiskForecast(tuple(days), forecast(days, 1.0)) for disk, days in peaks.items()}
