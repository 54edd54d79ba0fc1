"""The products under some folders, by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Map
from pathlib import Path

from ntanalytics.catalog.loading import load_product, product_files
from ntanalytics.catalog.product import Product
from ntanalytics.errors import UnknownName
from ntanalytics.settings import project_dir


class Catalog(Map[str, Product]):
    """Every product under some folders, by name, each loaded when it is first asked for.

    A product that nobody uses is not loaded, so that its mistake stops nobody.

    Args:
        folders: where products are. A file in a later folder replaces the one of the same product and name, so that a
            site can change one mapping, or one table of words, and leave the others to us.
    """

    def __init__(self, folders: Iterable[Path]) -> None:
        self._homes: dict[str, list[Path]] = {}
        for folder in folders:
            for home in sorted(path for path in folder.iterdir() if path.is_dir()):
                self._homes.setdefault(home.name, []).append(home)
        self._homes = {name: homes for name, homes in self._homes.items() if product_files(homes).get("source.yml")}
        self._loaded: dict[str, Product] = {}

    def __getitem__(self, name: str) -> Product:
        """The product of that name.

        Raises:
            UnknownName: there is none.
            ContractError: one of its files does not fit; the message names the file and the column.
        """
        if name not in self._homes:
            raise UnknownName("product", name, self._homes)
        if name not in self._loaded:
            self._loaded[name] = load_product(*self._homes[name])
        return self._loaded[name]

    def __contains__(self, name: object) -> bool:
        return name in self._homes

    def __iter__(self) -> Iterator[str]:
        return iter(self._homes)

    def __len__(self) -> int:
        return len(self._homes)


def site_catalog(own: Path | None) -> Catalog:
    """The built-in products, with those of a site's own folder beside and above them."""
    return Catalog([project_dir("queries"), *([own] if own else [])])
