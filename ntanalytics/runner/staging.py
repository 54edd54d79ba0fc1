"""Where a report is made before it is published, and what became of runs whose supervisor was killed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import filelock

from ntanalytics.disk_space import disk_error
from ntanalytics.errors import Busy, PublishError

STAGING = ".staging"
LOCKS = ".locks"

#: A run's lock is free again as soon as its process is gone, however it went.
_LOCK = "lock"
_RUN = "run.json"


@dataclass(frozen=True)
class AbandonedRun:
    """What a run left whose supervisor was killed.

    Attributes:
        run_id: the run.
        folder: its staging folder.
        about: what it was: report, period, parameters, and the folder it would be published as.
    """

    run_id: str
    folder: Path
    about: Mapping[str, object]

    @property
    def report(self) -> Path:
        """The folder in which its report was being made."""
        return self.folder / "report"


@contextmanager
def one_at_a_time(outputs: Path, report: str, folder: str) -> Iterator[None]:
    """Hold the lock of one published folder, so that two runs do not publish over each other.

    Raises:
        Busy: another run has it.
    """
    with ExitStack() as held:
        try:
            held.enter_context(_locked(outputs, f"{report},{folder}", is_waiting=False))
        except filelock.Timeout as error:
            raise Busy(
                "another run of this report and period is under way",
                where=f"{report}/{folder}",
                todo="wait for it to end",
            ) from error
        yield


@contextmanager
def staging(outputs: Path, run_id: str, about: Mapping[str, object]) -> Iterator[Path]:
    """A fresh folder to make a report in: ``outputs/.staging/<run_id>/report``; it is gone at the end.

    It lies on the same file system as the outputs, so that publishing is one rename.
    """
    root = working_folder(outputs, STAGING)
    home = root / run_id
    lock = filelock.FileLock(home / _LOCK)
    try:
        with _gate(outputs):  # nobody looks for stale folders between the making of this one and its lock
            (home / "report").mkdir(mode=0o750, parents=True)
            lock.acquire(blocking=False)
        (home / _RUN).write_text(json.dumps(dict(about), ensure_ascii=False), encoding="utf-8")
    except OSError as error:
        lock.release()
        shutil.rmtree(home, ignore_errors=True)
        raise disk_error(error, root) from error
    try:
        yield home / "report"
    finally:
        shutil.rmtree(home, ignore_errors=True)
        lock.release()


@contextmanager
def abandoned_runs(outputs: Path) -> Iterator[list[AbandonedRun]]:
    """The runs whose supervisor is gone; their folders are removed when the context ends.

    Raises:
        DiskError: nobody may write there.
    """
    root = working_folder(outputs, STAGING)
    with _gate(outputs):
        found = [_stale(folder) for folder in sorted(root.iterdir()) if folder.is_dir() and _is_abandoned(folder)]
        yield found
        for stale in found:
            shutil.rmtree(stale.folder, ignore_errors=True)


def _gate(outputs: Path) -> AbstractContextManager[None]:
    """One process at a time makes a staging folder, or looks for stale ones."""
    return _locked(outputs, "staging", is_waiting=True)


@contextmanager
def _locked(outputs: Path, name: str, *, is_waiting: bool) -> Iterator[None]:
    """Hold a lock of the outputs.

    Raises:
        filelock.Timeout: another process has it, and it is not waited for.
        DiskError: nobody may write there.
    """
    lock = filelock.FileLock(working_folder(outputs, LOCKS) / f"{name}.lock")
    try:
        lock.acquire(blocking=is_waiting)
    except filelock.Timeout:  # an OSError, too
        raise
    except OSError as error:
        raise disk_error(error, outputs) from error
    try:
        yield
    finally:
        lock.release()


def _is_abandoned(folder: Path) -> bool:
    try:
        with filelock.FileLock(folder / _LOCK, blocking=False):
            return True
    except filelock.Timeout:
        return False


def _stale(folder: Path) -> AbandonedRun:
    try:
        about = json.loads((folder / _RUN).read_text(encoding="utf-8"))
    except (OSError, ValueError):  # killed before it had written what it is
        about = {}
    return AbandonedRun(folder.name, folder, about if isinstance(about, dict) else {})


def working_folder(outputs: Path, name: str) -> Path:
    """A working folder under the outputs.

    Raises:
        PublishError: it cannot be made, or someone put a symbolic link in its place.
    """
    folder = outputs / name
    try:
        if folder.is_symlink():
            raise PublishError(
                "is a symbolic link", where=str(folder), todo="remove the link: reports stay below outputs"
            )
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    except OSError as error:
        raise disk_error(error, outputs) from error
    return folder
