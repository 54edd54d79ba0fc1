"""Products under one or more folders, by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Map
from pathlib import Path

from ntanalytics.catalog.kept_columns import KeptColumns
from ntanalytics.catalog.loading import load_product, product_files, product_problems
from ntanalytics.catalog.product import Product
from ntanalytics.errors import ContractError, SettingsError, UnknownName
from ntanalytics.language import tr
from ntanalytics.settings import project_dir, require_own
from ntanalytics.settings.renames import RENAMED_PRODUCTS


def current_product_name(name: str) -> str:
    """Return the present name of a product that was renamed; any other name unchanged."""
    return RENAMED_PRODUCTS.get(name, name)


class Catalog(Map[str, Product]):
    """Products under some folders, by name. Each is loaded on first access.

    An unused product is never loaded, so an error in it stops nobody. A former name of a product finds it, too.

    Args:
        folders: folders of products. A file in a later folder replaces the file of the same product and name, so
            that a site can change one mapping, or one value map, and keep the built-in rest.
        is_read: whether sources are read by it. Where they are not, the SQL is not parsed, which takes most of the
            time; what it selects and binds is then unknown.
        kept_in: folder in which it is kept what a mapping selects; None: every mapping is parsed freshly.
    """

    def __init__(self, folders: Iterable[Path], *, is_read: bool = True, kept_in: Path | None = None) -> None:
        self._is_read = is_read
        self._kept = KeptColumns(kept_in)
        self._homes: dict[str, list[Path]] = {}
        for folder in folders:
            homes = [path for path in folder.iterdir() if path.is_dir()]
            # The folder with the present name is read last, and wins.
            for home in sorted(homes, key=lambda path: (path.name not in RENAMED_PRODUCTS, path.name)):
                self._homes.setdefault(current_product_name(home.name), []).append(home)
        self._homes = {name: homes for name, homes in self._homes.items() if product_files(homes).get("source.yml")}
        self._loaded: dict[str, Product] = {}

    def __getitem__(self, name: str) -> Product:
        """Return the product of that name.

        Raises:
            UnknownName: no product has the name.
            ContractError: a file of the product does not fit; the message names file and column.
        """
        current = current_product_name(name)
        if current not in self._homes:
            raise UnknownName("product", name, self._homes)
        if current not in self._loaded:
            self._loaded[current] = load_product(*self._homes[current], is_read=self._is_read, kept=self._kept)
        return self._loaded[current]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and current_product_name(name) in self._homes

    def __iter__(self) -> Iterator[str]:
        return iter(self._homes)

    def __len__(self) -> int:
        return len(self._homes)


def mapping_problems(site_folder: Path) -> list[ContractError]:
    """Return what of a site's own mappings does not fit the contract, all of it.

    Args:
        site_folder: folder of the site's mappings, which lie over the built-in ones.
    """
    built_in = project_dir("queries")
    problems: list[ContractError] = []
    for home in sorted(path for path in site_folder.iterdir() if path.is_dir()):
        below = built_in / current_product_name(home.name)
        problems += product_problems(*([below] if below.is_dir() else []), home)
    return problems


def site_catalog(site_folder: Path | None, *, is_read: bool = True, kept_in: Path | None = None) -> Catalog:
    """Return the built-in products, with those of a site's own folder beside and above them.

    Args:
        site_folder: folder of the site's own mappings, if it has one.
        is_read: whether sources are read by it; see :class:`Catalog`.
        kept_in: folder in which it is kept what a mapping selects.

    Raises:
        SettingsError: there is no such folder, or every account of the host may write it, or something in it.
    """
    if site_folder is not None:
        if not site_folder.is_dir():
            raise SettingsError(
                tr("there is no folder {site_folder}", site_folder=site_folder),
                where="queries",
                todo=tr("make it, or remove `queries:`"),
            )
        require_own([site_folder, *site_folder.rglob("*")])
    return Catalog([project_dir("queries"), *([site_folder] if site_folder else [])], is_read=is_read, kept_in=kept_in)
