"""Folder channel: a report or a notice is written to a folder, such as a mounted share, completely or not at all.

Nothing is written outside the channel's path: no symbolic link below it is followed, and no name leads elsewhere.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from ntanalytics.delivery.message import DeliveryOutcome, Message
from ntanalytics.errors import PublishError
from ntanalytics.language import tr
from ntanalytics.settings.channels import Channel

_MB = 2**20

#: Age of an unfinished file that no process is writing any more, in seconds.
_ABANDONED_S = 86_400

#: File that names the files that are too large for the folder.
LEFT_OUT = "未附文件说明.txt"


def send(channel: Channel, to: str, message: Message) -> DeliveryOutcome:
    """Write a message to the channel's folder.

    The folder of a report appears with all files by one rename; in an existing folder each file is replaced by a
    rename. A notice is a text file.

    Args:
        channel: a folder channel.
        to: a folder below its path; empty for the path itself.
        message: the message.

    Raises:
        PublishError: a file of the report differs from the published one, or a name or link leads out of the folder.
    """
    root = channel.path or Path()
    if not root.is_dir():  # never made: an unmounted share would fill the disk below it
        return DeliveryOutcome("retry", tr("{root} is not there: is it mounted?", root=root), is_down=True)
    limit = (channel.limit_mb or float("inf")) * _MB
    fitting = [file for file in message.files if file.size_bytes <= limit]
    contents = {file.name: file.read() for file in fitting}
    left_out = [file.name for file in message.files if file not in fitting]
    if left_out:
        contents[LEFT_OUT] = (
            f"下列文件超过此处的大小限制，未附：{'、'.join(left_out)}。原件：{message.original}\n".encode()
        )
    if not message.files:
        contents[f"{message.id[:16]}.txt"] = f"{message.subject}\n\n{message.text}\n".encode()
    try:
        folder = _make_folder(root, [*([to] if to else []), *message.place[: -1 if message.files else None]])
        if message.files:
            _put_folder(folder, message.place[-1], contents)
        else:
            _replace_files(folder, contents)
    except OSError as error:
        return DeliveryOutcome("retry", f"{root}: {error.strerror or error}", is_down=True)
    return DeliveryOutcome("sent", f"without {', '.join(left_out)}, over {channel.limit_mb:g} MB" if left_out else "")


def _make_folder(root: Path, names: list[str]) -> Path:
    """Return the folder of the names below the root; missing ones are made.

    Raises:
        PublishError: a name leads elsewhere, or a symbolic link is on the path.
    """
    folder = root
    for name in names:
        folder = _below(folder, name)
        folder.mkdir(mode=0o750, exist_ok=True)
    return folder


def _below(folder: Path, name: str) -> Path:
    if not name or name.startswith(".") or {"/", "\\", "\0"} & set(name):
        raise PublishError(tr("{name!r} is no name for a folder", name=name), where=str(folder))
    path = folder / name
    if path.is_symlink():
        raise PublishError(tr("is a symbolic link"), where=str(path), todo=tr("remove the link"))
    return path


def _put_folder(folder: Path, name: str, contents: Mapping[str, bytes]) -> None:
    target = _below(folder, name)
    for stale in _stale(folder, name):
        shutil.rmtree(stale, ignore_errors=True)
    if target.is_dir():
        _replace_files(target, contents)
        for path in target.iterdir():
            if path.name not in contents and not path.is_dir():
                path.unlink()  # a rendering of the version before
        return
    draft = folder / f".{name[:150]}.{secrets.token_hex(4)}.new"
    draft.mkdir(mode=0o750)
    try:
        for file, content in contents.items():
            _write(draft / file, content)
        draft.rename(target)
    except OSError:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def _stale(folder: Path, name: str) -> Iterator[Path]:
    """Yield the folders that a process left when it was killed while it wrote the same folder."""
    begin = f".{name[:150]}."
    yield from (path for path in folder.iterdir() if path.name.startswith(begin) and path.name.endswith(".new"))


def _replace_files(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write each file under another name and rename it: a reader finds the complete old or the complete new one."""
    _remove_drafts(folder)
    for name, content in contents.items():
        draft = _below(folder, name).with_name(f".{secrets.token_hex(8)}.new")
        try:
            _write(draft, content)
            draft.replace(folder / name)
        except OSError:
            with suppress(OSError):  # the first error is the reason
                draft.unlink()
            raise


def _remove_drafts(folder: Path) -> None:
    """Remove the files of processes that were killed while they wrote them, a day later."""
    for draft in folder.glob(".*.new"):
        with suppress(OSError):  # another process has removed it
            is_old = time.time() - draft.lstat().st_mtime > _ABANDONED_S
            if is_old and re.fullmatch(r"\.[0-9a-f]{16}\.new", draft.name) and not draft.is_dir():
                draft.unlink()


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o640)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)
