"""Connection of a product: profile the source, propose datasets, draft missing files, check the draft."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml
from sqlglot import exp

from ntanalytics.catalog import Catalog, Mapping
from ntanalytics.connect.draft_check import (
    DatasetState,
    Days,
    check_dataset,
    load_draft,
    loadable_copy,
    selected_expressions,
)
from ntanalytics.connect.drafting import draft
from ntanalytics.connect.log_profiling import profile_logs
from ntanalytics.connect.matching import MatchProposal, match, propose
from ntanalytics.connect.profiling import newest_value, profile_database, profile_workbook, sample_table
from ntanalytics.connect.source_table import SourceTable
from ntanalytics.connect.targets import make_source, settings_of, snippet
from ntanalytics.connect.value_forms import local_date, time_form
from ntanalytics.contract import dataset as dataset_named
from ntanalytics.errors import ContractError, NtaError, UsageError
from ntanalytics.settings import SourceSettings, project_dir
from ntanalytics.sources import SOURCES, Source
from ntanalytics.sources.database import DatabaseSource
from ntanalytics.sources.logs import LogsSource
from ntanalytics.sources.workbook import WorkbookSource

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,40}")

#: Most proposals: a database has many tables that could feed something, and nobody reads more drafts.
_MOST_PROPOSALS = 10

Progress = Callable[[str, int], None]


@dataclass(frozen=True, kw_only=True)
class ConnectionRequest:
    """A product to connect.

    Attributes:
        name: the product's name, and that of its folder.
        targets: one database URL, one workbook, or log files and globs.
        folder: the folder of products (``queries:`` of the settings).
        datasets: the datasets to draft; by default the likely ones.
        password: a reference to the database's password.
        zone: the site's zone, for naive times.
        days: the first and the last local day to check; by default the newest day of the data.
        today: the local day, for data without a time.
    """

    name: str
    targets: Sequence[str]
    folder: Path
    datasets: Sequence[str] = ()
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
        hidden: table → columns that were not read because they may be sensitive.
        remarks: remarks on the source.
        written: files that were written now.
        kept: files that existed and were not changed.
        datasets: the state of each dataset.
        problem: the reason why the draft cannot be loaded; else empty.
        snippet: the lines for ntanalytics.yml.
    """

    folder: Path
    proposals: tuple[MatchProposal, ...]
    hidden: dict[str, list[str]]
    remarks: tuple[str, ...]
    written: tuple[Path, ...]
    kept: tuple[Path, ...]
    datasets: tuple[DatasetState, ...]
    problem: str
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
            "not_looked_at": self.hidden,
            "remarks": list(self.remarks),
            "written": [str(path) for path in self.written],
            "kept": [str(path) for path in self.kept],
            "problem": self.problem,
            "datasets": [state.as_data() for state in self.datasets],
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
    home = _home(request)
    wanted = [dataset_named(name).name for name in request.datasets]
    settings, kind = settings_of(request.name, request.targets, request.password)
    source = make_source(request.name, settings, kind, request.zone)
    progress("looking", 0)
    tables = _profile(source)
    is_new = not (home / "source.yml").exists()
    drafted = {path.name.removesuffix(".sql") for path in home.glob("*.sql")} if home.is_dir() else set()
    if wanted:
        proposals = [_best_proposal(source, name, tables) for name in wanted if name not in drafted]
    else:
        proposals = _with_samples(source, match(tables)) if is_new else []
    written, kept = _write(home, draft(request.name, proposals), is_new=is_new) if proposals else ((), _files(home))
    used = [proposal.table for proposal in proposals] or (tables if kind != "database" else [])
    states, problem = _check(request, home, settings, tables, progress)
    return ConnectionReport(
        folder=home,
        proposals=tuple(proposals),
        hidden={table.name: list(table.hidden) for table in used if table.hidden},
        remarks=tuple(dict.fromkeys(remark for table in tables for remark in table.remarks)),
        written=written,
        kept=kept,
        datasets=states,
        problem=problem,
        snippet=snippet(request.name, settings, request.folder),
    )


def _home(request: ConnectionRequest) -> Path:
    """Return the product's folder, if the product may have it."""
    if not _NAME.fullmatch(request.name):
        what = f"{request.name!r} cannot be a product's name"
        raise UsageError(what, todo="use lower-case letters, digits, - and _, such as jeecg")
    home = request.folder / request.name
    if request.name in Catalog([project_dir("queries")]) and not home.exists():
        raise UsageError(f"there is a built-in product {request.name}", todo="use it as it is, or choose another name")
    if home.exists() and not (home / "source.yml").is_file() and (not home.is_dir() or any(home.iterdir())):
        raise UsageError("it is there, and no draft: it has no source.yml", where=str(home), todo="choose another name")
    return home


def _profile(source: Source) -> list[SourceTable]:
    if isinstance(source, DatabaseSource):
        return profile_database(source)
    if isinstance(source, WorkbookSource):
        return profile_workbook(source)
    if isinstance(source, LogsSource):
        return [profile_logs(source)]
    raise UsageError(f"a {source.product.kind} cannot be connected")


def _with_samples(source: Source, proposals: list[MatchProposal]) -> list[MatchProposal]:
    """Return the first proposals with samples; of a database only the proposed tables are sampled."""
    chosen = proposals[:_MOST_PROPOSALS]
    if not isinstance(source, DatabaseSource):
        return chosen
    tables = {proposal.table.name: proposal.table for proposal in chosen}
    sampled = {name: sample_table(source, table) for name, table in tables.items()}
    return [propose(proposal.dataset, sampled[proposal.table.name]) for proposal in chosen]


def _best_proposal(source: Source, name: str, tables: list[SourceTable]) -> MatchProposal:
    """Return a dataset's match with the table that fits it best."""
    if not tables:
        raise UsageError(_NOTHING)
    best = max((propose(dataset_named(name), table) for table in tables), key=lambda proposal: proposal.points)
    return _with_samples(source, [best])[0]


def _write(home: Path, files: dict[str, str], *, is_new: bool) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Write the files that are missing; a file that the user may have edited stays as it is.

    Returns:
        The files that were written, and those that were kept.
    """
    written, kept = [], []
    try:
        home.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            path = home / name
            if path.exists():
                kept.append(path)
            else:
                path.write_text(text, encoding="utf-8")
                written.append(path)
    except OSError as error:
        raise UsageError(f"cannot write: {error.strerror}", where=str(home)) from error
    return tuple(written), tuple(kept) if is_new else _files(home, exclude=written)


def _files(home: Path, exclude: Collection[Path] = ()) -> tuple[Path, ...]:
    return tuple(path for path in sorted(home.iterdir()) if path not in exclude) if home.is_dir() else ()


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
                progress(f"checking {name}", 0)
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
        return _NOTHING
    names = ", ".join(table.name for table in tables[:10])
    return f"nothing in it looks like one of our datasets ({names}): name the one you mean with --dataset"
