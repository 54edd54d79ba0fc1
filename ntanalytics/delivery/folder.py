"""The folder channel: a report or a notice put into a folder, such as a mounted share, whole or not at all.

Nothing is written outside the channel's path: no symbolic link below it is followed, and no name leads elsewhere.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from ntanalytics.delivery.message import DeliveryOutcome, Message
from ntanalytics.errors import PublishError
from ntanalytics.settings.channels import Channel

_MB = 2**20

#: Said in the folder when a file is too large for it.
LEFT_OUT = "未附文件说明.txt"


def send(channel: Channel, to: str, message: Message) -> DeliveryOutcome:
    """Put a message into the channel's folder.

    A report's folder appears with all its files, by one rename; one that is there gets each file anew, by a rename
    each. A notice is a text file.

    Args:
        channel: a folder channel.
        to: a folder below its path; empty: the path itself.
        message: what is put there.

    Raises:
        PublishError: a file of the report is not what was published, or a name or link leads out of the folder.
    """
    root = channel.path or Path()
    if not root.is_dir():  # never made: a share that is not mounted would fill the disk below it
        return DeliveryOutcome("retry", f"{root} is not there: is it mounted?", is_down=True)
    limit = (channel.limit_mb or float("inf")) * _MB
    fitting = [each for each in message.files if each.size_bytes <= limit]
    contents = {each.name: each.read() for each in fitting}
    left_out = [each.name for each in message.files if each not in fitting]
    if left_out:
        contents[LEFT_OUT] = (
            f"下列文件超过此处的大小限制，未附：{'、'.join(left_out)}。原件：{message.stands}\n".encode()
        )
    if not message.files:
        contents[f"{message.id[:16]}.txt"] = f"{message.subject}\n\n{message.text}\n".encode()
    try:
        folder = _made(root, [*([to] if to else []), *message.place[: -1 if message.files else None]])
        if message.files:
            _put(folder, message.place[-1], contents)
        else:
            _replace_each(folder, contents)
    except OSError as error:
        return DeliveryOutcome("retry", f"{root}: {error.strerror or error}", is_down=True)
    return DeliveryOutcome("sent", f"without {', '.join(left_out)}, over {channel.limit_mb:g} MB" if left_out else "")


def _made(root: Path, names: list[str]) -> Path:
    """The folder of those names below the root; each is made where it is not there.

    Raises:
        PublishError: a name leads elsewhere, or a symbolic link stands on the way.
    """
    folder = root
    for name in names:
        folder = _below(folder, name)
        folder.mkdir(mode=0o750, exist_ok=True)
    return folder


def _below(folder: Path, name: str) -> Path:
    if not name or name.startswith(".") or {"/", "\\", "\0"} & set(name):
        raise PublishError(f"{name!r} is no name for a folder", where=str(folder))
    path = folder / name
    if path.is_symlink():
        raise PublishError("is a symbolic link", where=str(path), todo="remove the link")
    return path


def _put(folder: Path, name: str, contents: Mapping[str, bytes]) -> None:
    target = _below(folder, name)
    for stale in _stale(folder, name):
        shutil.rmtree(stale, ignore_errors=True)
    if target.is_dir():
        _replace_each(target, contents)
        for path in target.iterdir():
            if path.name not in contents and not path.is_dir():
                path.unlink()  # a rendering that this version does not have
        return
    made = folder / f".{name[:150]}.{secrets.token_hex(4)}.new"
    made.mkdir(mode=0o750)
    try:
        for each, content in contents.items():
            _write(made / each, content)
        made.rename(target)
    except OSError:
        shutil.rmtree(made, ignore_errors=True)
        raise


def _stale(folder: Path, name: str) -> Iterator[Path]:
    """What was left by one that was killed while it was putting the same thing there."""
    begin = f".{name[:150]}."
    yield from (path for path in folder.iterdir() if path.name.startswith(begin) and path.name.endswith(".new"))


def _replace_each(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write each file beside its place and rename it there: a reader finds the old one or the new one, whole."""
    for name, content in contents.items():
        made = _below(folder, name).with_name(f".{secrets.token_hex(8)}.new")
        try:
            _write(made, content)
            made.replace(folder / name)
        except OSError:
            with suppress(OSError):  # the first error tells
                made.unlink()
            raise


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o640)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)
