"""Upgrade of a service-desk workbook that an older version wrote: it gains the sheets and columns that it lacks.

What people have in it stays as it is: cells, formulas with their results, formats, their own sheets, charts.
"""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import python_calamine as calamine
from lxml import etree

from ntanalytics.contract import Column, Dataset
from ntanalytics.errors import SourceRefused, SourceUnreachable
from ntanalytics.language import tr
from ntanalytics.sources.archive_limits import check_workbook
from ntanalytics.sources.workbook_damage import naming_damage
from ntanalytics.sources.workbook_package import MAIN, STYLES, WorkbookPackage, merge_styles
from ntanalytics.sources.workbook_sheet import append_columns, append_rows, deselect, extend_list, restyle
from ntanalytics.sources.workbook_template import GUIDE, sheet_columns, write_template

_TODO = "it must be a complete, readable .xlsx file without a password"

#: Sheet → its rows, the first of them its head.
_Sheets: TypeAlias = dict[str, list[list[Any]]]


@dataclass(frozen=True)
class WorkbookUpgrade:
    """Sheets, columns and words that a workbook lacks.

    Attributes:
        sheets: names of missing sheets.
        columns: sheet and label of each missing column.
        lists: sheet and label of each column whose list lacks newer words.
    """

    sheets: tuple[str, ...]
    columns: tuple[tuple[str, str], ...]
    lists: tuple[tuple[str, str], ...]

    @property
    def steps(self) -> tuple[str, ...]:
        """Each step in words; empty if nothing is missing."""
        return (
            *(tr("add the sheet {name}", name=name) for name in self.sheets),
            *(tr("add the column {label} to the sheet {name}", label=label, name=name) for name, label in self.columns),
            *(
                tr("add words to the list of the column {label} of the sheet {name}", label=label, name=name)
                for name, label in self.lists
            ),
        )


def plan_workbook_upgrade(path: Path, datasets: Sequence[Dataset]) -> WorkbookUpgrade:
    """Return what a workbook lacks of the sheets of some datasets; nothing is changed.

    Raises:
        SourceUnreachable, SourceDamaged: the file does not exist, is damaged or not a workbook.
        SourceRefused: the content would fill the memory, or a sheet of these names has none of our columns.
    """
    return _planned(path, _read(path), datasets, _new_workbook(datasets))


def upgrade_workbook(path: Path, datasets: Sequence[Dataset], now: dt.datetime) -> tuple[WorkbookUpgrade, Path | None]:
    """Add to a workbook what it lacks, after a copy of it, and return that and the copy's path.

    The new file is written beside it, compared with it cell by cell, and then takes its place in one step.

    Args:
        path: the .xlsx file.
        datasets: datasets of the sheets.
        now: the present moment, which names the copy.

    Raises:
        SourceUnreachable, SourceDamaged: the file does not exist, is damaged or not a workbook, or cannot be written.
        SourceRefused: somebody has it open, a sheet is not ours, or a cell would change; the file is as it was.
    """
    before = _read(path)
    new = _new_workbook(datasets)
    plan = _planned(path, before, datasets, new)
    if not plan.steps:
        return plan, None
    if path.with_name(f"~${path.name}").exists():
        raise SourceRefused(
            tr("somebody has the workbook open"), where=str(path), todo=tr("close it, and run the command again")
        )
    backup = path.with_name(f"{path.name}.{now:%Y%m%dT%H%M%S}.backup")
    draft = path.with_name(f".{path.name}.new")
    try:
        with _translated(path):
            _extended(path, datasets, plan, before, new).write(draft)
            _compare(before, draft, path)
            is_whole = not _planned(draft, _read(draft), datasets, new).steps
        if not is_whole:
            raise SourceRefused(tr("the workbook would still lack something"), where=str(path), todo=tr("report this"))
        with _translated(path):
            shutil.copy2(path, backup)
            shutil.copymode(path, draft)
            draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return plan, backup


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """Translate errors of a change."""
    try:
        yield
    except (KeyError, AttributeError, ValueError, etree.XMLSyntaxError) as error:
        raise SourceRefused(
            tr("cannot extend the workbook: {error!r}", error=error), where=str(path), todo=tr(_TODO)
        ) from error
    except OSError as error:
        todo = tr("is the disk full, or the folder read-only?")
        raise SourceUnreachable(
            tr("cannot write the workbook: {error}", error=error), where=str(path), todo=todo
        ) from error


def _read(path: Path) -> _Sheets:
    """Return the cells of a workbook."""
    with naming_damage(path, str(path)):
        check_workbook(path, str(path))
        book = calamine.CalamineWorkbook.from_path(str(path))
        return {
            name.strip(): list(book.get_sheet_by_name(name).to_python(skip_empty_area=False))
            for name in book.sheet_names
        }


def _head(rows: list[list[Any]]) -> list[str]:
    return [str(cell).strip() for cell in rows[0]] if rows else []


