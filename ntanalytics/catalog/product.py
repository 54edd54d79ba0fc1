"""What a product and a mapping are."""

from __future__ import annotations

from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from ntanalytics.contract import Dataset
from ntanalytics.errors import UnknownName

#: How a source can write a time (CONTRIBUTING.md, "Add a product"); ``text:`` takes a strptime format.
TIME_FORMS = ("naive", "aware", "utc", "epoch_s", "epoch_ms", "date")


@dataclass(frozen=True)
class Mapping:
    """One dataset of one product, as SQL.

    Attributes:
        dataset: the contract it feeds.
        path: its file.
        sql: its text, with ``:since`` and ``:until`` to be bound.
        times: column → form in which the source writes it (see ``TIME_FORMS``).
        dialects: the sqlglot dialects it claims to run in.
        translations: column → (the product's word → ours, or None for null), from a table that a site can edit.
    """

    dataset: Dataset
    path: Path
    sql: str
    times: Map[str, str]
    dialects: tuple[str, ...]
    translations: Map[str, Map[str, str | None]] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def window_form(self) -> str:
        """The form in which :since and :until are bound; empty for a state, which binds neither."""
        return self.times.get(self.dataset.window, "")


@dataclass(frozen=True)
class Product:
    """A product that the suite can read.

    Attributes:
        name: its folder under queries/.
        title: its name for people.
        kind: the kind of source: database, logs, listing, workbook, prometheus or probe.
        needs: the read access it wants, for the person who grants it.
        timezone: the zone of its naive times where the product fixes one; else the site's.
        shards: table name in the SQL → regular expression of the tables it stands for.
        mappings: (dataset, dialect or "") → mapping.
        queries: for Prometheus, dataset → (name in its SQL → PromQL).
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
        """The names of the datasets it can feed."""
        return sorted({name for name, _ in self.mappings})

    def mapping(self, dataset: str, dialect: str = "") -> Mapping:
        """The mapping for a dataset; a file for the dialect wins over the general one.

        Raises:
            UnknownName: the product does not feed that dataset.
        """
        found = self.mappings.get((dataset, dialect)) or self.mappings.get((dataset, ""))
        if found is None:
            raise UnknownName("dataset", dataset, self.datasets, where=self.name)
        return found
