"""Loading of a product from its folder: source.yml, mappings, value maps."""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Mapping as Map
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from ntanalytics.catalog.contract_match import check_absent, check_columns, check_times
from ntanalytics.catalog.kept_columns import KeptColumns
from ntanalytics.catalog.product import Mapping, Product
from ntanalytics.catalog.value_maps import load_value_map
from ntanalytics.contract import DATASETS, Dataset
from ntanalytics.errors import ContractError, UnknownName
from ntanalytics.language import tr
from ntanalytics.settings.problems import problem_text

#: Kind of product → default dialects of its mappings.
_DEFAULT_DIALECTS = dict.fromkeys(("logs", "listing", "workbook", "prometheus", "probe"), ("duckdb",))

#: PyYAML's safe loader in C where it was built with libyaml: ten times as fast.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

#: Dialects of SQL by the names that people give them.
_DIALECTS = {
    **{name: name for name in ("postgres", "mysql", "sqlite", "oracle", "duckdb")},
    **dict.fromkeys(("postgresql", "kingbase", "kingbasees", "opengauss", "highgo"), "postgres"),
    "mariadb": "mysql",
    "dm": "oracle",
}

#: No mapping is known from before.
_FRESH = KeptColumns(None)

_HEADER = re.compile(r"\s*/\*(.*?)\*/", re.DOTALL)
_Model = TypeVar("_Model", bound=BaseModel)
_FILE = re.compile(r"(?P<dataset>[a-z]+\.[a-z_]+)(?:\.(?P<dialect>[a-z]+))?\.sql")


class _SourceFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: str
    kind: Literal["database", "logs", "listing", "workbook", "prometheus", "probe"]
    needs: str
    timezone: str | None = None
    shards: dict[str, str] = Field(default_factory=dict)
    queries: dict[str, dict[str, str]] = Field(default_factory=dict)


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else [] if value is None else value


class _Header(BaseModel):
    model_config = ConfigDict(extra="forbid")

    window: str = ""  # a state has none
    times: dict[str, str] = Field(default_factory=dict)
    dialects: Annotated[list[str], BeforeValidator(_as_list)] = Field(default_factory=list)
    translate: dict[str, str] = Field(default_factory=dict)
    absent: Annotated[list[str], BeforeValidator(_as_list)] = Field(default_factory=list)


def load_product(*homes: Path, is_read: bool = True, kept: KeptColumns = _FRESH) -> Product:
    """Return the product of one folder, or of several overlaid folders.

    Args:
        homes: folders of the product; a file in a later folder replaces the file of the same name.
        is_read: whether a source is read by it; if not, the SQL of the mappings is not checked.
        kept: what mappings select that were checked before; by default each is parsed freshly.

    Raises:
        ContractError: source.yml or a mapping does not fit.
    """
    files = product_files(homes)
    if "source.yml" not in files:
        raise ContractError(
            tr("there is no source.yml"), where=str(homes[-1]), todo=tr("describe the product there (CONTRIBUTING.md)")
        )
    header = _header(files["source.yml"])
    mappings = dict(
        _mapping(path, header.kind, files, kept if is_read else None)
        for name, path in files.items()
        if name.endswith(".sql")
    )
    if not mappings:
        raise ContractError(tr("the product maps no dataset"), where=str(homes[-1]))
    return Product(
        name=homes[0].name,
        title=header.title,
        kind=header.kind,
        needs=header.needs,
        timezone=header.timezone,
        shards=MappingProxyType(header.shards),
        mappings=MappingProxyType(mappings),
        queries=MappingProxyType(header.queries),
    )


def product_problems(*homes: Path) -> list[ContractError]:
    """Return what of a product does not fit the contract: a problem of each file; see :func:`load_product`."""
    files = product_files(homes)
    try:
        kind = _header(files["source.yml"]).kind
    except KeyError:
        return [
            ContractError(tr("there is no source.yml"), where=str(homes[-1]), todo=tr("describe the product there"))
        ]
    except ContractError as error:
        return [error]
    problems = []
    for name, path in files.items():
        if name.endswith(".sql"):
            try:
                _mapping(path, kind, files, _FRESH)
            except ContractError as error:
                problems.append(error)
    return problems


