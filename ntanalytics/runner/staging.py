"""Staging folders of runs, and the locks of the outputs.

Several mechanisms keep work from being done twice; each answers a question of its own.

- **Is a run of this report and period alive?** The file lock on the folder of the published report
  (:func:`report_lock`). The operating system frees it as soon as its process ends, however that happens. It keeps two
  runs from publishing over each other and a report from being removed while it is made, and it distinguishes the
  staging folder of a killed run from one in use.
- **Is another process, on this host or another, at the same task?** A lease in the ledger
  (:mod:`ntanalytics.ledger.leases`): on a scheduled run, a delivery, a window of days that is extracted, maintenance. A
  lease outlives its process by 90 seconds and works across hosts whose file systems do not lock.
- **Was it done before?** The ledger's tables: scheduled runs with their published runs, deliveries with the id of what
  goes to whom, notices with their key. They are written before and after the work, so that a killed process leaves a
  trace, and asked again once the lease is held.

:func:`index_lock` only makes the writers of the index wait for one another.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock

from ntanalytics.disk_space import disk_error
from ntanalytics.errors import Busy, PublishError
from ntanalytics.language import tr

STAGING = ".staging"
LOCKS = ".locks"

#: Seconds to wait for another run that is writing the index.
_INDEX_WAIT_S = 60


@contextmanager
def report_lock(outputs: Path, report: str, folder: str, *, wait_s: float = 0.0) -> Iterator[None]:
    """Hold the lock on the folder of one published report.

    Args:
        outputs: the folder of all reports.
        report: the report's name.
        folder: the name of its folder.
        wait_s: seconds to wait for another process.

    Raises:
        Busy: another process holds it.
        PublishError: the lock cannot be made.
    """
    try:
        lock = _acquire(outputs, f"{report},{folder}", wait_s=wait_s)
    except filelock.Timeout as error:
        raise Busy(
            tr("another run of this report and period is under way"),
            where=f"{report}/{folder}",
            todo=tr("wait for it to end"),
        ) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def index_lock(outputs: Path) -> Iterator[None]:
    """Hold the lock on the index: its last writer has seen everything that the others have published.

    Raises:
        PublishError: another process holds it for longer than a minute, or the lock cannot be made.
    """
    try:
        lock = _acquire(outputs, "index", wait_s=_INDEX_WAIT_S)
    except filelock.Timeout as error:
        raise PublishError(
            tr("another run is writing the index"), where=str(outputs), todo=tr("run `ntanalytics index`")
        ) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def staging(outputs: Path, run_id: str) -> Iterator[Path]:
    """Yield a new folder for the files of a run, ``outputs/.staging/<run_id>/report``, and remove it at the end.

    It is on the file system of the outputs, so that publishing is one rename. The run must be in the ledger and hold
    the lock on its report: by both, others know the report of the folder, and whether its run is alive.

    Raises:
        PublishError: the folder cannot be made.
    """
    root = working_folder(outputs, STAGING)
    home = root / run_id
    try:
        (home / "report").mkdir(mode=0o750, parents=True)
    except OSError as error:
        shutil.rmtree(home, ignore_errors=True)
        raise disk_error(error, root) from error
    try:
        yield home / "report"
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _acquire(outputs: Path, name: str, *, wait_s: float = 0.0) -> filelock.BaseFileLock:
    """Acquire a lock of the outputs.

    Raises:
        filelock.Timeout: another process holds it.
        PublishError: the lock cannot be made.
    """
    lock = filelock.FileLock(working_folder(outputs, LOCKS) / f"{name}.lock")
    try:
        lock.acquire(timeout=wait_s)
    except filelock.Timeout:  # an OSError, too
        raise
    except OSError as error:
        raise disk_error(error, outputs) from error
    return lock


def working_folder(outputs: Path, name: str) -> Path:
    """Return a hidden folder of the outputs, which is made if need be.

    Raises:
        PublishError: it cannot be made, or a symbolic link is in its place.
    """
    folder = outputs / name
    try:
        if folder.is_symlink():
            raise PublishError(
                tr("is a symbolic link"), where=str(folder), todo=tr("remove the link: reports stay below outputs")
            )
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    except OSError as error:
        raise disk_error(error, outputs) from error
    return folder
