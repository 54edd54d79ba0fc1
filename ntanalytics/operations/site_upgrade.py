"""Upgrade of all of a site but its ledger: names in the settings and jobs, tables of the lake, the site's mappings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ntanalytics.catalog import mapping_problems
from ntanalytics.contract import DATASETS
from ntanalytics.disk_space import disk_error
from ntanalytics.errors import NtaError, SettingsError
from ntanalytics.lake import DeltaLake
from ntanalytics.lake.schema_change import SchemaChange, change_schema, schema_change
from ntanalytics.language import tr
from ntanalytics.ledger import Ledger
from ntanalytics.settings import Settings, load
from ntanalytics.settings.jobs import load_jobs
from ntanalytics.settings.renames import JOBS_RENAMES, SETTINGS_RENAMES, Rename, Replacement, current_text


@dataclass(frozen=True)
class FileUpgrade:
    """Names in a file that are rewritten.

    Attributes:
        file: the file.
        replacements: former names with their places; none if there is nothing to do.
        backup: copy of the file from before; None before the upgrade.
    """

    file: Path
    replacements: Sequence[Replacement]
    backup: Path | None = None


@dataclass(frozen=True)
class SiteUpgrade:
    """State of a site against this version of the suite.

    Attributes:
        files: files with former names.
        tables: tables of the lake with other columns than the contract.
        problems: what a person must mend: tables that cannot be changed, mappings that do not fit any more.
        rows: table → number of its rows after the upgrade, as many as before.
    """

    files: Sequence[FileUpgrade]
    tables: Sequence[SchemaChange]
    problems: Sequence[str]
    rows: dict[str, int] = field(default_factory=dict)


def plan_site_upgrade(settings: Settings) -> SiteUpgrade:
    """Return what an upgrade of a site would do; nothing is changed.

    Raises:
        SettingsError: a file cannot be read.
    """
    files = [FileUpgrade(file, former) for file, renames, _ in _files(settings) if (former := _former(file, renames))]
    tables, problems = [], []
    lake = DeltaLake.of(settings)
    for dataset in DATASETS.values():
        try:
            change = schema_change(lake, dataset)
        except NtaError as error:
            problems.append(str(error))
            continue
        if change is not None and change.obstacles:
            todo = tr("remove the table's folder, and its days are extracted again as far as the sources reach")
            problems.append(f"{dataset.name}: {'; '.join(change.obstacles)}\n  → {todo}")
        elif change is not None:
            tables.append(change)
    if settings.queries and settings.queries.is_dir():
        problems += [str(problem) for problem in mapping_problems(settings.queries)]
    return SiteUpgrade(files, tables, problems)


def upgrade_site(settings: Settings, now: dt.datetime) -> SiteUpgrade:
    """Rewrite the files and change the tables; each of them is done or not, and the command is typed again.

    Args:
        settings: the site, whose ledger is of this version.
        now: the present moment, which names the copies.

    Raises:
        SettingsError: a file says something else after its change; it is as before.
        LakeError: a table cannot be changed; it is as before.
        DiskError: a file cannot be written.
    """
    plan = plan_site_upgrade(settings)
    renames = {file: (table, read) for file, table, read in _files(settings)}
    files = [_rewrite(planned.file, *renames[planned.file], now) for planned in plan.files]
    lake = DeltaLake.of(settings, Ledger(settings.ledger).lease) if plan.tables else None
    rows = {}
    for change in plan.tables:
        if lake is not None:
            rows[change.dataset] = change_schema(lake, DATASETS[change.dataset], change)
    return SiteUpgrade(files, plan.tables, plan.problems, rows)


_Reader = Callable[[Path], object]


def _files(settings: Settings) -> list[tuple[Path, Sequence[Rename], _Reader]]:
    return [(settings.file, SETTINGS_RENAMES, _content), (settings.jobs, JOBS_RENAMES, load_jobs)]


def _content(file: Path) -> object:
    """Return the settings of a file, wherever it stands."""
    return load(file).model_copy(update={"file": Path()})


def _former(file: Path, renames: Sequence[Rename]) -> Sequence[Replacement]:
    if not file.is_file():
        return ()
    return current_text(file.read_text(encoding="utf-8"), renames)[1]


def _rewrite(file: Path, renames: Sequence[Rename], read: _Reader, now: dt.datetime) -> FileUpgrade:
    """Copy a file, rewrite it, and prove that it says the same."""
    try:
        text = file.read_text(encoding="utf-8")
        changed, replacements = current_text(text, renames)
        backup = file.with_name(f"{file.name}.{now:%Y%m%dT%H%M%S}.backup")
        draft = file.with_name(f".{file.name}.new")
        for path, content in ((backup, text), (draft, changed)):
            path.write_text(content, encoding="utf-8")
            path.chmod(file.stat().st_mode & 0o777)
        if read(draft) != read(file):
            draft.unlink()
            raise SettingsError(tr("the file would say something else: it was not changed"), where=str(file))
        draft.replace(file)
    except OSError as error:
        raise disk_error(error, file) from error
    return FileUpgrade(file, replacements, backup)
