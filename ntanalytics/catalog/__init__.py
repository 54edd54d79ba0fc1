"""Catalog of mappings: every ``queries/<product>/<dataset>.sql``, paired with its contract.

A mapping with a missing, unknown or mistyped column is refused when it is loaded. The error names file and column.
"""

from __future__ import annotations

from ntanalytics.catalog.catalog import Catalog, current_product_name, mapping_problems, site_catalog
from ntanalytics.catalog.loading import load_product
from ntanalytics.catalog.product import TIME_FORMS, Mapping, Product

__all__ = [
    "TIME_FORMS",
    "Catalog",
    "Mapping",
    "Product",
    "current_product_name",
    "load_product",
    "mapping_problems",
    "site_catalog",
]
