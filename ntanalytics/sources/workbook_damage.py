"""Damage of a workbook, told by the beginning of its file: empty, cut off, with a password, or of another kind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import python_calamine as calamine

from ntanalytics.errors import SourceDamaged, SourceUnreachable
from ntanalytics.language import tr
from ntanalytics.sources.archive_limits import DAMAGE_ERRORS

#: First bytes of an archive, which an .xlsx file is, and of the container of .xls files and of those with a password.
_ARCHIVE, _CONTAINER = b"PK", b"\xd0\xcf\x11\xe0"


@contextmanager
def naming_damage(path: Path, where: str) -> Iterator[None]:
    """Translate the errors of reading a workbook.

    Args:
        path: the file.
        where: the source and the file, for messages.

    Raises:
        SourceDamaged: the file is empty, damaged or of another kind.
        SourceUnreachable: it does not exist, or must not be read.
    """
    try:
        try:
            yield
        except (calamine.CalamineError, calamine.ZipError, calamine.XmlError, *DAMAGE_ERRORS) as error:
            what, todo = _damage(path, error)
            raise SourceDamaged(what, where=where, todo=todo) from error
    except OSError as error:
        todo = tr("it must be a complete, readable .xlsx file without a password")
        raise SourceUnreachable(tr("cannot read the workbook: {error}", error=error), where=where, todo=todo) from error


def _damage(path: Path, error: Exception) -> tuple[str, str]:
    """Return the damage in words, and the remedy.

    Raises:
        OSError: the file has gone meanwhile.
    """
    with path.open("rb") as file:
        begin = file.read(len(_CONTAINER))
    whole = tr("copy it again whole, or restore its last good copy; what was extracted before stays in the lake")
    if not begin:
        return tr("the workbook is damaged: the file is empty"), whole
    if begin == _CONTAINER:
        what = tr("the workbook has a password, or is in the old format .xls")
        return what, tr("save it as .xlsx, without a password")
    if not begin.startswith(_ARCHIVE):
        return tr("the file is not an .xlsx workbook, whatever its name"), tr("save it as .xlsx in Excel or WPS")
    return tr("the workbook is damaged: a part of the file is missing or was changed ({error})", error=error), whole
