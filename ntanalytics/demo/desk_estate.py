"""Desk estate: the service desk's workbook alone, over any span such as three contract years, in seconds.

It has no other source. Its outages come at regular intervals; every duty is done but for the planted shortfalls.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ntanalytics.contract import DATASETS
from ntanalytics.demo.incidents.default_script import DEFAULT_SEED
from ntanalytics.demo.incidents.incident import Incident
from ntanalytics.demo.incidents.kinds import INCIDENT_KINDS
from ntanalytics.demo.incidents.random.build import build
from ntanalytics.demo.local_time import moment, morning_after
from ntanalytics.demo.population.city import city_of
from ntanalytics.demo.products.desk_workbook.workbook import desk_rows
from ntanalytics.demo.shortfalls import Sheets, Shortfall, plant
from ntanalytics.errors import UsageError
from ntanalytics.language import tr
from ntanalytics.periods import Calendar, days_between
from ntanalytics.settings import FILE_NAME
from ntanalytics.sources.starter import DESK_WORKBOOK_DATASETS, DESK_WORKBOOK_NAME
from ntanalytics.sources.workbook_template import sheet_columns, write_template

#: Records of the incidents and of the shortfalls.
INCIDENTS_FILE, SHORTFALLS_FILE = "incidents.json", "shortfalls.json"

#: Outages of a quarter, in turn: working day of the quarter, kind, subject, clock of the begin, minutes. The long one
#: has no vendor software as its cause, so that the promise of four hours does not hold for it.
_OUTAGES = (
    (8, "service_down", "docexchange", "10:05", 95),
    (21, "carrier_outage", "unicom", "09:20", 170),
    (35, "service_down", "oa", "14:10", 50),
    (48, "messages_stopped", "im", "09:30", 290),
)

_SETTINGS = f"""\
site:
  name: 南通市电子政务工作平台（示例）
  timezone: Asia/Shanghai
lake: lake
ledger: sqlite:///ledger.sqlite
outputs: outputs
sources:
  desk: {{product: desk_workbook, path: sources/{DESK_WORKBOOK_NAME}}}
"""


@dataclass(frozen=True, kw_only=True)
class DeskEstate:
    """Written desk estate.

    Attributes:
        directory: its folder.
        config: its ``ntanalytics.yml``.
        first: first day of the records.
        until: last day.
        rows: number of rows of the workbook by dataset.
        incidents: incidents, in order of their start.
        shortfalls: planted shortfalls, in order of their days.
    """

    directory: Path
    config: Path
    first: dt.date
    until: dt.date
    rows: Mapping[str, int]
    incidents: tuple[Incident, ...]
    shortfalls: tuple[Shortfall, ...]

    def clock(self) -> dt.datetime:
        """Return 06:10 on the morning after the last day, at which the estate is read."""
        return morning_after(self.until)


def write_desk_estate(
    directory: Path, *, first: dt.date, until: dt.date, seed: int = DEFAULT_SEED, shortfalls: Collection[str] = ()
) -> DeskEstate:
    """Write a desk estate into a new folder: the same arguments give the same rows.

    Args:
        directory: the folder, which must not exist or be empty.
        first: first day of the records.
        until: last day.
        seed: seed of the random numbers.
        shortfalls: kinds of shortfalls (``shortfalls.KINDS``), each planted once a year.

    Raises:
        UsageError: the folder is not empty.
        CalendarMissing: there is no working-day calendar for one of the days.
    """
    if directory.exists() and any(directory.iterdir()):
        raise UsageError(
            tr("the folder is not empty; nothing was written"), where=str(directory), todo=tr("name a new one")
        )
    calendar, days = Calendar(), days_between(first, until)
    incidents = tuple(_incidents(calendar, first, until))
    city = city_of(days, calendar, incidents, seed=seed, scale=1)
    columns = {name: [column.name for column in sheet_columns(DATASETS[name])] for name in DESK_WORKBOOK_DATASETS}
    rows = desk_rows(city, {})
    sheets: Sheets = {
        name: [dict(zip(columns[name], row, strict=True)) for row in rows[name]] for name in DESK_WORKBOOK_DATASETS
    }
    planted = plant(sheets, shortfalls, first, until, seed=seed)
    (directory / "sources").mkdir(parents=True, exist_ok=True)
    content = {name: [tuple(row.values()) for row in sheet] for name, sheet in sheets.items()}
    write_template(
        directory / "sources" / DESK_WORKBOOK_NAME, [DATASETS[name] for name in DESK_WORKBOOK_DATASETS], content
    )
    for name, records in ((INCIDENTS_FILE, incidents), (SHORTFALLS_FILE, planted)):
        text = json.dumps([item.record() for item in records], ensure_ascii=False, indent=2)
        (directory / name).write_text(text + "\n", encoding="utf-8")
    (directory / FILE_NAME).write_text(_SETTINGS, encoding="utf-8")
    return DeskEstate(
        directory=directory,
        config=directory / FILE_NAME,
        first=first,
        until=until,
        rows={name: len(sheet) for name, sheet in sheets.items()},
        incidents=incidents,
        shortfalls=planted,
    )


def _incidents(calendar: Calendar, first: dt.date, until: dt.date) -> Iterator[Incident]:
    """Yield the outages of each quarter whose working day lies in the span."""
    quarter = dt.date(first.year, (first.month - 1) // 3 * 3 + 1, 1)
    while quarter <= until:
        following = (quarter + dt.timedelta(days=93)).replace(day=1)
        worked = calendar.working_days(max(quarter, first), min(following - dt.timedelta(days=1), until))
        for back, kind, subject, clock, minutes in _OUTAGES:
            if back < len(worked):
                start = moment(worked[back], clock)
                span = start, start + dt.timedelta(minutes=minutes)
                yield build(INCIDENT_KINDS[kind], f"{kind}-{worked[back]:%Y%m%d}", subject, span, 1.0)
        quarter = following