def _header(file: Path) -> _SourceFile:
    return _validated(_SourceFile, _yaml(_text(file), "the file", file), file)


def _mapping(path: Path, kind: str, files: Map[str, Path], kept: KeptColumns | None) -> tuple[tuple[str, str], Mapping]:
    """Return the mapping of a file, with its dataset and dialect; without ``kept`` its SQL is not checked."""
    match = _FILE.fullmatch(path.name)
    if not match:
        raise ContractError(tr("the name is not <subsystem>.<dataset>[.<dialect>].sql"), where=str(path))
    if match["dataset"] not in DATASETS:
        raise ContractError(str(UnknownName("dataset", match["dataset"], DATASETS)), where=str(path))
    default = (match["dialect"],) if match["dialect"] else _DEFAULT_DIALECTS.get(kind, ())
    mapping = _load_mapping(path, DATASETS[match["dataset"]], default, files, kept)
    return (match["dataset"], _dialect(match["dialect"], path) if match["dialect"] else ""), mapping


def _dialect(name: str, path: Path) -> str:
    """Return a dialect by one of its names.

    Raises:
        ContractError: there is no such dialect.
    """
    if (known := _DIALECTS.get(name.lower())) is None:
        raise ContractError(str(UnknownName("dialect", name, _DIALECTS)), where=str(path))
    return known


def product_files(homes: Iterable[Path]) -> dict[str, Path]:
    """Return file name → path of a product; files of later folders replace earlier ones."""
    return {path.name: path for home in homes for path in sorted(home.iterdir()) if path.is_file()}


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")  # Windows' editors begin a file with a byte order mark
    except OSError as error:
        raise ContractError(tr("cannot be read: {error}", error=error.strerror), where=str(path)) from error
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise ContractError(tr("the file is not UTF-8"), where=f"{path}:{line}", todo=tr("save it as UTF-8")) from error


def _yaml(text: str, what: str, where: Path) -> Any:
    try:
        loader = LOADER(text)
        try:
            return loader.get_single_data()
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        raise ContractError(tr("{what} is not YAML: {error}", what=what, error=error), where=str(where)) from error


def _validated(model: type[_Model], content: Any, where: Path) -> _Model:
    try:
        return model.model_validate(content)
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, p['loc']))}: {problem_text(p)}" for p in error.errors())
        raise ContractError(problems, where=str(where)) from None


def _load_mapping(
    path: Path, dataset: Dataset, default_dialects: tuple[str, ...], files: Map[str, Path], kept: KeptColumns | None
) -> Mapping:
    sql = _text(path)
    match = _HEADER.match(sql)
    if not match:
        raise ContractError(
            tr("the file must begin with a /* comment */ that declares window and times"), where=str(path)
        )
    header = _validated(_Header, _yaml(match[1], "the header", path), path)
    dialects = tuple(dict.fromkeys(_dialect(name, path) for name in header.dialects or default_dialects))
    if not dialects:
        raise ContractError(
            tr("the header names no dialects"), where=str(path), todo=tr("add e.g. `dialects: [sqlite, mysql]`")
        )
    check_absent(header.absent, dataset, path)
    check_times(header.window, header.times, dataset, path, header.absent)
    if kept is not None:
        columns = kept.selected(sql, dialects, path, frozenset(("since", "until") if dataset.window else ()))
        check_columns(columns, dataset, path, header.absent)
    translations = {
        column: load_value_map(dataset, column, files.get(name, path.with_name(name)), path)
        for column, name in header.translate.items()
    }
    return Mapping(
        dataset=dataset,
        path=path,
        sql=sql,
        times=MappingProxyType(header.times),
        dialects=dialects,
        absent=frozenset(header.absent),
        translations=MappingProxyType(translations),
    )
