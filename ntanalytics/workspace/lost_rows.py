"""Days of which more rows were rejected than a rate can bear: held, and not complete (docs/domain.md, Gaps)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable

from ntanalytics.detectors.day_profile import ProfileDamage
from ntanalytics.ledger import CoverageDay
from ntanalytics.metrics.data_quality import LOST_SHARE
from ntanalytics.metrics.number_format import format_number


def lost_share(day: CoverageDay) -> float:
    """Return the rejected rows of a day of a source as a share of all that were read of it."""
    read = day.source_rows + day.rejected
    return day.rejected / read if read else 0.0


def lost_days(
    covered: Iterable[CoverageDay], days: Collection[dt.date], most: float = LOST_SHARE, fewest: int = 1
) -> dict[tuple[str, dt.date], ProfileDamage]:
    """Return source and day of those of some days of which too many rows were rejected.

    Args:
        covered: the days as the lake holds them.
        days: the days that are judged.
        most: the share of rejected rows that a day may have.
        fewest: the number of rejected rows of a day that has too many; of one without any other row, one is enough,
            since nothing is known of it.
    """
    judged = set(days)
    held = (day for day in covered if day.is_held and day.day in judged)
    lost = [day for day in held if day.rejected >= (fewest if day.source_rows else 1)]
    shares = {(day.source, day.day): lost_share(day) for day in lost}
    return {key: ProfileDamage("rows_lost", 0, share) for key, share in shares.items() if share > most}


def lost_sentence(label: str, source: str, when: str, share: float) -> str:
    """Return in Chinese that rows were rejected, for the reader of a report.

    Args:
        label: the dataset.
        source: the source.
        when: the day or snapshot in words.
        share: share of the rejected rows.
    """
    lost = format_number(share, "rate:1")
    return f"{label}：数据源 {source} {when}有 {lost} 的行未能读取，按缺数据处理，相关合计为下限，比率未知。"


def undated_sentence(label: str, source: str, rows: int) -> str:
    """Return in Chinese that rejected rows have no readable time, for the reader of a report.

    Args:
        label: the dataset.
        source: the source.
        rows: the number of these rows.
    """
    return (
        f"{label}：数据源 {source} 有{rows:,}行没有可读的时间，不知属于哪一天，按缺数据处理，相关合计为下限，比率未知。"
    )
