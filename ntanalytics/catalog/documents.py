"""Page of the products that can be read, for docs/products.md."""

from __future__ import annotations

from collections.abc import Iterable

from ntanalytics.catalog.catalog import site_catalog
from ntanalytics.catalog.product import Product
from ntanalytics.contract import DATASETS

_INTRO = """# Products that can be read

Made from `queries/` by `make docs`; do not edit. `ntanalytics.yml` names a product as `product:` of a source
([settings.md](settings.md)). A product that is not listed is connected as in [connecting.md](connecting.md).

| product | what it is | kind | datasets |
| --- | --- | --- | --- |
"""


def page() -> str:
    """Return the page in Markdown: each built-in product with its datasets, and what its administrator must grant."""
    products = sorted(site_catalog(None).values(), key=lambda product: product.name)
    return _INTRO + "\n".join(map(_line, products)) + "\n\n" + "\n".join(map(_needs, products))


def _line(product: Product) -> str:
    datasets = ", ".join(f"`{name}`" for name in _datasets(product))
    return f"| [`{product.name}`](#{product.name}) | {product.title} | {product.kind} | {datasets} |"


def _datasets(product: Product) -> Iterable[str]:
    read = {dataset for dataset, _ in product.mappings}
    return (name for name in DATASETS if name in read)


def _needs(product: Product) -> str:
    return f"## {product.name}\n\n{' '.join(product.needs.split())}\n"