def _check_heads(sheets: _Sheets, datasets: Sequence[Dataset], path: Path) -> None:
    """Check that no sheet of people's own has the name of one of ours.

    Raises:
        SourceRefused: a sheet has a head, and none of our columns in it.
    """
    for dataset in datasets:
        rows = sheets.get(dataset.label, [])
        if any(map(any, rows)) and not {column.label for column in sheet_columns(dataset)} & set(_head(rows)):
            raise SourceRefused(
                tr("the sheet {label} has none of the columns that belong there", label=dataset.label),
                where=str(path),
                todo=tr("its head is its first row; a sheet of your own needs another name"),
            )


def _planned(path: Path, sheets: _Sheets, datasets: Sequence[Dataset], new: bytes) -> WorkbookUpgrade:
    """Return what a workbook with these cells lacks beside a new one."""
    _check_heads(sheets, datasets, path)
    with _translated(path):
        return _plan(sheets, datasets, WorkbookPackage(path), WorkbookPackage(new))


def _plan(sheets: _Sheets, datasets: Sequence[Dataset], own: WorkbookPackage, new: WorkbookPackage) -> WorkbookUpgrade:
    parts, new_parts = own.sheet_parts(), new.sheet_parts()
    columns: list[tuple[str, str]] = []
    lists: list[tuple[str, str]] = []
    for dataset in datasets:
        name = dataset.label
        if name not in sheets:
            continue
        head = _head(sheets[name])
        for number, column in enumerate(sheet_columns(dataset), start=1):
            if column.label not in head:
                columns.append((name, column.label))
            elif extend_list(
                own.part(parts[name]), new.part(new_parts[name]), head.index(column.label) + 1, number, write=False
            ):
                lists.append((name, column.label))
    missing = tuple(dataset.label for dataset in datasets if dataset.label not in sheets)
    return WorkbookUpgrade(sheets=missing, columns=tuple(columns), lists=tuple(lists))


def _new_workbook(datasets: Sequence[Dataset]) -> bytes:
    """Return an empty workbook of this version."""
    with tempfile.TemporaryDirectory() as folder:
        write_template(Path(folder) / "new.xlsx", datasets)
        return (Path(folder) / "new.xlsx").read_bytes()


def _extended(
    path: Path, datasets: Sequence[Dataset], plan: WorkbookUpgrade, sheets: _Sheets, template: bytes
) -> WorkbookPackage:
    """Return the workbook with the missing sheets, columns and words, which are taken from a new one."""
    own, new = WorkbookPackage(path), WorkbookPackage(template)
    styles = merge_styles(own.part(STYLES), new.part(STYLES))
    parts, new_parts = own.sheet_parts(), new.sheet_parts()
    for part in new_parts.values():
        restyle(new.part(part), styles)
    for dataset in datasets:
        sheet = new.part(new_parts[dataset.label])
        if dataset.label in plan.sheets:
            deselect(sheet)
            own.add_sheet(dataset.label, sheet)
        elif dataset.label in {name for name, _ in (*plan.columns, *plan.lists)}:
            _extend(own.part(parts[dataset.label]), sheet, dataset, plan, _head(sheets[dataset.label]))
    if GUIDE in parts:
        explained = {(name, column.label) for name in plan.sheets for column in _columns(datasets, name)}
        guide = new.part(new_parts[GUIDE]).find(f"{MAIN}sheetData")
        append_rows(own.part(parts[GUIDE]), [row for row in guide if _pair(row) in explained | set(plan.columns)])
    return own


def _extend(root: Any, sheet: Any, dataset: Dataset, plan: WorkbookUpgrade, head: list[str]) -> None:
    """Give a sheet the columns and words that it lacks, from the same sheet of a new workbook."""
    labels = [(dataset.label, column.label) for column in sheet_columns(dataset)]
    for number, pair in enumerate(labels, start=1):
        if pair in plan.lists:
            extend_list(root, sheet, head.index(pair[1]) + 1, number, write=True)
    numbers = [number for number, pair in enumerate(labels, start=1) if pair in plan.columns]
    if numbers:
        append_columns(root, sheet, numbers)


def _columns(datasets: Sequence[Dataset], label: str) -> tuple[Column, ...]:
    return next(sheet_columns(dataset) for dataset in datasets if dataset.label == label)


def _pair(row: Any) -> tuple[str, str]:
    """Return sheet and column that a row of the guide explains."""
    sheet, column = ("".join(cell.itertext()) for cell in row[:2])
    return sheet, column


def _compare(before: _Sheets, draft: Path, path: Path) -> None:
    """Check that every cell of a workbook is in its upgraded form.

    Raises:
        SourceRefused: a cell differs.
    """
    after = _read(draft)
    for name, rows in before.items():
        width, kept = len(rows[0]) if rows else 0, after.get(name, [])
        if [row[:width] for row in kept[: len(rows)]] != rows:
            raise SourceRefused(tr("the sheet {name} would change", name=name), where=str(path), todo=tr("report this"))
