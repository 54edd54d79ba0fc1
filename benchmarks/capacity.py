"""How wrong forecasts of disks and messages were on a demo estate: python -m benchmarks.capacity CONFIG LAST_DAY.

A disk is tested at levels that its history reached, by the forecast of each day before that.
The messages of the two weeks up to the last day are told from the weeks before them.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from ntanalytics.detectors.forecast import MIN_DAYS, forecast
from ntanalytics.detectors.forecast_volume import volume
from ntanalytics.metrics.infra import disks as disk_metrics
from ntanalytics.metrics.sms import volume as sms_volume
from ntanalytics.periods import days_between
from ntanalytics.workspace import open_workspace

#: Levels of a disk, as shares of the whole.
_LEVELS = (0.7, 0.8, 0.85, 0.9, 0.93)
_HISTORY, _TOLD = timedelta(days=90), timedelta(days=14)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config")
    parser.add_argument("last", type=date.fromisoformat)
    given = parser.parse_args()
    os.environ["NTANALYTICS_CONFIG"] = given.config
    workspace, first, out = open_workspace(), given.last - _HISTORY, sys.stdout.write
    span = days_between(first, given.last)
    days = workspace.days(first, given.last, set(span))
    peaks: dict[tuple[str, str], list[tuple[date, float | None]]] = {}
    table = disk_metrics.peaks(workspace.table("infra.metrics", first, given.last), days)
    for row in table.to_pyarrow().to_pylist():
        peaks.setdefault((row["host"], row["part"]), []).append((row["day"], row["disk_used"]))
    for (host, part), series in sorted(peaks.items()):
        known = [value for _, value in series if value is not None]
        for level in _LEVELS:
            if known and known[0] < level <= known[-1]:
                errors, silent = _errors(series, level)
                typical = statistics.median(errors) if errors else None
                out(
                    f"{host} {part} at {level:.0%}: told {len(errors)} times, silent {silent}; typical error {typical} "
                    f"days; of the last week before it {errors[-7:]}\n"
                )
    told = given.last - _TOLD
    as_of = datetime.combine(given.last + timedelta(days=4), time(), UTC)
    daily = sms_volume.daily(workspace.table("sms.messages", first, given.last), days, as_of)
    rows = daily.to_pyarrow().to_pylist()
    before = [row for row in rows if row["day"] <= told and row["segments"]]
    after = [row for row in rows if row["day"] > told]
    expected = volume(before, "segments", [row["is_working_day"] for row in after])
    actual = sum(row["segments"] or 0 for row in after)
    out(f"segments of two weeks: {expected}, were {actual:,}\n")


def _errors(peaks: Sequence[tuple[date, float | None]], level: float) -> tuple[list[int], int]:
    """Return the errors in days of the forecasts before a level was reached, and the number of days without one."""
    known = sorted((day, value) for day, value in peaks if value is not None)
    reached_on = next(day for day, value in known if value >= level)
    before = [point for point in known if point[0] < reached_on]
    forecasts = [forecast(before[:count], level) for count in range(MIN_DAYS, len(before) + 1)]
    errors = [abs((made.full_on - reached_on).days) for made in forecasts if made.full_on is not None]
    return errors, len(forecasts) - len(errors)


if __name__ == "__main__":
    main()
