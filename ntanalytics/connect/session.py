"""One command: look, propose, draft what is not there yet, check what is."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from sqlglot import exp

from ntanalytics.catalog import Catalog, Mapping
from ntanalytics.connect.draft_check import DatasetState, check_dataset, load_draft, loadable_copy, selected
from ntanalytics.connect.drafting import draft
from ntanalytics.connect.log_profiling import profile_logs
from ntanalytics.connect.matching import MatchProposal, match, proposal
from ntanalytics.connect.profiling import newest_value, profile_database, profile_workbook, sample_table
from ntanalytics.connect.source_table import ColumnType, SourceColumn, SourceTable
from ntanalytics.connect.targets import opened, settings_of, snippet
from ntanalytics.connect.value_forms import local_date, time_form
from ntanalytics.contract import dataset as dataset_named
from ntanalytics.errors import ContractError, NtaError, UsageError
from ntanalytics.periods import local_window
from ntanalytics.settings import SourceSettings, project_dir
from ntanalytics.sources import SOURCES, Source
from ntanalytics.sources.database import DatabaseSource
from ntanalytics.sources.logs import LogsSource
from ntanalytics.sources.workbook import WorkbookSource

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,40}")

#: A database has many tables that could feed something; more drafts than these nobody reads.
_MOST_PROPOSED = 10


@dataclass(frozen=True)
class ConnectionReport:
    """What came of it.

    Attributes:
        folder: the product's folder.
        proposals: what was proposed: dataset, place, points, because.
        not_looked_at: place → columns that were judged secret.
        remarks: what was noticed about the source.
        written: files that were written now.
        kept: files that were there, and are as they were.
        datasets: how far each is.
        problem: why the draft cannot even be loaded; empty when it can.
        snippet: what to put into ntanalytics.yml.
    """

    folder: Path
    proposals: tuple[dict[str, Any], ...]
    not_looked_at: dict[str, list[str]]
    remarks: tuple[str, ...]
    written: tuple[Path, ...]
    kept: tuple[Path, ...]
    datasets: tuple[DatasetState, ...]
    problem: str
    snippet: str

    @property
    def fits(self) -> bool:
        """Whether nothing is missing."""
        return not self.problem and bool(self.datasets) and all(each.fits for each in self.datasets)

    def as_data(self) -> dict[str, Any]:
        """Plain values, for machines."""
        return {
            "fits": self.fits,
            "folder": str(self.folder),
            "proposals": list(self.proposals),
            "not_looked_at": self.not_looked_at,
            "remarks": list(self.remarks),
            "written": [str(path) for path in self.written],
            "kept": [str(path) for path in self.kept],
            "problem": self.problem,
            "datasets": [each.as_data() for each in self.datasets],
            "snippet": self.snippet,
        }


def connect(
    name: str,
    targets: Sequence[str],
    *,
    folder: Path,
    datasets: Sequence[str] = (),
    password: str = "",
    zone: ZoneInfo,
    days: tuple[dt.date, dt.date] | None = None,
    today: dt.date,
    show: Callable[[str, int], None],
) -> ConnectionReport:
    """Draft a product's mappings where there are none, and check them.

    Args:
        name: the product's name: a folder is called so.
        targets: one database URL, one workbook, or log files and globs.
        folder: where products are (``queries:`` of the settings).
        datasets: those to be drafted; default: what is likely.
        password: a reference to the database's password.
        zone: the site's, in which naive times are read.
        days: the local days to check, both included; default: the newest day of the data.
        today: the local day, where the data tell of none.
        show: is told what is being done.

    Raises:
        UsageError: the name, a target or a dataset is none, or there is a folder that is no draft.
        SourceError: the source cannot be looked at.
        SettingsError: the URL holds a password, or its driver is not there.
    """
    home = _home(name, folder)
    wanted = [dataset_named(each) for each in datasets]
    settings, kind = settings_of(name, targets, password)
    source = opened(name, settings, kind, zone)
    show("looking", 0)
    places = _look(source)
    is_new = not (home / "source.yml").exists()
    drafted = {path.name.removesuffix(".sql") for path in home.glob("*.sql")} if home.is_dir() else set()
    if wanted:
        proposals = [_best(source, each.name, places) for each in wanted if each.name not in drafted]
    else:
        proposals = _sampled(source, match(places)) if is_new else []
    written, kept = _write(home, draft(name, proposals), is_new=is_new) if proposals else ((), _files(home))
    told = tuple(
        {"dataset": each.dataset.name, "place": each.place.name, "points": each.points, "because": list(each.because)}
        for each in proposals
    )
    used = [each.place for each in proposals] or (places if kind != "database" else [])
    hidden = {place.name: list(place.hidden) for place in used if place.hidden}
    remarks = tuple(dict.fromkeys(remark for place in places for remark in place.remarks))
    done = ConnectionReport(home, told, hidden, remarks, written, kept, (), "", snippet(name, settings, folder))
    if not (home / "source.yml").exists():
        return replace(done, problem=_nothing(places))
    try:
        return replace(done, datasets=_check(home, settings, places, zone, days, today, show))
    except ContractError as error:
        return replace(done, problem=str(error))


def _home(name: str, folder: Path) -> Path:
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} cannot be a product's name", todo="use lower-case letters, digits, - and _, such as jeecg"
        )
    home = folder / name
    if name in Catalog([project_dir("queries")]) and not home.exists():
        raise UsageError(f"there is a built-in product {name}", todo="use it as it is, or choose another name")
    if home.exists() and not (home / "source.yml").is_file() and (not home.is_dir() or any(home.iterdir())):
        raise UsageError("it is there, and no draft: it has no source.yml", where=str(home), todo="choose another name")
    return home


def _look(source: Source) -> list[SourceTable]:
    if isinstance(source, DatabaseSource):
        return profile_database(source)
    if isinstance(source, WorkbookSource):
        return profile_workbook(source)
    if isinstance(source, LogsSource):
        return [profile_logs(source)]
    raise UsageError(f"a {source.product.kind} cannot be connected")


def _sampled(source: Source, proposals: list[MatchProposal]) -> list[MatchProposal]:
    """The proposals with samples; a database is sampled only where something is proposed."""
    chosen = proposals[:_MOST_PROPOSED]
    if not isinstance(source, DatabaseSource):
        return chosen
    sampled: dict[str, SourceTable] = {}
    for each in chosen:
        if each.place.name not in sampled:
            sampled[each.place.name] = sample_table(source, each.place)
    return [proposal(each.dataset, sampled[each.place.name]) for each in chosen]


def _best(source: Source, name: str, places: list[SourceTable]) -> MatchProposal:
    """A dataset that was asked for, from the place that fits it best."""
    if not places:
        raise UsageError("there is nothing in it: no table, and no sheet with a header")
    found = max((proposal(dataset_named(name), place) for place in places), key=lambda each: each.points)
    return _sampled(source, [found])[0]


def _write(home: Path, files: dict[str, str], *, is_new: bool) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Write what is not there; what a person may have edited stays as it is."""
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
    return tuple(written), tuple(kept) if is_new else _files(home, but=written)


