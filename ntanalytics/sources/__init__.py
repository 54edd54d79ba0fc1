"""Sources of data, one module per kind."""

from __future__ import annotations

from collections.abc import Callable, Collection
from collections.abc import Mapping as Map
from dataclasses import replace
from types import MappingProxyType
from zoneinfo import ZoneInfo

from ntanalytics.catalog import Product
from ntanalytics.errors import SettingsError, UnknownName
from ntanalytics.settings import Settings, SourceSettings
from ntanalytics.sources.database import DatabaseSource
from ntanalytics.sources.listing import ListingSource
from ntanalytics.sources.logs import LogsSource
from ntanalytics.sources.probe import ProbeSource
from ntanalytics.sources.prometheus import PrometheusSource
from ntanalytics.sources.read_hours import check_read_hours
from ntanalytics.sources.source import BATCH_ROWS, Source
from ntanalytics.sources.workbook import WorkbookSource

#: Kind of source (source.yml, ``kind``) → its class.
SOURCES: Map[str, Callable[[str, SourceSettings, Product, ZoneInfo], Source]] = MappingProxyType(
    {
        "database": DatabaseSource,
        "logs": LogsSource,
        "listing": ListingSource,
        "workbook": WorkbookSource,
        "prometheus": PrometheusSource,
        "probe": ProbeSource,
    }
)


def open_sources(settings: Settings, catalog: Map[str, Product]) -> dict[str, Source]:
    """Return every source of the settings by name. No connection is opened.

    Raises:
        SettingsError: the product of a source is not in the catalog.
    """
    return {name: open_source(settings, name, catalog) for name in settings.sources}


def open_source(settings: Settings, name: str, catalog: Map[str, Product]) -> Source:
    """Return one source of the settings. No connection is opened.

    Raises:
        SettingsError: its product is not in the catalog.
    """
    configured = settings.sources[name]
    if configured.product not in catalog:
        unknown = UnknownName("product", configured.product, catalog)
        raise SettingsError(unknown.what, where=f"{settings.file}: sources.{name}.product", todo=unknown.todo)
    product = restrict_to_datasets(catalog[configured.product], configured.datasets, where=f"sources.{name}.datasets")
    zone = ZoneInfo(configured.timezone or product.timezone or settings.site.timezone)
    return SOURCES[product.kind](name, configured, product, zone)


def restrict_to_datasets(product: Product, datasets: Collection[str], *, where: str) -> Product:
    """Return the product with the mappings of some datasets only; without datasets, the product itself.

    Raises:
        UnknownName: the product does not feed one of the datasets.
    """
    for dataset in datasets:
        if dataset not in product.datasets:
            raise UnknownName("dataset", dataset, product.datasets, where=where)
    if not datasets:
        return product
    chosen = {key: mapping for key, mapping in product.mappings.items() if key[0] in datasets}
    return replace(product, mappings=MappingProxyType(chosen))


__all__ = ["BATCH_ROWS", "SOURCES", "Source", "check_read_hours", "open_source", "open_sources", "restrict_to_datasets"]
