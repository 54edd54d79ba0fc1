"""Connection of a product: profile the source, propose datasets, draft missing files, check the draft."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml
from sqlglot import exp

from ntanalytics.catalog import Mapping
from ntanalytics.connect.draft_check import (
    DatasetState,
    Days,
    check_dataset,
    load_draft,
    loadable_copy,
    selected_expressions,
)
from ntanalytics.connect.drafting import draft
from ntanalytics.connect.matching import MatchProposal
from ntanalytics.connect.product_folder import files_of, product_home, write_missing
from ntanalytics.connect.proposing import only_named, profile, propose_tables
from ntanalytics.connect.source_table import SourceTable
from ntanalytics.connect.table_choice import TableChoice
from ntanalytics.connect.targets import make_source, settings_of, snippet
from ntanalytics.connect.value_forms import local_date, time_form
from ntanalytics.connect.value_reading import newest_value
from ntanalytics.contract import dataset as dataset_named
from ntanalytics.errors import ContractError, NtaError, UsageError
from ntanalytics.language import tr
from ntanalytics.settings import SourceSettings
from ntanalytics.sources import SOURCES, Source
from ntanalytics.sources.database import DatabaseSource

Progress = Callable[[str, int], None]


@dataclass(frozen=True, kw_only=True)
class ConnectionRequest:
    """A product to connect.

    Attributes:
        name: the product's name, and that of its folder.
        targets: one database URL, one workbook, or log files and globs.
        folder: the folder of products (``queries:`` of the settings).
        datasets: the datasets to draft; by default the likely ones.
        tables: the tables or sheets to draft them from; by default the likeliest.
        password: a reference to the database's password.
        zone: the site's zone, for naive times.
        days: the first and the last local day to check; by default the newest day of the data.
        today: the local day, for data without a time.
    """

    name: str
    targets: Sequence[str]
    folder: Path
    datasets: Sequence[str] = ()
    tables: Sequence[str] = ()
    password: str = ""
    zone: ZoneInfo
    days: Days | None = None
    today: dt.date


@dataclass(frozen=True, kw_only=True)
class ConnectionReport:
    """Result of a connection.

    Attributes:
        folder: the product's folder.
        proposals: the proposed datasets.
        tables: table → reason why it is used, or not; empty if nothing was drafted.
        hidden: table → columns that were not read because they may be sensitive.
        values_read: table of a database → columns whose codes or ends were read.
        remarks: remarks on the source.
        written: files that were written now.
        kept: files that existed and were not changed.
        datasets: the state of each dataset.
        problem: the reason why the draft cannot be loaded; else empty.
        usable: datasets whose valid rows can be taken as the mapping is.
        snippet: the lines for ntanalytics.yml.
    """

    folder: Path
    proposals: tuple[MatchProposal, ...]
    tables: dict[str, str]
    hidden: dict[str, list[str]]
    values_read: dict[str, list[str]]
    remarks: tuple[str, ...]
    written: tuple[Path, ...]
    kept: tuple[Path, ...]
    datasets: tuple[DatasetState, ...]
    problem: str
    usable: tuple[str, ...]
    snippet: str

    @property
    def fits(self) -> bool:
        """True if nothing is missing."""
        return not self.problem and bool(self.datasets) and all(state.fits for state in self.datasets)

    def as_data(self) -> dict[str, object]:
        """Return plain values, for JSON."""
        return {
            "fits": self.fits,
            "folder": str(self.folder),
            "proposals": [proposal.as_data() for proposal in self.proposals],
            "tables": self.tables,
            "not_looked_at": self.hidden,
            "values_read": self.values_read,
            "remarks": list(self.remarks),
            "written": [str(path) for path in self.written],
            "kept": [str(path) for path in self.kept],
            "problem": self.problem,
            "datasets": [state.as_data() for state in self.datasets],
            "usable": list(self.usable),
            "snippet": self.snippet,
        }


def connect(request: ConnectionRequest, progress: Progress) -> ConnectionReport:
    """Draft the mappings that a product lacks, and check all of them.

    Args:
        request: the product.
        progress: a callback for progress.

    Raises:
        UsageError: the name, a target or a dataset is invalid, or the folder exists and is no draft.
        SourceError: the source cannot be read.
        SettingsError: the URL holds a password, or its driver is not installed.
    """
    home = product_home(request.folder, request.name)
    wanted = [dataset_named(name).name for name in request.datasets]
    settings, kind = settings_of(request.name, request.targets, request.password)
    source = make_source(request.name, settings, kind, request.zone)
    progress(tr("looking"), 0)
    tables = profile(source)
    named = only_named(tables, request.tables)
    is_new = not (home / "source.yml").exists()
    missing = [name for name in wanted if not (home / f"{name}.sql").is_file()]
    if missing and not tables:
        raise UsageError(tr(_NOTHING))
    progress(tr("counting rows"), 0)
    is_drafting = bool(missing) or (is_new and not wanted)
    choice = propose_tables(source, named, missing, request.zone) if is_drafting else TableChoice((), {})
    proposals = choice.proposals
    files = draft(request.name, proposals) if proposals else {}
    written, kept = write_missing(home, files, is_new=is_new) if files else ((), files_of(home))
    used = [proposal.table for proposal in proposals] or (tables if kind != "database" else [])
    values_read = _values_read(used) if kind == "database" else {}
    states, problem = _check(request, home, settings, tables, progress)
    usable = tuple(state.dataset for state in states if state.is_usable)
    return ConnectionReport(
        folder=home,
        proposals=proposals,
        tables=choice.reasons if kind != "logs" else {},
        hidden={table.name: list(table.hidden) for table in used if table.hidden},
        values_read=values_read,
        remarks=tuple(dict.fromkeys(remark for table in tables for remark in table.remarks)),
        written=written,
        kept=kept,
        datasets=states,
        problem=problem,
        usable=usable,
        snippet=snippet(request.name, settings, request.folder, () if len(usable) == len(states) else usable),
    )


def _values_read(tables: Sequence[SourceTable]) -> dict[str, list[str]]:
    """Return the tables with columns whose codes or ends were read."""
    names = {table.name: [column.name for column in table.columns if column.values] for table in tables}
    return {table: columns for table, columns in names.items() if columns}


def _check(
    request: ConnectionRequest, home: Path, settings: SourceSettings, tables: list[SourceTable], progress: Progress
) -> tuple[tuple[DatasetState, ...], str]:
    """Return the state of each dataset, and the reason why the draft cannot be loaded."""
    if not (home / "source.yml").exists():
        return (), _no_match(tables)
    try:
        with loadable_copy(home) as (copy, words_by_file):
            product = load_draft(home, copy)
            zone = ZoneInfo(product.timezone or request.zone.key)
            source = SOURCES[product.kind](home.name, settings, product, zone)
            states = []
            for name in product.datasets:
                progress(tr("checking {name}", name=name), 0)
                try:
                    mapping = source.mapping(name)
                except NtaError as error:
                    states.append(DatasetState(dataset=name, problems=(str(error),)))
                    continue
                yesterday = request.today - dt.timedelta(days=1)
                days = request.days or _newest_day(source, mapping, tables, request.zone) or (yesterday, yesterday)
                open_words = _open_words(mapping, words_by_file)
                states.append(check_dataset(source, mapping, days, request.zone, open_words))
    except ContractError as error:
        return (), str(error)
    return tuple(states), ""


def _open_words(mapping: Mapping, by_file: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return column → the words of its table that are still TODO."""
    header = yaml.safe_load(mapping.sql.partition("/*")[2].partition("*/")[0]) or {}
    return {column: by_file[file] for column, file in (header.get("translate") or {}).items() if file in by_file}


