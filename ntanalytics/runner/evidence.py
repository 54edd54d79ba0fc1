"""What is kept of a run that failed: the notebook as far as it came, and error.json."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from ntanalytics.errors import NtaError, PublishError, SettingsError
from ntanalytics.runner.engine import KERNEL_LOG, code_cells, not_run, read_notebook, redact, write_notebook
from ntanalytics.runner.staging import working_folder
from ntanalytics.settings import Settings, read_secret

if TYPE_CHECKING:
    from nbformat import NotebookNode

FAILED = ".failed"
RECORD = "report.ipynb"

#: Of what the kernel said, this much is kept: its end, in bytes.
LONGEST_LOG = 200_000
NOT_RUN = "未运行：此前的单元已失败，报告到此为止。"


def known_secrets(settings: Settings) -> list[str]:
    """The secrets that the settings refer to, so that they can be taken out of what is kept."""
    found = []
    for reference in sorted(settings.references | settings.lake_references):
        try:
            found.append(read_secret(reference, where=""))
        except SettingsError:  # there is none, so there is nothing to take out
            continue
    return [secret for secret in found if len(secret) > 3]


def kernel_environment(settings: Settings, run_id: str) -> dict[str, str]:
    """The environment of a report's kernel: this process's, without the secrets of sources and channels.

    A notebook reads the lake and never a source, and sends nothing; what it does not hold it cannot show. The key of
    the lake's object store stays.
    """
    hidden = {each.removeprefix("env:") for each in settings.references - settings.lake_references}
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    return {**kept, "NTANALYTICS_CONFIG": str(settings.file), "NTANALYTICS_RUN_ID": run_id}


def keep_evidence(
    workshop: Path,
    outputs: Path,
    run_id: str,
    error: BaseException,
    *,
    about: dict[str, object],
    secrets: Iterable[str],
) -> Path | None:
    """Move what a failed run made to ``outputs/.failed/<run_id>/`` and say there why it failed.

    Renderings are dropped, so that no half report looks like one; the notebook is marked: which cells
    did not run. On a full disk the notebook may be lost; the ledger still says what happened.

    Args:
        workshop: the folder in which the report was being made.
        outputs: the outputs' root.
        run_id: the run.
        error: why it failed.
        about: report, period and parameters.
        secrets: texts that must not be kept.

    Returns:
        The folder, or None when there was no room to keep anything.
    """
    texts = list(secrets)
    try:
        target = working_folder(outputs, FAILED) / run_id
    except PublishError:  # no room, or a link in its place: what failed is said all the same
        return None
    try:
        target.mkdir(mode=0o750, parents=True, exist_ok=True)
        missing: list[int] = []
        record = workshop / RECORD
        if record.exists():
            missing = _mark(record, texts)
            record.replace(target / RECORD)
        log = workshop / KERNEL_LOG
        if log.exists() and log.stat().st_size:
            said = log.read_bytes()[-LONGEST_LOG:].decode("utf-8", "replace")
            (target / KERNEL_LOG).write_text(redact(said, texts), encoding="utf-8")
        content = {
            **about,
            "run_id": run_id,
            "failed_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            "kind": type(error).__name__,
            "exit_code": error.exit_code if isinstance(error, NtaError) else 1,
            "error": redact(str(error) or type(error).__name__, texts),
            "code_cells_not_run": missing,
        }
        (target / "error.json").write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    except OSError:  # no room even for this: the folder is not left half made
        shutil.rmtree(target, ignore_errors=True)
        return None
    return target


def _mark(record: Path, secrets: list[str]) -> list[int]:
    """Say in the notebook which of its code cells did not run; returns their numbers, from 1."""
    try:
        notebook = read_notebook(record)
    except ValueError:  # cut off in the middle of a save: kept as it is
        return []
    missing = not_run(notebook)
    numbers = [number for number, cell in enumerate(code_cells(notebook), 1) if cell in missing]
    for cell in missing:
        if cell.execution_count is None:
            cell.outputs.append(_not_run_output())
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


def _not_run_output() -> NotebookNode:
    import nbformat

    output: NotebookNode = nbformat.v4.new_output("stream", name="stderr", text=NOT_RUN)  # type: ignore[no-untyped-call]
    return output
