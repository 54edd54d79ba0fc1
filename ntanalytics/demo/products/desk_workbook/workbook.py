"""The service-desk workbook: what the contractor writes down by hand, and the carriers' bills."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ntanalytics.contract import DATASETS
from ntanalytics.demo.incidents.incident import billed_months
from ntanalytics.demo.population.city import City
from ntanalytics.demo.products.desk_workbook import records
from ntanalytics.demo.products.desk_workbook.tickets import tickets
from ntanalytics.sources.starter import DESK_WORKBOOK_DATASETS
from ntanalytics.sources.workbook_template import write_template

#: Yuan a segment.
_PRICES = {"mobile": 0.035, "unicom": 0.036, "telecom": 0.034}
#: By how much a bill differs from our count every month, as a share: a little.
_SMALL = 0.0006


def write_desk_workbook(city: City, path: Path, segments: Mapping[tuple[dt.date, str], int]) -> dict[str, int]:
    """Write the filled service-desk workbook.

    Args:
        city: the city; the desk knows of its incidents.
        path: the .xlsx file; it is replaced.
        segments: segments by (month's first day, carrier), which the bills are made from.

    Returns:
        The number of rows by dataset.
    """
    rows: dict[str, list[tuple[Any, ...]]] = {
        "desk.tickets": tickets(city),
        "desk.incidents": records.incidents(city),
        "desk.attendance": records.attendance(city),
        "desk.checks": records.checks(city),
        "desk.trainings": records.trainings(city),
        "desk.changes": records.changes(city),
        "desk.roster": records.roster(city),
        "desk.signoffs": records.signoffs(city),
        "desk.recommendations": records.recommendations(city),
        "infra.patches": records.patches(city),
        "sms.bills": _bills(city, segments),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    write_template(path, [DATASETS[name] for name in DESK_WORKBOOK_DATASETS], rows)
    return {name: len(content) for name, content in rows.items()}


def _bills(city: City, segments: Mapping[tuple[dt.date, str], int]) -> list[tuple[Any, ...]]:
    planted = {(item.day, item.subject): item.size for item in city.planted("bill_difference")}
    rows: list[tuple[Any, ...]] = []
    for month in billed_months(city.days[0], city.until):
        for carrier, price in _PRICES.items():
            more = planted.get((month.first, carrier), _SMALL)
            billed = round(segments.get((month.first, carrier), 0) * (1 + more))
            rows.append((month.first, carrier, billed, round(billed * price, 2)))
    return rows
