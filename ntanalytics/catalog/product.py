"""Products and their mappings."""

from __future__ import annotations

from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from ntanalytics.contract import Dataset
from ntanalytics.errors import UnknownName

#: Time forms of a source (docs/connecting.md, "Time forms"); ``text:`` is followed by a strptime format.
TIME_FORMS = ("naive", "aware", "utc", "epoch_s", "epoch_ms", "date")


@dataclass(frozen=True, kw_only=True)
class Mapping:
    """SQL mapping of one dataset of a product.

    Attributes:
        dataset: dataset of the contract.
        path: file of the mapping.
        sql: text with the parameters ``:since`` and ``:until``.
        times: column → time form in the source (see ``TIME_FORMS``).
        dialects: supported sqlglot dialects.
        absent: columns of the dataset that the product does not have; they are null and not selected.
        translations: column → (code of the product → ours, or None for null), from a value map that a site can edit.
    """

    dataset: Dataset
    path: Path
    sql: str
    times: Map[str, str]
    dialects: tuple[str, ...]
    absent: frozenset[str] = frozenset()
    translations: Map[str, Map[str, str | None]] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def window_form(self) -> str:
        """Time form of :since and :until; empty for a state, which has neither."""
        return self.times.get(self.dataset.window, "")


@dataclass(frozen=True, kw_only=True)
class Product:
    """A product that can be read.

    Attributes:
        name: name of its folder under queries/.
        title: title for people.
        kind: kind of source: database, logs, listing, workbook, prometheus or probe.
        needs: needed read access, as a text for its administrator.
        timezone: time zone of its naive times, if the product has a fixed one; None: that of the site.
        shards: table name in the SQL → regular expression of its shards.
        mappings: (dataset, dialect or "") → mapping.
        queries: for Prometheus, dataset → (name in the SQL → PromQL).
    """

    name: str
    title: str
    kind: str
    needs: str
    timezone: str | None
    shards: Map[str, str]
    mappings: Map[tuple[str, str], Mapping]
    queries: Map[str, Map[str, str]] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def datasets(self) -> list[str]:
        """Names of the datasets that it feeds, sorted."""
        return sorted({name for name, _ in self.mappings})

    def mapping(self, dataset: str, dialect: str = "") -> Mapping:
        """Return the mapping for a dataset; a mapping for the dialect has priority over the general one.

        Raises:
            UnknownName: the product does not feed that dataset.
        """
        mapping = self.mappings.get((dataset, dialect)) or self.mappings.get((dataset, ""))
        if mapping is None:
            raise UnknownName("dataset", dataset, self.datasets, where=self.name)
        return mapping
