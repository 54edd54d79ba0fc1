"""The service-desk workbook: records that the contractor keeps by hand, and the carriers' bills."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

from ntanalytics.contract import DATASETS
from ntanalytics.demo.population.city import City
from ntanalytics.demo.products.desk_workbook import staff, systems
from ntanalytics.demo.products.desk_workbook.dispositions import dispositions
from ntanalytics.demo.products.desk_workbook.tickets import tickets
from ntanalytics.sources.starter import DESK_WORKBOOK_DATASETS
from ntanalytics.sources.workbook_template import write_template


def write_desk_workbook(city: City, path: Path, segments: Mapping[tuple[dt.date, str], int]) -> dict[str, int]:
    """Write the filled workbook, and return the number of rows by dataset.

    Args:
        city: the city.
        path: the .xlsx file; it is replaced.
        segments: segments by (month's first day, carrier), from which the bills are made.
    """
    rows = {
        "desk.tickets": tickets(city),
        "desk.incidents": systems.outages(city),
        "desk.attendance": staff.attendance(city),
        "desk.checks": systems.checks(city),
        "desk.trainings": staff.trainings(city),
        "desk.changes": systems.changes(city),
        "desk.roster": staff.roster(city),
        "desk.signoffs": staff.signoffs(city),
        "desk.recommendations": staff.recommendations(city),
        "desk.dispositions": dispositions(city),
        "infra.patches": systems.patches(city),
        "sms.bills": systems.bills(city, segments),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    write_template(path, [DATASETS[name] for name in DESK_WORKBOOK_DATASETS], rows)
    return {name: len(content) for name, content in rows.items()}
