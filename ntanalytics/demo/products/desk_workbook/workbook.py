"""The service-desk workbook: records that the contractor keeps by hand, and the carriers' bills."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

from ntanalytics.contract import DATASETS
from ntanalytics.demo.population.city import City
from ntanalytics.demo.products.desk_workbook import details, plans, staff, systems
from ntanalytics.demo.products.desk_workbook.access import access_grants
from ntanalytics.demo.products.desk_workbook.cells import Row
from ntanalytics.demo.products.desk_workbook.tickets import tickets
from ntanalytics.sources.starter import DESK_WORKBOOK_DATASETS
from ntanalytics.sources.workbook_template import write_template


def desk_rows(city: City, segments: Mapping[tuple[dt.date, str], int]) -> dict[str, list[Row]]:
    """Return the rows of every sheet by dataset.

    Args:
        city: the city.
        segments: segments by (month's first day, carrier), from which the bills are made.
    """
    opened, outages = tickets(city), systems.outages(city)
    trained, drilled = plans.training_details(city, staff.trainings(city)), plans.drills(city)
    return {
        "desk.tickets": details.ticket_details(city, opened, outages),
        "desk.incidents": details.incident_details(city, outages),
        "desk.attendance": staff.attendance(city),
        "desk.checks": systems.checks(city),
        "desk.plans": plans.plans(city, trained, drilled),
        "desk.trainings": trained,
        "desk.drills": drilled,
        "desk.changes": details.change_details(city, systems.changes(city)),
        "desk.onboardings": plans.onboardings(city, opened),
        "desk.access_grants": access_grants(city),
        "desk.roster": staff.roster(city),
        "desk.report_plan": plans.report_plan(city),
        "desk.signoffs": staff.signoffs(city),
        "desk.recommendations": staff.recommendations(city),
        "infra.patches": systems.patches(city),
        "sms.bills": systems.bills(city, segments),
    }


def write_desk_workbook(city: City, path: Path, segments: Mapping[tuple[dt.date, str], int]) -> dict[str, int]:
    """Write the filled workbook, and return the number of rows by dataset.

    Args:
        city: the city.
        path: the .xlsx file; it is replaced.
        segments: segments by (month's first day, carrier), from which the bills are made.
    """
    rows = desk_rows(city, segments)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_template(path, [DATASETS[name] for name in DESK_WORKBOOK_DATASETS], rows)
    return {name: len(content) for name, content in rows.items()}
