"""Rows of the demo city's databases, read through the real mappings into the contract's shape."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from ntanalytics.catalog import site_catalog
from ntanalytics.demo.city import City, city_of
from ntanalytics.demo.incidents import ZONE, plan
from ntanalytics.demo.store import PREFIX
from ntanalytics.extraction.check import check
from ntanalytics.periods import Calendar, days_between, local_window
from ntanalytics.settings import SourceSettings
from ntanalytics.sources import SOURCES

UNTIL = dt.date(2026, 11, 22)


def small_city(first: dt.date, *, scale: float = 0.004, seed: int = 20261122) -> City:
    """The last days of the demo city, with some of its people."""
    days, calendar = days_between(first, UNTIL), Calendar()
    return city_of(days, calendar, plan(calendar, first, UNTIL), seed=seed, scale=scale)


def url_of(name: str, folder: Path, server: str = "") -> str:
    """The URL of a database that a store wrote: a SQLite file in ``folder``, or on a server."""
    if not server:
        return f"sqlite:///{folder / name}.sqlite"
    return sa.make_url(server).set(database=PREFIX + name).render_as_string()


def mapped(
    product: str, dataset: str, url: str, days: Sequence[dt.date], own: Path | None = None
) -> list[dict[str, Any]]:
    """The rows of ``days``, first to last, in no order; a row that would be set aside fails the test.

    Args:
        product: of the mapping.
        dataset: that is mapped.
        url: of the database.
        days: of the window.
        own: the site's own mappings.
    """
    described = site_catalog(own)[product]
    source = SOURCES[described.kind]("city", SourceSettings(product=product, url=url), described, ZONE)
    mapping = source.mapping(dataset)
    rows: list[pa.Table] = []
    with source.read(mapping, *local_window(days[0], days[-1], ZONE)) as batches:
        for batch in batches:
            checked = check(batch, mapping, source, site_zone=ZONE, first=days[0], last=days[-1], key=b"k")
            assert checked.rejects.num_rows == 0, checked.rejects.to_pylist()[:3]
            rows.append(checked.rows)
    return pa.concat_tables(rows).to_pylist() if rows else []


def local(moment: dt.datetime) -> dt.datetime:
    """A moment as the city's wall clock shows it."""
    return moment.astimezone(ZONE).replace(tzinfo=None)


def ordered(rows: list[dict[str, Any]]) -> list[str]:
    """Rows in an order that only depends on what they hold."""
    return sorted(str(sorted(row.items())) for row in rows)