def _files(home: Path, but: Sequence[Path] = ()) -> tuple[Path, ...]:
    return tuple(path for path in sorted(home.iterdir()) if path not in but) if home.is_dir() else ()


def _check(
    home: Path,
    settings: SourceSettings,
    places: list[SourceTable],
    zone: ZoneInfo,
    days: tuple[dt.date, dt.date] | None,
    today: dt.date,
    show: Callable[[str, int], None],
) -> tuple[DatasetState, ...]:
    with loadable_copy(home) as (copy, unsaid):
        product = load_draft(home, copy)
        source = SOURCES[product.kind](home.name, settings, product, ZoneInfo(product.timezone or zone.key))
        states = []
        for name in product.datasets:
            show(f"checking {name}", 0)
            try:
                mapping = source.mapping(name)
            except NtaError as error:
                states.append(DatasetState(name, None, None, 0, 0, (str(error),), ()))
                continue
            asked = days or _newest(source, mapping, places, zone) or (today - dt.timedelta(days=1),) * 2
            words = _unsaid(mapping, unsaid)
            states.append(check_dataset(source, mapping, asked, local_window(*asked, zone), zone, words))
    return tuple(states)


def _unsaid(mapping: Mapping, by_file: dict[str, list[str]]) -> dict[str, list[str]]:
    """Column → the words of its table that still say TODO."""
    header = yaml.safe_load(mapping.sql.partition("/*")[2].partition("*/")[0]) or {}
    return {column: by_file[file] for column, file in (header.get("translate") or {}).items() if file in by_file}


def _newest(
    source: Source, mapping: Mapping, places: list[SourceTable], zone: ZoneInfo
) -> tuple[dt.date, dt.date] | None:
    """The newest day of the data, for a check that sees something; None where that cannot be told."""
    if not mapping.dataset.window:
        return None
    if isinstance(source, DatabaseSource):
        chosen = next(
            (each for each in selected(mapping) if each.alias_or_name.lower() == mapping.dataset.window), None
        )
        table = chosen.parent.find(exp.Table) if chosen is not None and chosen.parent is not None else None
        inner = chosen.unalias() if chosen is not None else None
        if table is None or not isinstance(inner, exp.Column):
            return None
        place = SourceTable(table.name, "database", source.dialect, "", ())
        value = newest_value(source, place, SourceColumn(inner.name, ColumnType.OTHER))
        day = local_date(value, mapping.window_form, zone)
    else:
        found = [each for place in places for each in place.fields if each.form]
        dates = [
            local_date(value, each.form or time_form(each.values), zone) for each in found[:1] for value in each.values
        ]
        day = max((each for each in dates if each), default=None)
    return (day, day) if day else None


def _nothing(places: list[SourceTable]) -> str:
    if not places:
        return "there is nothing in it: no table, and no sheet with a header"
    seen = ", ".join(place.name for place in places[:10])
    return f"nothing in it looks like one of our datasets ({seen}): name the one you mean with --dataset"
