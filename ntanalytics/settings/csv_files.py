"""CSV files that a site edits: UTF-8, or GB 18030 as a spreadsheet with Chinese settings saves it."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from ntanalytics.errors import NtaError
from ntanalytics.language import tr


def read_csv(path: Path, columns: Sequence[str]) -> list[tuple[int, tuple[str, ...]]]:
    """Return the rows of a CSV file with a header: the number of the line, and the trimmed values of some columns.

    A file that is no UTF-8 (with or without a byte order mark) is read as GB 18030, with a warning in the log. Further
    columns are ignored, and lines without any of the columns left out.

    Raises:
        NtaError: the file cannot be read, is in no such encoding, or lacks a column.
    """
    reader = csv.DictReader(io.StringIO(csv_text(path), newline=""))
    try:
        header = [name.strip() for name in reader.fieldnames or ()]
        reader.fieldnames = header
        missing = [name for name in columns if name not in header]
        if missing:
            raise NtaError(
                tr(
                    "there is no column {missing!r}; it has {header}",
                    missing=missing[0],
                    header=", ".join(header) or tr("none"),
                ),
                where=str(path),
            )
        rows = [(reader.line_num, tuple((line[name] or "").strip() for name in columns)) for line in reader]
    except csv.Error as error:
        raise NtaError(
            tr("line {line_num}: {error}", line_num=reader.line_num, error=error), where=str(path)
        ) from error
    return [(number, values) for number, values in rows if any(values)]


def csv_text(path: Path) -> str:
    """Return the text of a file in UTF-8, or else in GB 18030 with a warning in the log.

    Raises:
        NtaError: the file cannot be read, or is in no such encoding.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise NtaError(tr("cannot read the file: {strerror}", strerror=error.strerror), where=str(path)) from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030").removeprefix("\ufeff")
        except UnicodeDecodeError as error:
            raise NtaError(
                tr("it is neither UTF-8 nor GB 18030"), where=str(path), todo=tr("save it as “CSV UTF-8”")
            ) from error
    import structlog  # it takes long to import, and this is rare

    structlog.get_logger(__name__).warning("the file is not UTF-8: read as GB 18030", file=str(path))
    return text
