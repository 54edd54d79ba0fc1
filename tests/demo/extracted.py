"""What the real mappings make of a source that a writer of the demo city wrote, in the contract's shape."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from ntanalytics.catalog import site_catalog
from ntanalytics.demo.incidents.planning import plan_incidents
from ntanalytics.demo.local_time import ZONE
from ntanalytics.demo.population.city import City, city_of
from ntanalytics.demo.store import PREFIX
from ntanalytics.extraction.check import check
from ntanalytics.periods import Calendar, days_between, local_window
from ntanalytics.settings import load
from ntanalytics.sources import open_sources

UNTIL = dt.date(2026, 11, 22)

Rows = list[dict[str, Any]]


def small_city(first: dt.date, *, scale: float = 0.004, seed: int = 20261122) -> City:
    """The last days of the demo city, with some of its people."""
    days, calendar = days_between(first, UNTIL), Calendar()
    return city_of(days, calendar, plan_incidents(calendar, first, UNTIL), seed=seed, scale=scale)


def url_of(name: str, folder: Path, server: str = "") -> str:
    """The URL of a database that a store wrote: a SQLite file in ``folder``, or on a server."""
    if not server:
        return f"sqlite:///{folder / name}.sqlite"
    return sa.make_url(server).set(database=PREFIX + name).render_as_string()


def extracted(city: City, folder: Path, source: str, *datasets: str, queries: Path | None = None) -> dict[str, Rows]:
    """The rows of some datasets over the city's days, in an order that only depends on what they hold.

    A row that would be rejected fails the test. Values that are hashed are so with the key ``k``.

    Args:
        city: whose days are asked for.
        folder: where the source's files are; the settings go there, too.
        source: its entry in ntanalytics.yml, as YAML in one line: ``{product: zabbix, url: ...}``.
        datasets: their names.
        queries: the site's own mappings and words.
    """
    config = folder / "ntanalytics.yml"
    own = f"queries: {queries}\n" if queries else ""
    config.write_text(f"{own}sources: {{city: {source}}}\n", encoding="utf-8")
    settings = load(config)
    opened = open_sources(settings, site_catalog(settings.queries))["city"]
    first, last = city.days[0], city.until
    found: dict[str, Rows] = {}
    for name in datasets:
        mapping, tables = opened.mapping(name), []
        with opened.read(mapping, *local_window(first, last, ZONE)) as batches:
            for batch in batches:
                checked = check(batch, mapping, opened, site_zone=ZONE, days=(first, last), key=b"k")
                assert checked.rejects.num_rows == 0, checked.rejects.to_pylist()[:3]
                tables.append(checked.rows)
        rows = pa.concat_tables(tables).to_pylist() if tables else []
        found[name] = sorted(rows, key=lambda row: str(sorted(row.items())))
    return found


def local(moment: dt.datetime) -> dt.datetime:
    """A moment as the city's wall clock shows it."""
    return moment.astimezone(ZONE).replace(tzinfo=None)
