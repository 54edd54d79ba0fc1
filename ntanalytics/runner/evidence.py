"""Evidence of a failed run: its notebook up to the failure, the kernel's log and ``error.json``."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ntanalytics.errors import NtaError, PublishError
from ntanalytics.report_files import RECORD
from ntanalytics.runner.engine import KERNEL_LOG
from ntanalytics.runner.executed_notebook import code_cells, read_notebook, redact, unexecuted_cells, write_notebook
from ntanalytics.runner.staging import working_folder

if TYPE_CHECKING:
    from nbformat import NotebookNode

FAILED = ".failed"

#: The end of the kernel's log is kept, in bytes.
_LONGEST_LOG = 200_000
NOT_RUN = "未运行：此前的单元已失败，报告到此为止。"
#: The same of a run that ended without a failed cell: what ran after the last save is not known.
NOT_KNOWN = "没有运行结果：运行到此中断。"


@dataclass(frozen=True)
class RunIdentity:
    """Identity of a run and of the report that it makes.

    Attributes:
        run_id: its id in the ledger.
        report: the report's name.
        period: the period as text.
        parameters: the parameters that differ from their defaults.
        folder: the name of the folder in which the report is published.
    """

    run_id: str
    report: str
    period: str
    parameters: Mapping[str, object]
    folder: str


def keep_evidence(
    staged: Path, outputs: Path, run: RunIdentity, error: BaseException, *, secrets: Iterable[str]
) -> Path | None:
    """Move the notebook of a failed run to ``outputs/.failed/<run_id>/``, and write there why it failed.

    Renderings are dropped: an incomplete report must not be read as a report. In the notebook, cells that did not run
    are marked. On a full disk the evidence may be lost; the ledger still holds the reason.

    Args:
        staged: the folder in which the report was made.
        outputs: the folder of all reports.
        run: the run.
        error: the reason.
        secrets: texts that must not be kept.

    Returns:
        The folder, or None if there was no room.
    """
    texts = list(secrets)
    try:
        target = working_folder(outputs, FAILED) / run.run_id
    except PublishError:  # the run's own error matters more
        return None
    try:
        target.mkdir(mode=0o750, parents=True, exist_ok=True)
        cells_not_run: list[int] = []
        record = staged / RECORD
        if record.exists():
            cells_not_run = _mark(record, texts)
            record.replace(target / RECORD)
        _keep_log(staged / KERNEL_LOG, target / KERNEL_LOG, texts)
        content = {
            "report": run.report,
            "period": run.period,
            "parameters": dict(run.parameters),
            "folder": run.folder,
            "run_id": run.run_id,
            "failed_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            "kind": type(error).__name__,
            "exit_code": error.exit_code if isinstance(error, NtaError) else 1,
            "error": redact(str(error) or type(error).__name__, texts),
            "code_cells_not_run": cells_not_run,
        }
        (target / "error.json").write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    except OSError:  # not even room for this
        shutil.rmtree(target, ignore_errors=True)
        return None
    return target


def _keep_log(log: Path, target: Path, secrets: Iterable[str]) -> None:
    if log.exists() and log.stat().st_size:
        text = log.read_bytes()[-_LONGEST_LOG:].decode("utf-8", "replace")
        target.write_text(redact(text, secrets), encoding="utf-8")


def _mark(record: Path, secrets: list[str]) -> list[int]:
    """Mark the code cells of a notebook that did not run; return their numbers, the first being 1."""
    try:
        notebook = read_notebook(record)
    except ValueError:  # its save was interrupted: kept as the text that it is
        text = record.read_bytes().decode("utf-8", "replace")
        record.write_text(redact(text, secrets), encoding="utf-8")
        return []
    missing = unexecuted_cells(notebook)
    numbers = [number for number, cell in enumerate(code_cells(notebook), 1) if cell in missing]
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    has_failed = any(output.output_type == "error" for output in outputs)
    for cell in missing:
        if cell.execution_count is None:
            cell.outputs.append(_remark(NOT_RUN if has_failed else NOT_KNOWN))
        # papermill says "completed" of every cell when a kernel is killed
        cell.metadata.setdefault("papermill", {})["status"] = "pending" if cell.execution_count is None else "failed"
        cell.metadata["ntanalytics"] = {"has_run": False}
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if "traceback" in output:
                output.traceback = [redact(line, secrets) for line in output.traceback]
                output.evalue = redact(output.evalue, secrets)
            if isinstance(output.get("text"), str):
                output.text = redact(output.text, secrets)
    write_notebook(notebook, record)
    return numbers


def _remark(text: str) -> NotebookNode:
    import nbformat

    output: NotebookNode = nbformat.v4.new_output("stream", name="stderr", text=text)  # type: ignore[no-untyped-call]
    return output
