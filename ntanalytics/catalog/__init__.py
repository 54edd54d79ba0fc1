"""The catalog of mappings: every ``queries/<product>/<dataset>.sql``, paired with its contract.

A mapping that misses, adds or mistypes a column is refused when it is loaded, naming file and
column, and never reaches a source.
"""

from __future__ import annotations

from ntanalytics.catalog.catalog import Catalog, site_catalog
from ntanalytics.catalog.loading import load_product
from ntanalytics.catalog.product import TIME_FORMS, Mapping, Product

__all__ = ["TIME_FORMS", "Catalog", "Mapping", "Product", "load_product", "site_catalog"]
