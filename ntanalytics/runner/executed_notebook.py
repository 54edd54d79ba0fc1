"""Executed notebook: reading and writing, its record, its completeness, and the removal of secrets from its texts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ntanalytics.disk_space import disk_error
from ntanalytics.errors import ReportIncomplete
from ntanalytics.language import tr

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from ntanalytics.reports.record import Publication, Record

_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_URL_PASSWORD = re.compile(r"(://[^\s/:@]*:)[^\s/@]+(@)")


def read_notebook(path: Path) -> NotebookNode:
    """Return the notebook in a file, as nbformat's version 4.

    Raises:
        OSError: the file cannot be read.
        ValueError: the file is not a notebook.
    """
    import nbformat

    notebook: NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    return notebook


def write_notebook(notebook: NotebookNode, path: Path) -> None:
    """Write a notebook to a file, in one line; what was there stays if it cannot be written."""
    # nbformat's own writer indents it, and copies it before: five times the time
    content = json.dumps(notebook, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    draft = path.with_name(f".{path.name}.tmp")
    try:
        draft.write_text(f"{content}\n", encoding="utf-8")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def written_on_error(notebook: NotebookNode, path: Path) -> Iterator[None]:
    """Write a notebook to a file if what is done with it fails: it is the evidence of the run.

    Raises:
        PublishError: there is no room for it.
    """
    try:
        yield
    except BaseException as error:
        try:
            write_notebook(notebook, path)
        except OSError as full:
            raise disk_error(full, path.parent) from error
        raise


def record_of(notebook: NotebookNode) -> Record:
    """Return the record of an executed notebook as its file gives it: what has names is in the order of the names.

    Raises:
        ReportIncomplete: the notebook holds no record.
    """
    from ntanalytics.reports.record import read_record

    return read_record(json.loads(json.dumps(notebook, sort_keys=True)))


def mark_published(notebook: NotebookNode, publication: Publication, blocks: Sequence[Mapping[str, Any]] = ()) -> None:
    """Give an executed notebook the identity of the published report; a later version says so in its head, too.

    Args:
        notebook: the executed notebook.
        publication: report, run and version.
        blocks: display bundles on the correction: the first stands below the head, the others at the end.
    """
    from ntanalytics.reports import schemas
    from ntanalytics.reports.correction import marked_subtitle
    from ntanalytics.reports.record import BLOCK, PUBLICATION

    about = notebook.metadata.setdefault("ntanalytics", {})
    about |= {schemas.KEY: schemas.SCHEMA_VERSION, PUBLICATION: asdict(publication)}
    if blocks:
        number, head = next(
            (number, output.data[BLOCK])
            for number, cell in enumerate(notebook.cells)
            for output in cell.get("outputs", ())
            if output.get("data", {}).get(BLOCK, {}).get("block") == "head"
        )
        head["subtitle"] = marked_subtitle(head["subtitle"], publication.version)
        cells = [_display_cell(f"correction-{place}", block) for place, block in enumerate(blocks, 1)]
        notebook.cells[number + 1 : number + 1] = cells[:1]
        notebook.cells += cells[1:]


def _display_cell(id: str, bundle: Mapping[str, Any]) -> NotebookNode:
    """Return a cell without code that shows a block."""
    from nbformat.v4 import new_code_cell, new_output

    output = new_output("display_data", data=dict(bundle))  # type: ignore[no-untyped-call]
    cell: NotebookNode = new_code_cell("", id=id, outputs=[output])  # type: ignore[no-untyped-call]
    return cell


def check_complete(notebook: NotebookNode, name: str) -> None:
    """Refuse an incomplete record.

    Raises:
        ReportIncomplete: a code cell has not run or has failed, or the head block is missing.
    """
    broken = [
        cell for cell in notebook.cells if any(output.output_type == "error" for output in cell.get("outputs", ()))
    ]
    missing = unexecuted_cells(notebook)
    if broken or missing:
        total = len(code_cells(notebook))
        what = (
            tr("{count} of {total} code cells have not run", count=len(missing), total=total)
            if missing
            else tr("a cell ended in an error")
        )
        if broken:
            last = next(output for output in broken[0].outputs if output.output_type == "error")
            what += tr(
                ", after {ename} in cell In [{execution_count}]",
                ename=last.ename,
                execution_count=broken[0].execution_count,
            )
        raise ReportIncomplete(what, where=name, todo=tr("a report may not end early: no sys.exit(), no skipped cells"))
    from ntanalytics.reports.record import read_record

    try:
        read_record(notebook)
    except ReportIncomplete as error:
        raise ReportIncomplete(error.what, where=name, todo=error.todo) from error


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """Return the code cells that are not empty."""
    return [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]


def unexecuted_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """Return the code cells whose execution the kernel never answered."""
    return [cell for cell in code_cells(notebook) if "shell.execute_reply" not in cell.metadata.get("execution", {})]


def last_lines(traceback: Iterable[str], count: int = 6) -> str:
    """Return the last lines of a traceback, without colours."""
    lines = _COLOURS.sub("", "\n".join(traceback)).rstrip().splitlines()
    return "\n".join(f"      {line}" for line in lines[-count:])


def redact(text: str, secrets: Iterable[str]) -> str:
    """Return the text without the secrets and without the passwords of URLs."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, "***")
    return _URL_PASSWORD.sub(r"\1***\2", text)