def _newest_day(source: Source, mapping: Mapping, tables: list[SourceTable], zone: ZoneInfo) -> Days | None:
    """Return the newest day of the data, twice, so that the check reads some rows; None if it is unknown."""
    if not mapping.dataset.window:
        return None
    if isinstance(source, DatabaseSource):
        day = local_date(_newest_time(source, mapping), mapping.window_form, zone)
    else:
        times = [column for table in tables for column in table.columns if column.form][:1]
        dates = (
            local_date(value, column.form or time_form(column.values), zone)
            for column in times
            for value in column.values
        )
        day = max((date for date in dates if date), default=None)
    return (day, day) if day else None


def _newest_time(source: DatabaseSource, mapping: Mapping) -> object:
    """Return the greatest value of the window column, if the mapping selects a plain column of a table."""
    for expression in selected_expressions(mapping):
        if expression.alias_or_name.lower() == mapping.dataset.window:
            table = expression.parent.find(exp.Table) if expression.parent is not None else None
            column = expression.unalias()
            if table is not None and isinstance(column, exp.Column):
                return newest_value(source, table.name, column.name)
    return None


_NOTHING = "there is nothing in it: no table, and no sheet with a header"


def _no_match(tables: list[SourceTable]) -> str:
    if not tables:
        return tr(_NOTHING)
    names = ", ".join(table.name for table in tables[:10])
    return tr(
        "nothing in it looks like one of our datasets ({names}): name the one you mean with --dataset", names=names
    )
