"""The catalog of mappings: every ``queries/<product>/<dataset>.sql``, paired with its contract.

A mapping that misses, adds or mistypes a column is refused when it is loaded, naming file and
column, and never reaches a source.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, TypeVar

import sqlglot
import sqlglot.errors
import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from sqlglot import exp

from ntanalytics.contract import DATASETS, STEERING, Dataset, Type
from ntanalytics.errors import ContractError, UnknownName
from ntanalytics.settings import project_dir

#: How a source can write a time (real-products.md, "Timestamp map"); ``text:`` takes a strptime format.
TIME_FORMS = ("naive", "aware", "utc", "epoch_s", "epoch_ms", "date")

#: A product's kind → the sqlglot dialects its mappings are written in when the header names none.
_EMBEDDED = dict.fromkeys(("logs", "listing", "workbook", "prometheus", "probe"), ("duckdb",))

_BOUND = re.compile(r"(?<![:\w]):(\w+)")
_HEADER = re.compile(r"\s*/\*(.*?)\*/", re.DOTALL)
_Model = TypeVar("_Model", bound=BaseModel)
_FILE = re.compile(r"(?P<dataset>[a-z]+\.[a-z_]+)(?:\.(?P<dialect>[a-z]+))?\.sql")


@dataclass(frozen=True)
class Mapping:
    """One dataset of one product, as SQL.

    Attributes:
        dataset: the contract it feeds.
        path: its file.
        sql: its text, with ``:since`` and ``:until`` to be bound.
        times: column → form in which the source writes it (see ``TIME_FORMS``).
        dialects: the sqlglot dialects it claims to run in.
        steering: which of the steering columns it selects.
        translations: column → (the product's word → ours, or None for null), from a table that a site can edit.
    """

    dataset: Dataset
    path: Path
    sql: str
    times: Map[str, str]
    dialects: tuple[str, ...]
    steering: tuple[str, ...]
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


class _SourceFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: str
    kind: Literal["database", "logs", "listing", "workbook", "prometheus", "probe"]
    needs: str
    timezone: str | None = None
    shards: dict[str, str] = Field(default_factory=dict)
    queries: dict[str, dict[str, str]] = Field(default_factory=dict)


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


class _Header(BaseModel):
    model_config = ConfigDict(extra="forbid")

    window: str = ""  # a state has none
    times: dict[str, str] = Field(default_factory=dict)
    dialects: Annotated[list[str], BeforeValidator(_listed)] = Field(default_factory=list)
    translate: dict[str, str] = Field(default_factory=dict)


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
        self._homes = {name: homes for name, homes in self._homes.items() if _files(homes).get("source.yml")}
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


def load_product(*homes: Path) -> Product:
    """The product in one folder, or in several of the same name: its source.yml and its mappings.

    Args:
        homes: the folders; a file in a later one replaces the one of the same name.

    Raises:
        ContractError: source.yml or a mapping does not fit.
    """
    files = _files(homes)
    if "source.yml" not in files:
        raise ContractError(
            "there is no source.yml", where=str(homes[-1]), todo="say there what the product is (CONTRIBUTING.md)"
        )
    file = files["source.yml"]
    about = _validated(_SourceFile, yaml.safe_load(file.read_text(encoding="utf-8")), file)
    mappings: dict[tuple[str, str], Mapping] = {}
    for name, path in files.items():
        if not name.endswith(".sql"):
            continue
        match = _FILE.fullmatch(name)
        if not match:
            raise ContractError("the name is not <subsystem>.<dataset>[.<dialect>].sql", where=str(path))
        if match["dataset"] not in DATASETS:
            raise ContractError(str(UnknownName("dataset", match["dataset"], DATASETS)), where=str(path))
        default = (match["dialect"],) if match["dialect"] else _EMBEDDED.get(about.kind, ())
        found = _load_mapping(path, DATASETS[match["dataset"]], default, files)
        mappings[match["dataset"], match["dialect"] or ""] = found
    if not mappings:
        raise ContractError("the product maps no dataset", where=str(homes[-1]))
    return Product(
        homes[0].name, about.title, about.kind, about.needs, about.timezone,
        MappingProxyType(about.shards), MappingProxyType(mappings), MappingProxyType(about.queries),
    )  # fmt: skip


def _files(homes: Iterable[Path]) -> dict[str, Path]:
    """The files of a product by name, those of later folders in place of earlier ones."""
    return {path.name: path for home in homes for path in sorted(home.iterdir()) if path.is_file()}


def _validated(model: type[_Model], content: Any, where: Path) -> _Model:
    try:
        return model.model_validate(content)
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, p['loc']))}: {p['msg']}" for p in error.errors())
        raise ContractError(problems, where=str(where)) from None


def _load_mapping(path: Path, dataset: Dataset, default_dialects: tuple[str, ...], files: Map[str, Path]) -> Mapping:
    sql = path.read_text(encoding="utf-8")
    match = _HEADER.match(sql)
    if not match:
        raise ContractError("the file must begin with a /* comment */ that declares window and times", where=str(path))
    try:
        content = yaml.safe_load(match[1])
    except yaml.YAMLError as error:
        raise ContractError(f"the header is not YAML: {error}", where=str(path)) from error
    header = _validated(_Header, content, path)
    dialects = tuple(header.dialects) or default_dialects
    if not dialects:
        raise ContractError(
            "the header names no dialects", where=str(path), todo="add e.g. `dialects: [sqlite, mysql]`"
        )
    _check_times(header, dataset, path)
    columns = _selected_columns(sql, dialects, path, {"since", "until"} if dataset.window else set())
    _check_columns(columns, dataset, path)
    steering = tuple(name for name in STEERING if name in columns)
    translations = {
        column: _load_words(dataset, column, files.get(name, path.with_name(name)), path)
        for column, name in header.translate.items()
    }
    return Mapping(
        dataset, path, sql, MappingProxyType(header.times), dialects, steering, MappingProxyType(translations)
    )


def _load_words(dataset: Dataset, column: str, file: Path, mapping: Path) -> Map[str, str | None]:
    """A table of words: CSV with the columns ``theirs`` and ``ours``; a blank ``ours`` is null, where it may be."""
    declared = next((each for each in dataset.mapped if each.name == column and each.values), None)
    if declared is None:
        raise ContractError(f"translate: {column!r} is no enumeration of {dataset.name}", where=str(mapping))
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            words = {row["theirs"].strip(): row["ours"].strip() for row in csv.DictReader(lines)}
    except (OSError, KeyError, AttributeError) as error:
        raise ContractError(
            f"cannot read the table of words: {error!r}", where=str(file), todo="two columns: theirs,ours"
        ) from error
    for word in words.values():
        if word not in declared.values and (word or not declared.nullable):
            raise ContractError(str(UnknownName(column, word, declared.values)), where=str(file))
    return MappingProxyType({theirs: ours or None for theirs, ours in words.items()})


def _check_times(header: _Header, dataset: Dataset, path: Path) -> None:
    if header.window != dataset.window:
        raise ContractError(f"the window must be {dataset.window!r}, not {header.window!r}", where=str(path))
    expected = {column.name for column in dataset.mapped if column.type in (Type.TIMESTAMP, Type.DATE)}
    for name in sorted(expected - set(header.times)):
        raise ContractError(
            f"the header does not say how {name!r} is written", where=str(path), todo="add it under times:"
        )
    for name, form in header.times.items():
        if name not in expected:
            raise ContractError(f"times: {name!r} is not a time of {dataset.name}", where=str(path))
        if form not in TIME_FORMS and not form.startswith("text:"):
            raise ContractError(str(UnknownName("form of time", form, (*TIME_FORMS, "text:<format>"))), where=str(path))
        is_date = dataset.column(name).type is Type.DATE
        if is_date != (form == "date"):
            raise ContractError(
                f"times: {name!r} is a {dataset.column(name).type}, it cannot be {form!r}", where=str(path)
            )


def _selected_columns(sql: str, dialects: tuple[str, ...], path: Path, wanted: set[str]) -> list[str]:
    """The output columns, after checking that it is one plain SELECT in every dialect."""
    columns: list[str] = []
    for dialect in dialects:
        try:
            statements = [s for s in sqlglot.parse(sql, dialect=dialect) if s is not None]
        except (sqlglot.errors.ParseError, sqlglot.errors.TokenError) as error:
            raise ContractError(f"not SQL of {dialect}: {error}", where=str(path)) from error
        if len(statements) != 1 or not isinstance(statements[0], exp.Query):
            raise ContractError("the file must hold one SELECT and nothing else", where=str(path))
        query = statements[0]
        if any(query.find_all(exp.Insert, exp.Update, exp.Delete, exp.Create, exp.Drop, exp.Into, exp.Command)):
            raise ContractError("a mapping only reads", where=str(path))
        bound = set(_BOUND.findall(_HEADER.sub("", sql, count=1)))
        if bound != wanted:
            raise ContractError(
                f"it binds {sorted(bound) or 'nothing'}, not {sorted(wanted) or 'nothing'}", where=str(path)
            )
        columns = [name.lower() for name in query.named_selects]
        if "*" in columns:
            raise ContractError("name the columns: SELECT * follows every change of the source", where=str(path))
    return columns


def _check_columns(columns: list[str], dataset: Dataset, path: Path) -> None:
    wanted = [column.name for column in dataset.mapped]
    for name in wanted:
        if name not in columns:
            raise ContractError(
                f"column {name!r} of {dataset.name} is missing", where=str(path), todo=f"select … AS {name}"
            )
    for name in columns:
        if name not in wanted and name not in STEERING:
            raise ContractError(
                f"column {name!r} is not in {dataset.name}", where=str(path), todo=f"known: {', '.join(wanted)}"
            )
        if columns.count(name) > 1:
            raise ContractError(f"column {name!r} is selected twice", where=str(path))
