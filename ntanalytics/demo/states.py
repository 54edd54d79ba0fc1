"""Snapshots of earlier mornings: the states of the demo city as its sources showed them then, taken into the lake.

A source has its states only as they are now. A site that runs for weeks has a snapshot of each day, and its reports
tell what changed; the demo city is read on one morning. So the tables with states are written as they stood on some
earlier evenings, each into databases of its own, and read on the morning after by the clock of that morning.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterable
from dataclasses import replace

from ntanalytics.contract import DATASETS, Kind
from ntanalytics.demo.estate import Estate, city_of_estate
from ntanalytics.demo.products.ejbca.database import write_ejbca_states
from ntanalytics.demo.products.maxkey.database import write_maxkey_states
from ntanalytics.demo.products.seal_register.database import write_seal_states
from ntanalytics.demo.products.xinhu.database import write_xinhu_states
from ntanalytics.demo.products.zabbix.database import write_zabbix_states
from ntanalytics.demo.store import Store
from ntanalytics.extraction import Extractor
from ntanalytics.ledger import Ledger
from ntanalytics.periods import Calendar, parse_period
from ntanalytics.settings import Settings, load

_WRITERS = (write_maxkey_states, write_xinhu_states, write_ejbca_states, write_seal_states, write_zabbix_states)
_STATES = tuple(name for name, dataset in DATASETS.items() if dataset.kind is Kind.STATE)
#: Folder of the databases of earlier evenings, in the estate's folder; it is removed when they were read.
_FOLDER = "states"


def compared_days(estate: Estate, reports: Iterable[tuple[str, str]]) -> list[dt.date]:
    """Return the days before the estate's last at whose ends its reports compare states, in order.

    Args:
        estate: the estate.
        reports: report and period, as ``plan_reports`` returns them.
    """
    today, ends = estate.until + dt.timedelta(days=1), set()
    for _, text in reports:
        period = parse_period(text, today, Calendar())
        ends |= {period.last, period.previous().last}
    return sorted(day for day in ends if estate.first <= day < estate.until)


def take_snapshots(estate: Estate, days: Iterable[dt.date], *, seed: int, scale: float) -> None:
    """Take a snapshot of each state on the morning after some days.

    Args:
        estate: the written estate.
        days: days of the estate.
        seed: its seed.
        scale: its scale.
    """
    folder = estate.directory / _FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    stores = {day: Store(folder / day.isoformat(), {}) for day in days}
    city = city_of_estate(estate.first, estate.until, seed=seed, scale=scale)
    for write in _WRITERS:
        write(city, stores)
    settings = load(estate.config)
    ledger = Ledger(settings.ledger)
    for day in stores:
        morning = replace(estate, until=day).clock
        Extractor(_on(settings, day), ledger, clock=morning).extract(_STATES, day, day)
    shutil.rmtree(folder)


def _on(settings: Settings, day: dt.date) -> Settings:
    """Return the settings with the databases of a day instead of today's."""
    files = {path.stem: path for path in (settings.file.parent / _FOLDER / day.isoformat()).glob("*.sqlite")}
    sources = {
        name: source.model_copy(update={"url": f"sqlite:///{path}", "password": None})
        for name, source in settings.sources.items()
        if (path := files.get(_database(source.url)))
    }
    return settings.model_copy(update={"sources": sources})


def _database(url: str | None) -> str:
    """Return the name of the database in a URL, as the estate named it."""
    return (url or "").rpartition("/")[2].removesuffix(".sqlite").removeprefix("ntanalytics_demo_")
